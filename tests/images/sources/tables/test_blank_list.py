"""Lists with blanks between their words are read where it is plain which word is the file; prose and CSV are none."""

from __future__ import annotations

import pytest

from biasaudit.errors import UsageError
from biasaudit.images.reading import read_folder
from biasaudit.images.sources.tables import read_table
from biasaudit.images.sources.tables.attribute_list import attribute_list
from biasaudit.images.sources.tables.blank_list import blank_list
from tests.hostile import picture, save, written

LISTS = {
    "{i}.jpg {c}": ["file_name", "column 2"],
    "{i}.jpg\t{c}\t0.5": ["file_name", "column 2", "column 3"],
    "{i} a-{i}.PNG {c} hospital": ["column 1", "file_name", "column 3", "column 4"],
    "{i} 00{c}.Black_bird/{i}.jpg": ["column 1", "file_name"],
    "{i} {c} photos/of/{i}": ["column 1", "column 2", "file_name"],
    "photo {i}.jpg\tcat {c}": ["file_name", "column 2"],
    "{i}.jpg masks/{i}.png": ["file_name", "column 2"],
}


def lines(form: str, n: int = 20) -> str:
    return "".join(form.format(i=i, c=i % 3) + "\n" for i in range(n))


@pytest.mark.parametrize("form", LISTS)
@pytest.mark.parametrize("above", ["", "# id and class\n", "20\n"])
def test_a_list_without_a_header_is_read_and_its_columns_are_said(form, above, tmp_path):
    frame = read_table(written(tmp_path / "list.txt", (above + lines(form)).encode()))
    assert list(frame.columns) == LISTS[form]
    assert len(frame) == 20
    assert "no header" in frame.attrs["warnings"][0]


def test_a_first_line_that_names_the_columns_is_no_row(tmp_path):
    text = "image_id class_id path\n" + lines("{i} {c} img/{i}.jpg")
    frame = read_table(written(tmp_path / "list.txt", text.encode()))
    assert list(frame.columns) == ["image_id", "class_id", "path"]
    assert len(frame) == 20
    assert not frame.attrs["warnings"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lines("{i}.jpg, {c}"), id="CSV"),
        pytest.param("file name\tkind of bird\n" + lines("{i}.jpg\tbird {c}"), id="tabs and a header"),
        pytest.param("Image Name\n" + lines("photo {i}.jpg"), id="one column of names with blanks"),
        pytest.param("path\n" + lines("{i}.jpg"), id="one column"),
        pytest.param("The photographs of our study.\n\nSee fig1.jpg and fig2.jpg.\nAll rights reserved.\n", id="prose"),
        pytest.param("a.jpg 1\n", id="one line"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_such_list_is_left_to_the_other_readers(text):
    assert blank_list(text, "list.txt") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(lines("Bird_{i} {c} 1"), "no header, 3 words a line", id="no file"),
        pytest.param(lines("{i}.jpg {c}") + "my photo.jpg 1\n", "line 21: 3 words where the others have 2", id="blank"),
        pytest.param("file class class\n" + lines("{i}.jpg {c} 1"), "more than one column 'class'", id="twice"),
    ],
)
def test_what_is_wrong_is_said_with_the_step(text, says):
    with pytest.raises(UsageError, match=says):
        blank_list(text, "list.txt")


def test_the_columns_can_be_asked_for(tmp_path):
    for number in range(12):
        save(tmp_path / "data" / f"{number}.jpg", picture(number))
    file = written(tmp_path / "list.txt", lines("{i}.jpg {c}", 12).encode())
    assert read_folder(tmp_path / "data", metadata=file, label_column="column 2").classes == ["0", "1", "2"]


def test_a_count_and_the_names_of_all_columns():
    both = attribute_list("2\nimage_name  category_label\nimg/1.jpg    3\nimg/2.jpg 4\n", "list.txt")
    assert both is not None
    assert list(both.columns) == ["image_name", "category_label"]
    attributes = attribute_list("2\nMale Young\n1.jpg -1  1\n2.jpg 1 1\n", "list.txt")
    assert attributes is not None
    assert list(attributes.columns) == ["image_id", "Male", "Young"]
    assert attribute_list("2\n1.jpg 3\n2.jpg 4\n", "list.txt") is None
    with pytest.raises(UsageError, match="line 4: 3 fields where line 2 names 2 columns"):
        attribute_list("2\nimage_name label\n1.jpg 3\na b.jpg 4\n", "list.txt")
    with pytest.raises(UsageError, match="more than one column 'a'"):
        attribute_list("1\na a\nb c\n", "list.txt")
