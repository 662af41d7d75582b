/** All faults in a list. */

function faultsView() {
  const operators = [...grouped(faults, (one) => one.operator).keys()].sort();
  const verdicts = [
    'survived',
    'no_coverage',
    'killed',
    'timeout',
    'pending',
    'error',
    'unstable',
    'suppressed',
    'equivalent',
    'unviable',
  ].filter((verdict) => D.counts[verdict]);
  const fates = {
    swallowed: 'swallowed by a double or boundary',
    propagated: 'came back, not asserted',
    no_difference: 'made no difference',
  };
  const fateOf = (one) => (Object.hasOwn(D.traces, one.id) ? D.traces[one.id].fate : '');
  const filters = [
    {
      key: 'verdict',
      label: 'Verdict',
      all: 'All verdicts',
      options: [
        ['missed', 'missed: survived or not run'],
        ...verdicts.map((one) => [one, verdictWord[one]]),
      ],
      test: (one, value) => (value === 'missed' ? MISSED.has(one.verdict) : one.verdict === value),
    },
    {
      key: 'kind',
      label: 'How noticed',
      all: 'Any way',
      options: Object.keys(D.words.kinds).map((one) => [one, one]),
      test: (one, value) => one.kind === value,
    },
    {
      key: 'op',
      label: 'Operator',
      all: 'All operators',
      options: operators.map((one) => [one, one]),
      test: (one, value) => one.operator === value,
    },
    {
      key: 'file',
      label: 'File',
      all: 'All files',
      options: files.map((one) => [one.path, plain(one.path)]),
      test: (one, value) => one.path === value,
    },
  ];
  if (Object.keys(D.traces).length) {
    filters.push({
      key: 'fate',
      label: 'What became of it',
      all: 'Anything',
      options: Object.entries(fates),
      test: (one, value) => fateOf(one) === value,
    });
  }
  if (D.compared?.base) {
    filters.push({
      key: 'since',
      label: 'Since the base',
      all: 'Any',
      options: [
        ['worse', 'newly missed, or new and missed'],
        ['better', 'newly noticed'],
      ],
      test: (one, value) =>
        value === 'worse'
          ? MISSED.has(one.verdict) && !MISSED.has(one.was)
          : NOTICED.has(one.verdict) && MISSED.has(one.was),
    });
  }
  const text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const list = listOf({
    name: 'faults',
    label: 'Faults',
    noun: 'fault',
    hint: 'Id, file, function, code',
    items: faults,
    id: (one) => one.id,
    text: (one) =>
      `${one.id} ${one.path}:${one.line} ${one.function} ${one.operator} ${one.original} ${one.replacement}`,
    first: 'worth',
    filters,
    sorts: {
      worth: (a, b) => b.rank - a.rank || MISSED.has(b.verdict) - MISSED.has(a.verdict),
      place: (a, b) => a.index - b.index,
      verdict: (a, b) => text(a.verdict, b.verdict) || text(a.kind, b.kind),
      operator: (a, b) => text(a.operator, b.operator),
      tests: (a, b) => sizeOf(b.covered) - sizeOf(a.covered),
    },
    columns: [
      { label: 'Change', width: 'minmax(0,1fr)', sort: 'worth', cell: briefly },
      { label: 'Verdict', width: '96px', sort: 'verdict', cls: 'mid', cell: faultChip },
      {
        label: 'Place',
        width: 'minmax(0,0.72fr)',
        sort: 'place',
        cls: 'under.soft.small',
        cell: (one) =>
          h(
            'span',
            { title: `${one.path}:${one.line} ${one.function}` },
            `${one.path}:${one.line}`,
            h('span.wide', null, `  ${one.function === '<module>' ? '' : one.function}`),
          ),
      },
      {
        label: 'Operator',
        width: '150px',
        sort: 'operator',
        cls: 'wide.extra.soft.small',
        cell: (one) => one.operator,
      },
      {
        label: 'Tests',
        width: '56px',
        sort: 'tests',
        cls: 'num.wide',
        cell: (one) => number(sizeOf(one.covered)),
      },
    ],
  });
  return {
    node: h(
      'div',
      null,
      titled('Faults', 'Every small change that was put into the code, and what became of it.'),
      list.node,
    ),
    update: list.update,
  };
}
