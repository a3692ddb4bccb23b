"""The data side, with no network: what is tied to the label, what is not, and what cannot be told apart."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.errors import DataError, EnvironmentFault, UsageError
from tests.planted import ARTEFACTS, brighter, plant


def scan(folder, tmp_path, **choices):
    return ba.audit(folder, out=tmp_path / "out", scan=True, **{"jobs": 1, "without": ARTEFACTS, **choices})


def finding(result, id):
    return next(f for f in result.record.findings if f.id == id)


@pytest.fixture
def clean(tmp_path):
    folder = tmp_path / "clean"
    return folder, plant(folder)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """A clean folder that is read and not written to, its table, and what a scan of it kept."""
    root = tmp_path_factory.mktemp("measured")
    frame = plant(root / "clean")
    scan(root / "clean", root)
    return root / "clean", frame, root / "out" / "cache"


@pytest.fixture
def clean_and_measured(measured, tmp_path):
    """The clean folder for tests that only bring columns: what its pictures show is measured once for all of them."""
    folder, frame, cache = measured
    shutil.copytree(cache, tmp_path / "out" / "cache")
    return folder, frame


def with_columns(frame, tmp_path, **columns):
    path = tmp_path / "m.csv"
    frame.drop(columns="planted").assign(**columns).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("without", [ARTEFACTS, pytest.param((), marks=pytest.mark.slow)], ids=["few", "all"])
def test_a_planted_cue_is_suspect_and_its_clean_twin_is_quiet(tmp_path, clean, without):
    plant(tmp_path / "bright", brighter)
    found = scan(tmp_path / "bright", tmp_path, without=without)
    assert found.record.conclusions[0].id == "appearance"
    assert found.record.findings[0].verdict == "suspect"
    assert found.record.findings[0].cue == "brightness"
    assert found.record.findings[0].label == "upright"
    rung = found.record.findings[0].rungs["association"]
    assert rung.state == "yes"
    assert rung.q_value is not None
    assert rung.q_value < 0.05
    quiet = scan(clean[0], tmp_path, without=without)
    assert quiet.verdict == "none_detected"
    rung = finding(quiet, "property-brightness").rungs["association"]
    assert rung.state == "no"
    assert 0.5 < rung.smallest_detectable < 0.7  # printed under every "clear"


def test_examples_show_the_cue_and_counterexamples_conflict(tmp_path):
    frame = plant(tmp_path / "bright", brighter).set_index("path")
    first = scan(tmp_path / "bright", tmp_path).record.findings[0]
    assert frame.loc[list(first.examples[:10]), "planted"].all()
    assert (frame.loc[list(first.examples), "label"] == "upright").all()
    conflict = frame.loc[list(first.counterexamples[:8])]
    assert ((conflict["label"] == "upright") != conflict["planted"]).mean() > 0.9


def test_fault_45_a_group_that_is_the_class_is_unidentifiable(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    metadata = with_columns(frame, tmp_path, hospital=np.where(frame["label"] == "upright", "North", "South"))
    result = scan(folder, tmp_path, metadata=metadata)
    first = result.record.findings[0]
    assert (first.cue, first.kind, first.verdict) == ("hospital", "metadata", "unidentifiable")
    assert "collect" in first.recommendation
    assert result.verdict == "suspect"  # never "none detected"


def test_fault_44_46_groups_of_one_and_ids(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    lonely = ["A", *["B"] * 99, *["C"] * 100]
    metadata = with_columns(frame, tmp_path, lonely=lonely, number=[f"case-{i}" for i in range(200)])
    result = scan(folder, tmp_path, metadata=metadata)
    assert finding(result, "metadata-lonely").verdict == "clear"
    id_like = finding(result, "metadata-number")
    assert id_like.verdict == "untested"
    assert "treated as an id" in id_like.title


def test_an_id_whose_beginning_is_the_class_is_found_and_one_that_holds_nothing_is_named(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    rng = np.random.default_rng(0)
    numbers = rng.permutation(np.arange(10_000, 10_200))
    archive = np.where(frame["label"] == "upright", "ONC", "DERM")
    codes = [rng.bytes(12).hex() for _ in range(200)]
    for ids, verdict in (
        ([f"{a}-{n}" for a, n in zip(archive, numbers, strict=True)], "suspect"),
        (codes, "none_detected"),
    ):
        result = scan(folder, tmp_path, metadata=with_columns(frame, tmp_path, accession=ids))
        page = (tmp_path / "out" / "report.html").read_text()
        assert result.verdict == verdict
        assert ("Not compared with it: the column “accession”" in result.record.headline) == (
            verdict == "none_detected"
        )
        assert ("1 column not compared with the label: “accession”." in page) == (verdict == "none_detected")
        assert finding(result, "metadata-accession").verdict == "untested"


def test_fault_42_43_na_none_007_are_text_and_missing_is_a_group(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    rng = np.random.default_rng(0)
    metadata = with_columns(frame, tmp_path, site=rng.choice(["NA", "None", "007", ""], 200))
    images = scan(folder, tmp_path, metadata=metadata).images
    assert set(images["meta_site"].dropna()) == {"NA", "None", "007"}
    assert images["meta_site"].isna().any()


def test_missingness_that_goes_with_the_label_is_found(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    ages = np.random.default_rng(0).integers(20, 80, 200).astype(str)
    metadata = with_columns(frame, tmp_path, age=np.where(frame["label"] == "upright", "", ages))
    assert finding(scan(folder, tmp_path, metadata=metadata), "metadata-age").verdict == "unidentifiable"


def test_numbers_are_cut_into_bands_and_not_taken_for_ids(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    ages = np.random.default_rng(0).uniform(20, 60, 200) + 25 * (frame["label"] == "upright")
    metadata = with_columns(frame, tmp_path, age=ages.round(2))
    assert finding(scan(folder, tmp_path, metadata=metadata), "metadata-age").verdict == "suspect"


def test_fault_22_23_copies_across_splits_and_labels(tmp_path, clean):
    folder, frame = clean
    source = folder / "upright" / "0001.jpg"
    (folder / "upright" / "copy.jpg").write_bytes(source.read_bytes())
    (folder / "lying" / "copy.jpg").write_bytes(source.read_bytes())
    rows = [*frame["path"], "upright/copy.jpg", "lying/copy.jpg"]
    splits = ["train", "test"] * 101
    metadata = tmp_path / "m.csv"
    pd.DataFrame({"path": rows, "part": splits}).to_csv(metadata, index=False)
    ids = {f.id for f in scan(folder, tmp_path, metadata=metadata, split="part").record.findings}
    assert {"leakage-across-splits", "leakage-label-conflict"} <= ids
    assert not any(f.kind == "leakage" for f in scan(folder, tmp_path, metadata=metadata).record.findings[2:])


def test_fault_20_unreadable_files_of_one_class(tmp_path, clean):
    folder, _ = clean
    for number in range(20):
        (folder / "upright" / f"broken{number}.png").write_bytes(b"no picture")
    result = scan(folder, tmp_path)
    lost = finding(result, "file-unreadable")
    assert (lost.label, lost.verdict) == ("upright", "suspect")
    assert len(result.record.dataset.excluded) == 20
    for number in range(20):
        (folder / "lying" / f"broken{number}.png").write_bytes(b"no picture")
    even = scan(folder, tmp_path)
    assert not [f for f in even.record.findings if f.id == "file-unreadable"]


def test_fault_19_too_many_unreadable_files_stop_the_run(tmp_path, clean):
    folder, _ = clean
    for number in range(80):
        (folder / "upright" / f"broken{number}.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="max-bad"):
        scan(folder, tmp_path)
    assert scan(folder, tmp_path, max_bad=0.5).record.dataset.n == 200


def test_fault_60_the_same_findings_whatever_the_order_of_the_rows(tmp_path, clean):
    folder, frame = clean
    site = np.random.default_rng(1).choice(["x", "y"], 200)
    metadata = with_columns(frame, tmp_path, site=site)
    first = scan(folder, tmp_path, metadata=metadata)
    shuffled = pd.read_csv(metadata, dtype=str).sample(frac=1, random_state=3)
    shuffled.to_csv(metadata, index=False)
    second = scan(folder, tmp_path / "other", jobs=2, metadata=metadata)
    assert first.record.findings == second.record.findings


def test_what_is_written_is_strict_json_and_tables(tmp_path, clean):
    folder, _ = clean
    result = scan(folder, tmp_path, without=[cue for cue in ARTEFACTS if cue != "corner_tag"])

    def refuse(constant):
        raise ValueError(constant)

    record = json.loads((tmp_path / "out" / "audit.json").read_text(), parse_constant=refuse)
    assert record["verdict"] == "none_detected"
    assert {"schema_version", "dataset", "model", "settings", "environment", "checks", "findings"} <= set(record)
    images = pd.read_parquet(tmp_path / "out" / "images.parquet")
    assert {"id", "label", "split", "brightness", "corner_tag"} <= set(images.columns)
    assert len(images) == 200
    assert ba.AuditResult.load(tmp_path / "out" / "audit.json").record == result.record
    assert not list((tmp_path / "out").glob(".*"))


def test_fault_35_formulas_are_quoted_in_the_csv(tmp_path, clean_and_measured):
    folder, frame = clean_and_measured
    metadata = with_columns(frame, tmp_path, **{"=cmd|' /C calc'!A0": np.where(frame["label"] == "upright", "a", "b")})
    scan(folder, tmp_path, metadata=metadata)
    table = pd.read_csv(tmp_path / "out" / "findings.csv", dtype=str)
    assert "'=cmd|' /C calc'!A0" in set(table["cue"])
    assert pd.to_numeric(table["association_value"]).notna().any()


def test_cues_and_columns_can_be_left_out(tmp_path, clean):
    folder, frame = clean
    metadata = with_columns(frame, tmp_path, site="x", other="y")
    without = (*ARTEFACTS, "contrast")
    found = scan(folder, tmp_path, metadata=metadata, without=without, ignore=("site",)).record.findings
    cues = {finding.cue for finding in found}
    assert not cues & {*without, "site"}
    assert {"brightness", "other"} <= cues


def test_an_unknown_choice_is_a_usage_error(tmp_path, clean):
    with pytest.raises(UsageError, match="backbon"):
        ba.audit(clean[0], backbon="x")


def test_few_groups_are_never_clear(tmp_path):
    plant(tmp_path / "bright", brighter, n=120, strength=(1.0, 0.0))
    rows = [p.relative_to(tmp_path / "bright").as_posix() for p in sorted((tmp_path / "bright").glob("*/*.jpg"))]
    hospital = ["A" if row.startswith("upright") else f"B{i % 3}" for i, row in enumerate(rows)]
    pd.DataFrame({"path": rows, "hospital": hospital}).to_csv(tmp_path / "m.csv", index=False)
    result = scan(tmp_path / "bright", tmp_path, metadata=tmp_path / "m.csv", group_by="hospital")
    assert finding(result, "metadata-hospital").verdict == "unidentifiable"
    assert finding(result, "property-brightness").verdict in ("unidentifiable", "untested")
    assert not [f.id for f in result.record.findings if f.verdict == "clear" and f.rungs["association"].estimate]


def test_three_pictures_a_class_are_inconclusive_not_clean(tmp_path):
    plant(tmp_path / "tiny", brighter, n=6)
    result = scan(tmp_path / "tiny", tmp_path)
    assert result.verdict == "inconclusive"
    assert "No cue could be compared" in result.record.headline


def test_a_format_that_goes_with_the_class_is_found(tmp_path, clean):
    from PIL import Image

    folder, _ = clean
    for path in sorted((folder / "lying").glob("*.jpg")):
        Image.open(path).save(path.with_suffix(".png"))
        path.unlink()
    assert finding(scan(folder, tmp_path), "file-jpeg_quality_known").verdict == "unidentifiable"


def test_an_unknown_name_to_leave_out_is_a_usage_error(tmp_path, clean):
    with pytest.raises(UsageError, match="nope"):
        scan(clean[0], tmp_path, without=("nope",))


def test_files_that_lie_in_the_output_folder_survive(tmp_path, clean):
    kept = [tmp_path / "out" / "cache" / "mine.txt", tmp_path / "out" / "cache" / "cues-mine.parquet"]
    kept[0].parent.mkdir(parents=True)
    for path in kept:
        path.write_text("mine")
    scan(clean[0], tmp_path, fresh=True)
    scan(clean[0], tmp_path)
    assert all(path.read_text() == "mine" for path in kept)


def test_the_cache_is_used_again_and_rebuilt_where_it_does_not_fit(tmp_path, clean):
    first = scan(clean[0], tmp_path)
    cached = next((tmp_path / "out" / "cache").glob("cues-*.parquet"))
    written = cached.stat().st_mtime_ns
    assert scan(clean[0], tmp_path).record.findings == first.record.findings
    assert cached.stat().st_mtime_ns == written
    for damage in (lambda table: table.head(5), lambda table: table.drop(columns="brightness")):
        damage(pd.read_parquet(cached)).to_parquet(cached)
        assert scan(clean[0], tmp_path).record.findings == first.record.findings
    cached.write_bytes(b"no parquet")
    assert scan(clean[0], tmp_path).record.findings == first.record.findings


def test_a_report_inside_the_folder_is_not_audited_the_next_time(tmp_path, clean):
    folder, _ = clean
    for _ in range(2):
        result = ba.audit(folder, out=folder / "reports" / "one", scan=True, jobs=1, without=ARTEFACTS)
    assert set(result.record.dataset.classes) == {"lying", "upright"}
    with pytest.raises(UsageError, match="--out"):
        ba.audit(folder, out=folder, scan=True)


def test_nothing_is_written_through_a_link_out_of_the_output_folder(tmp_path, clean):
    (tmp_path / "victim").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "evidence").symlink_to(tmp_path / "victim")
    with pytest.raises(EnvironmentFault, match="evidence"):
        scan(clean[0], tmp_path)
    assert not list((tmp_path / "victim").iterdir())


def test_fault_51_a_file_that_changes_during_the_run_stops_it(tmp_path, monkeypatch):
    plant(tmp_path / "bright", brighter, n=80)

    def spoil(*arguments, **choices):
        for path in (tmp_path / "bright").glob("*/*.jpg"):
            path.write_bytes(b"changed")

    monkeypatch.setattr("biasaudit.output.pictures.discard_thumbnails", spoil)
    with pytest.raises(DataError, match="changed"):
        scan(tmp_path / "bright", tmp_path)


def test_pictures_of_an_earlier_run_do_not_stay(tmp_path):
    plant(tmp_path / "one", brighter, n=80)
    plant(tmp_path / "two", brighter, n=80, seed=1)
    scan(tmp_path / "one", tmp_path)
    before = {path.read_bytes() for path in (tmp_path / "out" / "evidence").iterdir()}
    scan(tmp_path / "two", tmp_path)
    assert before.isdisjoint(path.read_bytes() for path in (tmp_path / "out" / "evidence").iterdir())


def test_a_cue_that_crashes_does_not_lose_the_audit(tmp_path, clean, monkeypatch):
    from biasaudit.cues.cue import cue
    from biasaudit.detectors.asking import chosen

    @cue(kind="property", question="Does it crash?", unit="none")
    def crashing(photo):
        """It does."""
        raise ValueError("boom")

    monkeypatch.setattr(chosen, "CUES", (*chosen.CUES, crashing))
    result = scan(clean[0], tmp_path)
    assert result.verdict == "none_detected"
    assert finding(result, "property-crashing").verdict == "untested"
    assert result.record.dataset.notes["the cue crashing failed: ValueError"] == 200
