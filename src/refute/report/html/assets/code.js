/** All judged files: the map, or one folder of it, and a list. */

function code() {
  const dir = here.params.get('dir') ?? '';
  const folder = folderAt(dir);
  const below = files.filter((one) => !dir || one.path.startsWith(`${dir}/`));
  const list = listOf({
    name: 'files',
    label: 'Files',
    noun: 'file',
    hint: 'Part of a path',
    items: below,
    id: (one) => one.path,
    text: (one) => one.path,
    link: (one) => href('code', one.path),
    first: 'missed',
    filters: [],
    sorts: {
      missed: (a, b) => b.survived + b.no_coverage - (a.survived + a.no_coverage),
      path: (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
      score: (a, b) => rate(a) - rate(b),
      gap: (a, b) => gapOf(b) - gapOf(a),
      lines: (a, b) => b.lines - a.lines,
    },
    columns: [
      { label: 'File', width: 'minmax(0,1fr)', sort: 'path', cell: (one) => one.path },
      { label: 'Score', width: '170px', sort: 'score', cls: 'score', cell: scoreCell },
      { label: 'Change', width: '90px', cls: 'num.wide', cell: changeCell },
      {
        label: 'Oracle gap',
        width: '90px',
        sort: 'gap',
        cls: 'num.wide',
        cell: (one) => (one.scored ? percent(gapOf(one)) : '–'),
      },
      {
        label: 'Survived',
        width: '80px',
        sort: 'missed',
        cls: 'num.wide',
        cell: (one) => number(one.survived),
      },
      { label: 'Not run', width: '70px', cls: 'num.wide', cell: (one) => number(one.no_coverage) },
      {
        label: 'Lines',
        width: '70px',
        sort: 'lines',
        cls: 'num.wide',
        cell: (one) => number(one.lines),
      },
      {
        label: '',
        width: '0',
        cls: 'under.narrow',
        cell: (one) =>
          `${number(one.survived)} survived, ${number(one.no_coverage)} not run, ${plural(one.lines, 'line')}`,
      },
    ],
  });
  const share = folder.scored ? folder.noticed / folder.scored : null;
  const node = h(
    'div',
    null,
    titled(
      dir ? `${dir}/` : 'Code',
      `${plural(folder.count ?? 0, 'file')}, ${plural(folder.lines, 'line')} of code; score ${percent(share)}.`,
    ),
    dir ? crumbs(dir) : null,
    files.length
      ? h('div', { style: { 'margin-top': '16px' } }, treemap(dir, 340), treemapKey())
      : null,
    list.node,
  );
  return { node, update: list.update };
}

const rate = (one) => (one.scored ? one.noticed / one.scored : 2);
const gapOf = (one) => (one.scored ? one.survived / one.scored : -1);
const scoreCell = (one) =>
  one.scored
    ? h(
        'span.rate',
        null,
        h(
          'span.track',
          { 'aria-hidden': 'true' },
          h(`span.fill.b${band(one.noticed / one.scored)}`, {
            style: { width: `${(100 * one.noticed) / one.scored}%` },
          }),
        ),
        h('span', null, percent(one.noticed / one.scored)),
      )
    : h('span.soft', null, 'none');

function changeCell(one) {
  if (!one.was || !one.was[1] || !one.scored) return '';
  const points = 100 * (one.noticed / one.scored - one.was[0] / one.was[1]);
  if (Math.abs(points) < 0.05) return h('span.soft', null, '0.0');
  return h(
    `span.${points > 0 ? 'good' : 'poor'}-ink`,
    null,
    `${points > 0 ? '+' : '−'}${Math.abs(points).toFixed(1)}`,
  );
}

/** The way back up. */
function crumbs(path) {
  const names = path.split('/');
  return h(
    'nav',
    { 'aria-label': 'Folders' },
    h(
      'ol.crumbs',
      null,
      h('li', null, h('a', { href: href('code') }, 'Code')),
      names.map((name, at) => {
        const way = names.slice(0, at + 1).join('/');
        const last = at === names.length - 1;
        return h(
          'li',
          null,
          last ? h('span', null, name) : h('a', { href: href('code', '', { dir: way }) }, name),
        );
      }),
    ),
  );
}
