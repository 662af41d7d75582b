/** All findings: what to mend first. */

const findingName = (slug) => `${slug[0].toUpperCase()}${slug.slice(1).replaceAll('-', ' ')}`;
const severity = (one) =>
  h(`span.chip${one.severity === 'high' ? '.poor' : ''}`, null, one.severity);

function findingsView() {
  const slugs = [...grouped(D.findings, (one) => one.slug).keys()];
  const numbers = new Map(D.findings.map((one, at) => [one, at]));
  const list = listOf({
    name: 'findings',
    label: 'Findings',
    noun: 'finding',
    hint: 'Kind, file or words',
    items: D.findings,
    id: (one) => one.id,
    text: (one) => `${one.id} ${one.slug} ${one.file}:${one.line} ${one.message}`,
    first: 'order',
    filters: [
      {
        key: 'slug',
        label: 'Kind',
        all: 'All kinds',
        options: slugs.map((one) => [one, findingName(one)]),
        test: (one, value) => one.slug === value,
      },
      {
        key: 'severity',
        label: 'Severity',
        all: 'Any',
        options: ['high', 'medium', 'low'].map((one) => [one, one]),
        test: (one, value) => one.severity === value,
      },
      {
        key: 'accepted',
        label: 'Accepted',
        all: 'All',
        options: [
          ['no', 'open'],
          ['yes', 'accepted'],
        ],
        test: (one, value) => Boolean(one.accepted) === (value === 'yes'),
      },
    ],
    sorts: {
      order: (a, b) => numbers.get(a) - numbers.get(b),
      place: (a, b) => compare(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0),
      kind: (a, b) => compare(a.slug, b.slug),
    },
    columns: [
      {
        label: 'Finding',
        width: 'minmax(0,1fr)',
        cell: (one) => h('span', { title: one.message }, one.message),
      },
      { label: 'Severity', width: '84px', sort: 'order', cell: severity },
      {
        label: 'Kind',
        width: '132px',
        sort: 'kind',
        cls: 'wide.extra.soft.small',
        cell: (one) => findingName(one.slug),
      },
      {
        label: 'Place',
        width: 'minmax(0,0.34fr)',
        sort: 'place',
        cls: 'under.soft.small',
        cell: (one) => spot(one.file, one.line),
      },
    ],
  });
  return {
    node: h(
      'div',
      null,
      titled(
        'Findings',
        'What is worth mending, the worst first; each with its evidence and a command that shows it.',
      ),
      list.node,
    ),
    update: list.update,
  };
}
