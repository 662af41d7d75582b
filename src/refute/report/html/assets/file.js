/** One file: its source, with the faults marked in the margin. */

function fileView(path) {
  const file = fileOf(path);
  const lines = linesOf(path);
  if (!file || lines === null) {
    return {
      node: h(
        'div',
        null,
        titled('Not in this report', `There is no source of ${path}.`),
        h('p', null, h('a', { href: href('code') }, 'All files')),
      ),
      update() {},
    };
  }
  const mine = faultsIn(path);
  const marked = new Map();
  for (const [line, all] of grouped(mine, (one) => one.line)) marked.set(line, all);
  const wanted = () => here.params.get('show') ?? '';
  const filter = h(
    'select',
    {
      id: 'show',
      change: (event) => {
        settle({ show: event.target.value });
        update(true);
      },
    },
    [
      ['', 'Missed faults'],
      ['all', 'All faults'],
      ['none', 'No marks'],
    ].map(([value, words]) => h('option', { value }, words)),
  );
  const rows = h('div.rows');
  const longest = lines.reduce(
    (most, pieces) =>
      Math.max(
        most,
        pieces.reduce((sum, [text]) => sum + text.length, 0),
      ),
    20,
  );
  const frame = h(
    'div.codeview',
    { style: { '--long': `${longest + 2}ch` } },
    h('div.sheet', { role: 'group', 'aria-label': `Source of ${path}` }, rows),
  );
  const roll = new Roll(rows, draw, () => cssLength('--code-row'));

  const markOf = (line) => {
    const all = marked.get(line) ?? [];
    const missed = all.filter((one) => MISSED.has(one.verdict));
    if (wanted() === 'none') return null;
    if (missed.length) {
      const survived = missed
        .filter((one) => one.verdict === 'survived')
        .sort((a, b) => b.rank - a.rank);
      const one = survived[0] ?? missed[0];
      const words = [
        survived.length ? `${survived.length} survived` : '',
        missed.length - survived.length ? `${missed.length - survived.length} not run` : '',
      ]
        .filter(Boolean)
        .join(', ');
      return { kind: survived.length ? 'hit' : 'dark', count: missed.length, id: one.id, words };
    }
    if (wanted() !== 'all' || !all.length) return null;
    const good = all.some((one) => NOTICED.has(one.verdict));
    return {
      kind: good ? 'fine' : 'aside',
      count: all.length,
      id: all[0].id,
      words: good ? `${all.length} noticed` : `${all.length} outside the score`,
    };
  };

  function draw(index) {
    const line = index + 1;
    const mark = markOf(line);
    const open = faultOf(here.params.get('open') ?? '');
    const on = open && open.path === path && line >= open.line && line <= open.end_line;
    const focus = Number(here.params.get('line')) === line;
    const spec = `div.cl${mark ? `.${mark.kind}` : ''}${on ? '.on' : ''}${focus ? '.at' : ''}`;
    return h(
      spec,
      { 'data-line': line },
      h(
        'span.m',
        null,
        mark
          ? h(
              'a',
              {
                href: changed({ open: mark.id, line: '' }),
                'aria-label': `Line ${line}: ${mark.words}`,
                title: mark.words,
                'data-line': line,
              },
              String(mark.count),
            )
          : null,
      ),
      h('span.no', { 'aria-hidden': 'true' }, String(line)),
      h('span.tx', null, lines[index].length ? painted(lines[index]) : ' '),
    );
  }

  frame.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const from = Number(event.target.closest('.m a')?.dataset.line);
    if (!step || !from || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    for (let line = from + step; line >= 1 && line <= lines.length; line += step) {
      if (markOf(line)) {
        roll
          .reveal(line - 1)
          ?.querySelector('a')
          .focus({ preventScroll: true });
        return;
      }
    }
  });

  let drawn = null;
  function update(again = false) {
    const first = drawn === null;
    const state = [wanted(), here.params.get('open'), here.params.get('line')].join('\0');
    if (state === drawn && !again) return;
    drawn = state;
    filter.value = wanted();
    const held = document.activeElement?.closest?.('.m a')?.dataset.line;
    roll.reset(lines.length);
    const open = faultOf(here.params.get('open') ?? '');
    const target = Number(here.params.get('line')) || (open?.path === path ? open.line : 0);
    if (target) {
      const row = roll.into.getBoundingClientRect().top + target * roll.tall;
      if (first || row < 70 || row > innerHeight - 40) roll.reveal(target - 1, 'middle');
    }
    if (held)
      roll.shown
        .get(held - 1)
        ?.querySelector('a')
        ?.focus({ preventScroll: true });
  }

  const worst = mine.filter((one) => one.verdict === 'survived').sort((a, b) => b.rank - a.rank);
  const cut = path.lastIndexOf('/');
  const node = h(
    'div',
    null,
    titled(path.slice(cut + 1), fileLead(file)),
    crumbs(path),
    h(
      'div.bar-tools',
      null,
      h('label.field', { for: 'show' }, 'Mark', filter),
      h(
        'p.small',
        { style: { 'margin-left': 'auto' } },
        worst.length
          ? h(
              'a',
              { href: changed({ open: worst[0].id, line: '' }) },
              'The survivor most worth a look',
            )
          : null,
        worst.length ? ' · ' : '',
        h(
          'a',
          { href: href('faults', '', { file: path, verdict: worst.length ? 'survived' : '' }) },
          'Its faults in a list',
        ),
      ),
    ),
    frame,
    h(
      'p.key',
      null,
      h('span.one', null, h('i.mk.hit', { 'aria-hidden': 'true' }), 'survived'),
      h('span.one', null, h('i.mk.dark', { 'aria-hidden': 'true' }), 'not run'),
      h('span.one', null, h('i.mk.fine', { 'aria-hidden': 'true' }), 'all noticed'),
    ),
  );
  return { node, update };
}

function fileLead(file) {
  if (!file.scored) return 'Nothing in it could be scored.';
  const said = [
    `Score ${percentOf(file.noticed, file.scored)}: ${number(file.noticed)} of ${plural(file.scored, 'fault')} noticed`,
  ];
  if (file.survived)
    said.push(
      `${number(file.survived)} survived (oracle gap ${percentOf(file.survived, file.scored)})`,
    );
  if (file.no_coverage) said.push(`${number(file.no_coverage)} not run`);
  if (file.outside) said.push(`${number(file.outside)} could not be judged`);
  return `${said.join(', ')}.`;
}
