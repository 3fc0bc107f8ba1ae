// The team's view: what to delete or replace, the cheapest first.

const EFFORTS = [
  ['Delete', 'The package is in use already: delete the copy.'],
  ['Replace', 'Unchanged: delete the copy and add the package.'],
  ['Declare', 'Unchanged, and no package is known to replace it: note where it is from.'],
  ['Upstream', 'Changed: bring the changes upstream or keep them as a patch, then replace it.'],
  ['Review', 'Pieces: rewrite them, or keep them with their notice.'],
];
const team = {};

/** Whether a place can stand in a command as it is shown. */
const plainPlace = (root) => /^[\w@+][\w@.+/ -]*$/.test(root) && !root.includes('...');

function command(text, what) {
  return h('div', { class: 'command' }, h('code', { tabindex: '0' }, text), copyButton(text, what));
}

function teamRow(item) {
  const removes = item.effort <= 2 && plainPlace(item.root);
  const behind = item.behind > 1 && counted(item.behind - 1, 'release', 'releases') + ' behind ' + item.newest;
  const notes = [KINDS[item.kind], item.files > 1 && counted(item.files, 'file', 'files'),
    item.modified > 0 && item.kind < 2 && counted(item.modified, 'file differs', 'files differ') + ' from every release', behind].filter(Boolean);
  return h('article', { class: 'task' },
    h('h4', null, h('code', null, item.root)),
    h('p', null, h('b', null, item.name), ' ' + item.version, item.licence && h('span', { class: 'faint' }, ' ' + item.licence)),
    h('p', { class: 'faint' }, notes.join(', ')),
    removes && command('git rm -r -- \'' + item.root + '\'', 'the command that deletes ' + item.root),
    item.line && [item.manifest && h('p', { class: 'faint' }, 'in ', h('code', null, item.manifest)), command(item.line, 'the line for ' + item.name)],
    h('p', null, h('button', { type: 'button', class: 'link', onclick: () => go({ view: 'reviewer', list: String(item.list), q: '', kind: '', risk: '', status: '', item: item.id + '.' + item.no }) },
      'Evidence of ' + item.name)));
}

function buildTeam() {
  team.search = h('input', { type: 'search', id: 't-q', spellcheck: 'false', placeholder: 'Name, place, licence, id', oninput: () => go({ q: team.search.value }, true) });
  team.box = h('div');
  replace(byId('team'), h('div', { class: 'filters', role: 'search' }, h('label', { for: 't-q', class: 'grow' }, 'Search', team.search)), team.box);
  team.built = true;
}

function drawTeam(changed) {
  if (!team.built) buildTeam();
  if (!changed.view && !changed.filters) return;
  if (document.activeElement !== team.search) team.search.value = state.q;
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const tasks = ITEMS.filter((item) => item.effort > 0 && !decided.has(item.no) && words.every((word) => item.words.includes(word)));
  const groups = EFFORTS.map((_, no) => tasks.filter((item) => item.effort === no + 1)
    .sort((a, b) => a.files - b.files || (a.root < b.root ? -1 : a.root > b.root ? 1 : 0)));
  replace(team.box, h('p', { class: 'headline' }, tasks.length
    ? [h('b', null, number(tasks.length)), ' ' + (tasks.length === 1 ? 'place' : 'places') + ' to clear, the cheapest first.']
    : 'Nothing to clear.'),
  groups.map((group, no) => group.length > 0 && h('section', { class: 'effort' },
    h('h2', null, EFFORTS[no][0] + ' ', h('span', { class: 'version' }, number(group.length))), h('p', null, EFFORTS[no][1]),
    parts(group, 25, teamRow, ['place', 'places']))));
}
