/** A double, a blind argument and a double fault in full. */

function doubleDetails(double) {
  const mine = double.places.map(placeOf).filter(Boolean);
  const swallowed = double.swallowed.map(faultOf).filter(Boolean);
  const calls = [...grouped(mine, (one) => spot(one.file, one.line)).values()].map(
    (group) => group[0],
  );
  return {
    title: double.name,
    body: [
      h(
        'div.stack',
        null,
        h(
          'p',
          null,
          h('span.chip', null, double.kind.replace('_', ' ')),
          ' ',
          h('span.chip', null, double.spec ? 'with a spec' : 'without a spec'),
        ),
        h('p', null, `${double.words[0].toUpperCase()}${double.words.slice(1)}.`),
      ),
      double.file
        ? part(
            'Where it is made',
            h('p.small', null, h('span.id.wrap', null, spot(double.file, double.line))),
            excerpt(around(double.file, double.line), 'Where the double is made', double.file),
          )
        : null,
      mine.length
        ? part(
            'Arguments that nobody looks at',
            calls
              .slice(0, 4)
              .map((one) =>
                h(
                  'div.stack',
                  null,
                  h(
                    'p.small',
                    null,
                    place(one.file, one.line),
                    h('span.soft', null, ` in ${one.function}`),
                  ),
                  excerpt(around(one.file, one.line, 1, 1), 'The call', one.file),
                ),
              ),
            few(mine, 10, placeLine, 'arguments'),
          )
        : null,
      double.lies.length
        ? part('What it does, and the real one could not', double.lies.slice(0, 12).map(lieBlock))
        : null,
      double.raises.length
        ? part(
            'What it raises',
            few(
              double.raises,
              8,
              (one) => [
                h('strong', null, one.exception),
                one.method ? ` from ${one.method}()` : '',
                `: ${one.verdict.replace('_', ' ')}. ${one.why}`,
              ],
              'exceptions',
            ),
          )
        : null,
      swallowed.length
        ? part(
            `Faults that it swallowed (${number(swallowed.length)})`,
            few(swallowed, 8, faultLink, 'faults'),
          )
        : null,
      part(`Tests that use it (${number(double.count)})`, testLinks(testsIn(double.tests))),
      part(
        'See it again',
        h(
          'div.commands',
          null,
          command(`refute show ${double.id}`),
          mine.length && mine[0].faults.length ? tryPlace(mine[0]) : null,
        ),
      ),
    ],
  };
}

const placeLine = (one) => [
  h('a.id', { href: changed({ open: one.id }) }, one.argument),
  ' ',
  h('span.mono.soft', null, one.example.replace(' -> ', ' → ')),
];
const lieBlock = (lie) =>
  h(
    'div.stack',
    null,
    h(
      'p',
      null,
      lie.message,
      lie.more ? ` (and on ${plural(lie.more, 'more line')} of this file)` : '',
    ),
    h(
      'p.small.soft',
      null,
      h('span.id.wrap', null, spot(lie.file, lie.line)),
      ` in ${plural(sizeOf(lie.tests), 'test')}`,
    ),
    excerpt(around(lie.file, lie.line, 1, 1), 'Where it is arranged', lie.file),
  );

function tryPlace(one) {
  const test = testsIn(one.tests)[0];
  return test === undefined
    ? null
    : command(
        `refute try ${one.faults[0]} ${quoted(plain(testName(test)))}`,
        'Watch it stay green',
      );
}

function placeDetails(one) {
  const same = places.filter((other) => other.call === one.call && other.id !== one.id);
  const tried = one.faults.map(doubleFaultOf).filter(Boolean);
  const [before, after] = one.example.split(' -> ');
  return {
    title: `${one.argument} of ${one.target.replace(/^\./, '') || 'a double'}`,
    body: [
      h(
        'div.stack',
        null,
        h(
          'p',
          null,
          h('span.chip.poor', null, 'blind'),
          ' ',
          h(
            'strong',
            null,
            `${plural(sizeOf(one.tests), 'test')} receive this call, and none notices a change here`,
          ),
        ),
        h('p.small', null, place(one.file, one.line), h('span.soft', null, ` in ${one.function}`)),
        excerpt(around(one.file, one.line), 'The call', one.file),
      ),
      suggested(adviceOn(one.faults)),
      part(
        'Still green with',
        h(
          'dl.facts',
          null,
          h('dt', null, 'Sent'),
          h('dd.mono.wrap', null, before),
          h('dt', null, 'Changed to'),
          h('dd.mono.wrap', null, after ?? 'something else'),
        ),
      ),
      tried.length ? part('All changes that were tried', few(tried, 8, anyFault, 'changes')) : null,
      same.length
        ? part('Of the same call, nobody looks at', few(same, 8, placeLine, 'arguments'))
        : null,
      part('Tests that receive it', testLinks(testsIn(one.tests))),
      part(
        'See it again',
        h(
          'div.commands',
          null,
          one.faults.length ? tryPlace(one) : null,
          command(`refute show ${one.id}`),
        ),
      ),
    ],
  };
}

function doubleFaultDetails(one) {
  const said = !one.tried
    ? 'It was not tried'
    : one.noticed
      ? `Noticed by ${number(one.noticed)} of ${plural(one.tried, 'test')}`
      : `Unnoticed by all of ${plural(one.tried, 'test')}`;
  const first = testsIn(one.tests)[0];
  return {
    title: one.id,
    body: [
      h(
        'div.stack',
        null,
        h('p', null, h('strong', null, said)),
        h('p.mono.wrap', null, `${one.target}: ${one.words}`),
        h('p.small', null, place(one.file, one.line), h('span.soft', null, ` in ${one.function}`)),
        excerpt(around(one.file, one.line), 'The call', one.file),
      ),
      suggested(adviceOn([one.id]), one.id),
      part('Tests in which a double is called there', testLinks(testsIn(one.tests))),
      part(
        'See it again',
        first === undefined
          ? command(`refute show ${one.id}`)
          : command(`refute try ${one.id} ${quoted(plain(testName(first)))}`),
      ),
    ],
  };
}
