"""Training on a part: classes in their shares, groups whole, and every image still judged by who never saw it."""

import numpy as np
import pandas as pd
import pytest

import biasaudit as ba
from biasaudit.errors import UsageError
from biasaudit.images.table import ImageTable
from biasaudit.model.training_sample import training_sample
from tests.planted import QUICK, brighter, plant


def table(n, groups=None, split=None):
    ids = [f"{number}.jpg" for number in range(n)]
    labels = np.where(np.arange(n) % 10 == 0, "rare", "common")
    columns = {"id": ids, "label": labels, "split": split, "group": ids if groups is None else groups}
    return ImageTable(root=".", frame=pd.DataFrame(columns, dtype=object))


def test_each_class_in_its_share_and_a_rare_one_with_enough():
    images = table(2000)
    chosen = training_sample(images, 500, 0)
    assert pd.Series(images.labels[chosen]).value_counts().to_dict() == {"common": 450, "rare": 50}
    assert (images.labels[training_sample(images, 60, 0)] == "rare").sum() == 20
    assert (training_sample(images, 500, 0) == chosen).all()
    assert (training_sample(images, 500, 1) != chosen).any()
    assert training_sample(images, None, 0).all()
    assert training_sample(images, 2000, 0).all()


def test_groups_are_taken_whole_and_the_test_part_is_left_alone():
    groups = [f"p{number // 7}" for number in range(2000)]
    images = table(2000, groups, split=["test" if number >= 1400 else "train" for number in range(2000)])
    chosen = training_sample(images, 300, 0)
    assert not chosen[images.held_out].any()
    assert pd.Series(chosen).groupby(images.groups).nunique().max() == 1
    assert 300 <= chosen.sum() <= 300 + 2 * 7


def test_the_report_says_so_and_all_images_are_judged(tmp_path, stub_network):
    plant(tmp_path / "bright", brighter)
    result = ba.audit(tmp_path / "bright", out=tmp_path / "out", jobs=1, without=QUICK, train_limit=80)
    said = "trained on a sample of 80 of 200 images"
    assert said in result.record.model.training
    assert said in (tmp_path / "out" / "report.html").read_text()
    assert result.record.findings[0].verdict == "shortcut"
    assert pd.read_parquet(tmp_path / "out" / "images.parquet")["p_upright"].notna().all()


def test_a_limit_that_leaves_nothing_to_learn_from_is_a_usage_error(tmp_path):
    plant(tmp_path / "clean", n=40)
    with pytest.raises(UsageError, match="--train-limit 3"):
        ba.audit(tmp_path / "clean", out=tmp_path / "out", train_limit=3)
