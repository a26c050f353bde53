'use strict';
/* Shared by every page: text from outside, and a grid whose rows exist only while they are in sight. */

/* Rows of a grid beyond those in sight, half of them above. */
const OVERSCAN = 16;
/* Characters that are not seen or that change the direction of what follows; each is shown by its code. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/* Makes `text` the whole content of the element; textContent is `text` again. `lines`: line breaks are what they are. */
function putText(element, text, lines) {
  text = String(text);
  if (!UNSEEN.test(text)) {
    const only = element.firstChild;
    if (only === null || only.nodeType !== Node.TEXT_NODE || only.nextSibling !== null) {
      element.textContent = text;
    } else if (only.data !== text) {
      only.data = text; /* no new node for each row that scrolls in */
    }
    return element;
  }
  element.textContent = '';
  for (const character of text) {
    if (!UNSEEN.test(character) || (lines && character === '\n')) {
      element.append(character);
      continue;
    }
    const mark = document.createElement('span');
    mark.className = 'code-point';
    mark.dataset.code = 'U+' + character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    mark.textContent = character;
    element.append(mark);
  }
  return element;
}

/* The same for an attribute: the code stands instead of the character. */
function plainText(text) {
  return Array.from(String(text), (character) => (UNSEEN.test(character) ? `\\u{${character.codePointAt(0).toString(16)}}` : character)).join('');
}

/* A new element with a class and a text, both optional. */
function make(name, className, text) {
  const element = document.createElement(name);
  if (className) {
    element.className = className;
  }
  return text === undefined ? element : putText(element, text);
}

/* Puts the text on the clipboard; where that is not allowed, chooses `element`, which shows it, for Ctrl-C. */
async function copyText(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make('textarea', 'visually-hidden');
    area.value = text;
    (document.querySelector('dialog[open]') || document.body).append(area);
    const before = document.activeElement;
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (before) {
      before.focus();
    }
    if (!done && element) {
      getSelection().selectAllChildren(element);
    }
    return done;
  }
}

/* How wide a text can be in a font, in pixels; Infinity where that is not known without drawing it. */
class TextRuler {
  constructor(font) {
    const context = document.createElement('canvas').getContext('2d');
    context.font = font;
    this.widths = Float32Array.from({length: 127}, (_, code) => (code < 32 ? Infinity : context.measureText(String.fromCharCode(code)).width));
  }

  width(text) {
    let width = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      width += code < 127 ? this.widths[code] : Infinity;
    }
    return width;
  }
}

/*
 * A grid of `count` rows of one height inside `root`, which scrolls and takes the keyboard.
 *   columns   [{name, title, className, number}]
 *   values    (index): the texts of the row's cells
 *   mark      (index, row, cells): the classes of the row, after its texts
 *   open      (index): the row was chosen
 *   sort      (name): the heading of the column was chosen
 *   keys      {key: (index)}: other keys
 *
 * A row is a box of its own for layout, and a cell clips its text only where that is too long for it: each box that
 * clips is drawn by itself, which is most of the time of a frame while the grid scrolls.
 */
class RowGrid {
  constructor(root, {columns, values, mark, open, sort, keys}) {
    Object.assign(this, {root, columns, values, mark, open, keys, count: 0, active: 0, pool: [], version: 0, frame: 0, pointed: ''});
    Object.assign(this, {rowHeight: 36, visible: 1, widths: [], rulers: new Map(), cellRulers: []});
    this.head = make('div', 'grid-head');
    this.head.setAttribute('role', 'rowgroup');
    this.body = make('div', 'grid-body');
    this.body.setAttribute('role', 'rowgroup');
    this.head.append(this.makeHeading(sort));
    root.append(this.head, this.body);
    root.setAttribute('aria-colcount', columns.length);
    root.addEventListener('scroll', () => this.later(), {passive: true});
    root.addEventListener('keydown', (event) => this.key(event));
    this.body.addEventListener('click', (event) => this.click(event));
    this.body.addEventListener('mouseover', (event) => this.hint(event.target.closest('.cell')));
    this.pool.push(this.makeRow(0));
    this.measure();
    new ResizeObserver(() => this.later(true)).observe(root);
  }

  makeHeading(sort) {
    const row = make('div', 'row');
    row.setAttribute('role', 'row');
    row.setAttribute('aria-rowindex', 1);
    this.headings = this.columns.map((column, at) => {
      const cell = make('div', 'cell ' + (column.className || ''));
      const button = make('button', '', column.title);
      button.type = 'button';
      button.addEventListener('click', () => sort(column.name));
      cell.setAttribute('role', 'columnheader');
      cell.setAttribute('aria-colindex', at + 1);
      cell.append(button);
      row.append(cell);
      return cell;
    });
    return row;
  }

  makeRow(slot) {
    const row = make('div', 'row');
    row.setAttribute('role', 'row');
    row.id = 'row-' + slot;
    const cells = this.columns.map((column, at) => {
      const cell = make('div', 'cell ' + (column.className || ''));
      cell.setAttribute('role', 'gridcell');
      cell.setAttribute('aria-colindex', at + 1);
      row.append(cell);
      return cell;
    });
    this.body.append(row);
    return {row, cells, cut: cells.map(() => false), index: -1, version: -1, height: 0, hidden: false, active: false};
  }

  showOrder(name, descending) {
    this.columns.forEach((column, at) => {
      this.headings[at].setAttribute('aria-sort', column.name !== name ? 'none' : descending ? 'descending' : 'ascending');
    });
  }

  /* The rows are others now. */
  setRows(count, active = 0) {
    if (this.count !== count) {
      this.count = count;
      this.root.setAttribute('aria-rowcount', count + 1);
      this.body.style.height = count * this.rowHeight + 'px';
    }
    this.active = Math.max(0, Math.min(active, count - 1));
    this.version++;
    this.show(this.active);
    this.draw();
  }

  /* Sizes are read here only: when the grid is made, and when it is resized. */
  measure() {
    const first = this.pool[0];
    if (this.root.clientHeight === 0) {
      return;
    }
    first.row.hidden = first.hidden = false;
    this.rowHeight = first.row.offsetHeight || 36;
    this.room = this.root.clientHeight - this.head.offsetHeight;
    this.visible = Math.max(1, Math.floor(this.room / this.rowHeight));
    first.cells.forEach((cell, at) => {
      const style = getComputedStyle(cell);
      const font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      if (!this.rulers.has(font)) {
        this.rulers.set(font, new TextRuler(font));
      }
      this.cellRulers[at] = this.rulers.get(font);
      this.widths[at] = cell.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    });
    this.body.style.height = this.count * this.rowHeight + 'px';
    while (this.pool.length < this.visible + OVERSCAN) {
      this.pool.push(this.makeRow(this.pool.length));
    }
    this.version++;
  }

  later(resized) {
    this.resized = this.resized || resized;
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        if (this.resized) {
          this.resized = false;
          this.measure();
        }
        this.draw();
      });
    }
  }

  /* Each row keeps its element while it stays in sight, so that scrolling writes only those that come in. */
  draw() {
    const size = this.pool.length;
    let first = Math.floor(this.root.scrollTop / this.rowHeight) - (OVERSCAN >> 1);
    first = Math.max(0, Math.min(first, this.count - size));
    for (let index = first; index < first + size; index++) {
      const slot = this.pool[index % size];
      const active = index === this.active;
      if (slot.hidden !== (index >= this.count)) {
        slot.hidden = slot.row.hidden = index >= this.count;
      }
      if (!slot.hidden) {
        this.place(slot, index);
      }
      if (slot.active !== active) {
        slot.active = active;
        slot.row.classList.toggle('active', active);
      }
    }
    this.pointAt(this.count > 0 ? this.pool[this.active % size] : null);
  }

  place(slot, index) {
    const moved = slot.index !== index;
    if (moved || slot.height !== this.rowHeight) {
      slot.height = this.rowHeight;
      slot.row.style.top = `${index * this.rowHeight}px`;
    }
    if (moved) {
      slot.index = index;
      slot.row.setAttribute('aria-rowindex', index + 2);
    }
    if (moved || slot.version !== this.version) {
      slot.version = this.version;
      this.write(slot, this.values(index));
      this.mark(index, slot.row, slot.cells);
    }
  }

  write(slot, values) {
    values.forEach((value, at) => {
      const text = String(value);
      const cut = this.cellRulers[at] === undefined || this.cellRulers[at].width(text) > this.widths[at];
      putText(slot.cells[at], text);
      if (slot.cut[at] !== cut) {
        slot.cut[at] = cut;
        slot.cells[at].classList.toggle('cut', cut);
      }
    });
  }

  /* The whole text where the pointer rests on one that is cut. */
  hint(cell) {
    if (cell) {
      cell.title = cell.classList.contains('cut') ? plainText(cell.textContent) : '';
    }
  }

  /* The row that the keyboard is on, where it is in the page. */
  pointAt(slot) {
    const id = slot !== null && slot.index === this.active ? slot.row.id : '';
    if (id !== this.pointed) {
      this.pointed = id;
      if (id) {
        this.root.setAttribute('aria-activedescendant', id);
      } else {
        this.root.removeAttribute('aria-activedescendant');
      }
    }
  }

  /* Scrolls only as far as needed. */
  show(index) {
    const top = index * this.rowHeight;
    const scrolled = this.root.scrollTop;
    if (top < scrolled) {
      this.root.scrollTop = top;
    } else if (top + this.rowHeight > scrolled + this.room) {
      this.root.scrollTop = top + this.rowHeight - this.room;
    }
  }

  move(index) {
    this.active = Math.max(0, Math.min(index, this.count - 1));
    this.show(this.active);
    this.draw();
  }

  key(event) {
    const steps = {
      ArrowDown: this.active + 1, ArrowUp: this.active - 1, PageDown: this.active + this.visible,
      PageUp: this.active - this.visible, Home: 0, End: this.count - 1,
    };
    if (event.target !== this.root || event.ctrlKey || event.metaKey || event.altKey || this.count === 0) {
      return;
    }
    if (event.key in steps) {
      this.move(steps[event.key]);
    } else if (event.key === 'Enter' || event.key === ' ') {
      this.open(this.active);
    } else if (event.key in this.keys) {
      this.keys[event.key](this.active);
    } else {
      return;
    }
    event.preventDefault();
  }

  click(event) {
    const row = event.target.closest('.row');
    const slot = this.pool.find((candidate) => candidate.row === row);
    if (slot && getSelection().isCollapsed) {
      this.move(slot.index);
      this.open(slot.index);
    }
  }
}
