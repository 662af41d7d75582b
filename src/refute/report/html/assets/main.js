/** The frame, and which view is shown. */

const still = (node) => ({ node, update() {} });
const VIEWS = {
  '': ['Overview', () => still(overview())],
  code: ['Code', (arg) => (arg ? fileView(arg) : code())],
  faults: ['Faults', faultsView],
  theatre: ['Theatre', theatreView],
  reality: ['Reality', realityView],
  findings: ['Findings', findingsView],
  run: ['Run', runView],
};
let mounted = null;

function frame() {
  const themes = ['auto', 'light', 'dark'];
  const root = document.documentElement;
  const store = (value) => {
    try {
      if (value === undefined) return localStorage.getItem('refute-theme');
      localStorage.setItem('refute-theme', value);
    } catch {
      /* a file may have no storage */
    }
    return null;
  };
  const set = (theme) => {
    if (theme === 'auto') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', theme);
  };
  let theme = themes.includes(store()) ? store() : 'auto';
  set(theme);
  const words = () => `Colours: ${theme}. Change`;
  const button = h(
    'button.theme',
    {
      type: 'button',
      'aria-label': words(),
      title: words(),
      click: () => {
        theme = themes[(themes.indexOf(theme) + 1) % themes.length];
        set(theme);
        store(theme);
        button.setAttribute('aria-label', words());
        button.title = words();
        say(`Colours: ${theme}`);
      },
    },
    svg(
      'svg',
      { viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true' },
      svg('circle', {
        cx: 8,
        cy: 8,
        r: 6.2,
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': 1.5,
      }),
      svg('path', { d: 'M8 1.8a6.2 6.2 0 0 1 0 12.4z', fill: 'currentColor' }),
    ),
  );
  append($('top'), [
    h(
      'div.top-in',
      null,
      h('a.brand', { href: '#/' }, logo(), h('span', null, D.project.name)),
      h(
        'nav.tabs',
        { 'aria-label': 'Views' },
        Object.entries(VIEWS).map(([view, [name]]) =>
          h('a', { href: href(view), 'data-view': view }, name),
        ),
      ),
      button,
    ),
  ]);
  const commit = D.environment.commit
    ? `commit ${D.environment.commit.slice(0, 9)}${D.environment.dirty ? ' with changes' : ''}`
    : 'no git';
  append($('foot'), [
    h(
      'div',
      null,
      h('span', null, `refute ${D.version}`),
      h('span', null, `Python ${D.environment.python}, pytest ${D.environment.pytest}`),
      h('span', null, commit),
      h('span', null, 'A fault that nobody notices could be a bug that nobody notices.'),
    ),
  ]);
  $('skip').addEventListener('click', (event) => {
    event.preventDefault();
    document.querySelector('#main h1')?.focus();
  });
}

/** A ring with a gap: what is checked, and what is not. */
const logo = () =>
  svg(
    'svg',
    { viewBox: '0 0 20 20', width: 20, height: 20, 'aria-hidden': 'true' },
    svg('path', {
      d: 'M10 2.5a7.5 7.5 0 1 1-6.5 3.75',
      fill: 'none',
      stroke: 'var(--good)',
      'stroke-width': 3,
      'stroke-linecap': 'round',
    }),
    svg('circle', { cx: 6, cy: 3.6, r: 1.9, fill: 'var(--survived)' }),
  );

function route(event) {
  const next = read();
  const again =
    mounted !== null &&
    next.view === here.view &&
    next.arg === here.arg &&
    (next.params.get('dir') ?? '') === (here.params.get('dir') ?? '');
  here = next;
  if (!again) {
    const [name, draw] = Object.hasOwn(VIEWS, here.view)
      ? VIEWS[here.view]
      : [
          'Nothing here',
          () =>
            still(
              h(
                'div',
                null,
                titled('There is no such view'),
                h('p', null, h('a', { href: '#/' }, 'The overview')),
              ),
            ),
        ];
    mounted = draw(here.arg);
    $('main').replaceChildren(mounted.node);
    document.title = plain(
      `${here.arg ? `${here.arg} · ` : ''}${name} · ${D.project.name} · refute`,
    );
    for (const tab of document.querySelectorAll('.tabs a')) {
      if (tab.dataset.view === here.view) {
        tab.setAttribute('aria-current', 'page');
        tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      } else tab.removeAttribute('aria-current');
    }
    if (event) {
      scrollTo(0, 0);
      if (!here.params.get('open'))
        document.querySelector('#main h1')?.focus({ preventScroll: true });
    }
  }
  mounted.update();
  showDetails(Boolean(event));
}

addEventListener('hashchange', route);
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && openId && !event.defaultPrevented) closeDetails();
});
frame();
route(null);
