/** How the report was made, what stands outside the score, and past runs. */

function runView() {
  const env = D.environment;
  const rows = [
    ['refute', D.version],
    ['Python', env.python],
    ['pytest', env.pytest],
    ['Interpreter', env.interpreter],
    ['Seal', env.seal],
    ['Cores', String(env.cores)],
    ['Commit', env.commit ? `${env.commit}${env.dirty ? ', with changes' : ''}` : ''],
    ['Part', D.part || 'all of the code'],
    ['Isolation', D.isolation],
    ['Sources', D.project.source.join(', ')],
    ['Tests', D.project.tests.join(', ')],
    ['Suite', `${plural(D.suite.tests, 'test')}, ${seconds(D.suite.seconds)}`],
  ];
  const bounds = Object.entries(D.suite.boundaries);
  const node = h(
    'div',
    null,
    titled('The run', 'How these numbers were made.'),
    h(
      'div.two',
      null,
      h(
        'section.part',
        null,
        h('h2', null, 'Environment'),
        h(
          'dl.facts',
          { style: { 'margin-top': '10px' } },
          rows
            .filter(([, value]) => value)
            .map(([name, value]) => [h('dt', null, name), h('dd', null, value)]),
        ),
      ),
      h(
        'section.part',
        null,
        h('h2', null, 'Time'),
        h(
          'div',
          { style: { 'margin-top': '10px' } },
          simple(
            ['Stage', 'Seconds', 'Handled'],
            D.timing.map((one) => [one.name, one.seconds.toFixed(2), number(one.count)]),
            [1, 2],
          ),
        ),
      ),
    ),
    D.outside.length
      ? h(
          'section.part',
          null,
          h('h2', null, 'Outside the score'),
          h('p.lead', null, 'Neither for nor against the tests; counted, and shown.'),
          simple(
            ['Faults', 'Reason'],
            D.outside.map((one) => [one.words, one.reason]),
          ),
        )
      : null,
    D.notes.length
      ? h(
          'section.part',
          null,
          h('h2', null, 'Notes'),
          simple(
            ['What', 'In words'],
            D.notes.map((one) => [one.slug, one.text]),
          ),
        )
      : null,
    bounds.length
      ? h(
          'section.part',
          null,
          h('h2', null, 'Real boundaries that the suite crossed'),
          simple(
            ['Boundary', 'Tests'],
            bounds.map(([name, count]) => [name, number(count)]),
            [1],
          ),
        )
      : null,
    pastRuns(),
  );
  return { node, update() {} };
}

function pastRuns() {
  const runs = [...D.history].reverse();
  if (!runs.length)
    return h(
      'section.part',
      null,
      h('h2', null, 'Past runs'),
      h('p.lead', null, 'None is remembered in this tree.'),
    );
  const row = (one) =>
    h(
      one.own ? 'tr.own' : 'tr',
      null,
      h('td', null, when(one.at), one.own ? [' ', h('span.chip.good', null, 'this report')] : ''),
      h('td.mono', null, one.commit ? one.commit.slice(0, 9) : '', one.dirty ? ' +' : ''),
      h('td.num', null, percentOf(one.noticed, one.scored), one.partial ? ' so far' : ''),
      h('td.num', null, `${number(one.noticed)} of ${number(one.scored)}`),
      h('td.num', null, number(one.survived)),
      h('td.num', null, number(one.no_coverage)),
      h('td.num', null, number(one.tests.prayer ?? 0)),
      h('td.num', null, one.first_failure === null ? '' : seconds(one.first_failure)),
      h('td.num', null, one.taken ? percentOf(one.clear, one.taken) : ''),
    );
  return h(
    'section.part',
    null,
    h('h2', null, 'Past runs'),
    h('p.lead', null, `On ${D.part || 'the whole code'}, the newest first.`),
    curve(D.history),
    growing(
      [
        'Ended',
        'Commit',
        'Score',
        'Noticed',
        'Survived',
        'Not run',
        'Prayers',
        'First failure',
        'Clarity',
      ],
      runs,
      row,
      'runs',
      2,
    ),
  );
}

const simple = (heads, rows, numeric = []) =>
  h(
    'div.scroll',
    { tabindex: 0, role: 'group', 'aria-label': heads.join(', ') },
    h(
      'table.simple',
      null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          heads.map((name, at) =>
            h(numeric.includes(at) ? 'th.num' : 'th', { scope: 'col' }, name),
          ),
        ),
      ),
      h(
        'tbody',
        null,
        rows.map((cells) =>
          h(
            'tr',
            null,
            cells.map((cell, at) => h(numeric.includes(at) ? 'td.num' : 'td.wrap', null, cell)),
          ),
        ),
      ),
    ),
  );
