#!/usr/bin/env python3
"""Drives the report's page in a browser: `drive.py WORK FOUNDLING`, with small.html, hostile.html and big.html in WORK.

It ends with status 1 where the page logs an error, asks for anything, takes too long or too much, cannot be used by keyboard,
runs a name as script, has too little contrast, or exports decisions that FOUNDLING does not read; and where there is no Chromium.
Pictures are left in WORK.
"""
import base64
import os
import pathlib
import shutil
import subprocess
import sys
import time
import tomllib

from chromium import Browser

WORK, PROGRAM = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
FIRST_PAINT, FILTER, MEMORY, FIRST_PAGE = 2000, 200, 500 << 20, 2_000_000
TITLE = "document.querySelector('#entry-title')?.textContent"
ROWS = "document.querySelectorAll('#reviewer .list [role=option]').length"

# Texts whose contrast with what is behind them is below WCAG AA, among all that can be seen.
CONTRAST = r"""(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (e) => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255]; };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest('.quiet, script, noscript') || e.getClientRects().length === 0) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgba(style.color)), light(behind(e))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) bad.push(ratio.toFixed(2) + ' ' + e.tagName + '.' + e.className + ' ' + walker.currentNode.data.trim().slice(0, 40));
  }
  for (const e of document.querySelectorAll('[placeholder]')) {
    if (!e.checkVisibility() || e.value) continue;
    const [a, b] = [light(rgba(getComputedStyle(e, '::placeholder').color)), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push('placeholder ' + ((a + 0.05) / (b + 0.05)).toFixed(2) + ' ' + e.placeholder);
  }
  return [...new Set(bad)].slice(0, 20);
})()"""

# What can be used and has no name, or an id that stands twice.
NAMELESS = r"""(() => {
  const bad = [];
  for (const e of document.querySelectorAll('button, input, select, textarea, [role=listbox], [role=region], [role=img]')) {
    if (!e.checkVisibility()) continue;
    const name = e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && [...e.labels].map((l) => l.textContent).join('').trim()) || '';
    const labelled = e.matches('input, select, textarea') ? Boolean(e.getAttribute('aria-label') || (e.labels && e.labels.length)) : Boolean(name);
    if (!labelled) bad.push(e.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push('twice #' + id);
  return bad;
})()"""

# How far the page is wider than its window, and what makes it so.
WIDER = r"""(() => { const room = document.documentElement.clientWidth; if (document.documentElement.scrollWidth <= room) return [];
  return ['by ' + (document.documentElement.scrollWidth - room)].concat([...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > room + 1 && !e.closest('.scroll, .list'))
    .map((e) => e.tagName + '.' + e.className).slice(0, 10)); })()"""


def picture(browser, name):
    shot = browser.call("Page.captureScreenshot", format="png")
    (WORK / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def check(browser, where):
    for what, script in (("contrast", CONTRAST), ("names", NAMELESS), ("width", WIDER)):
        found = browser.run(script)
        assert not found, f"{where}: {what}: {found}"


def quiet(browser, where):
    # The browser draws its own icons (of a field for dates) from data; the policy keeps the page from doing so.
    local = ("about:", "data:", "blob:file", "blob:null")
    pages = [url(name) for name in ("small", "hostile", "big")]
    outside = [asked for asked in browser.requests if not asked.startswith(local) and asked.split("#")[0] not in pages]
    assert not browser.errors, f"{where} logs {browser.errors}"
    assert not outside, f"{where} asks for {outside}"


def url(name, fragment=""):
    return (WORK / f"{name}.html").as_uri() + fragment


def keyboard(browser):
    """From the first stop of the tabulator to an entry and back, then through the views."""
    browser.open(url("small"))
    browser.key("Tab")
    assert browser.run("document.activeElement.id") == "skip"
    browser.key("Enter")
    assert browser.run("document.activeElement.id") == "main"
    for _ in range(30):
        browser.key("Tab")
        assert browser.run("document.activeElement !== document.body"), "focus is lost"
        if browser.run("document.activeElement.getAttribute('role') === 'listbox'"):
            break
    assert browser.run("getComputedStyle(document.activeElement).outlineStyle") != "none", "focus is not seen"
    browser.key("ArrowDown")
    active = browser.run("document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.querySelector('b').textContent")
    assert active, "no option is active"
    browser.key("Enter")
    browser.wait("document.activeElement.id === 'entry-title'", "the entry's title in focus")
    assert browser.run(TITLE).startswith(active)
    assert "item=" in browser.run("location.hash")
    browser.key("Escape")
    assert browser.run("document.activeElement.getAttribute('role')") == "listbox"
    browser.run("document.getElementById('tab-reviewer').focus()")
    for view in ("owner", "team", "reviewer"):
        browser.key("ArrowRight")
        assert browser.run(f"!document.getElementById('{view}').hidden && document.activeElement.id === 'tab-{view}'"), view


def address(browser):
    """A view with its filters is passed on by its address, and Back goes back."""
    browser.open(url("small", "#view=reviewer&list=1&q=z&kind=2&risk=0&status=open"))
    assert browser.run("['f-q', 'f-kind', 'f-risk', 'f-status'].map((id) => document.getElementById(id).value).join()") == "z,2,0,open"
    assert browser.run("document.querySelector('.choice.list1').getAttribute('aria-pressed')") == "true"
    browser.run("document.querySelector('#tab-owner').click()")
    assert "view=owner" in browser.run("location.hash") and "q=z" in browser.run("location.hash")
    browser.run("history.back()")
    browser.wait("!document.getElementById('reviewer').hidden", "the reviewer's view again")
    browser.open(url("small", "#view=nothing&list=9&kind=x&item=no.1&at=no/where&status=<b>"))
    assert browser.run("!document.getElementById('reviewer').hidden") and browser.run(ROWS) > 0


def evidence(browser):
    """An entry opens its lines side by side, its licence header and its files."""
    browser.open(url("small", "#kind=2&list=1"))
    browser.wait(ROWS, "entries")
    for at in range(30):
        browser.run(f"document.querySelectorAll('#reviewer .list [role=option]')[{at}].click()")
        browser.wait(f"({TITLE} || '').length && document.querySelector('.entry .facts')", "an entry")
        if browser.run("document.querySelectorAll('.code table.two').length"):
            break
    assert browser.run("document.querySelectorAll('.code .same').length") > 20
    assert browser.run("document.querySelectorAll('.code .differs').length") > 2
    assert "Ada Byron" in browser.run("[...document.querySelectorAll('.shown h5 + .code')].map((e) => e.textContent).join()")
    browser.run("document.querySelector('.parts > details > summary').click()")
    browser.wait("document.querySelector('.parts details[open] .facts')?.textContent.includes('Copyright')", "what is known of a file")


def decide(browser, name, many):
    """Decisions of every kind are made, exported, read by TOML and by the program itself."""
    target = WORK / "foundling-decisions.toml"
    target.unlink(missing_ok=True)
    browser.open(url(name, "#list=1&status=open"))
    browser.run("localStorage.clear()")
    browser.open(url(name, "#list=1&status=open"))
    kinds = ["accepted", "replaced-by", "false-positive", "own-code", "to-be-removed"]
    for no in range(many):
        browser.wait(ROWS, "entries")
        browser.run("document.querySelector('#reviewer .list [role=option]').click()")
        browser.wait("document.querySelector('.decide:not([data-seen])')", "a form")
        browser.run("document.querySelector('.decide').dataset.seen = 1; document.querySelector('#d-reason').focus()")
        browser.run("document.querySelector('#d-reason').value = ''; document.querySelector('.decide [type=submit]').click()")
        assert browser.run("document.querySelector('#d-wrong').textContent.includes('Say why.')"), "a decision without a reason"
        browser.type('Because "it\\is"\nso \u00e9\u202e.')
        browser.run(f"""(() => {{ const kind = document.querySelector('#d-kind'); kind.value = '{kinds[no % 5]}'; kind.dispatchEvent(new Event('change'));
          document.querySelector('#d-author').value = 'Ada Byron'; document.querySelector('#d-by').value = 'pkg:npm/jquery@3.7';
          document.querySelector('.decide [type=submit]').click(); }})()""")
        browser.wait(f"document.querySelector('#decisions').textContent.startsWith('{no + 1} decision')", "the decision")
    picture(browser, f"{name}-decided")
    browser.open(url(name))
    assert browser.run("document.querySelector('#decisions').textContent").startswith(f"{many} decision"), "decisions are forgotten"
    browser.run("document.querySelector('#export').click()")
    for _ in range(200):
        if target.exists() and target.stat().st_size:
            break
        browser.run("1")
        time.sleep(0.05)
    text = target.read_text(encoding="utf-8")
    entries = tomllib.loads(text)["decision"]
    assert len(entries) == many and {entry["kind"] for entry in entries} == set(kinds[:many])
    assert all(entry["reason"] == 'Because "it\\is"\nso \u00e9\u202e.' for entry in entries), entries[0]["reason"]
    assert all(len(entry["sketch"]) == 64 for entry in entries if "sketch" in entry)
    program_reads(text)


def program_reads(text):
    """The program takes the file without complaint."""
    tree = WORK / "tree"
    tree.mkdir(exist_ok=True)
    (tree / "a.c").write_text("int a;\n", encoding="utf-8")
    (tree / "foundling-decisions.toml").write_text(text, encoding="utf-8")
    done = subprocess.run([PROGRAM, "scan", "--format", "json", str(tree)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "bad-decision" not in done.stdout, done.stdout[-2000:]
    assert done.stdout.count("never-matched") == text.count("[[decision]]"), "every decision is known to the program"


def owner_and_team(browser, name):
    browser.open(url(name, "#view=owner"))
    browser.wait("document.querySelectorAll('.map rect').length > 5", "the map")
    before = browser.run("document.querySelector('.crumbs').textContent")
    browser.run("document.querySelector('.map button').focus()")
    browser.key("Enter")
    assert browser.run("document.querySelector('.crumbs').textContent") != before and "at=" in browser.run("location.hash")
    browser.key("Escape")
    assert browser.run("document.querySelector('.crumbs').textContent") == before
    browser.run("document.querySelector('[data-mode=risk]').click()")
    assert "copyleft" in browser.run("document.querySelector('.legend + details').previousElementSibling.textContent")
    assert browser.run("document.querySelector('#owner').textContent.includes('What is new')")
    browser.open(url(name, "#view=team"))
    order = browser.run("[...document.querySelectorAll('.effort h2')].map((e) => e.firstChild.data.trim()).join()")
    assert order == "Delete,Replace,Declare,Upstream,Review", order
    browser.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"], session=None)
    wanted = browser.run("(() => { const c = document.querySelector('.command'); c.querySelector('button').click(); return c.querySelector('code').textContent; })()")
    browser.wait("document.querySelector('.command button').textContent === 'Copied'", "the copy")
    assert browser.run("document.querySelector('#said').textContent").endswith(wanted) or browser.wait(
        f"document.querySelector('#said').textContent.includes({wanted!r})", "the announcement")


def hostile(browser):
    """No name becomes markup or script, in any view; what turns lines round is written out."""
    for fragment in ("#list=0", "#list=1", "#list=2", "#view=owner", "#view=team"):
        browser.open(url("hostile", fragment))
        if "list" in fragment and browser.run(ROWS):
            browser.run("document.querySelector('#reviewer .list [role=option]').click()")
            browser.wait("document.querySelector('.entry .facts')", "an entry")
            browser.run("document.querySelectorAll('.parts > details > summary').forEach((e) => e.click())")
            time.sleep(0.3)
        if fragment == "#view=owner":
            browser.run("document.querySelector('#load-files').click()")
            browser.wait("document.querySelector('.files [role=option]')", "files")
        assert browser.run("window.hit === undefined"), "a name ran as script"
        assert browser.run("document.querySelectorAll('img').length") == 0, "a name became markup"
        assert not browser.run("/[\\u202e\\u2028\\0]/.test(document.body.innerText)"), "a mark of direction is not written out"
        assert browser.run("document.body.innerText.includes('window.hit=1')"), "the name is not shown"
        check(browser, "hostile" + fragment)
    for width in (400, 1280):
        browser.size(width)
        browser.open(url("hostile", "#list=1"))
        check(browser, f"hostile at {width}")
        picture(browser, f"hostile-{width}")
    browser.size(1280)


def looks(browser):
    """Pictures of each view in light, dark and narrow, each checked; and one of print."""
    for dark in (False, True):
        browser.dark(dark)
        for width in (1280, 400):
            browser.size(width)
            for view, fragment in (("reviewer", "#list=1"), ("owner", "#view=owner"), ("team", "#view=team"), ("entry", "#list=1")):
                browser.open(url("small", fragment))
                if view == "entry":
                    browser.run("[...document.querySelectorAll('#reviewer .list [role=option]')][2].click()")
                    browser.wait("document.querySelector('.entry .code')", "evidence")
                where = f"{view}-{'dark' if dark else 'light'}-{width}"
                check(browser, where)
                browser.size(width, 900 if view == "reviewer" else 2400)
                picture(browser, where)
                browser.size(width)
    browser.dark(False)
    browser.size(1280)
    for view, fragment in (("reviewer", "#list=1"), ("owner", "#view=owner"), ("team", "#view=team"), ("entry", "#list=1")):
        browser.open(url("small", fragment))
        if view == "entry":
            browser.run("document.querySelector('#reviewer .list [role=option]').click()")
            browser.wait("document.querySelector('.entry .code')", "evidence")
        printed = browser.call("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)
        (WORK / f"print-{view}.pdf").write_bytes(base64.b64decode(printed["data"]))
    choose = "(() => { const s = document.getElementById('theme'); s.value = 'dark'; s.dispatchEvent(new Event('change')); return getComputedStyle(document.documentElement).colorScheme; })()"
    assert browser.run(choose) == "dark", "the switch of colours"
    browser.run("localStorage.clear(); document.getElementById('verdict').style.color = '#777'")
    assert browser.run(CONTRAST), "the check of contrast itself sees a fault"


def big():
    """The figures at 100,000 files and 2,000 findings, in a browser of their own."""
    page = (WORK / "big.html").read_bytes()
    first = page.index(b'<script type="text/plain"')
    assert first < FIRST_PAGE, f"the first page has {first} bytes"
    with Browser(str(WORK)) as browser:
        browser.size(1280)
        browser.open(url("big"))
        # A page can be whole before its first picture is drawn, where the machine is busy.
        browser.wait("performance.getEntriesByName('first-contentful-paint').length", "the first paint")
        paint = browser.run("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        there = browser.run("performance.getEntriesByType('navigation')[0].loadEventEnd")
        timed = """(async (value) => { const box = document.querySelector('%s'); const from = performance.now(); box.value = value;
          box.dispatchEvent(new Event('input')); await new Promise((go) => requestAnimationFrame(() => setTimeout(go))); return performance.now() - from; })('%s')"""
        slowest = {}
        for view, box in (("reviewer", "#f-q"), ("team", "#t-q")):
            browser.run(f"document.querySelector('#tab-{view}').click()")
            slowest[view] = max(browser.run(timed % (box, words)) for words in ("z", "zlib", "", "part07 mit", "nothing at all", ""))
        browser.run("document.querySelector('#tab-owner').click()")
        browser.wait("document.querySelectorAll('.map rect').length > 50", "the map")
        picture(browser, "big-owner")
        browser.run("document.querySelector('#load-files').click()")
        browser.wait("document.querySelector('.files [role=option]')", "files")
        assert browser.run("document.querySelector('.files [role=option]').getAttribute('aria-setsize')") == "100000"
        slowest["files"] = max(browser.run(timed % ("#file-q", words)) for words in ("f1", "module", "", "zlib f3", ""))
        browser.run("document.querySelector('.files .list').focus()")
        browser.key("End")
        browser.key("Enter")
        browser.wait("document.querySelector('.files .entry .facts')", "the last file")
        browser.run("document.querySelector('#tab-reviewer').click()")
        for _ in range(40):
            browser.run("document.querySelector('#reviewer .list').focus()")
            browser.key("ArrowDown")
            browser.key("Enter")
            browser.wait("document.querySelector('.entry .facts')", "an entry")
        elements, peak = browser.run("document.querySelectorAll('*').length"), browser.memory()
        quiet(browser, "big")
    print(f"big: first page {first} of {len(page)} bytes, first paint {paint:.0f} ms, loaded {there:.0f} ms, filters "
          + ", ".join(f"{view} {most:.0f} ms" for view, most in slowest.items()) + f", peak {peak >> 20} MiB, {elements} elements")
    assert peak < MEMORY
    assert os.environ.get("UNTIMED") or paint < FIRST_PAINT and max(slowest.values()) < FILTER


def main():
    with Browser(str(WORK)) as browser:
        browser.size(1280)
        browser.dark(False)
        for step in (keyboard, address, evidence, lambda b: decide(b, "small", 5), lambda b: owner_and_team(b, "small"), hostile,
                     lambda b: decide(b, "hostile", 1), looks):
            step(browser)
            quiet(browser, getattr(step, "__name__", "step"))
    big()
    print("all is well; pictures are in", WORK)


if shutil.which("chromium") is None:
    sys.exit("drive.py: nothing was checked: there is no `chromium` on the path (Debian's package of that name)")
main()
