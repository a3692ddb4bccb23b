"""Several labels an image: each is audited in turn, in a folder of its own, and one page leads to all."""

import html

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.cues import BUILTIN
from biasaudit.errors import UsageError
from tests.faults.command import audited
from tests.hostile import save
from tests.planted import brighter, photograph

HOSTILE = "</script><b>"
WITHOUT = [*(cue.id for cue in BUILTIN if cue.id != "brightness"), "properties_together"]


@pytest.fixture
def folder(tmp_path):
    """Sixty pictures: a lamp was on for most of those with an effusion; the other label is innocent."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(60):
        effusion, other = number % 2 == 0, rng.random() < 0.5
        rgb = photograph(rng, upright=bool(number % 3), side=48)
        save(tmp_path / "data" / f"{number}.png", brighter(rgb, rng) if effusion and number % 10 else rgb)
        labels = ["Effusion"] * effusion + [HOSTILE] * other
        rows.append({"image": f"{number}.png", "Finding Labels": "|".join(labels) or "No Finding"})
    pd.DataFrame(rows).to_csv(tmp_path / "m.csv", index=False)
    return tmp_path / "data"


def test_each_label_has_a_report_and_one_page_leads_to_all(folder, tmp_path):
    ended = audited("scan", folder, "--metadata", tmp_path / "m.csv", "--each-label", without=WITHOUT)
    assert ended.code == 0, ended.err
    page = (ended.folder / "report.html").read_text(encoding="utf-8")
    assert ended.out.splitlines()[0] == str(ended.folder / "report.html")
    assert HOSTILE not in page
    assert html.escape(HOSTILE) in page
    reports = sorted(path.parent.name for path in ended.folder.glob("*/report.html"))
    assert len(reports) == 3
    assert all(f'href="{name}/report.html"' in page for name in reports)
    effusion = ba.audit(
        folder, metadata=tmp_path / "m.csv", label_column="Finding Labels", positive=("Effusion",), scan=True, jobs=1,
        without=WITHOUT, out=tmp_path / "one",
    )  # fmt: skip
    assert effusion.record.findings[0].verdict == "suspect"
    audits, _ = ba.audit_each_label(
        folder, metadata=tmp_path / "m.csv", scan=True, jobs=1, without=WITHOUT, out=tmp_path / "each"
    )
    verdicts = {each.label: each.result.record.findings[0].verdict for each in audits}
    assert verdicts["Effusion"] == "suspect"
    assert verdicts[HOSTILE] == "clear"


def test_what_makes_no_sense_with_it_is_an_error(folder, tmp_path):
    for options, says in [
        ((), "name it with --metadata"),
        (("--metadata", tmp_path / "m.csv", "--positive", "Effusion"), "--positive about one"),
        (("--metadata", tmp_path / "m.csv", "--junit", tmp_path / "x.xml"), "--junit"),
    ]:
        ended = audited("scan", folder, "--each-label", *options, without=WITHOUT)
        assert ended.code == 2
        assert says in ended.err
    with pytest.raises(UsageError, match="--label-column"):
        ba.audit_each_label(folder, metadata=tmp_path / "m.csv", label_column="image", scan=True)
