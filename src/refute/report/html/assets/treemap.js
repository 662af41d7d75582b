/** Sources as tiles: area by lines, colour by score, hatching by the oracle gap. */

/** The folders below the one that all files share. */
function folders() {
  const root = { name: '', path: '', folders: new Map(), files: [], lines: 0 };
  for (const file of files) {
    const names = file.path.split('/');
    let at = root;
    for (const name of names.slice(0, -1)) {
      if (!at.folders.has(name))
        at.folders.set(name, {
          name,
          path: at.path ? `${at.path}/${name}` : name,
          folders: new Map(),
          files: [],
          lines: 0,
        });
      at = at.folders.get(name);
    }
    at.files.push(file);
  }
  return weigh(root);
}

function weigh(folder) {
  Object.assign(folder, { noticed: 0, survived: 0, scored: 0, lines: 0, count: 0 });
  for (const one of [...folder.folders.values()].map(weigh).concat(folder.files)) {
    folder.noticed += one.noticed;
    folder.survived += one.survived;
    folder.scored += one.scored;
    folder.lines += Math.max(one.lines, 1);
    folder.count += one.count ?? 1;
  }
  return folder;
}

let tree = null;
/** The folder of a path; from the top those that hold one folder alone are skipped. */
function folderAt(path) {
  tree ??= folders();
  let at = tree;
  if (!path) {
    while (at.folders.size === 1 && !at.files.length) at = [...at.folders.values()][0];
    return at;
  }
  for (const name of path.split('/')) at = at.folders.get(name) ?? at;
  return at;
}

/** Squarified rectangles `[item, x, y, w, h]` in the order of the items, the largest first. */
function squares(items, x, y, w, height) {
  const sorted = items.filter((one) => one.weight > 0).sort((a, b) => b.weight - a.weight);
  const total = sorted.reduce((sum, one) => sum + one.weight, 0);
  if (!total || w <= 0 || height <= 0) return [];
  const scale = (w * height) / total;
  const found = [];
  let row = [];
  let box = [x, y, w, height];
  const worst = (some, side) => {
    const areas = some.map((one) => one.weight * scale);
    const sum = areas.reduce((a, b) => a + b, 0);
    return Math.max(
      (side * side * Math.max(...areas)) / (sum * sum),
      (sum * sum) / (side * side * Math.min(...areas)),
    );
  };
  const settleRow = () => {
    const sum = row.reduce((a, one) => a + one.weight * scale, 0);
    const [bx, by_, bw, bh] = box;
    const across = bw >= bh;
    const thick = sum / (across ? bh : bw);
    let at = across ? by_ : bx;
    for (const one of row) {
      const long = (one.weight * scale) / thick;
      found.push(across ? [one, bx, at, thick, long] : [one, at, by_, long, thick]);
      at += long;
    }
    box = across ? [bx + thick, by_, bw - thick, bh] : [bx, by_ + thick, bw, bh - thick];
    row = [];
  };
  for (const one of sorted) {
    const side = Math.min(box[2], box[3]);
    if (row.length && worst([...row, one], side) > worst(row, side)) settleRow();
    row.push(one);
  }
  if (row.length) settleRow();
  return found;
}

const TITLE = 22;
/** Height of a folder's title. */

/** The tiles of a folder in so much room; small folders are one tile each. */
function tiles(folder, x, y, w, height, out, depth = 0) {
  const items = [...folder.folders.values()]
    .map((one) => ({ weight: Math.max(one.lines, 1), folder: one }))
    .concat(folder.files.map((one) => ({ weight: Math.max(one.lines, 1), file: one })));
  for (const [item, tx, ty, tw, th] of squares(items, x, y, w, height)) {
    if (tw < 3 || th < 3) continue;
    if (item.file) out.push({ item: item.file, x: tx, y: ty, w: tw, h: th, file: true });
    else if (tw < 90 || th < 70 || depth > 3)
      out.push({ item: item.folder, x: tx, y: ty, w: tw, h: th, file: false });
    else {
      out.push({ item: item.folder, x: tx, y: ty, w: tw, h: th, file: false, group: true });
      tiles(item.folder, tx + 2, ty + TITLE, tw - 4, th - TITLE - 2, out, depth + 1);
    }
  }
  return out;
}

function treemap(path, tall = 380) {
  const box = h('div.map', {
    role: 'group',
    'aria-label': 'Sources: area by lines, colour by score, hatching by the oracle gap',
  });
  const folder = folderAt(path);
  let drawn = '';
  const draw = () => {
    const width = box.clientWidth;
    const height = innerWidth < 760 ? Math.round(tall * 0.8) : tall;
    // Drawing sets the height, which is observed as well.
    if (!width || drawn === `${width} ${height}`) return;
    drawn = `${width} ${height}`;
    box.style.height = `${height}px`;
    const held = box.contains(document.activeElement) ? document.activeElement.title : null;
    const found = tiles(folder, 0, 0, width, height, []);
    box.replaceChildren(
      ...found.map((one, at) => tile(one, at === found.findIndex((other) => !other.group))),
    );
    if (held !== null) [...box.children].find((one) => one.title === held)?.focus();
  };
  new ResizeObserver(draw).observe(box);
  box.addEventListener('keydown', (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...box.querySelectorAll('a')];
    const next = all[all.indexOf(document.activeElement) + steps[event.key]];
    if (!next) return;
    event.preventDefault();
    all.forEach((one) => {
      one.tabIndex = one === next ? 0 : -1;
    });
    next.focus();
  });
  return box;
}

function tile(one, first) {
  const { item } = one;
  const share = item.scored ? item.noticed / item.scored : null;
  const gap = item.scored ? item.survived / item.scored : 0;
  const name = one.file ? item.path.split('/').at(-1) : `${item.name}/`;
  const inside = {
    left: `${one.x}px`,
    top: `${one.y}px`,
    width: `${one.w}px`,
    height: `${one.h}px`,
  };
  const said = `${one.file ? item.path : item.path} ${share === null ? 'nothing to score' : `score ${percent(share)}, oracle gap ${percent(gap)}`}, ${plural(item.lines, 'line')}`;
  const link = one.file ? href('code', item.path) : href('code', '', { dir: item.path });
  if (one.group) {
    return h(
      'a.tile.group',
      { href: link, tabindex: -1, style: inside, title: said, 'aria-label': said },
      h('span.name', null, name),
      h('span.share', null, share === null ? '' : percent(share)),
    );
  }
  const roomy = one.w > 64 && one.h > 30;
  return h(
    `a.tile.b${band(share)}`,
    { href: link, tabindex: first ? 0 : -1, style: inside, title: said, 'aria-label': said },
    h('span.hatch', { style: { height: `${(100 * gap).toFixed(2)}%` } }),
    roomy
      ? h(
          'span.label',
          null,
          h('span.name', null, name),
          one.h > 46 ? h('span.share', null, share === null ? '' : percent(share)) : null,
        )
      : null,
  );
}

/** What the colours and the hatching say. */
const treemapKey = () =>
  h(
    'div.key',
    null,
    h('span', null, 'Score:'),
    BANDS.map((words, at) => h('span.one', null, h(`i.b${at}`, { 'aria-hidden': 'true' }), words)),
    h(
      'span.one',
      null,
      h('i.hatched', { 'aria-hidden': 'true' }),
      'hatched from below: the oracle gap, run but not checked',
    ),
  );
