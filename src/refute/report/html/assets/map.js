/** The boundary map: project code on the left, doubles in the way, the real things beyond. */

const SHOWN = 12;
/** Nodes of a column; the rest is drawn as one. */

/** How many tests go any of these ways: one that goes several counts once. */
const together = (links) => new Set(links.flatMap((one) => testsIn(one.set))).size;

/** The biggest nodes of one side, and one for all others. */
function side(links, key, words) {
  const sorted = [...grouped(links, key)]
    .map(([name, all]) => [name, together(all)])
    .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
  const kept = sorted.length > SHOWN ? sorted.slice(0, SHOWN - 1) : sorted;
  const names = new Set(kept.map(([name]) => name));
  const nodes = kept.map(([name, total]) => ({ name, label: name, total }));
  if (kept.length < sorted.length) {
    nodes.push({
      name: '\0',
      label: `${sorted.length - kept.length} more ${words}`,
      total: together(links.filter((one) => !names.has(key(one)))),
    });
  }
  return { nodes, name: (one) => (names.has(key(one)) ? key(one) : '\0') };
}

function boundaryMap(reality) {
  const links = reality.links;
  const W = 1080;
  const wall = 560;
  const code = side(links, (one) => one.file, 'files');
  const stand = side(
    links.filter((one) => !one.real),
    (one) => one.name,
    'doubles',
  );
  const real = side(
    links.filter((one) => one.real),
    (one) => one.name,
    'things',
  );
  const STEP = 46;
  const rows = Math.max(code.nodes.length, stand.nodes.length + real.nodes.length + 1, 4);
  const H = rows * STEP + 60;
  const spread = (nodes, from, to) =>
    nodes.forEach((node, at) => {
      node.y = from + ((at + 0.5) * (to - from)) / nodes.length;
    });
  spread(code.nodes, 40, H - 10);
  // Doubles above, the real things below: lines hardly cross.
  const share =
    stand.nodes.length / Math.max(1, stand.nodes.length + Math.max(real.nodes.length, 1.6));
  const middle = 40 + (H - 50) * share;
  spread(stand.nodes, 40, middle);
  spread(real.nodes, stand.nodes.length ? middle + 10 : 40, H - 10);
  const at = (nodes, name) => nodes.find((node) => node.name === name);
  const merged = [
    ...grouped(
      links,
      (one) => `${code.name(one)}\0${one.real}\0${(one.real ? real : stand).name(one)}`,
    ).values(),
  ].map((all) => {
    const [one] = all;
    const to = one.real ? real : stand;
    return {
      from: at(code.nodes, code.name(one)),
      to: at(to.nodes, to.name(one)),
      real: one.real,
      tests: together(all),
    };
  });
  const most = Math.max(1, ...merged.map((one) => one.tests));
  const thick = (count) => 1.5 + 18 * Math.sqrt(count / most);
  const left = 270;
  const realX = 820;
  const drawn = merged
    .sort((a, b) => b.tests - a.tests)
    .map((one) => {
      const end = one.real ? realX : wall;
      const bend = (end - left) * 0.5;
      return svg(
        `path.flow${one.real ? '.real' : '.fake'}`,
        {
          d: `M${left},${one.from.y} C${left + bend},${one.from.y} ${end - bend},${one.to.y} ${end},${one.to.y}`,
          'stroke-width': thick(one.tests).toFixed(1),
        },
        svg('title', null, `${one.from.label} → ${one.to.label}: ${plural(one.tests, 'test')}`),
      );
    });
  const short = (text, most_) =>
    text.length > most_ ? `…${text.slice(text.length - most_ + 1)}` : text;
  const nodes = [
    ...code.nodes.map((node) =>
      svg(
        'g',
        null,
        svg('rect.block', { x: 0, y: node.y - 15, width: left, height: 30, rx: 5 }),
        svg(
          'text',
          { x: 12, y: node.y + 5 },
          short(node.label, 34),
          svg('title', null, node.label),
        ),
      ),
    ),
    ...stand.nodes.map((node) =>
      svg(
        'g',
        null,
        svg('rect.stop', { x: wall, y: node.y - 15, width: 6, height: 30 }),
        svg(
          'text',
          { x: wall + 14, y: node.y - 1 },
          short(node.label, 30),
          svg('title', null, node.label),
        ),
        svg('text.faint', { x: wall + 14, y: node.y + 14 }, plural(node.total, 'test')),
      ),
    ),
    ...real.nodes.map((node) =>
      svg(
        'g',
        null,
        svg('rect.thing', { x: realX, y: node.y - 20, width: W - realX, height: 40, rx: 5 }),
        svg(
          'text',
          { x: realX + 12, y: node.y - 3 },
          short(node.label, 30),
          svg('title', null, node.label),
        ),
        svg('text.faint', { x: realX + 12, y: node.y + 12 }, plural(node.total, 'test')),
      ),
    ),
  ];
  const empty = real.nodes.length
    ? null
    : svg(
        'g',
        null,
        svg('rect.void', { x: realX, y: 40, width: W - realX, height: H - 56, rx: 8 }),
        svg(
          'text',
          { x: (realX + W) / 2, y: H / 2 - 4, 'text-anchor': 'middle' },
          'the real things',
        ),
        svg(
          'text.faint',
          { x: (realX + W) / 2, y: H / 2 + 16, 'text-anchor': 'middle' },
          'no test goes there',
        ),
      );
  const doubled = links.filter((one) => !one.real).length;
  const label = `${plural(code.nodes.length, 'file')} of project code; ${plural(doubled, 'way')} that end in a double, ${plural(links.length - doubled, 'way')} to a real thing. The table below has the same.`;
  return h(
    'div.scroll',
    { tabindex: 0, role: 'group', 'aria-label': 'Boundary map' },
    svg(
      'svg.boundaries',
      { viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': label },
      svg(
        'g.titles',
        null,
        svg('text', { x: 0, y: 18 }, 'Your code'),
        svg('text', { x: wall, y: 18 }, stand.nodes.length ? 'Doubles in the way' : 'No doubles'),
        svg('text', { x: realX, y: 18 }, 'The real things'),
      ),
      svg('line.wall', { x1: wall + 3, x2: wall + 3, y1: 32, y2: H - 6 }),
      empty,
      drawn,
      nodes,
    ),
  );
}
