/** Where tests meet the real world, and where they only say so. */

function realityView() {
  const reality = D.reality;
  if (!reality)
    return {
      node: h(
        'div',
        null,
        titled('Reality'),
        h('p', null, 'The run did not judge tests and doubles.'),
      ),
      update() {},
    };
  const total = reality.pyramid.reduce((sum, one) => sum + one.tests, 0);
  const unit = reality.pyramid.at(-1).tests;
  const node = h(
    'div',
    null,
    titled(
      total && unit === total
        ? 'No test leaves its process'
        : `${plural(total - unit, 'test')} of ${number(total)} ${total - unit === 1 ? 'leaves its' : 'leave their'} process`,
      reality.links.length
        ? 'Project code on the left. A line ends in a double, or at the real thing; the thicker, the more tests go that way.'
        : '',
    ),
    h(
      'section.part',
      null,
      h('h2', null, 'The boundary map'),
      reality.links.length
        ? [
            h(
              'p.key',
              null,
              h('span.one', null, h('i.line.fake', { 'aria-hidden': 'true' }), 'ends in a double'),
              h(
                'span.one',
                null,
                h('i.line.real', { 'aria-hidden': 'true' }),
                'reaches the real thing',
              ),
            ),
            boundaryMap(reality),
          ]
        : h(
            'p.lead',
            null,
            'No test that was seen takes project code out of its process, and no double stands at such a place.',
          ),
    ),
    h(
      'div.two',
      null,
      h(
        'section.part',
        null,
        h('h2', null, 'The pyramid of what tests really are'),
        h('p.lead', null, 'By what they cross, not by what they are called.'),
        pyramid(reality.pyramid, total),
      ),
      claims(),
    ),
    lines(reality),
    leaks(),
  );
  return { node, update() {} };
}

function claims() {
  const empty = [
    ...grouped(
      D.theatre.claims.filter((one) => one.empty),
      (one) => testName(one.test).replace(/\[.*$/s, ''),
    ).values(),
  ].map((group) => group[0]);
  return h(
    'section.part',
    null,
    h('h2', null, 'Claims without substance'),
    h(
      'p.lead',
      null,
      empty.length
        ? 'They say that they are more than unit tests, and cross nothing real.'
        : 'No test claims more than it touches.',
    ),
    empty.length
      ? few(
          empty,
          8,
          (one) => [
            h('a', { href: changed({ open: testName(one.test) }) }, shortTest(testName(one.test))),
            h('span.small.soft', null, ` says ${one.claims.join(', ')}`),
          ],
          'tests',
        )
      : null,
  );
}

function lines(reality) {
  if (!reality.lines.length) return null;
  const count = sizeOf;
  const sorted = [...reality.lines].sort(
    (a, b) => count(b.really) + count(b.doubled) - count(a.really) - count(a.doubled),
  );
  const row = (one) =>
    h(
      'tr',
      null,
      h('td', null, place(one.file, one.line)),
      h(
        'td.mono.wrap',
        null,
        one.what.slice(0, 3).join(', '),
        one.what.length > 3 ? ` and ${one.what.length - 3} more` : '',
      ),
      h('td.num', null, number(count(one.really))),
      h('td.num', null, number(count(one.doubled))),
      h('td.num', null, number(one.neither)),
    );
  return h(
    'section.part',
    null,
    h('h2', null, 'Line by line'),
    h(
      'p.lead',
      null,
      'Where project code leaves its process, or would, and how many tests go there really, through a double, or not at all.',
    ),
    growing(['Line', 'What is there', 'Really', 'Doubled', 'Neither'], sorted, row, 'lines', 2),
  );
}

function leaks() {
  const found = D.theatre.leaks;
  if (!found.length) return null;
  const row = (one) =>
    h(
      'tr',
      null,
      h(
        'td.wrap',
        null,
        h('a', { href: changed({ open: testName(one.test) }) }, shortTest(testName(one.test))),
      ),
      h(
        'td.mono.wrap',
        null,
        one.words,
        one.remote ? [' ', h('span.chip.poor', null, 'likely beyond this machine')] : '',
      ),
      h('td', null, place(one.file, one.line)),
      h('td.small', null, one.looks),
    );
  return h(
    'section.part',
    null,
    h('h2', null, 'Leaks'),
    h('p.lead', null, 'Tests that look isolated, and reach the real world.'),
    growing(['Test', 'What it reaches', 'Where', 'Why it looks isolated'], found, row, 'leaks'),
  );
}

/** A table of the first rows, and the others when asked for; numbers from a column on. */
function growing(heads, items, row, noun, numeric = heads.length) {
  const bodyOf = h('tbody', null, items.slice(0, 25).map(row));
  let shown = Math.min(25, items.length);
  const more = h(
    'button.plain.small',
    {
      type: 'button',
      click: () => {
        bodyOf.append(...items.slice(shown, shown + 200).map(row));
        shown = Math.min(items.length, shown + 200);
        more.textContent = `${number(items.length - shown)} more ${noun}`;
        more.hidden = shown === items.length;
      },
    },
    `${number(items.length - shown)} more ${noun}`,
  );
  more.hidden = shown === items.length;
  return h(
    'div',
    null,
    h(
      'div.scroll',
      { tabindex: 0, role: 'group', 'aria-label': noun },
      h(
        'table.simple',
        null,
        h(
          'thead',
          null,
          h(
            'tr',
            null,
            heads.map((name, at) => h(at >= numeric ? 'th.num' : 'th', { scope: 'col' }, name)),
          ),
        ),
        bodyOf,
      ),
    ),
    more,
  );
}
