/** The panel beside a view: one fault, test, double or place, by the id in the address. */

function testDetails(test) {
  const [file, line] = definedAt(test);
  const word = D.words.tests[test.verdict];
  const overlooked = (test.evidence ?? [])
    .map((id) => faultOf(id) ?? doubleFaultOf(id))
    .filter(Boolean);
  const told = test.verdict === 'witness' || test.verdict === 'faint_witness';
  const mine = doubles.filter((one) => testsIn(one.tests).includes(test.index));
  const unclear = D.clarity.filter((one) => one.test === test.index);
  return {
    title: shortTest(test.id),
    body: [
      h(
        'div.stack',
        null,
        h(
          'p',
          null,
          word ? testChip(test.verdict) : h('span.chip', null, test.outcome),
          ' ',
          word
            ? h('strong', null, `${word.meaning[0].toUpperCase()}${word.meaning.slice(1)}`)
            : null,
        ),
        test.words ? h('p', null, test.words) : test.detail ? h('p', null, test.detail) : null,
        h('p.small.soft.wrap', null, test.id),
      ),
      file && excerpt(body(file, line), 'The test', file)
        ? part('The test', excerpt(body(file, line), 'The test', file))
        : null,
      counts(test),
      suggested(adviceIn(test)),
      overlooked.length
        ? part(
            told ? 'Told of, the most telling first' : 'Overlooked, the most telling first',
            few(overlooked, 8, anyFault, 'faults'),
          )
        : null,
      mine.length
        ? part(
            'Its doubles',
            few(
              mine,
              8,
              (one) => [
                h('a.wrap', { href: changed({ open: one.id }) }, one.name),
                h('span.small.soft', null, ` ${one.words}`),
              ],
              'doubles',
            ),
          )
        : null,
      unclear.length
        ? part(
            'Failures that hardly say anything',
            unclear
              .slice(0, 3)
              .map((one) =>
                h(
                  'pre.excerpt',
                  { tabindex: 0, style: { padding: '8px 12px' } },
                  one.quote.join('\n'),
                ),
              ),
          )
        : null,
      part(
        'See it again',
        h(
          'div.commands',
          null,
          command(`refute show ${quoted(plain(test.id))}`),
          !told && overlooked.length
            ? command(
                `refute try ${overlooked[0].id} ${quoted(plain(test.id))}`,
                'Watch it stay green',
              )
            : null,
          command(`pytest ${quoted(plain(test.id))}`),
        ),
      ),
    ],
  };
}

const anyFault = (one) =>
  one.words === undefined || one.original !== undefined
    ? faultLink(one)
    : [
        h('a.id', { href: changed({ open: one.id }) }, one.id),
        ' ',
        h('span.id.soft', null, spot(one.file, one.line)),
        ' ',
        h('span.mono', null, one.words),
      ];

function counts(test) {
  const rows = [
    ['Outcome', `${test.outcome}, ${seconds(test.seconds)}`],
    ['First to notice', plural(test.kills, 'fault')],
    ['Runs over', plural(test.covers, 'fault')],
  ];
  if (test.tried) {
    rows.push(['Tried on it', `${number(test.tried)} of ${plural(test.faults, 'fault')}`]);
    rows.push(
      ['Told of', number(test.told)],
      [
        'Noticed otherwise',
        `${number(test.tripped + test.crashed + test.timeout)} (tripped ${test.tripped}, crashed ${test.crashed}, hung ${test.timeout})`,
      ],
    );
  }
  if (test.mild)
    rows.push([
      'Mild faults',
      `told of ${number(test.mild_told)} of ${number(test.mild)} (${percentOf(test.mild_told, test.mild)})`,
    ]);
  if (typeof test.alone === 'number') rows.push(['Alone on', plural(test.alone, 'fault')]);
  if (test.arguments)
    rows.push([
      'Sent arguments',
      `${number(test.arguments_noticed)} of ${number(test.arguments)} noticed when changed`,
    ]);
  if (test.redundant) rows.push(['Redundant', 'a quicker test is told of all that it is told of']);
  if (test.was && test.was !== test.verdict)
    rows.push([
      'Before',
      test.was === 'new' ? 'there was no such test' : (D.words.tests[test.was]?.one ?? test.was),
    ]);
  return part(
    'In numbers',
    h(
      'dl.facts',
      null,
      rows.map(([name, value]) => [h('dt', null, name), h('dd', null, value)]),
    ),
  );
}

function findingDetails(one) {
  const known = one.evidence.map((id) => faultOf(id) ?? doubleFaultOf(id) ?? null);
  const texts = one.evidence.filter((_, at) => known[at] === null && one.evidence[at] !== one.id);
  return {
    title: findingName(one.slug),
    body: [
      h(
        'div.stack',
        null,
        h('p', null, severity(one), one.accepted ? [' ', h('span.chip', null, 'accepted')] : null),
        h('p.wrap', null, one.message),
        one.accepted
          ? h(
              'p.small',
              null,
              `Accepted: ${one.accepted.reason} (${one.accepted.where}${one.accepted.until ? `, until ${one.accepted.until}` : ''}).`,
            )
          : null,
        one.file ? h('p.small', null, place(one.file, one.line)) : null,
        one.file ? excerpt(around(one.file, one.line), 'The place', one.file) : null,
      ),
      part('What to do', h('p', null, prose(one.remedy))),
      suggested(adviceOn(one.evidence)),
      known.some(Boolean)
        ? part('Evidence', few(known.filter(Boolean), 8, anyFault, 'faults'))
        : null,
      texts.length
        ? part(
            'Evidence',
            few(
              texts,
              8,
              (id) =>
                testOf(id)
                  ? h('a.wrap', { href: changed({ open: id }) }, id)
                  : h('span.wrap', null, id),
              'facts',
            ),
          )
        : null,
      one.reproduce ? part('See it', command(one.reproduce)) : null,
    ],
  };
}

const findingOf = lookup(() => by(D.findings, 'id'));
const detailsOf = (id) => {
  for (const [find, draw] of [
    [faultOf, faultDetails],
    [doubleOf, doubleDetails],
    [placeOf, placeDetails],
    [doubleFaultOf, doubleFaultDetails],
    [findingOf, findingDetails],
    [testOf, testDetails],
  ]) {
    const found = find(id);
    if (found) return draw(found);
  }
  return {
    title: 'Not in this report',
    body: [h('p', null, `There is no ${id} in this report: it is of another run.`)],
  };
};

let openId = '';
/** Who opened the panel, to give the focus back. */
let opener = null;

function showDetails(focus) {
  const id = here.params.get('open') ?? '';
  if (id === openId) return;
  const panel = $('details');
  if (id && !openId) opener = document.activeElement;
  openId = id;
  $('stage').classList.toggle('split', Boolean(id));
  panel.hidden = !id;
  panel.replaceChildren();
  rolls.forEach((roll) => roll.refresh());
  if (!id) {
    const row = document.querySelector('.rows a[aria-current="true"]') ?? opener;
    if (focus && row?.isConnected && row !== document.body) row.focus({ preventScroll: true });
    return;
  }
  const { title, body: children } = detailsOf(id);
  const heading = h('h2', { id: 'details-title', tabindex: -1 }, title);
  append(panel, [
    h(
      'div.details-head',
      null,
      heading,
      h(
        'button.close',
        { type: 'button', 'aria-label': 'Close details', click: closeDetails },
        '×',
      ),
    ),
    h('div.details-body', null, children),
  ]);
  panel.setAttribute('aria-labelledby', 'details-title');
  panel.scrollTop = 0;
  if (focus) heading.focus({ preventScroll: true });
}

function closeDetails() {
  if (!openId) return;
  const before = opener;
  const id = openId;
  settle({ open: '' });
  mounted?.update?.();
  openId = id;
  opener = document.querySelector(`.rows [data-id="${CSS.escape(plain(id))}"] a.to`) ?? before;
  showDetails(true);
}
