// The page as a whole: its state stands in the address, so that a view can be passed on.

const START = { view: 'reviewer', list: '', q: '', kind: '', risk: '', status: '', item: '', at: '' };
const VIEWS = { reviewer: drawReviewer, owner: drawOwner, team: drawTeam };
const FIRST = String([0, 1, 2].find((list) => ITEMS.some((item) => item.list === list)) ?? 0);
let state = { ...START };

function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const next = { ...START };
  for (const name of Object.keys(START)) next[name] = asked.get(name) || '';
  if (!(next.view in VIEWS)) next.view = 'reviewer';
  if (!['0', '1', '2'].includes(next.list)) next.list = FIRST;
  if (!['', 'open', 'unmanaged', 'decided', 'here', 'new', 'changed'].includes(next.status)) next.status = '';
  for (const name of ['kind', 'risk']) if (!/^[0-6]?$/.test(next[name])) next[name] = '';
  return next;
}

function address() {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) if (value !== '' && !(name === 'list' && value === FIRST)) out.set(name, value);
  return '#' + out;
}

/** Goes to another state; `replaces` is for what is typed, so that it fills no history. */
function go(patch, replaces) {
  const next = { ...state, ...patch };
  if ('view' in patch && patch.view !== state.view && !('item' in patch)) next.item = '';
  draw(next, true);
  try {
    if (replaces) history.replaceState(null, '', address());
    else history.pushState(null, '', address());
  } catch { location.hash = address(); }
}

function draw(next, focus) {
  const before = state;
  state = next;
  const differs = (...all) => all.some((name) => before[name] !== next[name]);
  const changed = { view: differs('view'), filters: differs('list', 'q', 'kind', 'risk', 'status', 'view'), item: differs('item', 'view'), at: differs('at'), focus };
  if (changed.view) showView();
  VIEWS[state.view](changed);
}

/** Draws the view again after what it shows has changed. */
function refresh() {
  VIEWS[state.view]({ view: false, filters: true, item: true, at: false, focus: false });
}

function showView() {
  for (const name of Object.keys(VIEWS)) {
    const chosen = name === state.view;
    byId(name).hidden = !chosen;
    byId('tab-' + name).setAttribute('aria-selected', String(chosen));
    byId('tab-' + name).tabIndex = chosen ? 0 : -1;
  }
}

function wireTabs() {
  const order = Object.keys(VIEWS);
  for (const name of order) byId('tab-' + name).addEventListener('click', () => go({ view: name }));
  byId('tabs').addEventListener('keydown', (event) => {
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -order.indexOf(state.view), End: 2 - order.indexOf(state.view) };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const view = order[(order.indexOf(state.view) + steps[event.key] + 3) % 3];
    go({ view });
    byId('tab-' + view).focus();
  });
  byId('skip').addEventListener('click', (event) => { event.preventDefault(); byId('main').focus(); });
}

function wireTheme() {
  const choice = byId('theme');
  const apply = (name) => { document.documentElement.dataset.theme = name; choice.value = name; };
  let kept = 'auto';
  try { kept = localStorage.getItem('foundling-theme') || 'auto'; } catch { /* Then the system's. */ }
  apply(['light', 'dark'].includes(kept) ? kept : 'auto');
  choice.addEventListener('change', () => {
    apply(choice.value);
    try { localStorage.setItem('foundling-theme', choice.value); } catch { /* It holds for this page. */ }
  });
}

byId('verdict').textContent = DATA.verdict.replace(/ (?=[KMGTPE]iB)/g, '\u00a0');
byId('scope').textContent = DATA.roots.join(', ');
byId('foot').textContent = [DATA.tool + ' ' + DATA.version, DATA.date].filter(Boolean).join(', ');
document.title = 'foundling: ' + (DATA.roots.join(', ') || 'report').slice(0, 120);
wireTheme();
wireTabs();
recall();
buildReviewer();
state = { ...fromAddress() };
showView();
VIEWS[state.view]({ view: true, filters: true, item: true, at: true, focus: false });
window.addEventListener('popstate', () => draw(fromAddress(), false));
window.addEventListener('hashchange', () => draw(fromAddress(), false));
})();
