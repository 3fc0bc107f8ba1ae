// The reviewer's view: three lists, filters, and the entry that is open.

const reviewer = {};

function filterField(label, name, options) {
  const select = h('select', { id: 'f-' + name, onchange: () => go({ [name]: select.value }, true) },
    options.map(([value, text]) => h('option', { value }, text)));
  return h('label', { for: 'f-' + name }, label, select);
}

const matchesRest = (item, filters) => (!filters.words.length || filters.words.every((word) => item.words.includes(word)))
  && (filters.kind === '' || item.kind === Number(filters.kind))
  && (filters.risk === '' || (item.subject < 2 && item.risk === Number(filters.risk)))
  && ({ '': true, open: !item.decided && !decided.has(item.no), decided: Boolean(item.decided) || decided.has(item.no),
    here: decided.has(item.no), new: item.state === 1, changed: item.state === 2, unmanaged: !item.managed })[filters.status];

/** Entries that the filters leave, whichever list they stand in. */
function filtered() {
  const filters = { ...state, words: state.q.toLowerCase().split(/\s+/).filter(Boolean) };
  return ITEMS.filter((item) => matchesRest(item, filters));
}

function entryRow(item) {
  const why = DATA.reasons[item.reasons[0]] || '';
  return [h('span', { class: 'what' }, h('b', null, item.name), item.version && ' ' + item.version,
    decided.has(item.no) && h('span', { class: 'badge list2' }, 'decided'), item.state === 1 && h('span', { class: 'badge' }, 'new')),
  h('span', { class: 'where' }, item.root), h('span', { class: 'why' }, why, item.licence && ' ' + item.licence)];
}

function buildReviewer() {
  reviewer.list = new List({ label: 'Entries', rem: 4.6, render: entryRow, open: (item) => go({ item: item.id + '.' + item.no }) });
  reviewer.choices = LISTS.map((name, no) => h('button', { type: 'button', class: 'choice list' + no, 'data-list': no,
    onclick: () => go({ list: String(no), item: '' }) }));
  reviewer.search = h('input', { type: 'search', id: 'f-q', placeholder: 'Name, place, licence, id', spellcheck: 'false',
    oninput: () => go({ q: reviewer.search.value }, true) });
  reviewer.entry = h('article', { class: 'entry', 'aria-labelledby': 'entry-title' });
  reviewer.empty = h('p', { class: 'empty' });
  reviewer.box = h('div', { class: 'panes' }, h('div', { class: 'pane' }, reviewer.list.box, reviewer.empty), reviewer.entry);
  const any = ['', 'any'];
  replace(byId('reviewer'), h('div', { role: 'group', 'aria-label': 'List', class: 'choices' }, reviewer.choices),
    h('div', { class: 'filters', role: 'search' }, h('label', { for: 'f-q', class: 'grow' }, 'Search', reviewer.search),
      filterField('Kind', 'kind', [any, ...KINDS.map((text, no) => [no, text])]),
      filterField('Licence', 'risk', [any, ...RISKS.slice(0, 6).map((text, no) => [no, text])]),
      filterField('Status', 'status', [any, ['open', 'open'], ['unmanaged', 'unmanaged'], ['decided', 'decided'], ['here', 'decided here'],
        ['new', 'new'], ['changed', 'changed']])),
    h('div', { id: 'decisions', class: 'notice', hidden: true }), reviewer.box);
  byId('reviewer').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !state.item) return;
    go({ item: '' });
    reviewer.list.box.focus();
  });
}

const itemOf = (name) => {
  const item = ITEMS[Number(name.split('.')[1])];
  return item && item.id === name.split('.')[0] ? item : ITEMS.find((one) => one.id === name.split('.')[0]);
};

function drawReviewer(changed) {
  const all = filtered();
  const rows = all.filter((item) => item.list === Number(state.list));
  const counts = LISTS.map((_, no) => all.filter((item) => item.list === no).length);
  reviewer.choices.forEach((button, no) => {
    replace(button, LISTS[no] + ' ', h('b', null, number(counts[no])));
    button.setAttribute('aria-pressed', String(no === Number(state.list)));
  });
  if (document.activeElement !== reviewer.search) reviewer.search.value = state.q;
  for (const name of ['kind', 'risk', 'status']) byId('f-' + name).value = state[name];
  const item = state.item ? itemOf(state.item) : undefined;
  if (changed.filters) reviewer.list.set(rows, item);
  else reviewer.list.choose(item);
  reviewer.list.box.hidden = rows.length === 0;
  reviewer.empty.hidden = rows.length > 0;
  reviewer.empty.textContent = all.length ? 'No entry here; the other lists have some.' : 'No entry fits these filters.';
  if (changed.filters) say(counted(rows.length, 'entry', 'entries') + ' in ' + LISTS[state.list]);
  decisionsBar();
  reviewer.box.classList.toggle('open', Boolean(item));
  if (changed.item) openEntry(item, changed.focus);
}

async function openEntry(item, focus) {
  if (!item) {
    replace(reviewer.entry, h('p', { class: 'empty', id: 'entry-title' }, 'Choose an entry to see its evidence. '
      + 'Arrow keys move in the list, Enter opens, Escape comes back.'));
    return;
  }
  const name = state.item;
  await showEntry(reviewer.entry, item, () => state.item === name);
  reviewer.entry.scrollTop = 0;
  const title = byId('entry-title');
  if (focus && title) title.focus({ preventScroll: !matchMedia('(max-width: 56rem)').matches });
}
