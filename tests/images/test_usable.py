"""Whether there is something to audit: what is lost is said, and too much of it ends the run."""

from __future__ import annotations

import pytest

from biasaudit.errors import DataError
from biasaudit.images.decode import Unreadable, decode
from biasaudit.images.reading import read_folder
from biasaudit.images.table import ImageTable
from biasaudit.images.usable import check_usable
from tests import hostile
from tests.hostile import class_folder, save, written


@pytest.fixture
def root(tmp_path):
    return class_folder(tmp_path / "data", cat=5, dog=5)


def decoded(table: ImageTable) -> ImageTable:
    """What the audit does next: the files that cannot be read leave the table."""
    bad = {}
    for i in range(table.n):
        try:
            decode(table.path(i))
        except Unreadable as error:
            bad[i] = error.reason
    return table.without(bad)


def test_1_to_5_unreadable_files_are_excluded_with_class_and_reason(root):
    written(root / "cat" / "empty.png", b"")
    hostile.cut(save(root / "dog" / "half.jpg"))
    table = check_usable(decoded(read_folder(root)))
    assert [(e.path, e.label, e.reason) for e in table.excluded] == [
        ("cat/empty.png", "cat", "empty file"),
        ("dog/half.jpg", "dog", "truncated file"),
    ]
    assert table.n == 10


@pytest.mark.parametrize(("bad", "max_bad", "ends"), [(2, 0.2, False), (3, 0.2, True), (3, 0.3, False)])
def test_19_too_many_unreadable_files(bad, max_bad, ends, tmp_path):
    root = class_folder(tmp_path, cat=4, dog=6 - bad)
    for i in range(bad):
        written(root / "dog" / f"bad{i}.png", b"")
    table = decoded(read_folder(root))
    if not ends:
        assert check_usable(table, max_bad).n == 10 - bad
        return
    with pytest.raises(DataError, match=r"3 of 10 files cannot be read; most often: empty file.*--max-bad 0\.31"):
        check_usable(table, max_bad)


def test_20_a_class_of_which_nothing_can_be_read_stops_the_run_or_is_said(tmp_path):
    root = class_folder(tmp_path, cat=10, dog=10, fish=2)
    for name in "01":
        written(root / "fish" / f"{name}.png", b"")
    with pytest.raises(
        DataError, match=r"Class 'fish' would be lost: none of its 2 files can be read.*--allow-missing"
    ):
        check_usable(decoded(read_folder(root)))
    table = check_usable(decoded(read_folder(root)), allow_missing=True)
    assert table.classes == ["cat", "dog"]
    assert table.warnings == ("left out as a class: fish, none of whose 2 files can be used",)
    assert {e.label for e in table.excluded} == {"fish"}
    assert check_usable(table).warnings == table.warnings


def test_47_one_class_cannot_be_audited(tmp_path):
    with pytest.raises(DataError, match="only one: 'cat'"):
        read_folder(class_folder(tmp_path, cat=4))
    assert read_folder(class_folder(tmp_path, dog=4)).n == 8


def test_48_a_class_with_one_image(tmp_path):
    root = class_folder(tmp_path, cat=4, dog=4, fish=1)
    with pytest.raises(DataError, match=r"fewer than 2 images: 'fish'.*--drop-small"):
        read_folder(root)
    table = read_folder(root, drop_small=True)
    assert table.classes == ["cat", "dog"]
    assert [(e.path, e.label) for e in table.excluded] == [("fish/0.png", "fish")]
    assert table.warnings == ("left out as a class: fish, none of whose 1 files can be used",)
    assert table.unreadable == ()
    assert read_folder(class_folder(tmp_path, fish=2)).classes == ["cat", "dog", "fish"]


def test_48_dropping_small_classes_can_leave_too_few(tmp_path):
    with pytest.raises(DataError, match="only one: 'cat'"):
        read_folder(class_folder(tmp_path, cat=4, dog=1), drop_small=True)


def test_each_class_is_told_once_when_it_is_lost(tmp_path):
    root = class_folder(tmp_path, ant=3, bee=3, cat=3, fish=1)
    first = read_folder(root, drop_small=True)
    assert first.warnings == ("left out as a class: fish, none of whose 1 files can be used",)
    ants = dict.fromkeys(range(3), "empty file")
    then = check_usable(first.without(ants), max_bad=1.0, allow_missing=True)
    assert then.warnings == (*first.warnings, "left out as a class: ant, none of whose 3 files can be used")
    assert check_usable(then, max_bad=1.0).warnings == then.warnings
    assert then.lost_classes == ("fish", "ant")


def test_a_test_part_that_cannot_be_held_out_is_told_once(tmp_path):
    for name, n in {"train/cat": 2, "train/dog": 2, "test/cat": 2, "test/dog": 2}.items():
        class_folder(tmp_path / name.split("/")[0], **{name.split("/")[1]: n})
    whole = read_folder(tmp_path)
    assert whole.held_out.tolist() == [True] * 4 + [False] * 4
    assert (whole.warnings, whole.split_unused) == ((), False)
    part = check_usable(whole.without({6: "empty file", 7: "empty file"}), max_bad=1.0)
    assert not part.held_out.any()
    assert part.warnings == ("the given test part is used as any other images: the rest does not hold every class",)
    assert check_usable(part, max_bad=1.0).warnings == part.warnings
