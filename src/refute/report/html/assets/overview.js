/** The first view: the score in a sentence, the five measures, where to look. */

function overview() {
  const counts = D.counts;
  const detected = counts.killed + counts.timeout;
  const scored = detected + counts.survived + counts.no_coverage;
  const title = counts.pending
    ? `Your tests noticed ${number(detected)} of ${plural(D.tried, 'fault')} tried so far`
    : scored
      ? `Your tests noticed ${number(detected)} of ${plural(scored, 'fault')}`
      : 'Nothing was judged';
  return h(
    'div',
    null,
    h(
      'div.hero',
      null,
      h('div', null, titled(title, lead()), note()),
      figure(detected, scored),
    ),
    h('div.wholebar', null, split(verdictParts(counts), 'All faults by what became of them')),
    h(
      'section.part',
      null,
      h('h2', null, 'The five measures'),
      D.compared
        ? h('p.lead', null, `Changes are against ${against(D.compared)}. ${D.compared.limits}`)
        : h(
            'p.lead',
            null,
            'No change is shown: no earlier run on the same part is known. Give one with --base.',
          ),
      h('ul.measures', null, D.measures.map(measure)),
    ),
    files.length
      ? h(
          'section.part',
          null,
          h('h2', null, 'Where faults go unnoticed'),
          h('p.lead', null, `Area: lines of code. ${COLOURS()} A tile leads to its file.`),
          treemap(''),
          treemapKey(),
        )
      : null,
    h('div.two', null, first(), standing()),
    historyPart(),
  );
}

/** The score of the whole; of a run that was stopped early what is foretold, if anything is. */
function figure(detected, scored) {
  if (D.counts.pending ? D.about === null : !scored) return null;
  return h(
    'p.figure',
    { 'aria-hidden': 'true' },
    D.counts.pending
      ? [h('small', null, 'about '), percent(D.about)]
      : percentOf(detected, scored),
  );
}

/** What the colours of the map say; what needs no trial is known before all else. */
const COLOURS = () =>
  D.counts.pending
    ? 'Colour: what is known of the score so far, which is too low: faults that need no trial are known first.'
    : 'Colour: score.';

function lead() {
  const parts = [
    `${D.project.name}${D.part ? `, ${D.part}` : ''}.`,
    `${plural(D.suite.tests, 'test')}, ${plural(files.length, 'file')}`,
  ];
  if (D.environment.commit)
    parts[1] += `, commit ${D.environment.commit.slice(0, 9)}${D.environment.dirty ? ' with changes' : ''}`;
  if (D.estimate)
    parts.push(
      `The run was stopped early; the whole would score about ${percent(D.estimate.score)} (95% confidence: ${percent(D.estimate.low)} to ${percent(D.estimate.high)})`,
    );
  return parts.map((one) => (one.endsWith('.') ? one : `${one}.`)).join(' ');
}

const against = (one) => {
  const commit = one.commit
    ? ` (commit ${one.commit.slice(0, 9)}${one.dirty ? ' with changes' : ''})`
    : '';
  return one.base ? `the report given as base${commit}` : `the last run, ${when(one.at)}${commit}`;
};

/** What keeps the numbers from being the whole truth. */
function note() {
  const red = D.findings.filter(
    (one) => ['unsealed', 'red-test', 'flaky-test'].includes(one.slug) && !one.accepted,
  ).length;
  return red
    ? h(
        'p.small',
        { style: { 'margin-top': '8px' } },
        h(
          'a',
          { href: href('findings', '', { slug: 'red-test' }) },
          `${plural(red, 'finding')} on tests that were set aside or on the seal`,
        ),
      )
    : null;
}

function verdictParts(counts) {
  const link = (verdict, kind = '') => href('faults', '', { verdict, kind });
  const words = D.words.kinds;
  return [
    ...['told', 'tripped', 'crashed'].map((kind) => ({
      key: kind,
      words: kind,
      note: words[kind],
      count: counts[kind],
      link: link('killed', kind),
    })),
    {
      key: 'timeout',
      words: 'timeout',
      note: words.timeout,
      count: counts.timeout,
      link: link('timeout'),
    },
    {
      key: 'survived',
      words: 'survived',
      note: 'tests ran over them and none noticed',
      count: counts.survived,
      link: link('survived'),
    },
    {
      key: 'no_coverage',
      words: 'not run',
      note: 'no test runs their lines',
      count: counts.no_coverage,
      link: link('no_coverage'),
    },
    {
      key: 'pending',
      words: 'to try',
      note: 'the run was stopped first',
      count: counts.pending,
      link: link('pending'),
    },
  ];
}

function measure(one) {
  const foretold = one.key === 'score' && D.counts.pending > 0;
  const value = foretold
    ? D.about === null
      ? null
      : `about ${percent(D.about)}`
    : one.value === null
      ? null
      : one.unit === 'share'
        ? percent(one.value.value)
        : seconds(one.value.value);
  const made = foretold
    ? `${number(D.counts.killed + D.counts.timeout)} of ${plural(D.tried, 'fault')} tried so far`
    : one.value &&
    (one.unit === 'share'
      ? `${number(one.value.part)} of ${number(one.value.whole)} ${one.of}`
      : `median of ${number(one.value.part)} ${one.of}`);
  return h(
    'li.measure',
    { 'data-measure': one.key },
    h('h3', null, one.name),
    h(value === null ? 'p.value.off' : 'p.value', null, value ?? 'not measured'),
    h('p.made', null, made ?? prose(one.why), ' '),
    since(one),
    h('p.defined', null, one.definition),
    one.facts.length
      ? h(
          'details',
          null,
          h('summary', null, 'More'),
          h(
            'ul',
            null,
            one.facts.map((fact) => h('li', null, fact)),
          ),
        )
      : null,
  );
}

function first() {
  const shown = D.findings.filter((one) => !one.accepted).slice(0, 7);
  return h(
    'section.part',
    null,
    h('h2', null, 'Look here first'),
    shown.length
      ? h(
          'ol.first',
          null,
          shown.map((one) =>
            h(
              'li',
              null,
              h('a', { href: href('findings', '', { open: one.id }) }, findingName(one.slug)),
              ' ',
              h('span.id.soft.wrap', null, spot(one.file, one.line)),
              h('p.small.soft', null, one.message),
            ),
          ),
        )
      : h('p', null, 'There is nothing to find fault with.'),
    D.findings.length > shown.length
      ? h(
          'p.small',
          null,
          h('a', { href: href('findings') }, `All ${plural(D.findings.length, 'finding')}`),
        )
      : null,
  );
}

function standing() {
  if (!judgedTests)
    return h(
      'section.part',
      null,
      h('h2', null, 'What the tests are worth'),
      h('p', null, 'The run did not judge its tests.'),
    );
  const reality = D.reality;
  return h(
    'section.part',
    null,
    h('h2', null, 'What the tests are worth'),
    h('div', { style: { 'margin-top': '12px' } }, split(testParts(), 'Tests by verdict')),
    h('h2', { style: { margin: '30px 0 4px' } }, 'What they really touch'),
    pyramid(
      reality.pyramid,
      reality.pyramid.reduce((sum, one) => sum + one.tests, 0),
    ),
    h('p.small', null, h('a', { href: href('reality') }, 'The map of boundaries')),
  );
}

const testParts = () => {
  const found = grouped(tests, (one) => one.verdict);
  return Object.entries(D.words.tests).map(([verdict, word]) => {
    const count = found.get(verdict)?.length ?? 0;
    return {
      key: `v-${verdict}`,
      words: count === 1 ? word.one : word.many,
      note: word.meaning,
      count,
      link: href('theatre', 'tests', { verdict }),
    };
  });
};

function historyPart() {
  const drawn = curve(D.history);
  return h(
    'section.part',
    null,
    h('h2', null, 'History'),
    drawn
      ? [
          h(
            'p.lead',
            null,
            `The mutation score of the last ${plural(D.history.length, 'run')} on ${D.part || 'the whole code'} in this tree.`,
          ),
          drawn,
          h('p.small', null, h('a', { href: href('run') }, 'The runs in a table')),
        ]
      : h('p.lead', null, 'A curve begins with the second run on this tree.'),
  );
}
