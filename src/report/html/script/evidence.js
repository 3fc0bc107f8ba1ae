// One entry in full: why it stands where it stands, and what shows it.

const plain = (line) => line.replace(/\s+/g, ' ').trim();

/** Rows of two texts beside each other: longest common subsequence of their lines, but for white space. */
function aligned(ours, theirs) {
  const one = ours.map(plain);
  const other = theirs.map(plain);
  const best = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let a = one.length - 1; a >= 0; a--) {
    for (let b = other.length - 1; b >= 0; b--) {
      best[a][b] = one[a] === other[b] ? best[a + 1][b + 1] + 1 : Math.max(best[a + 1][b], best[a][b + 1]);
    }
  }
  const rows = [];
  let a = 0;
  let b = 0;
  while (a < one.length || b < other.length) {
    if (a < one.length && b < other.length && one[a] === other[b]) rows.push([a++, b++, true]);
    else if (b >= other.length || (a < one.length && best[a + 1][b] >= best[a][b + 1])) rows.push([a++, -1, false]);
    else rows.push([-1, b++, false]);
  }
  return joined(rows);
}

/** Puts a line that went beside the one that came in its place. */
function joined(rows) {
  const out = [];
  for (let at = 0; at < rows.length;) {
    if (rows[at][2]) { out.push(rows[at++]); continue; }
    const ours = [];
    const theirs = [];
    for (; at < rows.length && !rows[at][2]; at++) (rows[at][0] >= 0 ? ours : theirs).push(Math.max(rows[at][0], rows[at][1]));
    for (let no = 0; no < Math.max(ours.length, theirs.length); no++) out.push([ours[no] ?? -1, theirs[no] ?? -1, false]);
  }
  return out;
}

function codeCell([first, text], at, from, to, other) {
  if (at < 0) return [h('td', { class: 'no' }), h('td', { class: 'gap' }, h('span', { class: 'quiet' }, 'no such line'))];
  const inside = first + at >= from && first + at <= to;
  return [h('td', { class: 'no' }, String(first + at)), h('td', { class: inside ? other : null }, h('code', null, text[at] || ' '))];
}

const columns = (two) => h('colgroup', null, ['no', '', ...(two ? ['mark', 'no', ''] : [])].map((look) => h('col', { class: look || null })));

function pairTable(shown, pair) {
  const [a, b, c, d] = pair.range;
  const heads = [h('th', { scope: 'col', colspan: 2 }, 'Here, ' + lines(a, b))];
  let rows;
  if (pair.theirs) {
    heads.push(h('th', { scope: 'col' }, h('span', { class: 'quiet' }, 'Same?')));
    heads.push(h('th', { scope: 'col', colspan: 2 }, 'Original, ' + lines(c, d)));
    rows = aligned(pair.ours[1], pair.theirs[1]).map(([ours, theirs, same]) => {
      const look = same ? 'same' : 'differs';
      return h('tr', null, codeCell(pair.ours, ours, a, b, look),
        h('td', { class: 'mark' }, h('span', { 'aria-hidden': 'true' }, same ? '=' : '≠'), h('span', { class: 'quiet' }, same ? 'same' : 'differs')),
        codeCell(pair.theirs, theirs, c, d, look));
    });
  } else {
    rows = pair.ours[1].map((_, at) => h('tr', null, codeCell(pair.ours, at, a, b, 'same')));
  }
  return h('div', { class: 'scroll code', tabindex: '0', role: 'region', 'aria-label': 'Lines of ' + shown.path },
    h('table', { class: pair.theirs ? 'two' : 'one' }, columns(Boolean(pair.theirs)), h('thead', null, h('tr', null, heads)), h('tbody', null, rows)));
}

function shownFile(shown, at) {
  const whole = shown.kind !== 'snippet';
  const word = { identical: 'the same bytes', normalized: 'the same but for layout or comments', snippet: 'matching lines are marked' };
  return h('details', { class: 'shown', open: at === 0 }, h('summary', null, h('code', null, shown.path)),
    h('p', { class: 'faint' }, 'from ', h('code', null, shown.source_path), ' of ', h('code', null, shown.purl), ': ' + word[shown.kind] + '.',
      whole ? ' Its beginning is shown.' : null),
    shown.pairs.map((pair) => pairTable(shown, pair)),
    shown.more > 0 && h('p', { class: 'faint' }, counted(shown.more, 'further stretch matches.', 'further stretches match.')),
    shown.pairs.some((pair) => !pair.theirs) && h('p', { class: 'faint' },
      'The original is not on the machine that made this report, so only our lines are shown; the ranges name the lines there.'),
    shown.header && [h('h5', null, 'Licence header'), headerTable(shown)]);
}

function headerTable(shown) {
  const [first, text] = shown.header;
  return h('div', { class: 'scroll code', tabindex: '0', role: 'region', 'aria-label': 'Licence header of ' + shown.path },
    h('table', { class: 'one' }, columns(false), h('tbody', null, text.map((line, at) =>
      h('tr', null, h('td', { class: 'no' }, String(first + at)), h('td', null, h('code', null, line || ' ')))))));
}

/** What is known of file `no`. */
async function fileFacts(no, purl) {
  const row = await fileOf(no);
  if (!row) return h('p', null, 'Nothing more is known.');
  const statement = ([what, kind, first, last]) => [h('code', null, what), ' (' + kind + ', ' + lines(first, last) + ')'];
  const match = ([from, kind, path, share, ranges]) => [h('code', null, path), ' of ', h('code', null, from), ': ' + kind + ', ' + share + ' of the file',
    ranges.length > 0 && plainList(ranges.slice(0, 12).map(([a, b, c, d]) => lines(a, b) + ' are ' + lines(c, d) + ' there')),
    ranges.length > 12 && h('span', { class: 'faint' }, 'and ' + (ranges.length - 12) + ' more')];
  const other = row.matches.filter(([from]) => from !== purl);
  const same = row.matches.filter(([from]) => from === purl);
  return h('dl', { class: 'facts' }, fact('Language', row.language),
    fact('Explained by', same.length ? plainList(same.map(match)) : null),
    fact(same.length ? 'Other candidate origins' : 'Candidate origins', other.length ? plainList(other.map(match)) : null),
    fact('States', row.licences.length ? plainList(row.licences.map(statement)) : 'no licence'),
    fact('Mentions', row.mentions.length ? plainList(row.mentions.map(statement)) : null),
    fact('Copyright', row.copyrights.length ? plainList(row.copyrights.map(([what, first, last]) => [what, h('span', { class: 'faint' }, ' ' + lines(first, last))])) : null));
}

function fileEntry(no, purl) {
  const name = h('code', null, '…');
  pathOf(no).then((path) => { name.textContent = path; });
  const entry = h('details', null, h('summary', null, name));
  entry.addEventListener('toggle', async () => {
    if (entry.open && !entry.loaded) { entry.loaded = true; entry.append(await fileFacts(no, purl)); }
  });
  return entry;
}

const declaration = ([manifest, line, purl]) => [h('code', null, manifest + (line ? ':' + line : '')), ' names ', h('code', null, purl)];
const declarations = (all) => (all.length ? plainList(all.map(declaration)) : null);
const marked = ([count, listed], one, many) => (count ? [counted(count, one, many),
  plainList(listed.map((path) => h('code', null, path))), count > listed.length && h('span', { class: 'faint' }, 'and ' + number(count - listed.length) + ' more')] : null);

function licenceFacts(item, detail) {
  const by = { index: 'the index', 'license-file': 'a licence file', readme: 'a readme file', release: 'the release’s' };
  return h('dl', { class: 'facts' },
    fact('Licence', detail.licence ? [h('code', null, detail.licence), ' (' + RISKS[item.risk] + ')'] : 'not known'),
    fact('Declared', detail.declared.length ? plainList(detail.declared.map(([who, path, what]) => [h('code', null, what), ' by ' + by[who], path && [' ', h('code', null, path)]])) : null),
    fact('Stated in files', detail.detected.length ? plainList(detail.detected.map(([what, files]) => [h('code', null, what), ' in ' + counted(files, 'file', 'files')])) : null),
    fact('Notice removed', marked(detail.notice_removed, 'file', 'files')),
    fact('Notice replaced', marked(detail.notice_replaced, 'file', 'files')),
    fact('Left behind', detail.left_behind && h('code', null, detail.left_behind)),
    fact('Without licence', marked(detail.unlicensed, 'file', 'files')));
}

function originFacts(item, detail) {
  const versions = detail.versions.map((version, at) => [at ? ', ' : null, h('code', null, version)]);
  const left = detail.version_count - detail.versions.length;
  return h('dl', { class: 'facts' },
    fact(item.subject === 2 ? 'Found instead' : 'Versions', versions, left > 0 && ' and ' + number(left) + ' more',
      detail.version_count > 1 && h('p', { class: 'faint' }, 'The evidence cannot tell these apart; the likeliest comes first.')),
    fact('Newest known', item.newest && [h('code', null, item.newest), detail.newest_released && ', released ' + detail.newest_released,
      item.behind > 1 && ', ' + counted(item.behind - 1, 'release', 'releases') + ' later']),
    fact('Also known as', detail.aliases.length ? plainList(detail.aliases.map((purl) => h('code', null, purl))) : null),
    fact('Also in', detail.also_in.length ? plainList(detail.also_in.map(([purl, date]) => [h('code', null, purl), ', released ' + date])) : null));
}

function summaryFacts(item, detail) {
  const change = { modified: 'changed', missing: 'missing', added: 'added' };
  const aside = detail.decided;
  return h('dl', { class: 'facts' },
    fact('Place', h('code', null, detail.root)), fact('Component', h('code', null, detail.purl)),
    fact('What', KINDS[item.kind] + (item.files ? ', ' + counted(item.files, 'file', 'files') : '')
      + (item.lines ? ', ' + counted(item.lines, 'line', 'lines') : '')),
    fact('Confidence', item.confidence),
    fact('Declared', detail.declaration && declaration(detail.declaration)),
    fact('Managed by', detail.managed && [declaration(detail.managed[1]), detail.managed[0] === 'carries' && ', with which it came']),
    fact('Duplicate of', declarations(detail.duplicates)), fact('Noted as', declarations(detail.stated)),
    fact('Changed files', marked(detail.modified, 'file differs from every release', 'files differ from every release')),
    fact('Differences', detail.changes.length ? parts(detail.changes, 50, ([kind, path]) => h('div', null, change[kind] + ' ', h('code', null, path)), ['file', 'files']) : null),
    fact('Decided', aside && [DECISIONS[item.decided - 1].replaceAll('-', ' ') + ' by ' + aside[1] + ' on ' + aside[2] + ': ' + aside[0],
      aside[3] && ' Until ' + aside[3] + '.', aside[4] && [' By ', h('code', null, aside[4])], h('span', { class: 'faint' }, ' (' + aside[5] + ')')]),
    fact('Set aside', detail.set_aside));
}

/** Fills `box` with entry `item`. */
async function showEntry(box, item, still) {
  const [detail, texts] = await Promise.all([detailOf(item.no), textsOf(item.no)]);
  if (!still()) return;
  const files = detail.runs.reduce((sum, [, count]) => sum + count, 0);
  const numbers = filesOf(detail.runs, 0, 5000);
  const evidence = texts.length ? texts.map(shownFile)
    : numbers.length ? h('p', { class: 'faint' }, 'This report holds no text of its files; open a file below for the lines that match.') : null;
  const title = h('h2', { tabindex: '-1', id: 'entry-title' }, item.name, item.version && h('span', { class: 'version' }, ' ' + item.version));
  replace(box,
    h('button', { type: 'button', class: 'back', onclick: () => go({ item: '' }) }, 'Back to the list'),
    title,
    h('p', { class: 'badges' }, badge(LISTS[item.list], 'list' + item.list), item.state > 0 && badge(STATES[item.state]),
      item.managed === 1 && item.subject === 0 && badge('managed'), decided.has(item.no) && badge('decided here', 'list2')),
    h('ul', { class: 'reasons' }, item.reasons.map((no) => h('li', null, DATA.reasons[no]))),
    summaryFacts(item, detail),
    h('h3', { class: 'screen' }, 'Decide'), decisionForm(item),
    evidence && [h('h3', null, 'Evidence'), evidence],
    item.subject < 2 && [h('h3', null, 'Licence'), licenceFacts(item, detail)],
    h('h3', null, 'Candidate origins'), originFacts(item, detail),
    files > 0 && [h('h3', null, 'Files (' + number(files) + ')'), parts(numbers, 50, (no) => fileEntry(no, detail.purl), ['file', 'files']),
      files > numbers.length && h('p', { class: 'faint' }, 'The first ' + number(numbers.length) + ' are listed.')]);
}
