/** Elements, and text that is only ever text: nothing here is parsed as markup. */

const $ = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';
const ODD = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const escaped = (char) => {
  const code = char.codePointAt(0);
  return code < 256
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** Text without characters that could hide or reorder what a reader sees. */
const plain = (text) => String(text).replace(ODD, escaped);

/** The same as nodes: the odd characters stand out. */
function visible(text) {
  if (text.search(ODD) < 0) return [document.createTextNode(text)];
  const found = [];
  let last = 0;
  for (const match of text.matchAll(ODD)) {
    if (match.index > last) found.push(document.createTextNode(text.slice(last, match.index)));
    const mark = document.createElement('span');
    mark.className = 'odd';
    mark.textContent = escaped(match[0]);
    found.push(mark);
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push(document.createTextNode(text.slice(last)));
  return found;
}

/** An element: `h('a.to.wide', {href: '#/'}, 'text', child)`; null children are left out. */
function h(spec, attributes, ...children) {
  const [tag, ...classes] = spec.split('.');
  return fill(document.createElement(tag), classes, attributes, children);
}

/** The same in SVG. */
function svg(spec, attributes, ...children) {
  const [tag, ...classes] = spec.split('.');
  return fill(document.createElementNS(SVG, tag), classes, attributes, children);
}

function fill(node, classes, attributes, children) {
  if (classes.length) node.setAttribute('class', classes.join(' '));
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (name === 'style')
      Object.entries(value).forEach((one) => node.style.setProperty(...one));
    else node.setAttribute(name, value === true ? '' : plain(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else if (child instanceof Node) node.append(child);
    else node.append(...visible(String(child)));
  }
  return node;
}

const NUMBERS = new Intl.NumberFormat('en-US');
const number = (value) => NUMBERS.format(value);
const plural = (count, noun, nouns = `${noun}s`) =>
  `${number(count)} ${count === 1 ? noun : nouns}`;

/** A share for readers, with one decimal: never rounded up to 100 or down to 0. */
function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return 'n/a';
  if (share <= 0 || share >= 1) return `${(100 * share).toFixed(0)}%`;
  return `${Math.min(Math.max(100 * share, 0.1), 99.9).toFixed(1)}%`;
}

const percentOf = (part, whole) => (whole ? percent(part / whole) : 'n/a');

function seconds(value) {
  if (value < 0.0095) return `${Number((1000 * value).toPrecision(2))} ms`;
  return value < 9.95 ? `${value.toFixed(2)} s` : `${number(Math.round(value))} s`;
}

/** One argument for a shell. */
const quoted = (text) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;

/** Say something to those who listen instead of looking. */
const say = (text) => {
  $('said').textContent = plain(text);
};
