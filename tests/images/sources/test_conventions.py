"""However people keep their images, the labels are read as they are meant, or the run stops and names an option."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from biasaudit.errors import AuditError
from biasaudit.images.reading import read_folder
from tests.conventions import WAYS, Convention, lay_out


def read(root, table):
    """The table of images, or the words with which the run stops."""
    try:
        return read_folder(root, metadata=table), ""
    except AuditError as stop:
        return None, str(stop)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in WAYS.items()}))
def test_labels_are_those_that_were_meant_or_the_run_stops(parts):
    way = Convention(**parts)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "images"
        truth, table = lay_out(root, way)
        images, stop = read(root, table)
        if images is None:
            assert "--" in stop
            return
        pairs = {(label, truth[id]) for id, label in zip(images.ids, images.labels, strict=True)}
        assert len(pairs) == 2, (way, pairs)
        assert images.n == len(truth) or way.labels == "blanks"


def test_what_is_clear_does_not_stop(tmp_path):
    """A convention that leaves no doubt is read without a word."""
    for number, layout in enumerate(("class", "split", "wrapped", "doubled", "class, then split")):
        for split in WAYS["split"]:
            if "fold1" in split and layout == "class, then split":
                continue  # folds of a class might as well be kinds of it
            way = Convention(layout, "{n}.png", split, ("cat", "dog"), "none", "path", "whole", "none", "words")
            root = tmp_path / f"{number}{split[0]}" / "images"
            truth, _ = lay_out(root, way)
            images = read_folder(root)
            assert dict(zip(images.ids, images.labels, strict=True)) == truth
    for number, layout in enumerate(("pieces", "one folder", "root", "split alone", "patients")):
        for path in ("whole", "name", "stem", "below a root"):
            for table in WAYS["table"][1:]:
                way = Convention(
                    layout, "{n:05d}.png", ("train", "test"), ("cat", "dog"), table, "image_id", path, "dx", "words"
                )
                root = tmp_path / f"{number}{path}{table}" / "images"
                truth, file = lay_out(root, way)
                images = read_folder(root, metadata=file)
                assert dict(zip(images.ids, images.labels, strict=True)) == truth
