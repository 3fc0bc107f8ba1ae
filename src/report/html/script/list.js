// A list of any length: only the rows in sight are elements. One stop of the tabulator, arrows within.

let lists = 0;

class List {
  /** `render(row)` gives a row's content, `open(row)` is called for the chosen one; `rem` is a row's height. */
  constructor({ label, rem, render, open }) {
    Object.assign(this, { rem, render, open, rows: [], active: -1, name: 'list' + lists++ });
    this.inner = h('div', { class: 'rows', role: 'presentation' });
    this.box = h('div', { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': label }, this.inner);
    this.box.addEventListener('scroll', () => this.plan());
    this.box.addEventListener('keydown', (event) => this.key(event));
    this.box.addEventListener('focus', () => { if (this.active < 0 && this.rows.length) this.move(0); });
    this.inner.addEventListener('click', (event) => {
      const row = event.target.closest('[role=option]');
      if (row) { this.move(Number(row.dataset.at)); this.open(this.rows[this.active]); }
    });
    new ResizeObserver(() => this.plan()).observe(this.box);
    window.addEventListener('beforeprint', () => { this.printing = true; this.draw(); });
    window.addEventListener('afterprint', () => { this.printing = false; this.draw(); });
  }

  height() { return this.rem * parseFloat(getComputedStyle(document.documentElement).fontSize); }

  set(rows, chosen) {
    this.rows = rows;
    this.active = chosen === undefined ? -1 : rows.indexOf(chosen);
    this.box.scrollTop = 0;
    if (this.active >= 0) this.reveal();
    this.draw();
  }

  choose(row) {
    this.active = this.rows.indexOf(row);
    if (this.active >= 0) this.reveal();
    this.draw();
  }

  plan() {
    if (this.planned) return;
    this.planned = true;
    requestAnimationFrame(() => { this.planned = false; this.draw(); });
  }

  draw() {
    const height = this.height();
    const printed = 2000;
    const first = this.printing ? 0 : Math.max(0, Math.floor(this.box.scrollTop / height) - 6);
    const sight = this.printing ? printed : Math.ceil(this.box.clientHeight / height) + 12;
    const shown = this.rows.slice(first, first + sight);
    this.inner.style.height = this.printing ? 'auto' : this.rows.length * height + 'px';
    this.inner.classList.toggle('printing', Boolean(this.printing));
    replace(this.inner, shown.map((row, at) => this.option(row, first + at, height)));
    const active = this.active >= first && this.active < first + shown.length;
    if (active) this.box.setAttribute('aria-activedescendant', this.name + '-' + this.active);
    else this.box.removeAttribute('aria-activedescendant');
  }

  option(row, at, height) {
    const chosen = at === this.active;
    const option = h('div', {
      role: 'option', id: this.name + '-' + at, 'aria-selected': String(chosen), 'aria-setsize': this.rows.length,
      'aria-posinset': at + 1, class: 'row' + (chosen ? ' active' : ''), 'data-at': at,
    }, this.render(row));
    if (!this.printing) {
      option.style.transform = 'translateY(' + at * height + 'px)';
      option.style.height = height + 'px';
    }
    return option;
  }

  reveal() {
    const height = this.height();
    const top = this.active * height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const bottom = top + height - this.box.clientHeight;
    if (bottom > this.box.scrollTop) this.box.scrollTop = bottom;
  }

  move(to) {
    this.active = Math.max(0, Math.min(this.rows.length - 1, to));
    this.reveal();
    this.draw();
  }

  key(event) {
    if (!this.rows.length || event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.height()) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) this.move(this.active + steps[event.key]);
    else if (event.key === 'Home') this.move(0);
    else if (event.key === 'End') this.move(this.rows.length - 1);
    else if ((event.key === 'Enter' || event.key === ' ') && this.active >= 0) this.open(this.rows[this.active]);
    else return;
    event.preventDefault();
  }
}
