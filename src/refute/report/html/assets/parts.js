/** Small pieces that several views share. */

/** Lines of code; `path` gives them colours where they are unchanged ones of a file. */
function excerpt(lines, label, path = '') {
  if (!lines.length) return null;
  const known = path ? linesOf(path) : null;
  const kinds = { '-': 'del', '+': 'add', '>': 'at' };
  const margins = lines
    .filter((one) => one.text.trim())
    .map((one) => one.text.length - one.text.trimStart().length);
  const cut = margins.length ? Math.min(...margins) : 0;
  const words = { '-': 'taken out: ', '+': 'put in: ' };
  const [old, fresh] = ['-', '+'].map((mark) => lines.filter((one) => one.mark === mark));
  // One line became one other: what differs within them stands out.
  const within =
    old.length === 1 && fresh.length === 1
      ? apart(old[0].text.slice(cut), fresh[0].text.slice(cut))
      : null;
  return h(
    'div.excerpt',
    { role: 'group', tabindex: 0, 'aria-label': label },
    h(
      'div.in',
      null,
      lines.map(({ mark, number: at, text }) =>
        h(
          `div.l${kinds[mark] ? `.${kinds[mark]}` : ''}`,
          null,
          h('i', { 'aria-hidden': 'true' }, at === null ? '' : String(at)),
          h(
            'b',
            null,
            words[mark] ? h('span.sr', null, words[mark]) : null,
            h(
              'span',
              { 'aria-hidden': words[mark] ? 'true' : null },
              mark === '>' ? '' : mark.trim(),
            ),
          ),
          line(
            text,
            mark !== '+' && at !== null ? known?.[at - 1] : null,
            within && words[mark] ? within : null,
          ),
        ),
      ),
    ),
  );

  /** One line, its indentation as a margin: what is wrapped stays to the right of it. */
  function line(text, pieces, marks) {
    const rest = text.slice(cut);
    const indent = rest.length - rest.trimStart().length;
    return h(
      'span',
      { style: { 'margin-left': `${indent}ch` } },
      marks
        ? marks(rest, indent)
        : pieces
          ? painted(trimmed(pieces, cut + indent))
          : rest.slice(indent) || ' ',
    );
  }
}

/** How two lines differ: a function that marks the middle of either. */
function apart(one, other) {
  const least = Math.min(one.length, other.length);
  let head = 0;
  while (head < least && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < least - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const word = /[\w]/;
  // Whole words read better than the letters in which they differ.
  while (head > 0 && word.test(one[head - 1])) head -= 1;
  while (tail > 0 && word.test(one.at(-tail))) tail -= 1;
  return (text, from) => {
    const middle = text.slice(Math.max(head, from), text.length - tail);
    return [
      text.slice(from, Math.max(head, from)),
      middle ? h('mark', null, middle) : null,
      tail ? text.slice(text.length - tail) : '',
    ];
  };
}

/** Pieces of a line without its first characters. */
function trimmed(pieces, cut) {
  const found = [];
  let left = cut;
  for (const [text, kind] of pieces) {
    if (left < text.length) found.push([text.slice(left), kind]);
    left = Math.max(0, left - text.length);
  }
  return found;
}

/** A sentence in which `commands` are set as code. */
const prose = (text) =>
  text.split('`').map((piece, at) => (at % 2 ? h('code', null, piece) : piece));

/** A command to copy. */
function command(text, label = '') {
  const shown = plain(text);
  const copy = async (event) => {
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(shown);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(button.previousSibling);
      button.textContent = 'Selected';
    }
    say(button.textContent);
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  };
  return h(
    'div.stack',
    null,
    label ? h('p.small.soft', null, label) : null,
    h(
      'div.command',
      null,
      h('code', { tabindex: 0 }, shown),
      h('button', { type: 'button', 'aria-label': `Copy: ${shown}`, click: copy }, 'Copy'),
    ),
  );
}

const spot = (file, line) => (line ? `${file}:${line}` : file);

/** A link to a line of a judged file; plain text where the report has no source of it. */
function place(file, line, open = '') {
  if (!file) return null;
  if (!fileOf(file)) return h('span.id.wrap', null, spot(file, line));
  return h('a.id.wrap', { href: href('code', file, { line: line || '', open }) }, spot(file, line));
}

/** Where a test is written. */
const definedAt = (test) => {
  const cut = test.defined.lastIndexOf(':');
  return cut < 0 ? ['', 0] : [test.defined.slice(0, cut), Number(test.defined.slice(cut + 1))];
};

const part = (title, ...children) =>
  h(
    'section',
    null,
    h('h3', null, title),
    h('div.stack', { style: { 'margin-top': '6px' } }, children),
  );

/** The first of many, and the rest behind a button. */
function few(items, most, draw, noun) {
  const list = h(
    'ul.names',
    null,
    items.slice(0, most).map((one) => h('li', null, draw(one))),
  );
  if (items.length <= most) return list;
  const step = 200;
  let shown = most;
  const words = () => `${number(items.length - shown)} more ${noun}`;
  const more = h(
    'button.plain.small',
    {
      type: 'button',
      click: () => {
        list.append(...items.slice(shown, shown + step).map((one) => h('li', null, draw(one))));
        shown = Math.min(items.length, shown + step);
        more.textContent = words();
        if (shown === items.length) more.remove();
      },
    },
    words(),
  );
  return h('div.stack', null, list, h('div', null, more));
}

function faultChip(fault) {
  const kind = NOTICED.has(fault.verdict) ? 'good' : MISSED.has(fault.verdict) ? 'poor' : 'soft';
  const how = fault.verdict === 'killed' && fault.kind ? fault.kind : verdictWord[fault.verdict];
  return h(`span.chip.${kind}`, null, how);
}

function testChip(verdict) {
  const good = verdict === 'witness';
  const poor = ['prayer', 'echo', 'smoke', 'faint_witness', 'untouched'].includes(verdict);
  return h(
    `span.chip.${good ? 'good' : poor ? 'poor' : 'soft'}`,
    null,
    D.words.tests[verdict]?.one ?? 'not judged',
  );
}

/** A fault as `before → after`. */
function briefly(fault) {
  const [before, after] = brief(fault);
  return h(
    'span.mono',
    null,
    h('span.was', null, before),
    h('span.arrow', null, '→'),
    h('span.into', null, after || '(removed)'),
  );
}

/** A fault, in a list within details. */
const faultLink = (fault) => [
  h('a.id', { href: changed({ open: fault.id }) }, fault.id),
  ' ',
  h('span.id.soft', null, spot(fault.path, fault.line)),
  ' ',
  briefly(fault),
];

function testLinks(positions, most = 8) {
  const groups = [...families(positions)];
  return few(
    groups,
    most,
    ([name, members]) => {
      const first = tests[members[0]];
      const text =
        members.length > 1
          ? `${shortTest(name)} (${members.length} cases)`
          : shortTest(testName(members[0]));
      return first ? h('a', { href: changed({ open: first.id }), title: name }, text) : text;
    },
    'tests',
  );
}

/** A change since the base or the last run; nothing where none is known. */
function since(measure) {
  if (!measure.value || !measure.earlier) return null;
  const now = measure.value.value;
  const then = measure.earlier.value;
  const up = now > then;
  const same = Math.abs(now - then) < 1e-9;
  const better = measure.unit === 'share' ? up : !up;
  const size =
    measure.unit === 'share'
      ? `${(100 * Math.abs(now - then)).toFixed(1)} points`
      : seconds(Math.abs(now - then));
  if (same) return h('span.chip', null, 'unchanged');
  return h(
    `span.chip.${better ? 'good' : 'poor'}`,
    null,
    h('span', { 'aria-hidden': 'true' }, up ? '▲' : '▼'),
    `${size} ${measure.unit === 'share' ? (up ? 'up' : 'down') : up ? 'slower' : 'quicker'}`,
  );
}

function titled(title, lead, id = 'main-title') {
  return h(
    'div',
    null,
    h('h1', { id, tabindex: -1 }, title),
    lead ? h('p.lead', null, lead) : null,
  );
}
