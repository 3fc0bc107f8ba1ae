// Elements and words. Data becomes text only: nothing here reads markup.

const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick` and so on) and children; what is null or empty is left out. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  fill(element, children);
  return element;
}

function fill(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== '') element.append(child);
  }
  return element;
}

function replace(element, ...children) {
  element.textContent = '';
  return fill(element, children);
}

const number = (many) => String(many).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
const counted = (many, one, more) => number(many) + ' ' + (many === 1 ? one : more);

function bytes(amount) {
  if (amount < 1024) return counted(amount, 'byte', 'bytes');
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let step = 0;
  let size = amount / 1024;
  while (size >= 1024 && step < 5) { size /= 1024; step++; }
  return (size < 10 ? Math.floor(size * 10) / 10 : number(Math.floor(size))) + '\u00a0' + units[step];
}

function percent(part, whole) {
  if (!(part > 0) || !(whole > 0)) return '0%';
  if (part >= whole) return '100%';
  const share = (part / whole) * 100;
  return share < 1 ? 'under 1%' : Math.min(99, Math.round(share)) + '%';
}

const lines = (first, last) => (first === last ? 'line ' + first : 'lines ' + first + '–' + last);

/** Tells readers of the screen what happened. */
function say(text) {
  const box = byId('said');
  box.textContent = '';
  setTimeout(() => { box.textContent = text; }, 30);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = h('textarea', { class: 'quiet', value: text });
    document.body.append(box);
    box.select();
    document.execCommand('copy');
    box.remove();
  }
  say('Copied: ' + text);
}

function copyButton(text, what) {
  const button = h('button', { type: 'button', class: 'small', 'aria-label': 'Copy ' + what }, 'Copy');
  button.addEventListener('click', async () => {
    await copy(text);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return button;
}

const badge = (text, tone) => h('span', { class: 'badge ' + (tone || '') }, text);

function fact(name, ...value) {
  const content = value.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== '' && one !== false);
  return content.length ? [h('dt', null, name), h('dd', null, content)] : [];
}

const plainList = (entries) => h('ul', { class: 'plain' }, entries.map((entry) => h('li', null, entry)));

const isFigure = (text) => /^[\d,]+$/.test(text);

/** A table with a caption; the first cell of each row names it. */
function table(caption, heads, rows) {
  const body = rows.map((cells) => h('tr', null, cells.map((cell, at) =>
    h(at ? 'td' : 'th', { scope: at ? null : 'row', class: at && isFigure(cell) ? 'figure' : null }, cell))));
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', { class: heads.length > 3 ? 'many' : null }, h('caption', null, caption),
      h('thead', null, h('tr', null, heads.map((head, at) => h('th', { scope: 'col', class: at && rows[0] && isFigure(rows[0][at]) ? 'figure' : null }, head)))), h('tbody', null, body)));
}

/** Shows `rows` a part at a time, so that no page is ever built of thousands of them at once. */
function parts(rows, size, render, what) {
  const box = h('div', { class: 'parts' });
  let shown = 0;
  const more = h('button', { type: 'button' });
  const add = (focus) => {
    const next = rows.slice(shown, shown + size).map(render);
    more.before(...next);
    shown += next.length;
    const left = rows.length - shown;
    more.hidden = left === 0;
    more.textContent = 'Show ' + Math.min(size, left) + ' more of ' + counted(left, what[0], what[1]);
    if (focus && next[0]) { next[0].tabIndex = -1; next[0].focus(); }
  };
  more.addEventListener('click', () => add(true));
  box.append(more);
  add(false);
  return box;
}
