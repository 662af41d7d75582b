/** Bars and the curve of past runs. */

/** Parts of a whole as one bar with a legend that filters. `parts`: {key, words, note, count, link}. */
function split(parts, label) {
  const shown = parts.filter((one) => one.count);
  const total = shown.reduce((sum, one) => sum + one.count, 0);
  return h(
    'div',
    null,
    h(
      'div.bar',
      {
        role: 'img',
        'aria-label': `${label}: ${shown.map((one) => `${one.words} ${one.count}`).join(', ')}`,
      },
      shown.map((one) =>
        h(`span.${one.key}`, { style: { 'flex-grow': String(one.count), 'flex-basis': '0' } }),
      ),
    ),
    h(
      'ul.legend',
      null,
      shown.map((one) =>
        h(
          'li',
          null,
          h(
            'a',
            { href: one.link, title: one.note },
            h(`span.swatch.${one.key}`, { 'aria-hidden': 'true' }),
            h(
              'span',
              null,
              h('b', null, number(one.count)),
              ' ',
              h('span.word', null, one.words),
              h('span.soft.small', null, ` ${percentOf(one.count, total)}`),
            ),
          ),
        ),
      ),
    ),
  );
}

/** The day and time of a run, as it was written. */
const when = (at) => at.replace('T', ' ').replace(/:\d\dZ$/, ' UTC');

/** Scores over past runs. */
function curve(runs) {
  const points = runs.filter((one) => one.scored);
  if (points.length < 2) return null;
  const W = 900;
  const H = 210;
  const [left, right, top, bottom] = [44, 14, 14, 26];
  const shares = points.map((one) =>
    one.partial && one.estimate !== null ? one.estimate : one.noticed / one.scored,
  );
  const low = Math.max(0, Math.floor((Math.min(...shares) - 0.04) * 10) / 10);
  const high = Math.min(1, Math.ceil((Math.max(...shares) + 0.04) * 10) / 10);
  const x = (at) => left + (at * (W - left - right)) / Math.max(1, points.length - 1);
  const y = (share) => top + ((high - share) * (H - top - bottom)) / (high - low);
  const lines = [];
  const step = high - low > 0.45 ? 0.2 : 0.1;
  for (let share = low; share <= high + 1e-9; share += step) {
    lines.push(
      svg('line', { x1: left, x2: W - right, y1: y(share), y2: y(share) }),
      svg(
        'text',
        { x: left - 8, y: y(share) + 4, 'text-anchor': 'end' },
        `${Math.round(share * 100)}%`,
      ),
    );
  }
  return h(
    'figure.curve',
    null,
    svg(
      'svg',
      {
        viewBox: `0 0 ${W} ${H}`,
        role: 'img',
        'aria-label': `Mutation score of ${points.length} runs, from ${percent(shares[0])} to ${percent(shares.at(-1))}`,
      },
      svg('g.grid', null, lines),
      svg('polyline.line', {
        points: points.map((_, at) => `${x(at)},${y(shares[at])}`).join(' '),
      }),
      points.map((one, at) =>
        svg(
          one.own ? 'circle.own' : one.partial ? 'circle.part' : 'circle.dot',
          { cx: x(at), cy: y(shares[at]), r: one.own ? 5 : points.length > 60 ? 2 : 3.5 },
          svg(
            'title',
            null,
            `${when(one.at)}: ${percent(shares[at])}, ${one.noticed} of ${one.scored}${one.commit ? `, ${one.commit.slice(0, 9)}` : ''}`,
          ),
        ),
      ),
      svg('text', { x: left, y: H - 6 }, when(points[0].at).slice(0, 10)),
      svg(
        'text',
        { x: W - right, y: H - 6, 'text-anchor': 'end' },
        when(points.at(-1).at).slice(0, 10),
      ),
    ),
  );
}

/** The sizes of the tests against those that many aim for. */
function pyramid(levels, total) {
  return h(
    'div.pyramid',
    null,
    levels.map((one) =>
      h(
        'div.level',
        null,
        h('span.name', null, one.name),
        h(
          'span.track',
          { 'aria-hidden': 'true' },
          h('span.fill', { style: { width: total ? `${(100 * one.tests) / total}%` : '0' } }),
          h('span.aim', { style: { width: `${one.aim}%` } }),
        ),
        h(
          'span.count',
          null,
          h('b', null, number(one.tests)),
          h('span.soft', null, ` ${percentOf(one.tests, total)}`),
          h('span.sr', null, `; many aim for ${one.aim}%`),
        ),
      ),
    ),
    h('p.small.soft', null, 'Filled: these tests. Outlined: what many aim for (70, 20 and 10%).'),
  );
}
