/** One fault in full: what was changed, what became of it, how to see it again. */

function faultDetails(fault) {
  const trace = Object.hasOwn(D.traces, fault.id) ? D.traces[fault.id] : null;
  const others = faultsIn(fault.path).filter(
    (one) => one.line === fault.line && one !== fault && MISSED.has(one.verdict),
  );
  const lines = difference(fault);
  return {
    title: fault.id,
    body: [
      h(
        'div.stack',
        null,
        h(
          'p',
          null,
          faultChip(fault),
          ' ',
          h('strong', null, sentence(D.words.verdicts[fault.verdict])),
        ),
        h(
          'p.small',
          null,
          place(fault.path, fault.line, fault.id),
          h('span.soft', null, ` in ${fault.function}, operator ${fault.operator}`),
        ),
        excerpt(lines, 'The change', fault.path),
      ),
      evidence(fault, trace),
      ran(fault),
      trace ? lost(trace) : null,
      suggested(adviceOn([fault.id]), fault.id),
      again(fault),
      others.length ? part('Also missed on this line', few(others, 6, faultLink, 'faults')) : null,
    ],
  };
}

/** `killed: a test noticed` without the word that the chip says already. */
const sentence = (text) => {
  const said = text.slice(text.indexOf(':') + 1).trim();
  return said[0].toUpperCase() + said.slice(1);
};

function evidence(fault, trace) {
  const rows = [];
  if (fault.killer >= 0) rows.push(['Noticed by', testLinks([fault.killer])]);
  if (fault.kind) rows.push(['How', `${fault.kind}: ${D.words.kinds[fault.kind] ?? ''}`]);
  if (fault.exception)
    rows.push([
      'Failure',
      h(
        'span.mono.wrap',
        null,
        `${fault.exception}${fault.message ? `: ${fault.message}` : ''}${fault.phase && fault.phase !== 'call' ? ` (in ${fault.phase})` : ''}`,
      ),
    ]);
  if (fault.reached && !(trace && trace.change))
    rows.push(['How far', D.words.reached[fault.reached]]);
  if (fault.reason) rows.push(['Reason', fault.reason]);
  if (D.words.mechanisms[fault.mechanism]) {
    rows.push([
      'Tried',
      `${D.words.mechanisms[fault.mechanism]}, ${fault.seconds.toFixed(3)} s${fault.reused ? '; taken over from an earlier run' : ''}`,
    ]);
  }
  if (fault.was)
    rows.push(['Before', fault.was === 'new' ? 'there was no such fault' : verdictWord[fault.was]]);
  if (!rows.length) return null;
  return part(
    'Evidence',
    h(
      'dl.facts',
      null,
      rows.map(([name, value]) => [h('dt', null, name), h('dd', null, value)]),
    ),
  );
}

function ran(fault) {
  const run = testsIn(fault.ran);
  const covered = testsIn(fault.covered);
  if (!run.length && !covered.length) return null;
  if (!run.length)
    return part(
      `Tests on its lines (${number(covered.length)}), none needed to be run`,
      testLinks(covered, 6),
    );
  return part(
    `Tests that ran (${number(run.length)} of ${number(covered.length)} on its lines)`,
    testLinks(run, 6),
  );
}

function lost(trace) {
  const change = trace.change;
  if (!change)
    return part(
      'What became of it',
      h('p', null, 'No difference: nothing that the project sent or returned was another.'),
    );
  const double = change.double ? doubleOf(change.double) : null;
  const swallowed = trace.fate === 'swallowed';
  const who = double
    ? h('a', { href: changed({ open: double.id }) }, change.name)
    : h('strong', null, change.name);
  return part(
    'What became of it',
    h(
      'p',
      null,
      swallowed
        ? change.double
          ? 'Swallowed by the double '
          : 'Swallowed by '
        : 'Came back to the test, which did not assert on it: ',
      who,
      ' at ',
      place(change.file, change.line),
    ),
    h(
      'dl.facts',
      null,
      h('dt', null, swallowed ? 'Sent' : 'Gave'),
      h('dd.mono.wrap', null, change.after || 'nothing'),
      h('dt', null, 'Instead of'),
      h('dd.mono.wrap', null, change.before || 'nothing'),
    ),
    h('p.small.soft', null, `So it was in ${plural(sizeOf(trace.tests), 'test')}.`),
    trace.doubles.length > 1
      ? h(
          'p.small',
          null,
          'Doubles that swallowed it: ',
          trace.doubles.map((id, at) => [
            at ? ', ' : '',
            doubleOf(id) ? h('a', { href: changed({ open: id }) }, doubleOf(id).name) : id,
          ]),
        )
      : null,
  );
}

function again(fault) {
  const first =
    fault.killer >= 0 ? fault.killer : (testsIn(fault.ran)[0] ?? testsIn(fault.covered)[0] ?? null);
  const patch = `refute show ${fault.id} --patch | git apply`;
  const test = first === null ? null : quoted(plain(testName(first)));
  return part(
    'See it again',
    h(
      'div.commands',
      null,
      test ? command(`refute try ${fault.id} ${test}`) : command(`refute show ${fault.id}`),
      h(
        'details',
        null,
        h('summary.small', null, 'By hand, in the project’s root'),
        h(
          'div.commands',
          { style: { 'margin-top': '8px' } },
          command(patch),
          test ? command(`pytest ${test}`) : null,
          command(`${patch} -R`),
        ),
      ),
    ),
  );
}
