"""Right and wrong values of Helm charts, labelled by helm: testdata/contracts/values.json.

    python benches/contracts_values.py [--helm PROGRAM] [--judge]

Right ones lay other values of the same kinds over those of the charts in testdata. Wrong ones
have one fault more: a slip in a key, a value of another kind, a key that is taken away or stands
a level too high. ``helm template`` decides: a line is wrong when rendering fails, or when it
renders the same without the value that somebody took the trouble to give. Where helm has no
opinion (a text where the chart has a number, and the manifest is nonsense) it is left out.
"""

from __future__ import annotations

import argparse
import collections
import copy
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from refute.contracts.helm import check_values, load_helm_chart  # noqa: E402

CHARTS = ROOT / "testdata" / "contracts" / "charts"
DATA = ROOT / "testdata" / "contracts" / "values.json"
Values = dict[str, Any]

BASE: dict[str, Values] = {
    "web": {},
    "api": {"domain": "api.example.test", "database": {"host": "db"}},
    "jobs": {},
}
"""What each chart must be given."""
FILLED: dict[str, Any] = {
    "imagePullSecrets": [{"name": "pull"}],
    "tls": [{"secretName": "cert", "hosts": ["a.test"]}],
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "secrets": [{"name": "vault", "key": "token"}, {"name": "vault", "key": "salt", "as": "SALT"}],
    "env": {"level": "debug", "zone": "b"},
    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
    "volumes": [{"name": "a", "emptyDir": {}}],
    "volumeMounts": [{"name": "a", "mountPath": "/a"}],
}
"""What stands for an empty mapping or list."""


def leaves(values: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(values, dict) and values:
        for key, value in values.items():
            yield from leaves(value, (*at, key))
    elif isinstance(values, list) and values and isinstance(values[0], dict):
        for number, value in enumerate(values):
            yield from leaves(value, (*at, number))
    else:
        yield at, values


def other(path: tuple[Any, ...], value: Any, draw: random.Random) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + draw.randint(1, 3)
    if isinstance(value, str):
        closed = path[-1] in ("pull", "pullPolicy")
        return "Always" if closed else draw.choice(["other", "second", "v2"])
    return FILLED.get(path[-1], {"a": "b"} if isinstance(value, dict) else value)


def put(values: Values, path: tuple[Any, ...], value: Any, own: Values) -> None:
    """Set a value; a list is taken over whole first, as Helm lays no lists over lists."""
    for place, key in enumerate(path[:-1]):
        if isinstance(path[place + 1], int) and not isinstance(values.get(key), list):
            found: Any = own
            for part in path[: place + 1]:
                found = found[part]
            values[key] = copy.deepcopy(found)
        elif isinstance(values, dict):
            values.setdefault(key, {})
        values = values[key]
    values[path[-1]] = value


def right(chart: str, own: Values, draw: random.Random) -> Values:
    values = copy.deepcopy(BASE[chart])
    for path, value in draw.sample(list(leaves(own)), draw.randint(1, 4)):
        put(values, path, other(path, value, draw), own)
    return values


def wrong(values: Values, own: Values, draw: random.Random) -> tuple[str, Values, tuple[Any, ...]]:
    """The values with one fault, its kind, and where it is."""
    found = copy.deepcopy(values)
    kind = draw.choice(["slip", "slip", "slip", "kind", "taken away", "a level too high"])
    path = draw.choice([path for path, _ in leaves(found)] or [path for path, _ in leaves(own)])
    names = [at for at, part in enumerate(path) if isinstance(part, str)]
    if kind == "slip":
        at = draw.choice(names)
        name = slip(path[at], draw)
        place = inside(found, path[:at])
        place[name] = place.pop(path[at])
        return kind, found, (*path[:at], name)
    if kind == "kind":
        plain = [path for path, _ in leaves(own) if all(isinstance(part, str) for part in path)]
        path = draw.choice(plain)
        wanted: Any = own
        for part in path:
            wanted = wanted[part]
        put(found, path, {"value": wanted} if not isinstance(wanted, dict | list) else "text", own)
        return kind, found, path
    if kind == "taken away":
        ways = [path[:at] for path, _ in leaves(own) for at in range(1, len(path) + 1)]
        chosen = draw.choice(ways)
        put(found, tuple(part for part in chosen if isinstance(part, str)), None, own)
        return kind, found, chosen
    at = names[-1]
    if at == 0:
        return "", found, path
    place = inside(found, path[:at])
    value = place.pop(path[at])
    above = inside(found, path[: max(n for n in names if n < at)])
    if path[at] in above or path[at] in own:
        return "", found, path
    above[path[at]] = value
    return kind, found, (*path[: max(n for n in names if n < at)], path[at])


def inside(values: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        values = values[part]
    return values


def slip(word: str, draw: random.Random) -> str:
    at = draw.randrange(len(word) - 1) if len(word) > 1 else 0
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    made = [word[:at] + word[at + 1 :], swapped, word + "s"]
    fit = [one for one in made if one not in (word, "")]
    return draw.choice(fit)


def template(helm: str, chart: str, values: Values) -> tuple[bool, str]:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "values.yaml")
        file.write_text(yaml.safe_dump(values))
        done = subprocess.run(
            [helm, "template", "r", str(CHARTS / chart), "--values", str(file)],
            env={"HOME": name, "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
        )
    fine = done.returncode == 0
    return fine, done.stdout if fine else done.stderr.splitlines()[0]


def without(values: Values, path: tuple[Any, ...]) -> Values:
    found = copy.deepcopy(values)
    inside(found, path[:-1]).pop(path[-1])
    return found


def label(
    helm: str, chart: str, fault: str, values: Values, path: tuple[Any, ...]
) -> tuple[str, str]:
    fine, text = template(helm, chart, values)
    if not fine:
        return "wrong", text[:200]
    if not fault:
        return "right", "renders"
    if fault in ("slip", "a level too high"):
        if template(helm, chart, without(values, path)) == (True, text):
            return "wrong", "renders the same without " + ".".join(map(str, path))
    return "", text[:100]


def make(helm: str) -> None:
    draw = random.Random("values")
    found: dict[str, list[dict[str, Any]]] = {"right": [], "wrong": []}
    seen = set()
    for _ in range(170):
        for chart in BASE:
            own = load_helm_chart(CHARTS / chart).values
            plain = right(chart, own, draw)
            for fault, values, path in [("", plain, ()), wrong(plain, own, draw)]:
                key = json.dumps([chart, values], sort_keys=True)
                if key in seen or (not fault and path):
                    continue
                seen.add(key)
                truth, said = label(helm, chart, fault, values, path)
                if truth and len(found[truth]) < 150:
                    at = ".".join(map(str, path))
                    case = {"chart": chart, "values": values, "fault": fault, "at": at}
                    found[truth].append({**case, "real": said})
        if min(map(len, found.values())) >= 150:
            break
    asked = [helm, "version", "--short"]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    parts = [f' "version": "{version}"']
    for truth, cases in found.items():
        rows = ",\n".join(f"  {json.dumps(case)}" for case in cases)
        parts.append(f' "{truth}": [\n{rows}\n ]')
    DATA.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def judge() -> None:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    for truth in ("right", "wrong"):
        tally: collections.Counter[str] = collections.Counter()
        for case in data[truth]:
            answer = check_values(load_helm_chart(CHARTS / case["chart"]), case["values"])
            verdict = "accepted" if answer.accepted else "refused"
            tally[f"{case['fault'] or 'no fault'}: {verdict}"] += 1
            if (truth == "right") != answer.accepted:
                print(truth, *map(str, case.values()), *map(str, answer.problems), sep="\n   ")
        print(truth, dict(tally))


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--helm", default="helm")
    reader.add_argument("--judge", action="store_true", help="label nothing, judge what is there")
    given = reader.parse_args()
    if not given.judge:
        make(given.helm)
    judge()


if __name__ == "__main__":
    main()
