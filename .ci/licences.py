"""Every package that an installation brings along, with its licence; ends with 1 where somebody has to look at one.

`python .ci/licences.py PACKAGE ...` asks the installed packages alone, no network.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

FREE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|HPND|Historical Permission|Zlib|CC0|"
    r"0BSD|BlueOak|Public Domain|PIL|CNRI)\b",
    re.IGNORECASE,
)
NOT_FREE = re.compile(r"\b(AGPL|Affero|SSPL|Commons Clause|non-?commercial|proprietary)\b", re.IGNORECASE)


def licence_of(package: Distribution) -> str:
    """What a package says of its licence: the expression, else its classifiers, else how the text of it begins."""
    said = package.metadata
    classifiers = [
        text.rpartition(" :: ")[2] for text in said.get_all("Classifier", []) if text.startswith("License ::")
    ]
    whole = said.get("License-Expression") or ", ".join(classifiers) or said.get("License") or ""
    whole = "" if whole == "UNKNOWN" else whole
    for file in () if whole else (*said.get_all("License-File", []), "LICENSE"):
        whole = whole or (package.read_text(f"licenses/{file}") or package.read_text(file) or "")
    return " ".join(whole.split())[:60]


def brought_along(name: str, seen: dict[str, Distribution]) -> dict[str, Distribution]:
    """The package and all that it requires here, without extras: name -> distribution."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen:
        return seen
    try:
        seen[key] = distribution(name)
    except PackageNotFoundError:  # of another system or another Python
        return seen
    for line in seen[key].requires or []:
        requirement, _, marker = line.partition(";")
        if "extra" not in marker:
            brought_along(re.split(r"[^\w.-]", requirement.strip())[0], seen)
    return seen


def main() -> None:
    """Print the table and end with 1 where somebody has to look."""
    bad, found = 0, {}
    for name in sys.argv[1:]:
        brought_along(name, found)
    for name, package in sorted(found.items()):
        licence = licence_of(package)
        fine = bool(FREE.search(licence)) and not NOT_FREE.search(licence)
        bad += not fine
        print(f"{name:36} {package.version:16} {licence or 'says nothing'}{'' if fine else '   <- look at this'}")
    sys.exit(1 if bad or not found else 0)


if __name__ == "__main__":
    main()
