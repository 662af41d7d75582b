/** Rolls: only the rows on the screen are drawn, and the page itself scrolls. */

const OVER = 8;
/** Rows that are drawn beyond either end of the screen. */
const PRINTED = 1000;
/** Rows that are put on paper at most. */

const rolls = new Set();

/** Rows of one height below each other; `draw(index)` makes one, and `into` holds them. */
class Roll {
  constructor(into, draw, height) {
    this.into = into;
    this.draw = draw;
    this.height = height;
    /** The height as it was last looked up: to ask is to lay out. */
    this.tall = 0;
    this.count = 0;
    this.shown = new Map();
    this.print = false;
    rolls.add(this);
  }

  /** Draw everything anew for so many rows. */
  reset(count) {
    this.count = count;
    this.shown.clear();
    this.tall = this.height();
    this.into.replaceChildren();
    this.into.style.height = `${count * this.tall}px`;
    this.refresh();
  }

  range() {
    if (this.print) return [0, Math.min(this.count, PRINTED)];
    const height = this.tall;
    const top = -this.into.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / height) - OVER);
    return [first, Math.min(this.count, Math.ceil((top + innerHeight) / height) + OVER)];
  }

  refresh() {
    if (!this.into.isConnected) {
      if (this.shown.size) rolls.delete(this);
      return;
    }
    const [first, last] = this.range();
    for (const [index, node] of this.shown) {
      // Who holds the focus stays, so that the keyboard does not lose its place.
      if ((index < first || index >= last) && !node.contains(document.activeElement)) {
        node.remove();
        this.shown.delete(index);
      }
    }
    let next = null;
    for (let index = last - 1; index >= first; index -= 1) {
      let node = this.shown.get(index);
      if (!node) {
        node = this.draw(index);
        node.style.transform = this.print ? '' : `translateY(${index * this.tall}px)`;
        this.shown.set(index, node);
        this.into.insertBefore(node, next ?? this.after(index));
      }
      next = node;
    }
  }

  /** The first drawn row behind an index. */
  after(index) {
    let found = null;
    let at = Infinity;
    for (const [other, node] of this.shown) {
      if (other > index && other < at) {
        at = other;
        found = node;
      }
    }
    return found;
  }

  /** Bring a row onto the screen and return it. */
  reveal(index, where = 'near') {
    const height = this.tall;
    const top = this.into.getBoundingClientRect().top + index * height;
    const edge = document.querySelector('.top').offsetHeight + 8;
    if (where === 'middle') scrollBy(0, top - innerHeight / 3);
    else if (top < edge) scrollBy(0, top - edge);
    else if (top + height > innerHeight - 8) scrollBy(0, top + height - innerHeight + 8);
    this.refresh();
    return this.shown.get(index) ?? null;
  }

  paper(on) {
    this.print = on;
    this.reset(this.count);
  }
}

let asked = false;
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    rolls.forEach((roll) => roll.refresh());
  });
}
addEventListener('scroll', redraw, { passive: true });
let wide = innerWidth;
addEventListener('resize', () => {
  if (innerWidth !== wide) {
    wide = innerWidth;
    rolls.forEach((roll) => roll.reset(roll.count));
  }
  redraw();
});
addEventListener('beforeprint', () => rolls.forEach((roll) => roll.paper(true)));
addEventListener('afterprint', () => rolls.forEach((roll) => roll.paper(false)));

const cssLength = (name) =>
  parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
