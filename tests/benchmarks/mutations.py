"""Files that are read back, with values exchanged, taken out, repeated and made absurd: read, or refused by name."""

from __future__ import annotations

import copy
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from biasaudit.conclude.review import read_reviews, reviewed
from biasaudit.errors import AuditError
from biasaudit.output.comparing import compare
from biasaudit.output.result import AuditResult, read_audit
from tests.golden import audit_with_blocks, hostile_audit, sample_audit

ODD = (
    *(None, True, 0, -1, -0.0, 1e308, -1e308, 1e-320, 2**70, 10**400),
    *("", "x" * 100_000, "\ud800", "\u202e<script>", "NaN", "none_detected"),
    *([], {}, [[]], ["a"] * 2000, {"a": {"b": [1]}}),
)
"""What stands in place of a value."""
REVIEWS: Any = [
    {"finding": "artefact-ruler", "decision": "accept", "comment": "seen", "name": "A", "date": "2026-11-30"},
    {"finding": "discovered-pattern_1", "decision": "not the subject", "data": "0"},
]
Steps = tuple[Any, ...]
"""Keys and places that lead to a value."""


def _paths(value: Any, path: Steps = ()) -> Iterator[Steps]:
    """Where every value in plain JSON stands, the whole first."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _paths(each, (*path, key))


def _at(value: Any, path: Steps) -> Any:
    for key in path:
        value = value[key]
    return value


def mutated(record: Any, rng: random.Random) -> Any:
    """A copy of plain JSON with one to five values changed."""
    record = copy.deepcopy(record)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        paths = [path for path in _paths(record) if path]
        if not paths:
            break
        *above, key = rng.choice(paths)
        parent, way = _at(record, tuple(above)), rng.random()
        if way < 0.5:
            parent[key] = copy.deepcopy(rng.choice(ODD))
        elif way < 0.65:
            alike = [path for path in paths if type(_at(record, path)) is type(parent[key])]
            parent[key] = copy.deepcopy(_at(record, rng.choice(alike)))
        elif way < 0.8:
            del parent[key]
        elif isinstance(parent, list):
            parent.extend(copy.deepcopy(parent[key]) for _ in range(rng.choice([1, 3, 50])))
        else:
            parent[str(rng.choice(ODD))[:50]] = copy.deepcopy(rng.choice(ODD))
    return record


def _written(file: Path, record: Any, rng: random.Random) -> Path:
    raw = bytearray(json.dumps(record).encode("utf-8", "surrogatepass"))
    if rng.random() < 0.1:
        for _ in range(5):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
    file.write_bytes(bytes(raw))
    return file


def _used(place: Path, audit: Path, reviews: Path) -> None:
    """Everything that is done with an audit that was read back."""
    result = read_audit(audit)
    result = AuditResult(reviewed(result.record, read_reviews(reviews)), result.folder)
    result.to_html(place / "report.html")
    result.save_redacted(place / "redacted.html")
    compared = compare(result, read_audit(audit))
    str(compared)
    compared.to_html(place / "compared.html")


def measure(n: int, seed: int = 0) -> dict[str, Any]:
    """How `n` mutated audits and reviews end: read, refused, or by a fault of ours; the longest, in seconds; and the
    memory of this process, in MB."""
    rng = random.Random(seed)
    audits = [json.loads(make().model_dump_json()) for make in (sample_audit, audit_with_blocks, hostile_audit)]
    ends: Counter[str] = Counter()
    faults: list[str] = []
    longest = 0.0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for number in range(n):
            audit, reviews = rng.choice(audits), REVIEWS
            if number % 4:
                audit = mutated(audit, rng)
            else:
                reviews = mutated(reviews, rng)
            files = [_written(place / f"{what}.json", each, rng) for what, each in (("a", audit), ("r", reviews))]
            began = time.monotonic()
            try:
                _used(place, *files)
                ends["read"] += 1
            except AuditError:
                ends["refused"] += 1
            except Exception as error:
                ends["fault"] += 1
                faults.append(f"{number}: {type(error).__name__}: {error}"[:200])
            longest = max(longest, time.monotonic() - began)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"files": n, "ends": dict(ends), "faults": faults, "longest": longest, "megabytes": megabytes}


def table(found: dict[str, Any]) -> str:
    """How they ended, and every fault."""
    ends = {"read": 0, "refused": 0, "fault": 0} | found["ends"]
    told = f"Of {found['files']} mutated audits and reviews: " + ", ".join(f"{n} {end}" for end, n in ends.items())
    return "\n".join(
        [f"{told}; the longest took {found['longest']:.1f} s, at most {found['megabytes']} MB.", *found["faults"]]
    )
