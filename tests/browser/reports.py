"""Reports as files for a browser: the sample audit, one as of 10,000 images, and one whose every text is hostile."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from biasaudit.report.html import render
from biasaudit.report.pictures import heat_key
from biasaudit.report.thumbnails import save_average, save_heatmap, save_thumbnail
from biasaudit.results import Audit, Breakdown, EmbeddingMap, Excluded, Finding, Gallery
from tests.golden import audit_with_blocks, breakdown, clear, hostile_audit, representation, ruler, sample_audit

FINDINGS, FOLLOWERS, PICTURES = 60, 2, 12


def large_audit() -> Audit:
    """What 10,000 images with a great many findings would give; records only."""
    sample = sample_audit()
    dataset = sample.dataset.model_copy(
        update={
            "n": 10_000,
            "classes": {f"class {n}": 500 for n in range(20)},
            "excluded": tuple(Excluded(path=f"c/{n}.jpg", reason="truncated", label="class 3") for n in range(2000)),
        }
    )
    return sample_audit(
        dataset=dataset,
        findings=(*_many(), *(clear(f"cue_{n}", 0.5) for n in range(400))),
        subgroups=tuple(_many_groups(f"column {n}") for n in range(8)),
        representation=_crowded(),
    )


def _crowded() -> EmbeddingMap:
    """As many dots, and as many colourings, as a map can have."""
    sample, rng = representation(), np.random.default_rng(0)
    levels = tuple(f"level {n}" for n in range(6))
    return EmbeddingMap(
        images=600,
        places=tuple((float(x), float(y)) for x, y in np.round(rng.random((600, 2)), 3)),
        colourings=tuple(
            sample.colourings[n % 3].model_copy(
                update={"by": f"column {n}", "levels": levels, "of": tuple(rng.integers(0, 6, 600).tolist())}
            )
            for n in range(7)
        ),
    )


def _many_groups(column: str) -> Breakdown:
    two = breakdown(column, ("level 0", "level 1"), "class 3")
    return two.model_copy(
        update={"groups": tuple(two.groups[n % 2].model_copy(update={"name": f"level {n}"}) for n in range(24))}
    )


def _many() -> list[Finding]:
    found = []
    for n in range(FINDINGS):
        leader = f"artefact-cue_{n}"
        for follower in range(1 + FOLLOWERS):
            name = f"{leader}-{follower}" if follower else leader
            images = tuple(f"class 3/{n}-{k}.jpg" for k in range(PICTURES))
            update = {
                "id": name,
                "cue": name.removeprefix("artefact-"),
                "title": f"Cue {n}.{follower} gives class 3 away in 92% of its images.",
                "label": "class 3",
                "examples": images[: PICTURES // 2],
                "counterexamples": images[PICTURES // 2 :],
                "story": (leader,) if follower else (),
                "leads": not follower,
                "verdict": "review" if follower == FOLLOWERS else "shortcut",
            }
            found.append(ruler().model_copy(update=update))
    return found


def galleries(finding: Finding) -> list[Gallery]:
    return [block for block in finding.blocks if isinstance(block, Gallery)]


def draw_pictures(audit: Audit, folder: Path) -> None:
    """A thumbnail and a heatmap for every image that the report shows; noise, which WebP packs worst."""
    rng = np.random.default_rng(0)
    names = {
        name: each
        for each in audit.findings
        for name in (*each.examples, *each.counterexamples, *(id for hung in galleries(each) for id in hung.images))
    }
    for name, finding in names.items():
        rgb = rng.integers(0, 255, (120, 160, 3), dtype=np.uint8)
        save_thumbnail(folder, name, rgb)
        if finding.label:
            save_heatmap(folder, name, heat_key(finding), rgb, rng.random((7, 7)))
    for of_class in audit.attribution.classes if audit.attribution else ():
        save_average(folder, of_class.label, np.full((56, 56, 3), 128, np.uint8), rng.random((30, 30)))


AUDITS = {"sample": sample_audit, "large": large_audit, "hostile": hostile_audit, "blocks": audit_with_blocks}


def write_report(name: str, folder: Path) -> Path:
    """The report of one of these audits, as a file."""
    audit = AUDITS[name]()
    draw_pictures(audit, folder / "evidence")
    path = folder / "report.html"
    path.write_text(render(audit, folder / "evidence"), encoding="utf-8")
    return path


if __name__ == "__main__":
    for each in AUDITS:
        print(write_report(each, Path("reports") / "browser" / each))
