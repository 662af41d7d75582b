/** What tests and doubles are worth: four lists behind tabs. */

const TABS = [['tests', 'Tests'], ['doubles', 'Doubles'], ['arguments', 'Blind arguments'], ['lies', 'Lies']];

function theatreView(arg) {
  const tab = TABS.some(([name]) => name === arg) ? arg : 'tests';
  const lies = doubles.flatMap((double) => double.lies.map((lie) => ({ ...lie, double })));
  const amounts = { tests: tests.length, doubles: doubles.length, arguments: places.length, lies: lies.length };
  const list = { tests: testList, doubles: doubleList, arguments: placeList, lies: () => lieList(lies) }[tab]();
  const node = h('div', null,
    titled('Theatre', 'What the tests are worth as witnesses, what their doubles swallow, and what nobody looks at. All of it by experiment.'),
    judgedTests ? [h('div.wholebar', null, split(testParts(), 'Tests by verdict')),
      h('nav.subtabs', { 'aria-label': 'Parts of the theatre' }, TABS.map(([name, words]) => h('a', { href: href('theatre', name), 'aria-current': name === tab ? 'page' : null }, words, h('span.soft', null, ` ${number(amounts[name])}`)))),
      h('h2.sr', null, TABS.find(([name]) => name === tab)[1]), list.node]
      : h('p', null, 'The run did not judge tests and doubles: it was made with --score-only, or by an older refute.'));
  return { node, update: judgedTests ? list.update : () => {} };
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function testList() {
  const ladder = ['prayer', 'echo', 'smoke', 'faint_witness', 'untouched', 'flaky', 'unjudged', 'witness'];
  const deaf = new Set(D.theatre.deaf);
  const claims = new Map(D.theatre.claims.map((one) => [one.test, one]));
  const leaks = new Set(D.theatre.leaks.map((one) => one.test));
  const also = [['deaf', 'deaf to its doubles', (one) => deaf.has(one.index)], ['empty', 'claims more than it touches', (one) => claims.get(one.index)?.empty],
    ['leak', 'leaks into the real world', (one) => leaks.has(one.index)], ['redundant', 'redundant', (one) => one.redundant === true], ['aside', 'set aside', (one) => one.outcome !== 'passed']];
  return listOf({
    name: 'tests', label: 'Tests', noun: 'test', hint: 'Part of a node id', items: tests,
    id: (one) => one.id, text: (one) => one.id, first: 'worst',
    filters: [
      { key: 'verdict', label: 'Verdict', all: 'All verdicts', options: Object.entries(D.words.tests).map(([verdict, word]) => [verdict, word.one]), test: (one, value) => one.verdict === value },
      { key: 'also', label: 'And', all: 'Anything', options: also.map(([key, words]) => [key, words]), test: (one, value) => also.find(([key]) => key === value)?.[2](one) },
    ],
    sorts: {
      worst: (a, b) => ladder.indexOf(a.verdict) - ladder.indexOf(b.verdict) || (b.tried ?? 0) - (a.tried ?? 0),
      name: (a, b) => compare(a.id, b.id),
      told: (a, b) => (b.told ?? 0) - (a.told ?? 0),
      sent: (a, b) => (b.arguments - b.arguments_noticed || 0) - (a.arguments - a.arguments_noticed || 0),
      time: (a, b) => b.seconds - a.seconds,
    },
    columns: [
      { label: 'Test', width: 'minmax(0,1fr)', sort: 'name', cell: (one) => h('span', { title: one.id }, shortTest(one.id)) },
      { label: 'Verdict', width: '112px', sort: 'worst', cell: (one) => (one.was && one.was !== one.verdict && one.was !== 'new' ? [testChip(one.verdict), h('span.sr', null, ` before: ${one.was}`)] : testChip(one.verdict)) },
      { label: 'File', width: 'minmax(0,0.7fr)', cls: 'under.soft.small', cell: (one) => h('span', { title: one.id }, one.id.split('::')[0]) },
      { label: 'Told of', width: '104px', sort: 'told', cls: 'num.wide', cell: (one) => (one.tried ? `${number(one.told)} of ${number(one.tried)}` : '–') },
      { label: 'Arguments', width: '92px', sort: 'sent', cls: 'num.wide', cell: (one) => (one.arguments ? `${number(one.arguments_noticed)} of ${number(one.arguments)}` : '–') },
      { label: 'Time', width: '68px', sort: 'time', cls: 'num.wide.extra', cell: (one) => seconds(one.seconds) },
    ],
  });
}

function doubleList() {
  const kinds = [...grouped(doubles, (one) => one.kind).keys()].sort();
  return listOf({
    name: 'doubles', label: 'Doubles', noun: 'double', hint: 'Part of a name', items: doubles,
    id: (one) => one.id, text: (one) => `${one.id} ${one.name} ${one.file}`, first: 'swallowed',
    filters: [
      { key: 'kind', label: 'Kind', all: 'All kinds', options: kinds.map((one) => [one, one.replace('_', ' ')]), test: (one, value) => one.kind === value },
      { key: 'has', label: 'With', all: 'Anything', options: [['swallowed', 'swallowed faults'], ['blind', 'blind arguments'], ['lies', 'lies']],
        test: (one, value) => ({ swallowed: one.swallowed, blind: one.places, lies: one.lies })[value]?.length > 0 },
    ],
    sorts: {
      swallowed: (a, b) => b.swallowed.length - a.swallowed.length || b.places.length - a.places.length,
      blind: (a, b) => b.places.length - a.places.length,
      name: (a, b) => compare(a.name, b.name),
      tests: (a, b) => b.count - a.count,
      lies: (a, b) => b.lies.length - a.lies.length,
    },
    columns: [
      { label: 'Double', width: 'minmax(0,1fr)', sort: 'name', cell: (one) => h('span.mono', { title: one.name }, one.name) },
      { label: 'Kind', width: '96px', cell: (one) => h('span.chip', null, one.kind.replace('_', ' ')) },
      { label: 'Swallowed', width: '96px', sort: 'swallowed', cls: 'num.wide', cell: (one) => number(one.swallowed.length) },
      { label: 'Blind arguments', width: '128px', sort: 'blind', cls: 'num.wide', cell: (one) => (one.arguments ? `${number(one.places.length)} of ${number(one.arguments)}` : '–') },
      { label: 'Lies', width: '54px', sort: 'lies', cls: 'num.wide', cell: (one) => number(one.lies.length) },
      { label: 'Tests', width: '60px', sort: 'tests', cls: 'num.wide', cell: (one) => number(one.count) },
      { label: '', width: '0', cls: 'under.narrow', cell: (one) => `swallowed ${one.swallowed.length}, blind ${one.places.length} of ${one.arguments}` },
    ],
  });
}

function placeList() {
  return listOf({
    name: 'places', label: 'Blind arguments', noun: 'argument', hint: 'Target, function, argument or value', items: places,
    id: (one) => one.id, text: (one) => `${one.id} ${one.file}:${one.line} ${one.function} ${one.target} ${one.argument} ${one.example}`, first: 'tests', filters: [],
    sorts: {
      tests: (a, b) => sizeOf(b.tests) - sizeOf(a.tests),
      place: (a, b) => compare(a.file, b.file) || a.line - b.line,
      target: (a, b) => compare(a.target, b.target),
    },
    columns: [
      { label: 'Still green', width: 'minmax(0,1.3fr)', cell: (one) => h('span.mono', { title: one.example }, one.example.replace(' -> ', ' → ')) },
      { label: 'Called', width: 'minmax(0,0.8fr)', sort: 'target', cls: 'wide.extra.small', cell: (one) => h('span.mono', { title: one.target }, one.target || 'a double') },
      { label: 'Argument', width: '120px', cls: 'mid.small', cell: (one) => h('span.chip.poor', null, one.argument) },
      { label: 'Place', width: 'minmax(0,0.7fr)', sort: 'place', cls: 'under.soft.small', cell: (one) => spot(one.file, one.line) },
      { label: 'Tests', width: '60px', sort: 'tests', cls: 'num.wide', cell: (one) => number(sizeOf(one.tests)) },
    ],
  });
}

function lieList(lies) {
  const kinds = [...grouped(lies, (one) => one.kind).keys()].sort();
  return listOf({
    name: 'lies', label: 'Lies', noun: 'lie', hint: 'Double, message or file', items: lies,
    id: (one) => one.double.id, text: (one) => `${one.double.name} ${one.message} ${one.file}`, first: 'kind',
    filters: [{ key: 'kind', label: 'Kind', all: 'All kinds', options: kinds.map((one) => [one, one]), test: (one, value) => one.kind === value }],
    sorts: { kind: (a, b) => (a.kind === 'unused') - (b.kind === 'unused') || compare(a.kind, b.kind), double: (a, b) => compare(a.double.name, b.double.name) },
    columns: [
      { label: 'What the real one could not', width: 'minmax(0,1.6fr)', cell: (one) => h('span', { title: one.message }, one.message) },
      { label: 'Kind', width: '96px', sort: 'kind', cell: (one) => h('span.chip.poor', null, one.kind) },
      { label: 'Double', width: 'minmax(0,0.8fr)', sort: 'double', cls: 'under.small', cell: (one) => h('span.mono', null, one.double.name) },
      { label: 'Arranged at', width: 'minmax(0,0.6fr)', cls: 'wide.soft.small', cell: (one) => spot(one.file, one.line) },
    ],
  });
}
