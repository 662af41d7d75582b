/** Lists with search, filters and sort, on a roll. */

const idle = (work) =>
  window.requestIdleCallback
    ? requestIdleCallback(work)
    : setTimeout(() => work({ timeRemaining: () => 8 }), 50);
const widths = (columns) => columns.map((one) => one.width).join(' ');

/**
 * A list with search, filters and sort in the address.
 *
 * `of`: items, id(item), text(item), columns [{name, label, cls, width, sort, cell(item)}],
 * filters [{key, label, all, options [[value, words]], test(item, value)}], sorts {key: compare},
 * first (the usual sort), noun. Returns `{node, update}`.
 */
function listOf(of) {
  const texts = [];
  const text = (item, at) => (texts[at] ??= of.text(item).toLowerCase());
  const numbered = of.items.map((item, at) => [item, at]);
  const orders = new Map();
  let current = [];
  const rows = h('div.rows', { role: 'rowgroup' });
  const head = h('div.head', { role: 'row', 'aria-rowindex': 1 });
  const table = h(
    'div',
    { role: 'table', 'aria-label': of.label },
    h('div', { role: 'rowgroup' }, head),
    rows,
  );
  const none = h(
    'p.none',
    { hidden: true },
    'Nothing fits. ',
    h('button.plain', { type: 'button', click: clear }, 'Clear search and filters'),
  );
  const frame = h(
    'div.list',
    {
      style: {
        '--cols': widths(of.columns),
        '--less': widths(of.columns.filter((one) => !one.cls?.includes('extra'))),
      },
    },
    table,
    none,
  );
  const tell = h('p.tell');
  const search = h('input', {
    type: 'search',
    id: `q-${of.name}`,
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: of.hint,
    input: type,
  });
  const selects = of.filters.map((one) =>
    h(
      'select',
      {
        id: `f-${one.key}`,
        change: (event) => {
          settle({ [one.key]: event.target.value });
          apply();
        },
      },
      h('option', { value: '' }, one.all),
      one.options.map(([value, words]) => h('option', { value }, words)),
    ),
  );
  const tools = h(
    'form.bar-tools',
    { role: 'search', submit: (event) => event.preventDefault() },
    h('label.field.grow', { for: search.id }, 'Search', search),
    of.filters.map((one, at) => h('label.field', { for: selects[at].id }, one.label, selects[at])),
  );
  const roll = new Roll(rows, draw, () => cssLength('--row'));

  function type() {
    settle({ q: search.value });
    apply();
  }
  function clear() {
    settle(Object.fromEntries([['q', ''], ...of.filters.map((one) => [one.key, ''])]));
    update();
    search.focus();
  }
  function order(key) {
    const asked = key.replace(/^-/, '');
    const name = Object.hasOwn(of.sorts, asked) ? asked : of.first;
    const compare = of.sorts[name];
    if (!orders.has(name))
      orders.set(
        name,
        [...numbered].sort((a, b) => compare(a[0], b[0]) || a[1] - b[1]),
      );
    return orders.get(name);
  }
  function apply() {
    const key = here.params.get('sort') ?? of.first;
    const words = (here.params.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const active = of.filters
      .map((one) => [one, here.params.get(one.key) ?? ''])
      .filter(([, value]) => value);
    current = [];
    for (const [item, at] of order(key)) {
      if (words.length && !words.every((word) => text(item, at).includes(word))) continue;
      if (active.every(([one, value]) => one.test(item, value))) current.push(item);
    }
    if (key.startsWith('-')) current.reverse();
    heads(key);
    tell.replaceChildren(`${number(current.length)} of ${plural(of.items.length, of.noun)}`);
    if (words.length || active.length)
      tell.append(h('button.plain', { type: 'button', click: clear }, 'Clear search and filters'));
    say(tell.firstChild.textContent);
    none.hidden = current.length > 0;
    table.setAttribute('aria-rowcount', current.length + 1);
    roll.reset(current.length);
  }
  function heads(key) {
    head.replaceChildren(
      ...of.columns.map((one) => {
        const name = one.sort;
        if (!name) return h(`div.cell.${one.cls || 'mid'}`, { role: 'columnheader' }, one.label);
        const up = key === name;
        const down = key === `-${name}`;
        const flip = () => {
          settle({ sort: (up ? `-${name}` : name) === of.first ? '' : up ? `-${name}` : name });
          apply();
          head.querySelector(`[data-sort="${name}"]`)?.focus();
        };
        return h(
          `div.cell.${one.cls || 'mid'}`,
          { role: 'columnheader', 'aria-sort': up ? 'ascending' : down ? 'descending' : 'none' },
          h('button', { type: 'button', 'data-sort': name, click: flip }, one.label),
        );
      }),
    );
  }
  function draw(index) {
    const item = current[index];
    const id = of.id(item);
    const open = here.params.get('open') === id;
    return h(
      open ? 'div.row.on' : 'div.row',
      { role: 'row', 'aria-rowindex': index + 2, 'data-index': index, 'data-id': id },
      of.columns.map((one, at) =>
        h(
          `div.cell.${one.cls || 'mid'}`,
          { role: 'cell' },
          at === 0
            ? h(
                'a.to',
                {
                  href: of.link ? of.link(item) : changed({ open: id }),
                  'aria-current': open ? 'true' : null,
                },
                one.cell(item),
              )
            : one.cell(item),
        ),
      ),
    );
  }
  rows.addEventListener('keydown', (event) => {
    const row = event.target.closest('.row');
    if (!row) return;
    const at = Number(row.dataset.index);
    const page = Math.max(1, Math.floor(innerHeight / cssLength('--row')) - 3);
    const steps = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: current.length - 1,
    };
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = Math.min(Math.max(steps[event.key], 0), current.length - 1);
    roll.reveal(to)?.querySelector('a.to').focus({ preventScroll: true });
    redraw();
  });
  // Texts to search in are made while nobody waits.
  const prepare = (deadline) => {
    let at = texts.length;
    while (at < numbered.length && deadline.timeRemaining() > 2) {
      text(...numbered[at]);
      at += 1;
    }
    if (at < numbered.length && (frame.isConnected || at === 0)) idle(prepare);
  };
  idle(prepare);
  let known = null;
  function update() {
    const state = ['q', 'sort', ...of.filters.map((one) => one.key)]
      .map((key) => here.params.get(key) ?? '')
      .join('\0');
    if (state !== known) {
      known = state;
      search.value = here.params.get('q') ?? '';
      of.filters.forEach((one, at) => {
        selects[at].value = here.params.get(one.key) ?? '';
      });
      apply();
    }
    const open = here.params.get('open');
    for (const node of roll.shown.values()) {
      const on = node.dataset.id === plain(open ?? '');
      node.classList.toggle('on', on);
      const to = node.querySelector('a.to');
      if (on) to.setAttribute('aria-current', 'true');
      else to.removeAttribute('aria-current');
    }
  }
  return { node: h('div', null, tools, tell, frame), update };
}
