/** What the report holds, by name instead of by position. */

const D = JSON.parse($('data').textContent);
let parsed = null;
const sources = () => (parsed ??= JSON.parse($('sources').textContent));

const MISSED = new Set(['survived', 'no_coverage']);
const NOTICED = new Set(['killed', 'timeout']);

/** Columns that hold a number of the table of texts. */
const TEXTS = new Set(
  `function operator verdict kind reached mechanism original replacement phase
  exception message reason was outcome words`.split(/\s+/),
);

function objects(rows, names) {
  return rows.map((row, index) => {
    const made = { index };
    for (let at = 0; at < row.length; at += 1) {
      made[names[at]] = TEXTS.has(names[at]) ? D.texts[row[at]] : row[at];
    }
    return made;
  });
}

const faults = objects(D.mutants, D.rows.mutant);
const tests = objects(D.tests, D.rows.test);
const files = D.files.map((file, index) => ({
  ...file,
  index,
  scored: file.noticed + file.survived + file.no_coverage,
}));
for (const one of faults) one.path = files[one.file].path;
const judgedTests = D.theatre !== null;
const doubles = D.theatre?.doubles ?? [];
const places = D.theatre?.places ?? [];
const doubleFaults = D.theatre?.double_faults ?? [];

/** A lookup that is made when it is first asked for. */
function lookup(make) {
  let known = null;
  return (key) => (known ??= make()).get(key);
}
const by = (items, key) => new Map(items.map((item) => [item[key], item]));
const faultOf = lookup(() => by(faults, 'id'));
const testOf = lookup(() => by(tests, 'id'));
const fileOf = lookup(() => by(files, 'path'));
const doubleOf = lookup(() => by(doubles, 'id'));
const placeOf = lookup(() => by(places, 'id'));
const doubleFaultOf = lookup(() => by(doubleFaults, 'id'));

function grouped(items, key) {
  const found = new Map();
  for (const item of items) {
    const name = key(item);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(item);
  }
  return found;
}
const faultsIn = (() => {
  let known = null;
  return (path) => (known ??= grouped(faults, (one) => one.path)).get(path) ?? [];
})();

/** Positions of tests, from `0-3,7`. */
const decoded = new Map();
function testsIn(set) {
  if (!decoded.has(set)) {
    const found = [];
    for (const part of D.sets[set] ? D.sets[set].split(',') : []) {
      const [first, last = first] = part.split('-').map(Number);
      for (let at = first; at <= last; at += 1) found.push(at);
    }
    decoded.set(set, found);
  }
  return decoded.get(set);
}

/** How many tests are in a set. */
const sizes = new Map();
function sizeOf(set) {
  if (!sizes.has(set)) {
    let found = 0;
    for (const part of D.sets[set] ? D.sets[set].split(',') : []) {
      const [first, last = first] = part.split('-').map(Number);
      found += last - first + 1;
    }
    sizes.set(set, found);
  }
  return sizes.get(set);
}

/** The node id at a position; those behind the suite exist under a fault alone. */
const testName = (position) => tests[position]?.id ?? D.others[position - tests.length] ?? '?';
/** The name of a test without its file. */
const shortTest = (id) => id.slice(id.indexOf('::') < 0 ? 0 : id.indexOf('::') + 2);

/** Names of tests, the cases of one together. */
function families(positions) {
  const found = new Map();
  for (const position of positions) {
    const name = testName(position).replace(/\[[^\]]*\]?.*$/s, '');
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(position);
  }
  return found;
}

const verdictWord = {
  killed: 'killed',
  timeout: 'timeout',
  survived: 'survived',
  no_coverage: 'not run',
  unstable: 'unstable',
  equivalent: 'equivalent',
  unviable: 'unviable',
  suppressed: 'suppressed',
  error: 'error',
  pending: 'pending',
};

/** Which colour a share has: 0 (poor) to 4 (good), 5 for none. */
function band(share) {
  if (share === null || Number.isNaN(share)) return 5;
  return [0.5, 0.7, 0.85, 0.95].filter((edge) => share >= edge).length;
}
const BANDS = [
  'under 50%',
  '50 to 70%',
  '70 to 85%',
  '85 to 95%',
  '95% and more',
  'nothing to score',
];

/** A change in a few words. */
function brief(fault) {
  const one = (text) => {
    const said = text.slice(0, 400).replace(/\s+/g, ' ').trim();
    return said.length > 110 ? `${said.slice(0, 109)}…` : said;
  };
  return [one(fault.original), fault.replacement.trim() ? one(fault.replacement) : ''];
}
