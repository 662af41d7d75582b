/** Changes to tests that `refute suggest` has proven, where they mend something. */

/** The hunks of a patch as lines `{mark, number, text}`; numbers are those of the old file. */
function hunks(patch) {
  const found = [];
  let at = 0;
  for (const text of patch.split('\n').slice(2)) {
    const head = /^@@ -(\d+)/.exec(text);
    if (head) at = Number(head[1]);
    else if (' -+'.includes(text[0] ?? '?')) {
      found.push({
        mark: text[0],
        number: text[0] === '+' ? null : at,
        text: text.slice(1).replace(/\r$/, ''),
      });
      if (text[0] !== '+') at += 1;
    }
  }
  const blank = (one) => one?.mark === ' ' && !one.text.trim();
  while (blank(found[0])) found.shift();
  while (blank(found.at(-1))) found.pop();
  return found;
}

/** What mends one of these faults, that which is told most of them first. */
const adviceOn = (ids) => {
  const wanted = new Set(ids);
  const count = (one) => one.noticed.filter((id) => wanted.has(id)).length;
  return D.suggested.advice.filter(count).sort((a, b) => count(b) - count(a));
};

const adviceIn = (test) =>
  D.suggested.advice.filter((one) => testsIn(one.tests).includes(test.index));

/** The suggestions, or why there is none; `fault` is the one that this is about, if it is one. */
function suggested(advice, fault = '') {
  if (!advice.length)
    return Object.hasOwn(D.suggested.nothing, fault)
      ? part('No suggestion', h('p.small', null, reason(D.suggested.nothing[fault])))
      : null;
  const asked = fault || advice[0].noticed[0];
  return part(
    advice.length === 1 ? 'What notices it, proven' : 'What notices them, proven',
    few(advice, 2, (one) => offer(one, fault), 'suggestions'),
    command(`refute suggest ${asked} --patch | git apply`),
    h('p.small.soft', null, 'It says what the code does today: read whether that is right.'),
  );
}

const reason = (text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function offer(one, fault) {
  const refused = one.kind === 'spec';
  const others = one.noticed.filter((id) => id !== fault);
  return h(
    'div.stack',
    null,
    h(
      'p.small',
      null,
      h('span.id.wrap', null, spot(one.file, one.line)),
      h('span.soft', null, ` in ${one.function}`),
    ),
    excerpt(hunks(one.patch), `A change to ${one.function}`, one.file),
    h(
      'p.small',
      null,
      `Passed the unchanged code ${one.passes} times of ${one.passes}`,
      fault ? (refused ? ', and its double refuses the call under this fault' : ', and failed under this fault') : '',
      others.length
        ? [
            refused
              ? '; the call is refused under '
              : fault
                ? '; told as well of '
                : ', and was told of ',
            others.slice(0, 6).map((id, at) => [
              at ? ', ' : '',
              faultOf(id) || doubleFaultOf(id) ? h('a', { href: changed({ open: id }) }, id) : id,
            ]),
            others.length > 6 ? ` and ${number(others.length - 6)} more` : '',
          ]
        : null,
      '.',
    ),
  );
}
