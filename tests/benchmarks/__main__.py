"""`python -m tests.benchmarks [--short] [--only PART] [--out FILE]`: everything measured, as a table and as JSON."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks import (
    artefacts,
    attribution,
    conventions,
    copies,
    coverage,
    discovery,
    fuzz,
    kills,
    memory,
    mutations,
    peers,
    populations,
    reliance,
    shares,
    shortcuts,
    sight,
    speed,
    tables,
    traces,
    untied,
    verdicts,
)

Part = tuple[Callable[[bool], Any], Callable[[Any], str]]


def _verdicts(short: bool) -> Any:
    if short:
        return verdicts.measure(n=200, clean_sets=60, sets=2)
    found = verdicts.measure(n=1000, clean_sets=200, sets=20)
    return found | ({"real": verdicts.measure_real(n=600, clean_sets=60)} if verdicts.DATA.is_dir() else {})


def _shortcuts(short: bool) -> Any:
    return shortcuts.measure(n=200, shares=(0.9,)) if short else shortcuts.measure()


def _reliance(short: bool) -> Any:
    return None if short else reliance.measure()


def _artefacts(short: bool) -> Any:
    return None if short or not artefacts.DATA.is_dir() else artefacts.measure()


def _conventions(short: bool) -> Any:
    return conventions.measure(20 if short else 500)


def _sight(short: bool) -> Any:
    return sight.measure(10) if short else sight.measure()


def _attribution(short: bool) -> Any:
    return None if short else attribution.measure()


def _discovery(short: bool) -> Any:
    return None if short or not discovery.DATA.is_dir() else discovery.measure()


def _populations(short: bool) -> Any:
    return populations.measure(seeds=2, fair=4) if short else populations.measure()


def _coverage(short: bool) -> Any:
    return coverage.measure(500 if short else 4000)


def _untied(short: bool) -> Any:
    return None if short or not untied.DATA.is_dir() else untied.measure()


def _copies(short: bool) -> Any:
    return copies.measure(n=200, each=5) if short else copies.measure()


def _peers(short: bool) -> Any:
    return None if short else peers.measure()


def _fuzz(short: bool) -> Any:
    return fuzz.measure(500 if short else 20_000)


def _mutations(short: bool) -> Any:
    return mutations.measure(200 if short else 2000)


def _kills(short: bool) -> Any:
    return None if short else kills.measure()


def _speed(short: bool) -> Any:
    return None if short else speed.measure()


def _memory(short: bool) -> Any:
    return memory.measure(memory.SIZES[:2] if short else memory.SIZES)


def _profile(short: bool) -> Any:
    return None if short else speed.profile()


def _traces(short: bool) -> Any:
    return None if short or not traces.DATA.is_dir() else traces.measure()


def _shares(short: bool) -> Any:
    return None if short or not shares.DATA.is_dir() else shares.measure()


PARTS: dict[str, Part] = {
    "verdicts": (_verdicts, tables.of_verdicts),
    "shortcuts": (_shortcuts, tables.of_shortcuts),
    "reliance": (_reliance, tables.of_reliance),
    "artefacts": (_artefacts, tables.of_artefacts),
    "conventions": (_conventions, conventions.table),
    "sight": (_sight, sight.table),
    "attribution": (_attribution, tables.of_attribution),
    "discovery": (_discovery, tables.of_discovery),
    "populations": (_populations, tables.of_populations),
    "coverage": (_coverage, tables.of_coverage),
    "untied": (_untied, untied.table),
    "shares": (_shares, shares.table),
    "traces": (_traces, traces.table),
    "copies": (_copies, tables.of_copies),
    "fuzz": (_fuzz, fuzz.table),
    "mutations": (_mutations, mutations.table),
    "kills": (_kills, kills.table),
    "peers": (_peers, tables.of_peers),
    "speed": (_speed, speed.table),
    "memory": (_memory, memory.table),
    "profile": (_profile, speed.profile_table),
}


def main() -> None:
    """Run the parts that were asked for; a part that cannot run here says so."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="under five minutes: fewer sets, no training")
    parser.add_argument("--only", choices=sorted(PARTS), help="one part alone")
    parser.add_argument("--out", type=Path, default=Path("benchmark.json"), help="the JSON file (default: %(default)s)")
    choices = parser.parse_args()
    found: dict[str, Any] = {"short": choices.short}
    for name, (measure, table) in PARTS.items():
        if choices.only in (None, name):
            began = time.monotonic()
            found[name] = measure(choices.short)
            seconds = time.monotonic() - began
            print(f"## {name} ({seconds:.0f} s)\n")
            print(table(found[name]) if found[name] is not None else "Not run here.", end="\n\n", flush=True)
            choices.out.write_text(json.dumps(found, indent=1) + "\n")
    print(choices.out)


if __name__ == "__main__":
    main()
