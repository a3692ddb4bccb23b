"""Of every finding that says something the pictures that the report shows are saved, those of its galleries too."""

from types import SimpleNamespace

import numpy as np

from biasaudit.output.pictures import save_pictures
from biasaudit.report.pictures import MOST_PICTURES, thumbnail_path
from biasaudit.results import Gallery, say
from biasaudit.runtime.progress import Progress
from tests.golden import by_others, clear


class Images:
    """As much of a table of images as is asked for its pictures."""

    def __init__(self, ids):
        self.ids = list(ids)

    def rows_of(self, ids):
        return {name: row for row, name in enumerate(self.ids) if name in ids}

    def photo(self, row):
        return SimpleNamespace(rgb=np.full((20, 30, 3), row, np.uint8))


def saved(tmp_path, *findings):
    names = [f"a/{n}.png" for n in range(12)]
    save_pictures(findings, Images(names), None, None, {}, tmp_path, Progress(quiet=True))
    return [name for name in names if thumbnail_path(tmp_path, name).is_file()]


def showing(*images, **changes):
    gallery = Gallery(title=say("Pairs"), images=images, paired=True)
    return by_others()[0].model_copy(update={"blocks": (gallery,)} | changes)


def test_images_of_a_gallery_are_saved_as_far_as_they_are_shown(tmp_path):
    names = [f"a/{n}.png" for n in range(12)]
    assert saved(tmp_path, showing(*names[2:], "a/gone.png")) == names[2 : 2 + MOST_PICTURES]


def test_so_are_those_of_what_is_clear_but_has_an_article_and_of_no_other(tmp_path):
    told = showing("a/1.png", verdict="clear")
    table = showing("a/2.png", verdict="clear", section=by_others()[2].section)
    quiet = clear("noise", 0.5).model_copy(update={"examples": ("a/3.png",)})
    assert saved(tmp_path, told, table, quiet) == ["a/1.png"]
