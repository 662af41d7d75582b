/** What tests and doubles are worth: four lists behind tabs. */

const TABS = [
  ['tests', 'Tests'],
  ['doubles', 'Doubles'],
  ['arguments', 'Blind arguments'],
  ['lies', 'Lies'],
];

function theatreView(arg) {
  const tab = TABS.some(([name]) => name === arg) ? arg : 'tests';
  const lies = doubles.flatMap((double) => double.lies.map((lie) => ({ ...lie, double })));
  const amounts = {
    tests: tests.length,
    doubles: doubles.length,
    arguments: places.length,
    lies: lies.length,
  };
  const list = {
    tests: testList,
    doubles: doubleList,
    arguments: placeList,
    lies: () => lieList(lies),
  }[tab]();
  const node = h(
    'div',
    null,
    titled(
      'Theatre',
      'What the tests are worth as witnesses, what their doubles swallow, and what nobody looks at. All of it by experiment.',
    ),
    judgedTests
      ? [
          h('div.wholebar', null, split(testParts(), 'Tests by verdict')),
          h(
            'nav.subtabs',
            { 'aria-label': 'Parts of the theatre' },
            TABS.map(([name, words]) =>
              h(
                'a',
                { href: href('theatre', name), 'aria-current': name === tab ? 'page' : null },
                words,
                h('span.soft', null, ` ${number(amounts[name])}`),
              ),
            ),
          ),
          h('h2.sr', null, TABS.find(([name]) => name === tab)[1]),
          list.node,
        ]
      : h(
          'p',
          null,
          'The run did not judge tests and doubles: it was made with --score-only, or by an older refute.',
        ),
  );
  return { node, update: judgedTests ? list.update : () => {} };
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function testList() {
  const ladder = [
    'prayer',
    'echo',
    'smoke',
    'faint_witness',
    'untouched',
    'flaky',
    'unjudged',
    'witness',
  ];
  const deaf = new Set(D.theatre.deaf);
  const claims = new Map(D.theatre.claims.map((one) => [one.test, one]));
  const leaks = new Set(D.theatre.leaks.map((one) => one.test));
  const also = [
    ['deaf', 'deaf to its doubles', (one) => deaf.has(one.index)],
    ['empty', 'claims more than it touches', (one) => claims.get(one.index)?.empty],
    ['leak', 'leaks into the real world', (one) => leaks.has(one.index)],
    ['redundant', 'redundant', (one) => one.redundant === true],
    ['aside', 'set aside', (one) => one.outcome !== 'passed'],
  ];
  return listOf({
    name: 'tests',
    label: 'Tests',
    noun: 'test',
    hint: 'Part of a node id',
    items: tests,
    id: (one) => one.id,
    text: (one) => one.id,
    first: 'worst',
    filters: [
      {
        key: 'verdict',
        label: 'Verdict',
        all: 'All verdicts',
        options: Object.entries(D.words.tests).map(([verdict, word]) => [verdict, word.one]),
        test: (one, value) => one.verdict === value,
      },
      {
        key: 'also',
        label: 'And',
        all: 'Anything',
        options: also.map(([key, words]) => [key, words]),
        test: (one, value) => also.find(([key]) => key === value)?.[2](one),
      },
    ],
    sorts: {
      worst: (a, b) =>
        ladder.indexOf(a.verdict) - ladder.indexOf(b.verdict) || (b.tried ?? 0) - (a.tried ?? 0),
      name: (a, b) => compare(a.id, b.id),
      told: (a, b) => (b.told ?? 0) - (a.told ?? 0),
      sent: (a, b) =>
        (b.arguments - b.arguments_noticed || 0) - (a.arguments - a.arguments_noticed || 0),
      time: (a, b) => b.seconds - a.seconds,
    },
    columns: [
      {
        label: 'Test',
        width: 'minmax(0,1fr)',
        sort: 'name',
        cell: (one) => h('span', { title: one.id }, shortTest(one.id)),
      },
      {
        label: 'Verdict',
        width: '112px',
        sort: 'worst',
        cell: (one) =>
          one.was && one.was !== one.verdict && one.was !== 'new'
            ? [testChip(one.verdict), h('span.sr', null, ` before: ${one.was}`)]
            : testChip(one.verdict),
      },
      {
        label: 'File',
        width: 'minmax(0,0.7fr)',
        cls: 'under.soft.small',
        cell: (one) => h('span', { title: one.id }, one.id.split('::')[0]),
      },
      {
        label: 'Told of',
        width: '104px',
        sort: 'told',
        cls: 'num.wide',
        cell: (one) => (one.tried ? `${number(one.told)} of ${number(one.tried)}` : '–'),
      },
      {
        label: 'Arguments',
        width: '92px',
        sort: 'sent',
        cls: 'num.wide',
        cell: (one) =>
          one.arguments ? `${number(one.arguments_noticed)} of ${number(one.arguments)}` : '–',
      },
      {
        label: 'Time',
        width: '68px',
        sort: 'time',
        cls: 'num.wide.extra',
        cell: (one) => seconds(one.seconds),
      },
    ],
  });
}
