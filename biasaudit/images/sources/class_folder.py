"""A folder whose sub-folders are the classes: FOLDER/class/..., or FOLDER/split/class/..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from biasaudit.errors import UsageError
from biasaudit.images import words
from biasaudit.images.names import as_unicode, escaped
from biasaudit.images.reasons import LeftOut, Reason
from biasaudit.images.sources.columns.asked_columns import check_columns
from biasaudit.images.sources.columns.from_names import columns_of_names, is_of_names, named_groups
from biasaudit.images.sources.folders.layout import Layout, read_layout
from biasaudit.images.sources.folders.masks import doubt_of_masks, doubt_of_pixels
from biasaudit.images.sources.folders.same_names import same_names
from biasaudit.images.sources.folders.unread import table_there, unread
from biasaudit.images.sources.folders.walk import Tree, walk
from biasaudit.images.sources.listing import Listing, Options
from biasaudit.images.sources.told import told
from biasaudit.results import Sentence


def class_folder(root: Path, options: Options) -> Listing:
    """The files under `root`, with the class folders that they lie in as labels, or what their names tell.

    Raises UsageError where `root` is no folder that can be read, its folders may be no classes, or a column is asked
    for that no name gives.
    """
    tree = walked(root, options)
    layout = laid_out(tree, options)
    check_columns(options, None if options.from_name is None else named_groups(options.from_name))
    ids = list(tree.files)
    of_columns = options.from_name is not None and options.label_column is not None
    doubt = layout.doubt or (doubt_of_pixels(root, tree.files) if options.layout is None else None)
    if not (of_columns or is_of_names(options.label_column)):
        if doubt is not None:
            raise UsageError(str(doubt) + table_there(root, tree))
        if "class" not in layout.levels:
            raise UsageError(
                f"--layout {escaped(str(options.layout), 60)!r} names no level of folders that is the class, as in "
                f"'group/class', and nothing else tells the labels." + table_there(root, tree)
            )
    rows = pd.DataFrame(index=range(len(ids)))
    if options.from_name is not None:
        rows = columns_of_names(ids, options.from_name)
    found = told(ids, rows, layout, options)
    return Listing(
        files=tree.files,
        images=found.images,
        columns=found.columns,
        grouped=found.grouped,
        how=found.how,
        excluded=(
            *(replace(each, label=layout.place(each.path)[0]) for each in tree.excluded),
            *(_beside(each, layout) for each in found.blank),
        ),
        notes=tree.notes,
        hint=table_there(root, tree) if found.images["label"].nunique() < 2 else "",
        warnings=(
            *tree.warnings,
            *found.warnings,
            *_empty_classes(tree, layout),
            *_alike(found.images["label"]),
            *same_names(ids, layout.places["label"]),
            *_inner_folders(ids, layout),
            *unread(root, tree),
        ),
    )


def _beside(left_out: LeftOut, layout: Layout) -> LeftOut:
    """A file without a label, with the reason that it lies beside the parts of a split, where it does."""
    if not any(layout.parts.values()) or layout.within(left_out.path) is not None:
        return left_out
    return replace(left_out, reason=Reason.APART if left_out.path.count("/") > 1 else Reason.BESIDE)


def walked(root: Path, options: Options) -> Tree:
    """The files under `root`, as the options choose them."""
    return walk(root, exclude=options.exclude, follow_links=options.follow_links, out=options.out)


def laid_out(tree: Tree, options: Options) -> Layout:
    """How the folders are read, and whether half of the files may be masks. Raises UsageError where they may be."""
    if options.layout is None and (doubt := doubt_of_masks(tree.files)):
        raise UsageError(doubt)
    return read_layout(tree.files, options.layout)


def _empty_classes(tree: Tree, layout: Layout) -> list[Sentence]:
    classes = {layout.place(f"{as_unicode(folder)}/x")[0] for folder in tree.folders} - {None}
    held = set(layout.places["label"].dropna())
    return [words.empty_class(str(name)) for name in sorted(classes - held, key=str)]


def _inner_folders(ids: Sequence[str], layout: Layout) -> list[Sentence]:
    """A warning where most classes hold several folders: the classes may be those."""
    inner: dict[str, set[str]] = {}
    if layout.levels == ("class",):
        for id, label in zip(ids, layout.places["label"], strict=True):
            start = layout.within(id)
            if isinstance(label, str) and start is not None and len(parts := id[len(start) :].split("/")) > 2:
                inner.setdefault(label, set()).add(parts[1])
    several = [names for names in inner.values() if len(names) > 1]
    if 2 * len(several) <= layout.places["label"].nunique():
        return []
    names = sorted(set().union(*several))
    return [words.inner_folders(names, len(names))]


def _alike(labels: pd.Series) -> list[Sentence]:
    """Warnings of class folders that differ in case alone; single letters may."""
    classes = pd.Series(sorted(labels.dropna().unique()), dtype="str")
    alike = classes[classes.str.len() > 1].groupby(classes.str.casefold()).agg(list)
    return [words.alike_classes(names) for names in alike if len(names) > 1]
