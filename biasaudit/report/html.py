"""Draws the report: a pure function of the saved audit and its thumbnails; no network, no model, no clock."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from biasaudit.report import charts, crosswalk, crosswalk_answers, groups, sign_off, standing, words
from biasaudit.report.pictures import Pictures
from biasaudit.report.scatter import scatter
from biasaudit.report.view import View
from biasaudit.results import Audit, Finding, Gallery, shorten

LARGEST = 4_200_000
"""Characters that a report may spend on findings and pictures, so that the whole file stays under 5 MB."""
TEXT = 15_500
"""Of these, what the text of one finding takes; pictures get the rest, the most serious findings' first."""
BLOCKS = 800_000
"""What all blocks that findings bring may take as JSON before each shows less than its most; as a page about twice."""
MOST_DOTS = 2_000
"""Dots of one block."""
LARGEST_CELL = 100_000
"""Bytes of a notebook cell about one finding."""
FRAGMENT = 70_000
"""Of these, what its pictures may take: about eight thumbnails."""
MOST_IN_A_CELL = 4
"""Pictures of a gallery in a notebook cell."""

STYLE = ("report.css", "icons.css")
CONTROLS = ("controls.css",)
SCRIPTS = ("report.js", "filters.js", "enlarge.js", "review.js", "links.js")
"""What any page looks like, and what the report has beside it and does, in the order in which it stands there."""

_BLOCK = "article|caption|d[dlt]|details|div|fig(?:ure|caption)|h[1-6]|li|[ou]l|p|section|t(?:able|body|head|[dhr])"
BETWEEN_BLOCKS = re.compile(rf"(?<=>)\s*\n\s*(?=</?(?:{_BLOCK})[ >])")
"""White space that nobody sees: a fifth of what a browser builds of a long report, and so of the time to load it."""


def render(audit: Audit, evidence: Path | None = None, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """The whole report as one HTML document.

    `evidence` is the folder of thumbnails beside audit.json; a missing picture becomes a line of text.
    `names`: the id under which an image's pictures were saved, where it is shown under another.
    """
    environment = _environment()
    style, script = ("".join(map(_source, files)) for files in (STYLE + CONTROLS, SCRIPTS))
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    )
    told = sum(finding.verdict in words.PROBLEMS for finding in audit.findings)
    room = _room(audit)
    pictures = Pictures(evidence, budget=LARGEST - told * TEXT - room.letters, names=names)
    page = View(audit, pictures)
    document = environment.get_template("report.html.j2").render(
        audit=audit,
        view=page,
        room=room,
        cases=list(sign_off.cases(page)),
        crosswalk=crosswalk.crosswalk(audit),
        policy=policy,
        style=Markup(style),  # our own file; the hash must match it letter for letter
        script=Markup(script),
    )
    return BETWEEN_BLOCKS.sub("", document)


class Room(NamedTuple):
    """How much a block of a finding may show, and what all of them may take, in characters."""

    rows: int
    dots: int
    letters: int


def _room(audit: Audit) -> Room:
    """Less for each where there are very many."""
    own = sum(len(block.model_dump_json()) for finding in audit.findings for block in finding.blocks)
    share = min(1.0, BLOCKS / own) if own else 1.0
    return Room(max(10, int(share * words.MOST_ROWS)), max(100, int(share * MOST_DOTS)), 2 * min(own, BLOCKS))


def render_fragment(audit: Audit) -> str:
    """The audit in a notebook cell: verdict, counts and the findings in a table; under 100 kB, no script."""
    page = View(audit, Pictures(None))
    return _environment().get_template("fragment.html.j2").render(audit=audit, view=page)


def render_finding(audit: Audit, finding: Finding, evidence: Path | None = None) -> str:
    """One finding in a notebook cell, with up to four pictures of each kind; under 100 kB, no script."""
    template = _environment().get_template("finding_fragment.html.j2")
    blocks = standing.blocks_of(finding)
    pictures = Pictures(evidence, budget=FRAGMENT)
    shown = [name for block in blocks if isinstance(block, Gallery) for name in block.images[:MOST_IN_A_CELL]]
    elements = {name: pictures.photo(name) for name in shown}
    photos = {name: pictures.uris[element] for name, element in elements.items() if element}
    cell = ""
    for told, seen in ((blocks, photos), (blocks, {}), ((), {})):  # what a cell has room for
        cell = template.render(finding=finding, blocks=told, photos=seen, most=MOST_IN_A_CELL)
        if len(cell.encode()) < LARGEST_CELL:
            break
    return cell


def page(template: str, **shown: Any) -> str:
    """A page in the style of the report that runs no script."""
    style = "".join(map(_source, STYLE))
    policy = f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src '{_digest(style)}'"
    return _environment().get_template(template).render(policy=policy, style=Markup(style), **shown)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Jinja with everything escaped, whatever the template's name, and unknown names an error."""
    environment = Environment(
        loader=PackageLoader("biasaudit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(words, name)
        for name in (
            "anchor",
            "both_ends",
            "conclusion_anchor",
            "cost",
            "count",
            "equals",
            "figure",
            "interval",
            "link",
            "map_check",
            "number",
            "pairs",
            "one_line",
            "percent",
            "plain",
            "probability",
            "share",
        )
    }
    environment.filters["cut"] = shorten  # sentences lose their end, and names their middle
    environment.globals |= {"words": words, "charts": charts, "groups": groups, "standing": standing}
    environment.globals |= {"case": sign_off.case, "conclusion_case": sign_off.conclusion_case, "FORMS": sign_off.FORMS}
    environment.globals |= {"states": crosswalk_answers.STATES, "scatter": scatter}
    environment.globals["MOST_ROWS"] = words.MOST_ROWS
    return environment


@lru_cache(maxsize=8)
def _source(name: str) -> str:
    """A template file as it stands, not rendered."""
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _digest(source: str) -> str:
    """A Content-Security-Policy hash: the browser runs this text and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode("ascii")
