/** Python in colours, and a fault as changed lines. */

const END = /\r\n|\r|\n/;
const WORDS = new Set(
  `False None True and as assert async await break case class continue def del
  elif else except finally for from global if import in is lambda match nonlocal not or pass raise
  return try type while with yield`.split(/\s+/),
);
const SOFT = new Set(['match', 'case', 'type']);
const TOKEN = new RegExp(
  [
    '(#[^\\n\\r]*)',
    '((?:[rRbBuUfFtT]{1,2}(?=[\'"]))?(?:"""(?:\\\\[^]|(?!""")[^\\\\])*(?:"""|$)' +
      "|'''(?:\\\\[^]|(?!''')[^\\\\])*(?:'''|$)" +
      '|"(?:\\\\[^]|[^"\\\\\\n\\r])*"?|\'(?:\\\\[^]|[^\'\\\\\\n\\r])*\'?))',
    '(\\b(?:0[xXoObB][\\da-fA-F_]+|\\d[\\d_]*(?:\\.[\\d_]*)?(?:[eE][+-]?\\d+)?[jJ]?))',
    '(@?[\\p{L}_][\\p{L}\\p{N}_]*)',
  ].join('|'),
  'gu',
);

/** Pieces of each line: `[text, class]`; the class is empty for ordinary code. */
function coloured(text) {
  const lines = [[]];
  const put = (part, kind) =>
    part.split(END).forEach((piece, at) => {
      if (at) lines.push([]);
      if (piece) lines.at(-1).push([piece, kind]);
    });
  let last = 0;
  let before = '';
  for (const match of text.matchAll(TOKEN)) {
    const [whole, note, string, digits] = match;
    let kind = '';
    if (note) kind = 'c';
    else if (string) kind = 's';
    else if (digits) kind = 'n';
    else if (before === 'def' || before === 'class' || whole[0] === '@') kind = 'd';
    else if (WORDS.has(whole)) {
      const rest = text.slice(match.index + whole.length, match.index + whole.length + 2);
      kind = SOFT.has(whole) && !/^ [\w({["']/.test(rest) ? '' : 'k';
    }
    if (match.index > last) put(text.slice(last, match.index), '');
    put(whole, kind);
    before = note || string || digits ? '' : whole;
    last = match.index + whole.length;
  }
  put(text.slice(last), '');
  return lines;
}

const colours = new Map();
/** The lines of a file in colours; null where the report has no source of it. */
function linesOf(path) {
  if (!colours.has(path)) {
    const text = Object.hasOwn(sources(), path) ? sources()[path] : null;
    colours.set(path, text === null ? null : coloured(text));
  }
  return colours.get(path);
}

const painted = (pieces) =>
  pieces.map(([text, kind]) => (kind ? h(`span.${kind}`, null, text) : text));

/** A part of a line by characters, as Python counts them. */
const characters = (line, from, to) => [...line].slice(from, to).join('');

/** The change of a fault: lines `{mark, number, text}` with some unchanged ones around. */
function difference(fault, around = 2) {
  const text = Object.hasOwn(sources(), fault.path) ? sources()[fault.path] : null;
  if (text === null) {
    return [
      ...fault.original
        .split(END)
        .map((line, at) => ({ mark: '-', number: fault.line + at, text: line })),
      ...fault.replacement.split(END).map((line) => ({ mark: '+', number: null, text: line })),
    ];
  }
  const all = text.split(END);
  let old = all.slice(fault.line - 1, fault.end_line);
  if (!old.length) return [];
  const head = characters(old[0], 0, fault.column - 1);
  const tail = characters(old.at(-1), fault.end_column - 1);
  let fresh = (head + fault.replacement + tail).split(END);
  let top = fault.line - 1;
  let bottom = fault.end_line;
  while (old.length > 1 && fresh.length > 1 && old[0] === fresh[0]) {
    old = old.slice(1);
    fresh = fresh.slice(1);
    top += 1;
  }
  while (old.length > 1 && fresh.length > 1 && old.at(-1) === fresh.at(-1)) {
    old = old.slice(0, -1);
    fresh = fresh.slice(0, -1);
    bottom -= 1;
  }
  fresh = fresh.filter((line) => line.trim());
  const same = (from, to) =>
    all
      .slice(Math.max(0, from), to)
      .map((line, at) => ({ mark: ' ', number: Math.max(0, from) + at + 1, text: line }));
  return [
    ...same(top - around, top),
    ...old.map((line, at) => ({ mark: '-', number: top + at + 1, text: line })),
    ...fresh.map((line) => ({ mark: '+', number: null, text: line })),
    ...same(bottom, bottom + around),
  ];
}

/** Lines of a file around one of them, or a whole function from its first line on. */
function around(path, line, before = 2, after = 3) {
  const text = Object.hasOwn(sources(), path) ? sources()[path] : null;
  const all = text === null ? [] : text.split(END);
  if (!line || line > all.length) return [];
  const from = Math.max(1, line - before);
  return all
    .slice(from - 1, line + after)
    .map((one, at) => ({ mark: from + at === line ? '>' : ' ', number: from + at, text: one }));
}

/** The function that is defined at a line, with its decorators, to its end or so many lines. */
function body(path, line, most = 40) {
  const text = Object.hasOwn(sources(), path) ? sources()[path] : null;
  const all = text === null ? [] : text.split(END);
  if (!line || line > all.length) return [];
  let first = line - 1;
  while (first < all.length && !/^\s*(async\s+)?(def|class)\b/.test(all[first]) && first < line + 9)
    first += 1;
  const indent = (one) => one.length - one.trimStart().length;
  const depth = indent(all[line - 1]);
  let last = first + 1;
  // A signature may close on a line as far left as the definition itself.
  while (
    last < all.length &&
    (!all[last].trim() || indent(all[last]) > depth || /^\s*\)/.test(all[last]))
  )
    last += 1;
  while (last > first && !all[last - 1].trim()) last -= 1;
  const found = all
    .slice(line - 1, last)
    .map((one, at) => ({ mark: ' ', number: line + at, text: one }));
  return found.length > most
    ? [
        ...found.slice(0, most),
        { mark: ' ', number: null, text: `… ${found.length - most} more lines` },
      ]
    : found;
}
