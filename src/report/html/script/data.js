(() => {
'use strict';
// The report's data: the entries are there at once, everything else comes in packed chunks.

const DATA = JSON.parse(document.getElementById('data').textContent);

const LISTS = ['Conflicts', 'To research', 'Fine'];
const KINDS = ['vendored directory', 'copied file', 'copied lines', 'wrong version', 'tampered', 'absent', 'extraneous'];
const RISKS = ['permissive', 'weak copyleft', 'copyleft', 'network copyleft', 'proprietary', 'unknown', 'none stated'];
const ORIGINS = ['own code', 'managed', 'unmanaged', 'internal reuse'];
const STATES = ['', 'new', 'changed', 'as before'];
const DECISIONS = ['accepted', 'replaced-by', 'false-positive', 'own-code', 'to-be-removed'];

const ITEMS = (() => {
  const columns = DATA.items;
  const texts = new Set(['name', 'home', 'version', 'root', 'licence', 'confidence', 'newest', 'line', 'manifest', 'package']);
  const names = Object.keys(columns);
  return columns.id.map((_, no) => {
    const item = { no };
    for (const name of names) item[name] = texts.has(name) ? DATA.strings[columns[name][no]] : columns[name][no];
    item.component = item.home + ' ' + item.name;
    item.words = [item.name, item.version, item.root, item.licence, item.id, item.home].join('\n').toLowerCase();
    return item;
  });
})();

const arrived = document.readyState === 'loading'
  ? new Promise((go) => document.addEventListener('DOMContentLoaded', go, { once: true }))
  : Promise.resolve();
const KEPT = 64;
const chunks = new Map();

/** The chunk `id`, unpacked; null where the page has none. */
function chunk(id) {
  const known = chunks.get(id);
  chunks.delete(id);
  const wanted = known || unpack(id);
  chunks.set(id, wanted);
  if (chunks.size > KEPT) chunks.delete(chunks.keys().next().value);
  return wanted;
}

async function unpack(id) {
  await arrived;
  const element = document.getElementById(id);
  if (!element) return null;
  const packed = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(plain).text());
}

/** Row `no` of the list that is cut into chunks of `size`. */
async function rowOf(letter, size, no) {
  const rows = await chunk(letter + Math.floor(no / size));
  return rows ? rows[no % size] : null;
}

const detailOf = (no) => rowOf('d', DATA.chunks.details, no);
const keyOf = (no) => rowOf('k', DATA.chunks.details, no);
const textsOf = async (no) => (await rowOf('t', DATA.chunks.texts, no)) || [];
const fileOf = (no) => rowOf('f', DATA.chunks.rows, no);

async function pathOf(no) {
  const rows = await chunk('p' + Math.floor(no / DATA.chunks.paths));
  return rows ? rows.path[no % DATA.chunks.paths] : '';
}

/** The numbers of an entry's files from the `from`th on, at most `most`. */
function filesOf(runs, from, most) {
  const numbers = [];
  for (const [first, count] of runs) {
    for (let at = Math.min(from, count); at < count && numbers.length < most; at++) numbers.push(first + at);
    from = Math.max(0, from - count);
  }
  return numbers;
}
