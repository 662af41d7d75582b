/** Doubles, blind arguments and lies in lists. */

function doubleList() {
  const kinds = [...grouped(doubles, (one) => one.kind).keys()].sort();
  return listOf({
    name: 'doubles',
    label: 'Doubles',
    noun: 'double',
    hint: 'Part of a name',
    items: doubles,
    id: (one) => one.id,
    text: (one) => `${one.id} ${one.name} ${one.file}`,
    first: 'swallowed',
    filters: [
      {
        key: 'kind',
        label: 'Kind',
        all: 'All kinds',
        options: kinds.map((one) => [one, one.replace('_', ' ')]),
        test: (one, value) => one.kind === value,
      },
      {
        key: 'has',
        label: 'With',
        all: 'Anything',
        options: [
          ['swallowed', 'swallowed faults'],
          ['blind', 'blind arguments'],
          ['lies', 'lies'],
        ],
        test: (one, value) =>
          ({ swallowed: one.swallowed, blind: one.places, lies: one.lies })[value]?.length > 0,
      },
    ],
    sorts: {
      swallowed: (a, b) =>
        b.swallowed.length - a.swallowed.length || b.places.length - a.places.length,
      blind: (a, b) => b.places.length - a.places.length,
      name: (a, b) => compare(a.name, b.name),
      tests: (a, b) => b.count - a.count,
      lies: (a, b) => b.lies.length - a.lies.length,
    },
    columns: [
      {
        label: 'Double',
        width: 'minmax(0,1fr)',
        sort: 'name',
        cell: (one) => h('span.mono', { title: one.name }, one.name),
      },
      {
        label: 'Kind',
        width: '96px',
        cell: (one) => h('span.chip', null, one.kind.replace('_', ' ')),
      },
      {
        label: 'Swallowed',
        width: '96px',
        sort: 'swallowed',
        cls: 'num.wide',
        cell: (one) => number(one.swallowed.length),
      },
      {
        label: 'Blind arguments',
        width: '128px',
        sort: 'blind',
        cls: 'num.wide',
        cell: (one) =>
          one.arguments ? `${number(one.places.length)} of ${number(one.arguments)}` : '–',
      },
      {
        label: 'Lies',
        width: '54px',
        sort: 'lies',
        cls: 'num.wide',
        cell: (one) => number(one.lies.length),
      },
      {
        label: 'Tests',
        width: '60px',
        sort: 'tests',
        cls: 'num.wide',
        cell: (one) => number(one.count),
      },
      {
        label: '',
        width: '0',
        cls: 'under.narrow',
        cell: (one) =>
          `swallowed ${one.swallowed.length}, blind ${one.places.length} of ${one.arguments}`,
      },
    ],
  });
}

function placeList() {
  return listOf({
    name: 'places',
    label: 'Blind arguments',
    noun: 'argument',
    hint: 'Target, function, argument or value',
    items: places,
    id: (one) => one.id,
    text: (one) =>
      `${one.id} ${one.file}:${one.line} ${one.function} ${one.target} ${one.argument} ${one.example}`,
    first: 'tests',
    filters: [],
    sorts: {
      tests: (a, b) => sizeOf(b.tests) - sizeOf(a.tests),
      place: (a, b) => compare(a.file, b.file) || a.line - b.line,
      target: (a, b) => compare(a.target, b.target),
    },
    columns: [
      {
        label: 'Still green',
        width: 'minmax(0,1.3fr)',
        cell: (one) => h('span.mono', { title: one.example }, one.example.replace(' -> ', ' → ')),
      },
      {
        label: 'Called',
        width: 'minmax(0,0.8fr)',
        sort: 'target',
        cls: 'wide.extra.small',
        cell: (one) => h('span.mono', { title: one.target }, one.target || 'a double'),
      },
      {
        label: 'Argument',
        width: '120px',
        cls: 'mid.small',
        cell: (one) => h('span.chip.poor', null, one.argument),
      },
      {
        label: 'Place',
        width: 'minmax(0,0.7fr)',
        sort: 'place',
        cls: 'under.soft.small',
        cell: (one) => spot(one.file, one.line),
      },
      {
        label: 'Tests',
        width: '60px',
        sort: 'tests',
        cls: 'num.wide',
        cell: (one) => number(sizeOf(one.tests)),
      },
    ],
  });
}

function lieList(lies) {
  const kinds = [...grouped(lies, (one) => one.kind).keys()].sort();
  return listOf({
    name: 'lies',
    label: 'Lies',
    noun: 'lie',
    hint: 'Double, message or file',
    items: lies,
    id: (one) => one.double.id,
    text: (one) => `${one.double.name} ${one.message} ${one.file}`,
    first: 'kind',
    filters: [
      {
        key: 'kind',
        label: 'Kind',
        all: 'All kinds',
        options: kinds.map((one) => [one, one]),
        test: (one, value) => one.kind === value,
      },
    ],
    sorts: {
      kind: (a, b) => (a.kind === 'unused') - (b.kind === 'unused') || compare(a.kind, b.kind),
      double: (a, b) => compare(a.double.name, b.double.name),
    },
    columns: [
      {
        label: 'What the real one could not',
        width: 'minmax(0,1.6fr)',
        cell: (one) => h('span', { title: one.message }, one.message),
      },
      {
        label: 'Kind',
        width: '96px',
        sort: 'kind',
        cell: (one) => h('span.chip.poor', null, one.kind),
      },
      {
        label: 'Double',
        width: 'minmax(0,0.8fr)',
        sort: 'double',
        cls: 'under.small',
        cell: (one) => h('span.mono', null, one.double.name),
      },
      {
        label: 'Arranged at',
        width: 'minmax(0,0.6fr)',
        cls: 'wide.soft.small',
        cell: (one) => spot(one.file, one.line),
      },
    ],
  });
}
