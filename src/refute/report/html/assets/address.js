/** The address is the state: `#/faults?q=price&verdict=survived&open=m-3f9a12`. */

let here = { view: '', arg: '', params: new URLSearchParams() };

function read() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const cut = path.indexOf('/');
  const view = cut < 0 ? path : path.slice(0, cut);
  let arg = cut < 0 ? '' : path.slice(cut + 1);
  try {
    arg = decodeURIComponent(arg);
  } catch {
    arg = '';
  }
  return { view, arg, params: new URLSearchParams(query) };
}

function href(view, arg = '', params = {}) {
  const query = new URLSearchParams(
    params instanceof URLSearchParams
      ? params
      : Object.entries(params).filter(
          ([, value]) => value !== '' && value !== null && value !== undefined,
        ),
  );
  const way = arg ? `/${encodeURIComponent(arg).replaceAll('%2F', '/')}` : '';
  const text = query.toString();
  return `#/${view}${way}${text ? `?${text}` : ''}`;
}

/** This very view with some parameters changed; an empty value takes one out. */
function changed(changes) {
  const params = new URLSearchParams(here.params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '' || value === null || value === undefined) params.delete(name);
    else params.set(name, value);
  }
  return href(here.view, here.arg, params);
}

/** Change parameters without a new entry in the browser's history: while somebody types. */
function settle(changes) {
  const next = changed(changes);
  history.replaceState(null, '', next);
  here = read();
}
