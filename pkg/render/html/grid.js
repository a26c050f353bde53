'use strict';
/* Shared by every page: text from outside, and a grid whose rows exist only while they are in sight. */

/* Characters that are not seen or that change the direction of what follows; each is shown by its code. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/* Makes `text` the whole content of the element; textContent is `text` again. `lines`: line breaks are what they are. */
function putText(element, text, lines) {
  text = String(text);
  element.textContent = UNSEEN.test(text) ? '' : text;
  if (!UNSEEN.test(text)) {
    return element;
  }
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

/*
 * A grid of `count` rows of one height inside `root`, which scrolls and takes the keyboard.
 *   columns   [{name, title, className, number}]
 *   fill      (index, cells): writes the row into its cells
 *   open      (index): the row was chosen
 *   sort      (name): the heading of the column was chosen
 */
class RowGrid {
  constructor(root, {columns, fill, open, sort}) {
    Object.assign(this, {root, columns, fill, open, count: 0, active: 0, pool: [], version: 0, frame: 0});
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
    return {row, cells, index: -1, version: -1};
  }

  showOrder(name, descending) {
    this.columns.forEach((column, at) => {
      this.headings[at].setAttribute('aria-sort', column.name !== name ? 'none' : descending ? 'descending' : 'ascending');
    });
  }

  /* The rows are others now. */
  setRows(count, active = 0) {
    this.count = count;
    this.active = Math.max(0, Math.min(active, count - 1));
    this.version++;
    this.root.setAttribute('aria-rowcount', count + 1);
    this.measure();
    this.show(this.active);
    this.draw();
  }

  measure() {
    this.rowHeight = parseFloat(getComputedStyle(this.pool[0] ? this.pool[0].row : this.head.firstChild).height) || 36;
    if (this.pool.length === 0) {
      this.pool.push(this.makeRow(0));
      this.rowHeight = this.pool[0].row.offsetHeight || 36;
    }
    this.visible = Math.max(1, Math.floor((this.root.clientHeight - this.head.offsetHeight) / this.rowHeight));
    this.body.style.height = this.count * this.rowHeight + 'px';
    const wanted = Math.min(this.count, this.visible + 18);
    while (this.pool.length < wanted) {
      this.pool.push(this.makeRow(this.pool.length));
    }
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

  /* Each row keeps its element while it stays in sight, so that scrolling fills only those that come in. */
  draw() {
    const size = this.pool.length;
    let first = Math.floor(this.root.scrollTop / this.rowHeight) - 8;
    first = Math.max(0, Math.min(first, this.count - size));
    for (let index = first; index < first + size; index++) {
      const slot = this.pool[index % size];
      slot.row.hidden = index >= this.count;
      if (index < this.count && (slot.index !== index || slot.version !== this.version)) {
        slot.index = index;
        slot.version = this.version;
        slot.row.style.transform = `translateY(${index * this.rowHeight}px)`;
        slot.row.setAttribute('aria-rowindex', index + 2);
        this.fill(index, slot.cells);
      } else if (slot.height !== this.rowHeight) {
        slot.row.style.transform = `translateY(${index * this.rowHeight}px)`;
      }
      slot.height = this.rowHeight;
      slot.row.classList.toggle('active', index === this.active);
    }
    const slot = this.count > 0 ? this.pool[this.active % size] : null;
    if (slot && slot.index === this.active) {
      this.root.setAttribute('aria-activedescendant', slot.row.id);
    } else {
      this.root.removeAttribute('aria-activedescendant');
    }
  }

  /* Scrolls only as far as needed. */
  show(index) {
    const top = index * this.rowHeight;
    const room = this.root.clientHeight - this.head.offsetHeight;
    if (top < this.root.scrollTop) {
      this.root.scrollTop = top;
    } else if (top + this.rowHeight > this.root.scrollTop + room) {
      this.root.scrollTop = top + this.rowHeight - room;
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
