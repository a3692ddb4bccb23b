"""Light, colour, sharpness or texture differ between the classes, and nothing else explains it: one question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from biasaudit.conclude.conclusions.about import About
from biasaudit.conclude.conclusions.standing import PROBLEMS
from biasaudit.results import NOTHING, Conclusion, Finding, Name, Sentence, listed, say

LOOKS: dict[str, tuple[str, ...]] = {
    "light": ("brightness", "contrast", "clipped_exposure"),
    "dark corners": ("dark_corner",),
    "colour": ("saturation", "colour_cast", "tint", "white_balance", "background_colour"),
    "sharpness": ("sharpness", "noise"),
    "texture": ("texture", "roughness", "entropy", "background_texture", "hair"),
    "spots of a strange colour": ("ink_marking",),
    "the outer edge": ("border", "gel_border"),
    "small bright spots": ("gel_bubble",),
    "writing": ("text",),
    "the shape and the size of the files": ("aspect_ratio", "bytes_per_pixel", "orientation", "image_size"),
    "how the files were saved": (
        "jpeg_quality",
        "earlier_compression",
        "resampling",
        "quantisation_table",
        "chroma_subsampling",
        "file_format",
        "colour_mode",
    ),
}
"""What a layman calls it, by the cues that see it."""
NAMES: dict[str, Sentence] = {
    "light": say("light"),
    "colour": say("colour"),
    "dark corners": say("dark corners"),
    "spots of a strange colour": say("spots of a strange colour"),
    "sharpness": say("sharpness"),
    "texture": say("texture"),
    "the outer edge": say("the outer edge"),
    "small bright spots": say("small bright spots"),
    "writing": say("writing"),
    "how the files were saved": say("how the files were saved"),
    "the shape and the size of the files": say("the shape and the size of the files"),
}
KINDS = ("property", "artefact", "file", "discovered")
MOST = 4
"""Looks that a sentence names."""


def appearance(findings: Sequence[Finding], about: About) -> Iterator[Conclusion]:
    """One question to a person, from all that is left but names of files; light, tint, cast and saturation are one."""
    found = [each for each in findings if each.kind in KINDS and each.verdict in PROBLEMS and each.label is not None]
    found = [each for each in found if each.cue != "file_name" and each.verdict != "gap"]
    if not found:
        return
    first = next((each for each in found if each.kind == "property"), found[0])
    seen = [each for each in found if each.kind != "file"] or found
    named = list(dict.fromkeys(map(_look, seen)))
    most = first.cue.replace("_", " ")
    looks = listed([NAMES.get(each, Name("cue", each)) for each in named[:MOST]])
    leans = [each for each in found if each.verdict == "shortcut"]
    yield Conclusion(
        id="appearance",
        kind="appearance",
        level="ask",
        sentence=say(
            "The classes differ in {looks}{most}{model}. That may be what the subjects look like, or how they were "
            "photographed: is this part of what the label means?",
            looks=looks,
            most=say(" (most of all {cue})", cue=Name("cue", most))
            if first.kind == "property" and most not in named
            else NOTHING,
            model=say(", and the model goes by it") if leans else NOTHING,
        ),
        label=found[0].label,
        findings=tuple(each.id for each in found),
        who_decides=say("A person who knows the subject."),
        what_to_do=say(
            "Look at the examples. If it is how they were photographed, make the pictures of all classes alike in it, "
            "or collect pictures of each class that are; then audit again."
        ),
    )


def _look(finding: Finding) -> str:
    return next((look for look, cues in LOOKS.items() if finding.cue in cues), finding.cue.replace("_", " "))
