"""Right and wrong command lines, labelled by the real programs: testdata/contracts/commands/.

    python benches/contracts_commands.py [PROGRAM ...] [--path FOLDER ...]

Right ones come from the programs' own help and manuals, and from their lists of options. Wrong
ones are made of them by one fault: a slip in a verb or an option, a value that is dropped, a word
too many. Then the real program is run on each, in a namespace without a network, in a folder
that is thrown away, and its own words decide the label: where they say nothing clear, the line is
left out. All draws are seeded.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import random
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

from contract_labels import KINDS, ROOT, Argv, Kind, label, nodes

from refute.contracts import Accepted, Answer, Refused, Unknown, check
from refute.contracts.asking import asking
from refute.contracts.cobra import Cobra
from refute.contracts.commands import _speaker
from refute.contracts.grammar import Flag, Node, Speaker
from refute.contracts.programs import find

DATA = ROOT / "testdata" / "contracts" / "commands"


def listed(
    speaker: Speaker, start: Argv, draw: random.Random, times: int, most: int
) -> Iterator[Argv]:
    """Commands with some of their options, and as many words as they take."""
    known = [node for node in nodes(speaker) if not (node.verbs and node.path)] * times
    draw.shuffle(known)
    for node in known[:most]:
        flags = [flag for flag in node.flags if not {"--help", "-h", "--version"} & set(flag.names)]
        some = draw.sample(flags, min(len(flags), draw.randint(0, 3)))
        some += [flag for flag in flags if flag.required and flag not in some]
        words = [word for flag in some for word in option(flag, node, speaker, draw)]
        least = (node.arity.least or node.arity.most or 0) if node.arity else draw.randint(0, 2)
        yield [*start, *node.path, *words, *(f"x{number}" for number in range(least))]


VALUES = ("x", "1", "a=b", "5s", "true", "0.5", "127.0.0.1", "10.0.0.0/8", "linux/amd64", "none")


def option(flag: Flag, node: Node, speaker: Speaker, draw: random.Random) -> Argv:
    """An option with a value that it is likely to take."""
    name = draw.choice(flag.names)
    if flag.kind == "bool" or flag.most == 0:
        return [name]
    if isinstance(speaker, Cobra):
        flag = speaker.flag(node, name) or flag
        for value in flag.choices or draw.sample(VALUES, len(VALUES)):
            if speaker.settle([*node.path, f"{flag.longest}={value}"], 0) is None:
                return [name, *[value] * (flag.least or 0)]
    value = "1" if flag.kind in ("int", "float") else draw.choice(flag.choices or ("x", "1"))
    return [name, *[value] * (flag.least or 0)]


def faults(
    argv: Argv, start: int, speaker: Speaker, draw: random.Random
) -> Iterator[tuple[str, Argv]]:
    """The line with one fault, in each way that it can have one."""
    verbs = speaker.node(()).verbs
    at = next((n for n, word in enumerate(argv) if n >= start and word in verbs), None)
    if at is not None:
        yield "slip in a verb", [*argv[:at], slip(argv[at], draw), *argv[at + 1 :]]
        if at + 1 < len(argv) and re.fullmatch("[a-z]{3,}", argv[at + 1]):
            yield "slip in a word", [*argv[: at + 1], slip(argv[at + 1], draw), *argv[at + 2 :]]
    options = [n for n, word in enumerate(argv) if n >= start and re.match("--[a-z]{2}", word)]
    for n in options[:2]:
        name, equals, value = argv[n].partition("=")
        yield "slip in an option", [*argv[:n], slip(name, draw) + equals + value, *argv[n + 1 :]]
        yield "value dropped", [*argv[:n], *argv[n + (1 if equals else 2) :], name]
        yield "value that is none", [*argv[:n], f"{name}=no-such-value", *argv[n + 1 :]]
    yield "surplus word", [*argv, "surplus-one", "surplus-two"]
    yield "unknown option", [*argv, draw.choice(["--nmaespace=x", "--no-such-option", "--forze"])]
    if len(argv) > start + 1:
        yield "word dropped", argv[:-1]


def slip(word: str, draw: random.Random) -> str:
    """Two letters in each other's place, one too few, or one too many."""
    dashes = len(word) - len(word.lstrip("-"))
    at = draw.randrange(dashes, len(word) - 1) if len(word) - dashes > 1 else dashes
    changed = draw.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            if at + 1 < len(word)
            else word + "x",
            word[:at] + word[at + 1 :],
            word[:at] + word[at] * 2 + word[at + 1 :],
        ]
    )
    return changed if changed != word else word + "x"


def make(name: str, kind: Kind, python: str) -> None:
    """Draw lines, have them labelled, and write them down."""
    draw = random.Random(name)
    found: dict[str, list[dict[str, object]]] = {"right": [], "wrong": []}
    counts: collections.Counter[str] = collections.Counter()
    most = {"right": kind.right, "wrong": kind.wrong}
    for words in kind.programs:
        start = [python if word == "PYTHON" else word for word in words]
        for fault, argv in drawn(start, kind, draw):
            truth, said = label(argv, kind)
            truth = doubtful(name, fault, truth, said)
            counts[f"{fault or 'none'}: {truth or 'unclear'}"] += 1
            if truth == "wrong" and not fault and sum(not c["fault"] for c in found[truth]) >= 30:
                # Made without a fault in mind, and mostly alike: an argument is missing.
                continue
            if truth and len(found[truth]) < most[truth]:
                shown = ["PYTHON" if word == python else word for word in argv]
                found[truth].append({"argv": shown, "fault": fault, "real": said})
    asked = [python if word == "PYTHON" else word for word in kind.version]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    parts = [f' "version": {json.dumps(version.splitlines()[0])}']
    for truth, cases in found.items():
        rows = ",\n".join(f"  {json.dumps(case, ensure_ascii=False)}" for case in cases)
        parts.append(f' "{truth}": [\n{rows}\n ]')
    DATA.mkdir(parents=True, exist_ok=True)
    text = "{\n" + ",\n".join(parts) + "\n}\n"
    (DATA / f"{name}.json").write_text(text, encoding="utf-8")
    print(name, {key: len(value) for key, value in found.items()}, dict(counts))
    judge(name, python)


def drawn(start: Argv, kind: Kind, draw: random.Random) -> Iterator[tuple[str, Argv]]:
    """Lines without a fault and with one, of one program."""
    program = find(start, os.environ)
    share = len(kind.programs)
    with asking(program, os.environ) as asker:
        speaker = _speaker(program, asker, os.environ)
        lines = [*kind.examples(asker, speaker, start[0])]
        lines += listed(speaker, start, draw, kind.times, 2 * kind.right)
        plain = [list(line) for line in dict.fromkeys(map(tuple, lines))]
        plain = [line for line in plain if not set(line) & set(kind.skipped)]
        draw.shuffle(plain)
        plain = plain[: int(kind.right * (1.5 if share == 1 else 3.5)) // share]
        broken = [one for argv in plain for one in faults(argv, len(start), speaker, draw)]
    draw.shuffle(broken)
    yield from (("", argv) for argv in plain)
    yield from broken[: int(kind.wrong * 1.6) // share]


def doubtful(name: str, fault: str, truth: str, said: str) -> str:
    """The label, or nothing where what was said does not decide."""
    if truth != "right":
        return truth
    if said == "prints its help":
        # It ends well and has done nothing: a verb that it does not know.
        return "wrong" if fault.startswith("slip") else ""
    if name == "git" and fault and said != "exit code 0":
        # What it stumbled over first says nothing of the fault.
        return ""
    if name == "click" and fault and said == "exit code 1" and "dropped" not in fault:
        # It may have failed before it read the words.
        return ""
    return truth


def judge(name: str, python: str) -> None:
    """What ``check`` says to all of them."""
    data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    for truth in ("right", "wrong"):
        tally: collections.Counter[str] = collections.Counter()
        absent: collections.Counter[str] = collections.Counter()
        for case in data[truth]:
            argv = [python if word == "PYTHON" else word for word in case["argv"]]
            answer = check(argv)
            if isinstance(answer, Unknown) and answer.missing:
                absent[program_of(case["argv"])] += 1
                continue
            tally[called(answer)] += 1
            if isinstance(answer, Refused if truth == "right" else Accepted):
                print(f"  {truth}, {case['fault']}: {shlex.join(argv)}")
                print(f"     real: {case['real']}\n     said: {answer}")
        print(f"{name}, {truth}: {dict(tally)}", flush=True)
        if absent:
            # Nothing is known of their lines, which is no answer of ours.
            named = ", ".join(f"{program} {count}" for program, count in sorted(absent.items()))
            print(f"  not looked at, as the program is not installed here: {named}", flush=True)


def called(answer: Answer) -> str:
    """The kind of an answer; one that leaves something open is a kind of its own."""
    name = type(answer).__name__
    return f"{name} in part" if isinstance(answer, Accepted) and answer.unchecked else name


def program_of(argv: Argv) -> str:
    """What a line starts: ``alembic``, or ``json.tool`` of ``PYTHON -m json.tool``."""
    return argv[2] if argv[:2] == ["PYTHON", "-m"] else argv[0]


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    reader.add_argument("--path", action="append", default=[], help="a folder of programs")
    reader.add_argument("--python", default=sys.executable)
    reader.add_argument("--judge", action="store_true", help="label nothing, judge what is there")
    given = reader.parse_args()
    os.environ["PATH"] = os.pathsep.join([*given.path, os.environ["PATH"]])
    for name in given.kinds or KINDS:
        if given.judge:
            judge(name, given.python)
        else:
            make(name, KINDS[name], given.python)


if __name__ == "__main__":
    main()
