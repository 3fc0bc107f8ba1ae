// The owner's view: where the code is from, what it asks for, which libraries, what is new.

const owner = { mode: 'origin' };

/** Sums of a folder by origin or risk. */
function sums(amounts, mode) {
  const out = new Array(mode === 'origin' ? 4 : 7).fill(0);
  for (const [cls, size] of amounts) out[mode === 'origin' ? cls >> 3 : riskOf(cls)] += size;
  return out;
}

// Own code asks for nothing, whatever it states.
const riskOf = (cls) => ((cls >> 3) === 0 ? 6 : cls & 7);
const sizeOf = ([amounts]) => amounts.reduce((sum, [, size]) => sum + size, 0);
const filesIn = ([amounts]) => amounts.reduce((sum, [, , files]) => sum + files, 0);
const names = () => (owner.mode === 'origin' ? ORIGINS : RISKS.map((name, no) => (no === 6 ? 'own code' : name)));

function folderAt(path) {
  let node = DATA.tree;
  const parts = path ? path.split('/') : [];
  for (const part of parts) {
    const next = node[1].find(([name]) => name === part);
    if (!next) return [DATA.tree, []];
    node = next[1];
  }
  return [node, parts];
}

/** The amounts of a folder that lie in none of its listed folders. */
function loose(node) {
  const left = new Map(node[0].map(([cls, size, files]) => [cls, [size, files]]));
  for (const [, child] of node[1]) {
    for (const [cls, size, files] of child[0]) {
      const rest = left.get(cls);
      if (rest) { rest[0] -= size; rest[1] -= files; }
    }
  }
  return [...left].map(([cls, [size, files]]) => [cls, size, files]).filter(([, size]) => size > 0);
}

/** Squarified rectangles (Bruls, Huizing, van Wijk, 2000) for `sizes`, largest first. */
function squarify(sizes, x, y, width, height) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rects = [];
  if (!(total > 0)) return rects;
  const scale = (width * height) / total;
  let at = 0;
  while (at < sizes.length && width > 0.5 && height > 0.5) {
    const side = Math.min(width, height);
    let row = 0;
    let count = 0;
    let worst = Infinity;
    for (let next = at; next < sizes.length; next++) {
      const sum = row + sizes[next] * scale;
      const ratio = Math.max((side * side * sizes[at] * scale) / (sum * sum), (sum * sum) / (side * side * sizes[next] * scale));
      if (ratio > worst) break;
      worst = ratio; row = sum; count++;
    }
    const thick = row / side;
    let along = 0;
    for (let no = 0; no < count; no++) {
      const long = (sizes[at + no] * scale) / thick;
      rects.push(width >= height ? [x, y + along, thick, long] : [x + along, y, long, thick]);
      along += long;
    }
    if (width >= height) { x += thick; width -= thick; } else { y += thick; height -= thick; }
    at += count;
  }
  return rects;
}

const SVG = 'http://www.w3.org/2000/svg';

function rect(svg, [x, y, width, height], look) {
  const element = document.createElementNS(SVG, 'rect');
  for (const [name, value] of Object.entries({ x, y, width: Math.max(0, width - 1), height: Math.max(0, height - 1), class: look })) {
    element.setAttribute(name, value);
  }
  svg.append(element);
}

function paint(svg, node, area, depth) {
  const [x, y, width, height] = area;
  const entries = [...node[1].map(([, child]) => [sizeOf(child), child]),
    ...sums(loose(node), owner.mode).map((size, no) => [size, no])].filter(([size]) => size > 0).sort((a, b) => b[0] - a[0]);
  const rects = squarify(entries.map(([size]) => size), x, y, width, height);
  rects.forEach((box, at) => {
    const what = entries[at][1];
    if (typeof what === 'number') rect(svg, box, 'fill-' + owner.mode + what);
    else if (depth > 0 && box[2] * box[3] > 500) paint(svg, what, box, depth - 1);
    else rect(svg, box, 'fill-' + owner.mode + most(what));
  });
}

function most(node) {
  const all = sums(node[0], owner.mode);
  return all.indexOf(Math.max(...all));
}

function shares(node) {
  const all = sums(node[0], owner.mode);
  const whole = sizeOf(node);
  return all.map((size, no) => [size, no]).filter(([size]) => size > 0).sort((a, b) => b[0] - a[0])
    .map(([size, no]) => percent(size, whole) + ' ' + names()[no]).join(', ');
}

function drawTree() {
  const [node, path] = folderAt(state.at);
  const box = owner.map;
  const width = box.clientWidth;
  const height = box.clientHeight;
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
  const folders = [...node[1]].sort((a, b) => sizeOf(b[1]) - sizeOf(a[1]));
  const rest = loose(node);
  const restSize = rest.reduce((sum, [, size]) => sum + size, 0);
  const entries = [...folders.map(([name, child]) => [sizeOf(child), name, child]), [restSize, '', [rest, []]]]
    .filter(([size]) => size > 0).sort((a, b) => b[0] - a[0]);
  const rects = squarify(entries.map(([size]) => size), 0, 0, width, height);
  const buttons = [];
  rects.forEach((area, at) => {
    const [size, name, child] = entries[at];
    paint(svg, child, [area[0] + 1, area[1] + 1, area[2] - 2, area[3] - 2], 3);
    if (area[2] > 24 && area[3] > 20) buttons.push(mapBox(area, name, child, size, path));
  });
  replace(box, svg, buttons);
  drawTreeText(node, path, entries);
}

function mapBox([x, y, width, height], name, child, size, path) {
  const text = (name || 'files here') + ', ' + bytes(size) + ', ' + shares(child);
  const label = width > 56 && height > 26 && h('span', { class: 'label' }, name || 'files here');
  const box = name
    ? h('button', { type: 'button', class: 'cell', 'aria-label': text, title: text, onclick: () => go({ at: [...path, name].join('/') }) }, label)
    : h('div', { class: 'cell', role: 'img', 'aria-label': text, title: text }, label);
  // In shares, so that they stay with what is drawn below them on paper, too.
  const share = (part, whole) => (100 * part) / whole + '%';
  const [wide, high] = [owner.map.clientWidth, owner.map.clientHeight];
  Object.assign(box.style, { left: share(x, wide), top: share(y, high), width: share(width, wide), height: share(height, high) });
  return box;
}

function drawTreeText(node, path, entries) {
  const crumbs = [h('button', { type: 'button', class: 'link', onclick: () => go({ at: '' }) }, 'whole tree')];
  path.forEach((part, at) => crumbs.push(' / ', h('button', { type: 'button', class: 'link', 'aria-current': at === path.length - 1 ? 'location' : null,
    onclick: () => go({ at: path.slice(0, at + 1).join('/') }) }, part)));
  replace(owner.crumbs, crumbs, h('span', { class: 'faint' }, ' ' + bytes(sizeOf(node)) + ' in ' + counted(filesIn(node), 'file', 'files')));
  const used = sums(node[0], owner.mode);
  replace(owner.legend, names().map((name, no) => used[no] > 0 && h('li', null, h('span', { class: 'swatch back-' + owner.mode + no, 'aria-hidden': 'true' }),
    name + ' ', h('b', null, percent(used[no], sizeOf(node))))));
  replace(owner.figures, h('summary', null, 'The same in figures'), table('Folders by size', ['Folder', 'Size', 'Files', 'Of what'],
    entries.slice(0, 60).map(([size, name, child]) => [name || 'files here', bytes(size), number(filesIn(child)), shares(child)])));
}

function bar() {
  const parts = sums(DATA.tree[0], 'origin');
  const listed = parts.reduce((sum, size) => sum + size, 0);
  const whole = Math.max(DATA.figures.bytes, listed);
  parts[0] += whole - listed;
  const shown = parts.map((size, no) => [size, no]).filter(([size]) => size > 0);
  const strip = h('div', { class: 'strip', 'aria-hidden': 'true' }, shown.map(([size, no]) => {
    const part = h('span', { class: 'back-origin' + no });
    part.style.flexGrow = String(size / whole);
    return part;
  }));
  return [h('p', { class: 'headline' }, h('b', null, percent(parts[2], whole)), ' of the code that was read is somebody else’s and managed by nobody (',
    bytes(parts[2]), ' of ' + bytes(whole) + ', ' + counted(DATA.figures.unmanaged_files, 'file', 'files') + ').'),
  strip, h('ul', { class: 'legend' }, shown.map(([size, no]) => h('li', null, h('span', { class: 'swatch back-origin' + no, 'aria-hidden': 'true' }),
    ORIGINS[no] + ' ', h('b', null, percent(size, whole)))))];
}

function libraries() {
  const all = new Map();
  for (const item of ITEMS) {
    if (item.subject !== 0) continue;
    const one = all.get(item.component) || { name: item.name, home: item.home, places: 0, unmanaged: 0, files: 0, versions: new Map(), licences: new Set(), newest: item.newest };
    one.places++;
    one.unmanaged += 1 - item.managed;
    one.files += item.files;
    one.versions.set(item.version, (one.versions.get(item.version) || 0) + 1);
    one.licences.add(item.licence || 'not known');
    all.set(item.component, one);
  }
  return [...all.values()].sort((a, b) => b.files - a.files || b.places - a.places || (a.name < b.name ? -1 : 1));
}

const few = (entries, most) => entries.slice(0, most).join(', ') + (entries.length > most ? ' and ' + (entries.length - most) + ' more' : '');

function libraryTables() {
  const all = libraries();
  const versions = (one) => few([...one.versions].sort((a, b) => b[1] - a[1]).map(([version, many]) => version + (many > 1 ? ' (' + many + ' places)' : '')), 5);
  const several = all.filter((one) => one.versions.size > 1).sort((a, b) => b.versions.size - a.versions.size);
  const name = (one) => one.name + (one.home ? ' (' + one.home + ')' : '');
  return [h('h2', null, 'Libraries'), all.length
    ? table('The largest of ' + counted(all.length, 'component', 'components'), ['Component', 'Files', 'Places', 'Unmanaged', 'Versions in use', 'Licence'],
      all.slice(0, 25).map((one) => [name(one), number(one.files), number(one.places), number(one.unmanaged), versions(one), few([...one.licences], 3)]))
    : h('p', null, 'None was found.'),
  several.length > 0 && table('In several versions at once: ' + counted(several.length, 'component', 'components'), ['Component', 'Versions', 'In use', 'Newest known'],
    several.slice(0, 25).map((one) => [name(one), number(one.versions.size), versions(one), one.newest || 'not known']))];
}

function licenceTable() {
  const found = ITEMS.filter((item) => item.subject === 0);
  const rows = RISKS.slice(0, 6).map((name, no) => {
    const of = found.filter((item) => item.risk === no);
    const licences = new Map();
    for (const item of of) licences.set(item.licence || 'not known', (licences.get(item.licence || 'not known') || 0) + 1);
    return [name, of.length, of.filter((item) => !item.managed).length, few([...licences].sort((a, b) => b[1] - a[1]).map(([licence, many]) => licence + ' (' + many + ')'), 5)];
  });
  return found.length > 0 && [h('h2', null, 'Licences'), table('Places by what their licence asks for', ['Risk', 'Places', 'Unmanaged', 'Licences'],
    rows.filter(([, many]) => many).map(([name, many, open, licences]) => [name, number(many), number(open), licences]))];
}

function news() {
  if (!DATA.figures.compared) {
    return [h('h2', null, 'What is new'), h('p', { class: 'faint' }, 'No earlier report was compared; ', h('code', null, 'foundling scan --baseline REPORT.json'), ' does.')];
  }
  const of = (no) => ITEMS.filter((item) => item.state === no);
  const [gone, listed] = DATA.gone;
  const link = (item) => h('button', { type: 'button', class: 'link', onclick: () => go({ view: 'reviewer', list: String(item.list), q: '', kind: '', risk: '', status: '', item: item.id + '.' + item.no }) },
    item.name + ' ' + item.version + ' in ' + item.root);
  const group = (title, items) => items.length > 0 && [h('h3', null, title + ' (' + number(items.length) + ')'), parts(items, 20, (item) => h('div', null, link(item)), ['entry', 'entries'])];
  return [h('h2', null, 'What is new'), of(1).length + of(2).length + gone === 0 && h('p', null, 'Nothing: all is as in the earlier report.'),
    group('New', of(1)), group('Changed', of(2)),
    gone > 0 && [h('h3', null, 'Gone (' + number(gone) + ')'), parts(listed, 20, ([root, purl]) => h('div', null, h('code', null, purl), ' in ', h('code', null, root)), ['entry', 'entries'])]];
}

function leftOut() {
  const [idle, idles] = DATA.idle;
  const [excluded, patterns] = DATA.excluded;
  const why = { expired: 'its last day is over', 'never-matched': 'no finding is what it names' };
  return [DATA.problems.length > 0 && [h('h2', null, 'Not examined in full'), table('Files that a reason stands for', ['Reason', 'Files'],
    DATA.problems.map(([code, many]) => [code.replaceAll('-', ' '), number(many)]))],
  excluded > 0 && [h('h2', null, 'Left out by the settings'), table('Patterns', ['Pattern', 'Files', 'Reason'], patterns.map(([pattern, reason, files]) => [pattern, number(files), reason]))],
  idle > 0 && [h('h2', null, 'Decisions that decide nothing'), table('Decisions', ['Place', 'Component', 'Why'], idles.map(([place, component, reason, files]) => [place, component, why[reason] + (files > 0 ? '; copied lines of it are still in ' + number(files) + (files === 1 ? ' file' : ' files') : '')]))]];
}

/** The list of every file in the report, which is unpacked when it is asked for. */
function allFiles() {
  const box = h('div', { class: 'files' });
  const start = h('button', { type: 'button', id: 'load-files', onclick: async () => {
    start.disabled = true;
    const files = [];
    for (let no = 0; no * DATA.chunks.paths < DATA.figures.listed_files; no++) {
      const part = await chunk('p' + no);
      part.path.forEach((path, at) => files.push({ no: files.length, path, low: path.toLowerCase(), bytes: part.bytes[at], cls: part.class[at] }));
    }
    showFiles(box, files);
  } }, 'List ' + counted(DATA.figures.listed_files, 'file', 'files'));
  box.append(start);
  return DATA.figures.listed_files > 0 && [h('h2', null, 'Files'), h('p', { class: 'faint' }, 'Files with a match or a licence.'), box];
}

function showFiles(box, files) {
  const facts = h('div', { class: 'entry' });
  const list = new List({ label: 'Files', rem: 2, render: (file) => [h('span', { class: 'where' }, file.path),
    h('span', { class: 'size' }, ORIGINS[file.cls >> 3] + ', ' + bytes(file.bytes))],
  open: async (file) => { replace(facts, h('h3', null, h('code', null, file.path)), await fileFacts(file.no, '')); } });
  const count = h('p', { class: 'faint', role: 'status' });
  const search = h('input', { type: 'search', id: 'file-q', spellcheck: 'false', oninput: () => apply() });
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = files.filter((file) => words.every((word) => file.low.includes(word)));
    list.set(rows);
    count.textContent = counted(rows.length, 'file', 'files');
  };
  replace(box, h('label', { for: 'file-q' }, 'Search in paths', search), count, list.box, facts);
  apply();
  search.focus();
}

function buildOwner() {
  owner.map = h('div', { class: 'map' });
  owner.crumbs = h('nav', { 'aria-label': 'Folder', class: 'crumbs' });
  owner.legend = h('ul', { class: 'legend' });
  owner.figures = h('details');
  const mode = (name, text) => h('button', { type: 'button', 'data-mode': name, 'aria-pressed': String(owner.mode === name), onclick: (event) => {
    owner.mode = name;
    event.target.parentElement.querySelectorAll('button').forEach((one) => one.setAttribute('aria-pressed', String(one === event.target)));
    drawTree();
  } }, text);
  replace(byId('owner'), bar(), h('h2', null, 'The tree'),
    h('div', { class: 'choices', role: 'group', 'aria-label': 'Colour by' }, mode('origin', 'by origin'), mode('risk', 'by licence risk')),
    owner.crumbs, owner.map, owner.legend, owner.figures, libraryTables(), licenceTable(), news(), leftOut(), allFiles());
  owner.map.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && state.at) go({ at: state.at.split('/').slice(0, -1).join('/') });
  });
  let width = 0;
  new ResizeObserver(() => {
    if (owner.map.clientWidth === width || state.view !== 'owner') return;
    width = owner.map.clientWidth;
    drawTree();
  }).observe(owner.map);
  owner.built = true;
}

function drawOwner(changed) {
  if (!owner.built) buildOwner();
  if (changed.view || changed.at) drawTree();
  if (changed.at && !changed.view) {
    const first = owner.map.querySelector('button');
    if (first) first.focus(); else owner.crumbs.querySelector('button').focus();
  }
}
