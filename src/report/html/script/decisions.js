// Decisions made in this page, kept until they are exported as an addition to foundling-decisions.toml.

const STORE = 'foundling-decisions:' + location.pathname;
const decided = new Map();
let author = '';

function keep() {
  try {
    const byIds = [...decided].map(([no, decision]) => [ITEMS[no].id, ITEMS[no].root, decision]);
    localStorage.setItem(STORE, JSON.stringify({ author, decisions: byIds }));
  } catch { /* Some browsers keep nothing for files: the decisions last as long as the page then. */ }
}

function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE) || '{}');
    author = typeof kept.author === 'string' ? kept.author : '';
    for (const [id, root, decision] of kept.decisions || []) {
      const item = ITEMS.find((one) => one.id === id && one.root === root);
      if (item && DECISIONS.includes(decision.kind)) decided.set(item.no, decision);
    }
  } catch { /* What is not readable is not ours. */ }
}

/** A TOML basic string. */
function quoted(text) {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (letter) => '\\u' + letter.charCodeAt(0).toString(16).padStart(4, '0'));
  return '"' + escaped + '"';
}

function entry(key, decision) {
  const out = ['', '[[decision]]', 'component = ' + quoted(key.component), 'kind = ' + quoted(decision.kind),
    'reason = ' + quoted(decision.reason), 'author = ' + quoted(decision.author), 'date = ' + quoted(decision.date)];
  if (decision.expires) out.push('expires = ' + quoted(decision.expires));
  if (decision.kind === 'replaced-by') out.push('replaced_by = ' + quoted(decision.replaced_by));
  if (key.paths.length) out.push('paths = [' + key.paths.map(quoted).join(', ') + ']');
  if (key.sketch.length) {
    out.push('sketch = [');
    for (let at = 0; at < key.sketch.length; at += 4) {
      out.push('  ' + key.sketch.slice(at, at + 4).map(quoted).join(', ') + ',');
    }
    out.push(']');
  }
  return out.join('\n') + '\n';
}

/** All decisions as text, in the order of the entries. */
async function exported() {
  const order = [...decided.keys()].sort((one, other) => one - other);
  const entries = [];
  for (const no of order) entries.push(entry(await keyOf(no), decided.get(no)));
  return '# Decisions made in a report of foundling. Append them to foundling-decisions.toml of the tree.\n' + entries.join('');
}

async function download() {
  const blob = new Blob([await exported()], { type: 'application/toml' });
  const link = h('a', { href: URL.createObjectURL(blob), download: 'foundling-decisions.toml' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(counted(decided.size, 'decision', 'decisions') + ' exported');
}

function decisionsBar() {
  const bar = byId('decisions');
  bar.hidden = decided.size === 0;
  if (decided.size === 0) return replace(bar);
  return replace(bar, h('p', null, counted(decided.size, 'decision was', 'decisions were') + ' made here and not yet exported. '
    + 'Append the file to foundling-decisions.toml of the tree.'),
  h('button', { type: 'button', class: 'primary', id: 'export', onclick: download }, 'Export decisions'),
  h('button', { type: 'button', onclick: async () => copy(await exported()) }, 'Copy as text'),
  h('button', { type: 'button', onclick: () => { decided.clear(); keep(); refresh(); say('Decisions discarded'); } }, 'Discard all'));
}

const today = () => {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
};

/** The form in which entry `item` is decided. */
function decisionForm(item) {
  const mine = decided.get(item.no);
  const copies = ITEMS.filter((one) => one.subject === item.subject && one.component === item.component && !one.decided);
  const kind = h('select', { id: 'd-kind' }, DECISIONS.map((name) => h('option', { value: name }, name.replaceAll('-', ' '))));
  kind.value = mine ? mine.kind : 'accepted';
  const reason = h('textarea', { id: 'd-reason', rows: 2, required: true, value: mine ? mine.reason : '' });
  const who = h('input', { id: 'd-author', required: true, autocomplete: 'name', value: mine ? mine.author : author });
  const until = h('input', { id: 'd-expires', type: 'date', value: (mine && mine.expires) || '' });
  const by = h('input', { id: 'd-by', placeholder: 'pkg:npm/name@1.2', value: (mine && mine.replaced_by) || item.package || '' });
  const all = h('input', { id: 'd-all', type: 'checkbox' });
  const wrong = h('p', { class: 'wrong', id: 'd-wrong', role: 'alert' });
  const byField = h('p', null, h('label', { for: 'd-by' }, 'Replaced by'), by);
  const byShown = () => { byField.hidden = kind.value !== 'replaced-by'; };
  kind.addEventListener('change', byShown);
  byShown();
  const missing = () => [[reason, 'Say why.'], [who, 'Say who decides.'],
    [by, kind.value === 'replaced-by' ? 'Say which package takes its place.' : null]]
    .filter(([field, words]) => { const bad = Boolean(words) && !field.value.trim(); field.setAttribute('aria-invalid', bad); return bad; });
  const save = (event) => {
    event.preventDefault();
    const gaps = missing();
    wrong.textContent = gaps.map(([, words]) => words).join(' ');
    if (gaps.length) { gaps[0][0].setAttribute('aria-describedby', 'd-wrong'); gaps[0][0].focus(); return; }
    author = who.value.trim();
    const decision = { kind: kind.value, reason: reason.value.trim(), author, date: today(), expires: until.value,
      replaced_by: by.value.trim() };
    for (const one of all.checked ? copies : [item]) decided.set(one.no, decision);
    keep();
    refresh();
    say('Decided: ' + decision.kind.replaceAll('-', ' '));
  };
  const undo = mine && h('button', { type: 'button', onclick: () => { decided.delete(item.no); keep(); refresh(); say('Decision taken back'); } }, 'Take back');
  return h('form', { class: 'decide', onsubmit: save, novalidate: true },
    h('p', null, h('label', { for: 'd-kind' }, 'Decision'), kind), byField,
    h('p', { class: 'wide' }, h('label', { for: 'd-reason' }, 'Reason'), reason),
    h('p', null, h('label', { for: 'd-author' }, 'Author'), who),
    h('p', null, h('label', { for: 'd-expires' }, 'Holds until (may be left out)'), until),
    copies.length > 1 && h('p', { class: 'wide check' }, all, h('label', { for: 'd-all' },
      'Decide so for all ' + number(copies.length) + ' places of this component')),
    wrong, h('p', { class: 'wide' }, h('button', { type: 'submit', class: 'primary' }, mine ? 'Change decision' : 'Decide'), undo));
}
