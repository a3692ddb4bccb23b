"""Files that no subject made tell of sources; those that follow the subject, and files dealt by chance, do not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from biasaudit.detectors import given_parts, sources
from biasaudit.errors import Unavailable
from biasaudit.evidence.named.cue_values import CueValues
from biasaudit.evidence.source_traits import LONGER_SIDE, part_traits, source_traits
from biasaudit.runtime.progress import Progress
from biasaudit.settings import Settings
from tests.detectors.test_rungs import table

N = 400
QUIET = Progress(quiet=True)


def file_cue(name, values):
    return CueValues(id=name, kind="file", question="?", values=np.asarray(values, dtype=float))


def words(name, levels, kind="file", role=""):
    return CueValues(id=name, kind=kind, question="?", levels=np.asarray(levels, dtype=object), role=role)


def of_label(images, cues, **settings):
    return source_traits(images, tuple(cues), Settings(**settings), QUIET)


def finding_of(images, cues):
    (finding,) = sources.function(images, of_label(images, cues))
    return finding


def codes_and_quality(rng, share=(0.9, 0.1), n=N):
    """Two classes, and a JPEG quality that most of the first have."""
    codes = np.arange(n) % 2
    low = rng.random(n) < np.where(codes == 0, *share)
    return codes, np.where(low, 75, 90) + 0.0


def test_a_class_that_was_saved_by_another_program_has_another_source_and_its_twin_none():
    rng = np.random.default_rng(0)
    codes, quality = codes_and_quality(rng)
    noise = file_cue("longest", rng.normal(size=N))
    found = finding_of(table(codes), (file_cue("jpeg_quality", quality), noise))
    assert (found.verdict, found.rungs["association"].state) == ("suspect", "yes")
    assert "jpeg quality alone" in found.title
    assert 0.85 < found.rungs["association"].estimate.value < 0.95
    twin = finding_of(table(rng.permutation(codes)), (file_cue("jpeg_quality", quality), noise))
    assert (twin.verdict, twin.rungs["association"].state, twin.label) == ("clear", "no", None)


def test_a_source_that_is_the_class_cannot_be_told_apart():
    codes, quality = codes_and_quality(np.random.default_rng(1), (1.0, 0.0))
    assert finding_of(table(codes), (file_cue("jpeg_quality", quality),)).verdict == "unidentifiable"


def test_what_follows_the_subject_and_names_are_left_out():
    codes = np.arange(N) % 2
    told = (file_cue("aspect_ratio", codes), file_cue("bytes_per_pixel", codes), words("file_name", codes.astype(str)))
    assert of_label(table(codes), told) is None


def test_of_the_size_the_longer_side_counts_however_a_picture_was_turned():
    codes = np.arange(N) % 2
    wide = np.where(codes == 0, 1.0, -1.0)  # one class upright, the other across, of one size
    same = (file_cue("image_size", np.full(N, -2.0)), file_cue("aspect_ratio", wide))
    assert of_label(table(codes), same) is None
    larger = (file_cue("image_size", np.where(codes == 0, -2.0, -4.0)), file_cue("aspect_ratio", np.zeros(N)))
    assert of_label(table(codes), larger).cues == (LONGER_SIDE,)


def test_of_several_classes_the_one_that_is_apart_is_named():
    rng = np.random.default_rng(2)
    codes = np.arange(N) % 4
    sizes = np.where(codes == 2, 3.0, 0.0) + rng.normal(0, 0.1, N)
    found = of_label(table(codes), (file_cue("jpeg_quality", sizes), words("software", rng.choice(["a", "b"], N))))
    assert (found.label, found.cues[0]) == ("c02", "jpeg_quality")
    assert found.p_value < 0.01


def test_what_is_held_fixed_explains_it():
    rng = np.random.default_rng(3)
    hospital = rng.random(N) < 0.5
    codes = (rng.random(N) < np.where(hospital, 0.9, 0.1)).astype(int)
    quality = file_cue("jpeg_quality", np.where(hospital, 75.0, 90.0))
    column = words("hospital", np.where(hospital, "a", "b"), kind="metadata")
    assert of_label(table(codes), (quality, column)).auc.value > 0.85
    held = of_label(table(codes), (quality, replace(column, role="nuisance")), nuisance=("hospital",))
    assert held.auc.value < 0.6


def test_patients_whose_pictures_share_a_camera_are_no_source():
    rng = np.random.default_rng(4)
    patients = np.arange(N) // 10
    codes, camera = (patients % 2), rng.integers(0, 5, 40)[patients]
    found = of_label(table(codes, patients), (words("camera_model", camera.astype(str)),))
    assert found.p_value > 0.01


def false_alarms(make, sets=100):
    return sum(make(np.random.default_rng(seed)) for seed in range(sets))


@pytest.mark.slow
def test_files_dealt_by_chance_are_seldom_a_source():
    def alarm(rng):
        codes = rng.permutation(np.arange(120) % 2)
        cues = (file_cue("jpeg_quality", rng.integers(70, 95, 120)), words("software", rng.choice(list("abc"), 120)))
        return finding_of(table(codes), cues).verdict != "clear"

    assert false_alarms(alarm, sets=40) <= 2


def split_table(codes, held):
    images = table(codes)
    return replace(images, frame=images.frame.assign(split=pd.Series(np.where(held, "test", "train"), dtype="str")))


def test_a_test_part_of_other_files_is_told_and_its_twin_is_not():
    rng = np.random.default_rng(5)
    codes, held = np.arange(N) % 2, rng.random(N) < 0.3
    quality = file_cue("jpeg_quality", np.where(held, 75.0, 90.0))
    images = split_table(codes, held)
    (found,) = given_parts.function(images, part_traits(images, (quality,), Settings(), QUIET))
    assert found.verdict == "suspect"
    assert "test part" in found.title
    twin = split_table(codes, rng.permutation(held))
    (quiet,) = given_parts.function(twin, part_traits(twin, (quality,), Settings(), QUIET))
    assert quiet.verdict == "clear"
    assert part_traits(table(codes), (quality,), Settings(), QUIET) is None
    assert list(given_parts.function(images, None)) == []


def test_a_test_part_with_other_shares_of_the_classes_is_no_other_source():
    rng = np.random.default_rng(6)
    codes = np.arange(N) % 2
    held = rng.random(N) < np.where(codes == 0, 0.6, 0.1)
    quality = file_cue("jpeg_quality", np.where(codes == 0, 75.0, 90.0))
    images = split_table(codes, held)
    assert part_traits(images, (quality,), Settings(), QUIET).auc.value < 0.6


def test_classes_of_few_images_are_not_asked_about_and_hide_no_other():
    codes, quality = codes_and_quality(np.random.default_rng(7), n=300)
    rare = np.concatenate([codes, np.full(5, 2)])
    values = np.concatenate([quality, np.full(5, 60.0)])
    found = of_label(table(rare), (file_cue("jpeg_quality", values),))
    assert found.label in ("c00", "c01")
    assert found.p_value < 0.01
    with pytest.raises(Unavailable, match="no class has 10 images"):
        of_label(table(np.arange(40) % 10), (file_cue("jpeg_quality", np.arange(40) % 7),))


def test_sizes_that_each_picture_has_for_itself_tell_of_its_subject():
    rng = np.random.default_rng(8)
    codes = np.arange(N) % 2
    sizes = np.where(codes == 0, -2.0, -4.0) + rng.uniform(0, 1, N)
    assert of_label(table(codes), (file_cue("image_size", sizes), file_cue("aspect_ratio", np.zeros(N)))) is None
