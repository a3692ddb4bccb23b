"""The words and figures of a report, as a clinician would read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from biasaudit.results import Estimate, Figure, Finding, MapCheck, RegionShare, Table, Untied

MOST_ROWS = 500
"""Rows of a table; the rest are in audit.json."""


class Word(NamedTuple):
    """How one value of a record is shown."""

    word: str
    meaning: str


VERDICTS: dict[str, Word] = {
    "shortcut": Word(
        "Shortcut",
        "Tied to the label, and used by the model: putting it in moves the answer more than a placebo does or, where "
        "it cannot be put in, answers go with it and fail where it misleads.",
    ),
    "review": Word(
        "Needs review",
        "A pattern that the model found and uses; signs say it is not the subject. A person must decide.",
    ),
    "suspect": Word(
        "Suspect", "Tied to the label. No use of it by the model was shown; where it could not be tested, that is said."
    ),
    "gap": Word("Gap", "The model works less well for one group, without a tie between the group and the label."),
    "unidentifiable": Word(
        "Cannot be told apart",
        "This and the label always come together here. Only new images can tell whether it is learnt instead.",
    ),
    "clear": Word("Clear", "Tested, and nothing seen above the smallest effect that would have been reported."),
    "untested": Word("Untested", "Could not be tested. This is a gap in the audit, not a good result."),
}
OVERALL: dict[str, Word] = VERDICTS | {
    "shortcut": Word("Shortcut", "The model goes by something other than what the label means."),
    "review": Word("Needs review", "The model goes by something that may not be the subject. A person must decide."),
    "gap": Word("Gap", "Some pictures or people are missing, or the model works less well for them."),
    "fact": Word("Fact", "Counted in the files. Nothing was inferred."),
    "ask": Word("Question", "Seen in the data. Whether it is part of what the label means, only a person can say."),
    "suspect": Word("Suspect", "Something in this data could mislead a model. No use of it by the model was shown."),
    "none_detected": Word("None detected", "No shortcut was seen in what was tested."),
    "inconclusive": Word("Inconclusive", "The audit could not answer. This is not a good result, nor a bad one."),
}
SURE: dict[str, str] = {
    "fact": "This was counted in the files; nothing was inferred.",
    "split": "This was measured in the files, beyond chance; no model is needed to see it.",
    "review": "The model goes by it: that was tried, and it does. What it is, only a person can say.",
    "unidentifiable": "Hardly a picture here has the two apart, so that only new pictures can tell.",
    "suspect": "It is in the data, beyond chance. Whether a model goes by it was not shown.",
    "ask": "The difference was measured, beyond chance. Whether it is a fault, nothing here can say.",
    "gap": "The model is right less often for some of these pictures, beyond chance.",
    "counted": "This was counted; it says nothing of what a model does.",
    "source": (
        "That the classes can be told without their subject was measured, beyond chance. That the model goes by the "
        "sign named here was tried, and it does."
    ),
}
"""How sure a conclusion is, in words for everybody, by its level."""
NO_COST: dict[str, str] = {
    "labels": "Not measured. While labels contradict each other, every figure here is less sure.",
    "leak": "Not measured. A model may be judged on pictures or patients that it learnt from.",
}
"""What is said of a cost that is not known, by the kind of the conclusion."""
NO_COST_KNOWN = "Not measured: how good the model would be without it is not known."
TRIED = (
    "It was tried: put into pictures, or taken out, it changes the model's answer, and another change of the same size "
    "does not."
)
OBSERVED = (
    "It was seen and not tried: the model's answers go with it and fail where it misleads. A cause that nobody "
    "recorded would look the same."
)
"""How sure a shortcut is, by how its use was shown."""
PROBLEMS = ("shortcut", "review", "suspect", "gap", "unidentifiable")
"""Verdicts that get a section of their own."""

QUESTIONS = {
    "association": "Is it tied to the label in the data?",
    "encoding": "Has the model taken it up, beyond what the label tells?",
    "reliance": "Does the model use it?",
    "disparity": "Does the model do worse where it conflicts with the label?",
}
"""The four rungs, as asked of every cue."""
IN_SHORT = {
    "association": "Tie to the label",
    "encoding": "Taken up by the model",
    "reliance": "Use by the model",
    "disparity": "Worse where it conflicts",
}
"""The four rungs, where there is no room for a question."""
ENDS = {
    "association": ("says nothing", "says it all"),
    "encoding": ("not taken up", "wholly"),
    "reliance": ("no use", "as a whole class"),
    "disparity": ("no worse", "always wrong"),
}
"""What "no bias" and the end of the scale are called, by rung; use may go beyond what a whole class is worth."""
OPEN = {
    "association": "whether it is tied to the label",
    "encoding": "whether the model has noticed it",
    "reliance": "whether the model's answers go by it",
    "disparity": "whether the model does worse where it misleads",
}
"""The four rungs, as questions that stayed open."""
KINDS = {
    "property": "image property",
    "artefact": "artefact in the picture",
    "file": "trait of the file",
    "metadata": "column of the metadata",
    "discovered": "pattern the model found",
    "view": "partial view of the image",
    "subgroup": "subgroup",
    "leakage": "leak between splits or classes",
    "representation": "representation",
}

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x80-\x9f]")


def meaning(finding: Finding) -> str:
    """What a finding's verdict says, in one or two sentences."""
    if finding.verdict == "shortcut" and "reliance" in finding.rungs:
        method = finding.rungs["reliance"].method
        return {"intervention": f"Tied to the label. {TRIED}", "observation": f"Tied to the label. {OBSERVED}"}.get(
            method, VERDICTS["shortcut"].meaning
        )
    return VERDICTS[finding.verdict].meaning


def visible(value: Any) -> Any:
    """Show what a name could hide: control characters, direction overrides, zero-width characters."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    value = _CONTROL.sub(lambda found: chr(0x2400 + min(ord(found[0]), 0x21)), value)
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", value)


def one_line(name: str) -> str:
    """A name with its line breaks and tabs shown as signs."""
    return name.replace("\r\n", "↵").replace("\n", "↵").replace("\r", "↵").replace("\t", "⇥")


def both_ends(name: str, most: int = 44) -> str:
    """A name of at most `most` letters: of a longer one both ends, since files differ in the last letters."""
    name = visible(one_line(name))
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-half:]}"


def anchor(finding_id: str) -> str:
    """A finding's id as an element id, which may hold no white space."""
    return re.sub(r"\s", "_", visible(finding_id)) or "_"


def conclusion_anchor(conclusion_id: str) -> str:
    """A conclusion's id as an element id, apart from those of findings."""
    return "conclusion-" + anchor(conclusion_id)


def link(finding_id: str) -> str:
    """The address of a finding inside the page."""
    return "#" + quote(anchor(finding_id), safe="")


def _decimals(largest: float) -> int:
    """Decimals that leave two or three digits worth reading."""
    return next((places for bound, places in ((100, 0), (10, 1), (0.1, 2), (0.01, 3)) if largest >= bound), 4)


def number(value: float | None, like: float | None = None) -> str:
    """A figure with as many decimals as its size (or that of `like`) deserves."""
    if value is None:
        return "–"
    if value == int(value) and like is None:
        return f"{int(value):,}".replace("-", "−")
    text = f"{value:,.{_decimals(abs(value if like is None else like))}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) != 0 else text.replace("-", "")


def interval(estimate: Estimate) -> str:
    """The estimate and its 95% interval: "0.94 (0.92 to 0.96)"."""
    largest = max(abs(estimate.value), abs(estimate.low), abs(estimate.high))
    value, low, high = (number(figure, largest) for figure in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} to {high})"


def pairs(area: Estimate) -> str:
    """An AUC for everybody: "97 of 100 pairs of pictures"; of two pictures of two classes it tells which is which."""
    return f"{100 * area.value:.0f} of 100 pairs of pictures (50 would be chance)"


def listed(cues: Iterable[str]) -> str:
    """Cues as a sentence names them: "ruler, ink marking and hair"."""
    *most, last = (both_ends(cue.replace("_", " "), 46) for cue in cues)
    return f"{', '.join(most)} and {last}" if most else last


def quoted(cues: Iterable[str]) -> str:
    """The same in quotation marks: "“ruler” and “hospital”"."""
    return listed(f"“{both_ends(cue.replace('_', ' '))}”" for cue in cues)


def cost(untied: Untied) -> str:
    """What a cause costs, for everybody: how good the model is where it does not help, beside how good it seems."""
    if untied.auc is None:
        return str(untied.why)
    area, now = untied.auc, round(100 * untied.naive_auc)
    without = f"Were {quoted(untied.causes)} spread evenly over the classes,"
    pairs_told = f"{100 * area.value:.0f} of 100 pairs of pictures"
    interval = f"({100 * area.low:.0f} to {100 * area.high:.0f}; 50 would be chance)"
    told = f"{without} the model would tell only {pairs_told} apart {interval}, not {now}."
    if area.high >= untied.naive_auc:
        told = f"{without} the model was not shown to do worse: {pairs_told} {interval}, and {now} in all."
    worst = f" Worst: {untied.worst_cell}." if untied.worst_cell else ""
    seen = " A program said which pictures have it; nobody has checked that by eye." if untied.in_doubt else ""
    return told + worst + seen


def figure(found: Figure, percent: bool) -> str:
    """A group's figure with its interval: "62% (55% to 69%)", or "0.62 (0.55 to 0.69)"."""
    form = "{:.0%}" if percent else "{:.2f}"
    value, low, high = (form.format(each) for each in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def probability(value: float | None) -> str:
    """A p or q value as it stands in a table: "0.03", "< 0.001"."""
    if value is None:
        return "not computed"
    return "< 0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def equals(value: float | None) -> str:
    """The same in a sentence: "= 0.03", "< 0.001"."""
    return f"= {probability(value)}" if value is not None and value >= 0.001 else probability(value)


def columns_of_figures(table: Table) -> list[bool]:
    """Whether each column of a table holds numbers alone (or nothing), which are set flush right."""
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.columns)
    held = [[cell for cell in column if cell is not None] for column in columns]
    return [bool(cells) and all(isinstance(cell, int | float) for cell in cells) for cells in held]


def count(n: int, singular: str, plural: str = "") -> str:
    """ "1 file", "2 files"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def plain(value: Any) -> str:
    """A setting as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def map_check(check: MapCheck) -> str:
    """What the two checks said of one method of drawing heatmaps, in one sentence."""
    weights = "no weights could be shuffled to see whether its maps change"
    if check.correlation is not None:
        changed = "are others" if check.depends else "stay much the same, so they show the picture and not the model"
        figure = f"rank correlation {number(check.correlation, 0.5)}; 1 would be the same map"
        weights = f"with the model's weights shuffled, its maps {changed} ({figure})"
    sooner = "moves sooner than" if check.faithfulness.low > 0 else "was not seen to move sooner than"
    return (
        f"{check.method[0].upper()}{check.method[1:]}: {weights}; as parts of a picture go and come in the order of "
        f"its map, the answer {sooner} in a random order (by {interval(check.faithfulness)}, 95% interval, on "
        f"{count(check.faithfulness.n, 'image')})."
    )


def percent(value: float) -> str:
    """0 to 1 as "21%"."""
    return f"{value:.0%}"


def share(part: RegionShare) -> str:
    """A share with its interval: "21% (18% to 25%)"."""
    return f"{part.value:.0%} ({part.low:.0%} to {part.high:.0%})"
