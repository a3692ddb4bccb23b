"""Audits built by hand, so that the report can be tested and looked at without training anything.

`python -m tests.golden` writes `golden/audit.json` anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from biasaudit.conclude.conclusions import conclusions
from biasaudit.conclude.conclusions.about import about
from biasaudit.detectors.discovery import LOOKED_AT
from biasaudit.results import (
    Attribution,
    Audit,
    Block,
    Breakdown,
    Check,
    ClassMap,
    ColouredBy,
    Colouring,
    CueMap,
    Dataset,
    Difference,
    EmbeddingMap,
    Estimate,
    Excluded,
    Figure,
    Finding,
    Gallery,
    Interval,
    Intervals,
    MapCheck,
    Model,
    Note,
    PlantedCue,
    Questions,
    RegionShare,
    Rung,
    RungName,
    Scatter,
    Section,
    SelfTest,
    Sentence,
    Subgroup,
    Table,
    say,
)

GOLDEN = Path(__file__).parent / "golden" / "audit.json"
HEATS = "malignant"


def auc(value: float, half: float, n: int = 1332, measure: str = "AUC, malignant against the rest") -> Estimate:
    return Estimate(
        measure=measure,
        value=value,
        low=round(value - half, 3),
        high=min(1.0, round(value + half, 3)),
        null=0.5,
        limit=1.0,
        n=n,
    )


def shift(value: float, half: float, n: int = 640, what: str = "when ruler is put in") -> Estimate:
    return Estimate(
        measure=f"shift of the log-odds of malignant {what}",
        value=value,
        low=round(value - half, 3),
        high=round(value + half, 3),
        null=0.0,
        limit=4.1,
        n=n,
    )


def untested(why: str) -> Rung:
    return Rung(state="untested", why=why)


def rungs(**given: Rung) -> dict[RungName, Rung]:
    """All four rungs; those not given are untested."""
    names: tuple[RungName, ...] = ("association", "encoding", "reliance", "disparity")
    return {name: given.get(name, untested("Not asked: the cue is not tied to the label.")) for name in names}


def tie(value: float, half: float, q: float, state: str = "yes", **more: Any) -> Rung:
    why = "The cue alone tells the classes apart." if state == "yes" else "The cue says little of the label."
    return Rung(
        state=state,
        estimate=auc(value, half),
        p_value=q / 2,
        q_value=q,
        smallest_detectable=0.045,
        method="permutation",
        **({"why": why} | more),
    )


def clear(cue: str, value: float, kind: Any = "property") -> Finding:
    return Finding(
        id=f"{kind}-{cue}",
        detector="association",
        cue=cue,
        kind=kind,
        verdict="clear",
        label=None,
        title=f"{cue.replace('_', ' ').capitalize()} does not tell the classes apart.",
        rungs=rungs(association=tie(value, 0.03, 0.6, "no")),
        recommendation="Nothing to do.",
    )


def ruler() -> Finding:
    return Finding(
        id="artefact-ruler",
        detector="association",
        cue="ruler",
        kind="artefact",
        verdict="shortcut",
        label="malignant",
        title="Ruler is used as a shortcut to malignant: ruler is found in 92% of malignant and 8% of the "
        "other images, and the model answers to it.",
        question="Does one class show a ruler more often?",
        rungs=rungs(
            association=tie(0.92, 0.02, 0.0004, why="A ruler is seen in 92% of malignant and 8% of the other images."),
            encoding=Rung(
                state="yes",
                estimate=auc(0.84, 0.03, measure="AUC of ruler read from the features, label held"),
                p_value=0.001,
                q_value=0.002,
                smallest_detectable=0.05,
                method="permutation",
                why="A ruler can be read from the features in images of one class.",
            ),
            reliance=Rung(
                state="yes",
                estimate=shift(1.84, 0.21),
                placebo=shift(0.22, 0.12, what="under the placebo"),
                p_value=0.001,
                q_value=0.003,
                method="intervention",
                smallest_detectable=0.17,
                why="Put into 640 held-out images, it moves the log-odds of malignant by +1.84 (placebo "
                "+0.22); images called malignant go from 31% to 67% (placebo 34%).",
            ),
            disparity=Rung(
                state="yes",
                p_value=0.001,
                q_value=0.001,
                method="permutation",
                smallest_detectable=0.08,
                estimate=Estimate(
                    measure="accuracy where ruler and label agree, minus where they conflict",
                    value=0.52,
                    low=0.45,
                    high=0.59,
                    null=0.0,
                    limit=1.0,
                    n=1332,
                ),
                why="The model is right in 95% of the images where ruler and label agree, else in 43%.",
            ),
        ),
        examples=tuple(f"malignant/ISIC_{n:07d}.jpg" for n in range(1, 13)),
        counterexamples=tuple(f"benign/ISIC_{n:07d}.jpg" for n in range(101, 110)),
        recommendation="Collect malignant images without and other images with a ruler, or mask the ruler.",
        explanation="Large lesions are measured more often and more often malignant: size may cause both.",
        story=("metadata-ruler",),
    )


def attribution(label: str = "malignant", method: str | None = "Grad-CAM", **cue: Any) -> Attribution:
    """Maps that passed both checks; with no method, maps that stay when the weights are shuffled."""
    faithfulness = Estimate(measure="gain", value=0.13, low=0.05, high=0.2, null=0.0, limit=1.0, n=32)
    return Attribution(
        method=method,
        checks=(
            MapCheck(
                method="Grad-CAM",
                correlation=0.02 if method else 0.91,
                depends=bool(method),
                faithfulness=faithfulness,
                passed=bool(method),
            ),
        ),
        classes=(
            ClassMap(
                label=label,
                images=62,
                border=RegionShare(value=0.31, low=0.29, high=0.33, chance=(0.17, 0.29)),
                middle=RegionShare(value=0.36, low=0.34, high=0.39),
            ),
        )
        if method
        else (),
        cues=(
            CueMap(
                **({"cue": "ruler", "kind": "artefact", "label": label} | cue),
                before=0.13,
                placebo=0.2,
                inserted=Estimate(measure="gain", value=0.22, low=0.17, high=0.28, null=0.0, limit=1.0, n=24),
            ),
        )
        if method
        else (),
    )


def representation(levels: tuple[str, str] = ("female", "male"), column: str = "sex") -> EmbeddingMap:
    """Two clusters that the ruler explains."""

    def colouring(by: str, kind: ColouredBy, names: tuple[str, ...], of: tuple[int, ...], share: float) -> Colouring:
        neighbours = Estimate(
            measure=f"share of the 10 nearest images that are of one {kind} with an image",
            value=share,
            low=round(share - 0.04, 3),
            high=round(min(1.0, share + 0.04), 3),
            null=0.5,
            limit=1.0,
            n=12,
        )
        return Colouring(by=by, kind=kind, levels=names, of=of, neighbours=neighbours)

    places = tuple((round(0.1 + 0.6 * (n % 2) + 0.01 * n, 3), round(n / 12, 3)) for n in range(12))
    return EmbeddingMap(
        images=12,
        places=places,
        colourings=(
            colouring("class", "label", ("benign", "malignant"), (0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0), 0.78),
            colouring("ruler", "cue", ("found", "not found"), (1, 0) * 6, 0.95),
            colouring(column, "subgroup", levels, (0, 0, 1, 1) * 3, 0.51),
        ),
    )


def problems() -> tuple[Finding, ...]:
    column = ruler().model_copy(
        update={
            "id": "metadata-ruler",
            "kind": "metadata",
            "title": "The column “ruler” is used as a shortcut to malignant: it speaks for malignant in 92% "
            "of malignant and 8% of the other images, and the model answers to it.",
            "question": "",
            "story": ("artefact-ruler",),
            "leads": False,
        }
    )
    hospital = Finding(
        id="metadata-hospital",
        detector="association",
        cue="hospital",
        kind="metadata",
        verdict="suspect",
        label="malignant",
        title="The column “hospital” speaks for malignant in 61% of malignant and 22% of the other images; "
        "that the model uses it was not shown.",
        rungs=rungs(
            association=tie(0.71, 0.04, 0.004, why="Hospital B sent 61% of malignant and 22% of the other images."),
            encoding=untested("Fewer than 30 images of one hospital and class."),
            reliance=Rung(
                state="no",
                p_value=0.21,
                q_value=0.34,
                method="observation",
                smallest_detectable=0.4,
                estimate=shift(0.12, 0.2, 1332, "with it, label held"),
                why="Among images of one class, those of hospital B score 0.12 higher, within chance.",
            ),
        ),
        examples=tuple(f"malignant/ISIC_{n:07d}.jpg" for n in (2, 4, 6)),
        counterexamples=("benign/ISIC_0000103.jpg",),
        recommendation="Balance the hospitals within each class, or hold one hospital out as a test set.",
    )
    camera = Finding(
        id="file-exif_camera",
        detector="association",
        cue="exif_camera",
        kind="file",
        verdict="unidentifiable",
        label="nevus",
        title="Exif camera and nevus cannot be told apart in this data: exif camera is high in 100% of nevus "
        "and 0% of the other images.",
        rungs=rungs(association=tie(1.0, 0.0, 0.001, why="All 220 nevus images and no other are from camera X100.")),
        examples=("nevus/ISIC_0000201.jpg", "nevus/ISIC_0000202.jpg"),
        recommendation="Collect nevus images with another camera, or other classes with camera X100.",
    )
    return ruler(), column, hospital, camera


def blocks(
    name: str = "Scanner A", image: str = "malignant/ISIC_0000001.jpg", other: str = "benign/ISIC_0000101.jpg"
) -> tuple[Block, ...]:
    """One of each kind."""
    said, low, high = (Sentence(name), auc(0.55, 0.04, measure=name), auc(0.81, 0.05, measure=name))
    return (
        Note(text=Sentence(f"What this is: {name}")),
        Questions(),
        Table(
            caption=Sentence(f"Sharpness by {name}"),
            columns=(Sentence(name), say("Images"), say("Share"), say("AUC"), say("Remark")),
            rows=((said, 1204, 0.62, low, said), (say("Others"), 8, None, high, None)),
        ),
        Intervals(
            caption=Sentence(f"AUC by {name}"),
            rows=(Interval(name=said, estimate=low), Interval(name=say("Others"), estimate=high)),
        ),
        Scatter(
            caption=Sentence(f"Places of {name}"),
            places=((0.1, 0.2), (0.4, 0.9), (0.8, 0.3)),
            levels=(said, say("Others")),
            of=(0, 1, 1),
        ),
        Gallery(title=Sentence(f"Pairs of {name}"), images=(image, other), paired=True),
    )


def by_others(name: str = "Scanner A", **given: str) -> tuple[Finding, ...]:
    """What a detector of somebody else brings: a section of articles and one of rows, with a problem in each."""
    articles = Section(id="scanners", title=Sentence(f"How {name} differs"), intro=Sentence(f"About {name}."))
    rows = Section(id="scanner-list", title=Sentence(f"All of {name}"), form="rows")
    problem = Finding(
        id="theirs-scanner",
        detector="scanners",
        cue="scanner",
        kind="file",
        title=Sentence(f"{name} makes sharper pictures."),
        verdict="suspect",
        label="malignant",
        rungs={"association": tie(0.7, 0.04, 0.001)},
        recommendation=say("Scan all images alike."),
        blocks=blocks(name, **given),
        section=articles,
    )
    quiet = problem.model_copy(
        update={"id": "theirs-quiet", "verdict": "clear", "title": Sentence(f"{name} is no brighter.")}
    )
    return (
        problem,
        quiet.model_copy(update={"blocks": blocks(name, **given)[2:4]}),
        problem.model_copy(update={"id": "theirs-listed", "section": rows, "blocks": blocks(name, **given)[:1]}),
        quiet.model_copy(update={"id": "theirs-row", "section": rows, "blocks": ()}),
        quiet.model_copy(update={"id": "theirs-silent", "section": rows, "blocks": (), "rungs": {}}),
    )


def audit_with_blocks() -> Audit:
    """The sample audit with the findings of another package's detector."""
    return sample_audit(findings=(*sample_audit().findings, *by_others()))


def sample_audit(**changes: Any) -> Audit:
    """A skin data set with a ruler shortcut, as a reviewer would receive it."""
    quiet = [
        clear(cue, value)
        for cue, value in (("brightness", 0.53), ("contrast", 0.51), ("sharpness", 0.55), ("noise", 0.48))
    ]
    pattern = clear("pattern_1", 0.67, "discovered").model_copy(
        update={
            "section": LOOKED_AT,
            "title": "The model looks at a dark, ragged patch in malignant images.",
            "label": "malignant",
            "rungs": rungs(association=tie(0.67, 0.03, 0.004)),
            "examples": tuple(f"malignant/ISIC_{n:07d}.jpg" for n in (3, 5, 7, 8)),
            "regions": {f"malignant/ISIC_{n:07d}.jpg": (0.2, 0.1, 0.35, 0.25) for n in (3, 5, 7, 8)},
        }
    )
    hair = clear("jpeg_quality", 0.5, "file").model_copy(
        update={
            "verdict": "untested",
            "title": "JPEG quality could not be measured.",
            "rungs": rungs(association=untested("1,290 of 1,332 files are no JPEG.")),
            "recommendation": "Keep the original JPEG files if you have them.",
        }
    )
    given: dict[str, Any] = {
        "verdict": "shortcut",
        "headline": ruler().title,
        "attribution": attribution(),
        "representation": representation(),
        "selftest": SelfTest(
            images=400,
            classes=3,
            clean_sets=40,
            false_alarms=1,
            false_alarm_low=0.001,
            false_alarm_high=0.13,
            blamed={"sharpness": 1},
            planted=(
                PlantedCue(cue="ruler", in_class=0.9, in_others=0.1, sets=5, found=5, first=5),
                PlantedCue(cue="ruler", in_class=0.7, in_others=0.3, sets=5, found=4, first=3),
            ),
            not_planted={"saturation": "the images do not differ in it"},
        ),
        "dataset": Dataset(
            name="skin_ruler",
            n=1332,
            classes={"malignant": 612, "benign": 500, "nevus": 220},
            splits={"train": 1000, "test": 332},
            groups=1104,
            excluded=(
                Excluded(path="malignant/broken.jpg", reason="not an image", label="malignant"),
                Excluded(path="malignant/half.png", reason="truncated", label="malignant"),
                Excluded(path="benign/huge.png", reason="over 100 megapixels", label="benign"),
            ),
            notes={"name says .jpg, content is PNG": 4, "animated: first frame used": 1},
            warnings=("Unreadable files are three times as common in malignant as in benign.",),
            sizes={"1024x768": 1001, "600x450": 331},
            formats={"JPEG": 1290, "PNG": 42},
            fingerprint="9f2c41d0c7a55be1f0e4a3d2886b1c97d45e6f7a8b90c1d2e3f4a5b6c7d8e9f0",
        ),
        "model": Model(
            backbone="EfficientNet-Lite0",
            training="frozen features, logistic head",
            folds=5,
            learnt=True,
            auc=auc(0.91, 0.015, measure="out-of-fold AUC, mean over classes"),
            balanced_accuracy=0.83,
            curves=(
                {"fold": 0, "loss": [0.69, 0.5, 0.4, 0.33], "validation_loss": [0.68, 0.54, 0.47, 0.48]},
                {"fold": 1, "loss": [0.7, 0.52, 0.41, 0.34], "validation_loss": [0.69, 0.55, 0.5, 0.46]},
            ),
        ),
        "settings": {"seed": 0, "folds": 5, "group_by": "patient", "without": []},
        "environment": {"python": "3.12.4", "tensorflow": "2.20.0", "biasaudit": "0.1.0"},
        "checks": (
            Check(detector="association", status="ran", tests=57, smallest_detectable="AUC 0.045 above 0.5"),
            Check(detector="reliance", status="ran", tests=4, smallest_detectable="0.17 in log-odds"),
            Check(detector="duplicates", status="skipped", reason="left out by --without"),
            Check(detector="subgroups", status="failed", reason="Column sex holds 1,104 different values."),
        ),
        "subgroups": (breakdown("sex", ("female", "male"), "malignant"),),
        "findings": (*problems(), hair, pattern, *quiet),
        "run": {
            "command": "biasaudit run skin_ruler --seed 0",
            "started": "2026-01-12T09:30:00Z",
            "seconds": 412.0,
        },
    }
    given |= changes
    known = about(given["subgroups"], given["dataset"].field, None, len(given["dataset"].classes))
    given.setdefault("conclusions", conclusions(given["findings"], known))
    return Audit(**given)


def breakdown(column: str, groups: tuple[str, str], label: str) -> Breakdown:
    """Two groups, of which the first fares worse, and a cell without images."""
    share = Figure(value=0.5, low=0.47, high=0.53, n=1332)

    def of(name: str, right: float) -> Subgroup:
        accuracy = Figure(value=right, low=right - 0.05, high=right + 0.05, n=666)
        figures = {
            f"share of {label}": share,
            "accuracy": accuracy,
            "balanced accuracy": accuracy,
            f"sensitivity of {label}": accuracy.model_copy(update={"n": 300}),
            f"AUC of {label}": accuracy,
        }
        classes = {label: 300, "benign": 366}
        return Subgroup(
            name=name, images=666, patients=552, classes=classes, share=share, reference=0.5, figures=figures
        )

    worse, better = of(groups[0], 0.71), of(groups[1], 0.84)
    estimate = Estimate(
        measure=f"balanced accuracy: “{groups[0]}” less “{groups[1]}”",
        value=-0.13,
        low=-0.2,
        high=-0.06,
        null=0.0,
        limit=-1.0,
        n=1332,
    )
    apart = Difference(
        group=groups[0],
        called="equal accuracy within each class",
        figure="balanced accuracy",
        value=worse.figures["accuracy"],
        rest=better.figures["accuracy"],
        difference=estimate,
        ratio=Figure(value=0.845, low=0.76, high=0.93, n=1332),
        p_value=0.0002,
        q_value=0.001,
    )
    return Breakdown(
        column=column,
        about_people=True,
        cut="Cut at 40, 60.",
        limits="Estimated.",
        groups=(worse, better.model_copy(update={"few": True})),
        absent=(f"{groups[1]}: no image of {label}",),
        differences=(apart,),
    )


SCRIPT = '"><img src=x onerror=alert(1)>.png'
CLASS = "</script><script>alert(2)</script>"
LINK = "javascript:alert('3')\"'`"
GROUP = "$x^{$\x00"
TURNED = "malignant/\u202egnp.exe\u2066.jpg"
LONG = "x" * 250 + "/\nשלום عليكم 🙂" + "y" * 200 + ".jpg"
HOSTILE = (SCRIPT, CLASS, LINK, GROUP, TURNED, LONG)


def hostile_audit() -> Audit:
    """Faults 30 to 34: every free text of an audit is an attack, or breaks a layout."""
    finding = ruler().model_copy(
        update={
            "id": f"metadata-{LINK} {GROUP}",
            "detector": SCRIPT,
            "cue": LINK,
            "kind": "metadata",
            "title": SCRIPT + LONG,
            "label": CLASS,
            "examples": HOSTILE,
            "counterexamples": HOSTILE[::-1],
            "recommendation": CLASS,
            "question": GROUP,
            "explanation": LINK,
            "story": (f"subgroup-{CLASS}", f"gone-{SCRIPT}"),
            "rungs": {
                name: rung.model_copy(
                    update={
                        "why": SCRIPT,
                        "method": CLASS,
                        "estimate": rung.estimate and rung.estimate.model_copy(update={"measure": CLASS + LONG}),
                    }
                )
                for name, rung in ruler().rungs.items()
            },
        }
    )
    other = finding.model_copy(
        update={
            "id": f"subgroup-{CLASS}",
            "kind": "subgroup",
            "verdict": "gap",
            "story": (finding.id,),
            "leads": False,
        }
    )
    quiet = finding.model_copy(update={"id": f"file-{LONG}", "verdict": "clear", "story": ()})
    mute = finding.model_copy(
        update={
            "id": f"view-{GROUP}",
            "verdict": "untested",
            "story": (),
            "rungs": rungs(association=untested(CLASS)),
        }
    )
    tally = {text: n for n, text in enumerate(HOSTILE, 1)}
    sample = sample_audit()
    assert sample.model is not None
    return sample_audit(
        headline=CLASS + " " + LINK,
        attribution=attribution(CLASS, cue=LINK, kind="metadata"),
        representation=representation((GROUP, LINK), CLASS),
        subgroups=(
            breakdown(CLASS, (SCRIPT, LONG), LINK),
            breakdown(LONG, (TURNED, CLASS), GROUP).model_copy(update={"crossed": True}),
            breakdown(SCRIPT, (GROUP, LINK), CLASS).model_copy(update={"about_people": False}),
        ),
        findings=(finding, other, quiet, mute, *by_others(SCRIPT + CLASS, image=LONG, other=TURNED)),
        dataset=Dataset(
            name=SCRIPT,
            n=21,
            classes=tally,
            splits=tally,
            notes=tally,
            sizes=tally,
            formats=tally,
            warnings=HOSTILE,
            excluded=tuple(Excluded(path=text, reason=text, label=text) for text in HOSTILE),
            fingerprint=CLASS,
        ),
        model=sample.model.model_copy(update={"backbone": SCRIPT, "training": CLASS}),
        checks=tuple(Check(detector=text, status="failed", reason=text, smallest_detectable=text) for text in HOSTILE),
        settings={text: {text: [text]} for text in HOSTILE},
        environment=dict(zip(HOSTILE, HOSTILE, strict=True)),
        run={"command": SCRIPT},
    )


def write() -> None:
    """Write the golden audit anew, after the records have changed."""
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(sample_audit().model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
