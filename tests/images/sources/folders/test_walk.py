"""Finding the files: every one is listed, none outside the folder is opened."""

from __future__ import annotations

import os
import socket
import unicodedata

import pytest

from biasaudit.errors import UsageError
from biasaudit.images.decode import decode
from biasaudit.images.names import escaped
from biasaudit.images.sources.folders import walk as module
from biasaudit.images.sources.folders.walk import walk
from tests.hostile import class_folder, save, written


@pytest.fixture
def root(tmp_path):
    return class_folder(tmp_path / "data", cat=2, dog=2)


GOOD = ["cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png"]


def reasons(found) -> dict[str, str]:
    return {e.path: e.words for e in found.excluded}


def test_a_good_folder(root):
    found = walk(root)
    assert list(found.files) == list(found.files.values()) == GOOD
    assert sorted(found.folders) == ["cat", "dog"]
    assert (found.excluded, found.notes, found.warnings) == ((), {}, ())


def test_companions_are_passed_over_and_unknown_kinds_are_not(root):
    for name in (
        "notes.txt",
        "table.csv",
        "Thumbs.db",
        ".DS_Store",
        ".git/x.png",
        "__MACOSX/x.png",
        "README",
    ):
        written(root / "cat" / name, b"")
    for name in ("x.svg", "x.dcm", "x"):
        written(root / "cat" / name, b"")
    assert sorted(set(walk(root).files) - set(GOOD)) == ["cat/x", "cat/x.dcm", "cat/x.svg"]


def test_order_is_that_of_the_names_not_of_the_disk(tmp_path):
    names = ["b/2.png", "a/10.png", "a/9.png", "B/1.png", "b/é.png", "b/z/1.png"]
    for i, order in enumerate((names, names[::-1])):
        for name in order:
            written(tmp_path / str(i) / name, b"x")
    assert list(walk(tmp_path / "0").files) == list(walk(tmp_path / "1").files) == sorted(names)


def test_24_links_out_of_the_folder_are_refused(root, tmp_path):
    secret = save(tmp_path / "outside" / "secret.png")
    (root / "cat" / "file.png").symlink_to(secret)
    (root / "cat" / "folder").symlink_to(secret.parent)
    (root / "cat" / "climb.png").symlink_to("../../outside/secret.png")
    (root / "cat" / "zero.png").symlink_to("/dev/zero")
    (root / "cat" / "gone.png").symlink_to("nowhere.png")
    (root / "cat" / "inside.png").symlink_to("0.png")
    found = walk(root)
    assert sorted(found.files) == sorted([*GOOD, "cat/inside.png"])
    refused = "link outside the folder: not followed"
    assert reasons(found) == {
        "cat/file.png": refused,
        "cat/folder": refused,
        "cat/climb.png": refused,
        "cat/zero.png": refused,
        "cat/gone.png": "broken link",
    }


def test_24_a_root_that_is_a_link_itself_is_read(root, tmp_path):
    (tmp_path / "link").symlink_to(root)
    assert list(walk(tmp_path / "link").files) == GOOD


def test_25_link_loops_end(root):
    (root / "cat" / "up").symlink_to("..")
    (root / "dog" / "self").symlink_to("self")
    found = walk(root)
    assert list(found.files) == GOOD
    assert reasons(found) == {"cat/up": "link to a folder: not followed", "dog/self": "broken link"}


def test_26_pipes_sockets_and_devices_are_counted_and_never_opened(root, monkeypatch):
    os.mkfifo(root / "cat" / "pipe.png")
    monkeypatch.chdir(root / "cat")  # a socket's name may have 107 bytes only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        found = walk(root)
    assert list(found.files) == GOOD
    assert found.notes == {"not a regular file: never opened": 2}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_27_no_read_permission(root):
    hidden = [root / "cat" / "0.png", root / "dog"]
    try:
        for path in hidden:
            path.chmod(0)
        found = walk(root)
    finally:
        for path in hidden:
            path.chmod(0o755)
    assert list(found.files) == ["cat/1.png"]
    assert reasons(found) == {"cat/0.png": "no read permission", "dog": "no read permission"}


def test_27_no_read_permission_as_the_system_says_it(root, monkeypatch):
    """The same where the tests run as root, who may read everything: the system's answers are made up."""
    may, scan = os.access, os.scandir

    def refuse(path):
        if str(path).endswith("dog"):
            raise PermissionError
        return scan(path)

    monkeypatch.setattr(module.os, "access", lambda p, mode: not str(p).endswith("cat/0.png") and may(p, mode))
    monkeypatch.setattr(module.os, "scandir", refuse)
    found = walk(root)
    assert list(found.files) == ["cat/1.png"]
    assert reasons(found) == {"cat/0.png": "no read permission", "dog": "no read permission"}


def test_28_a_name_that_is_no_utf8_gets_a_safe_id(root):
    odd = os.fsencode(root) + b"/cat/caf\xe9.png"
    os.rename(root / "cat" / "0.png", odd)
    save(root / "cat" / "caf\\xe9.png")  # really has the name that the other is written as
    found = walk(root)
    ids = [id for id in found.files if "caf" in id]
    assert ids == ["cat/caf\\xe9.png", "cat/caf\\xe9.png~"]
    assert {os.fsencode(found.files[id]) for id in ids} == {b"cat/caf\xe9.png", b"cat/caf\\xe9.png"}
    for id, name in found.files.items():
        id.encode("utf-8")
        assert decode(root / name).rgb.size


STRANGE = [
    "new\nline.png",
    "\u202egnp.exe.png",
    "🐈\u200d⬛.png",
    "é" * 123 + ".png",
    '"><img src=x onerror=alert(1)>.png',
]


@pytest.mark.parametrize("name", STRANGE)
def test_29_31_strange_names_are_ids_as_they_are(name, root):
    save(root / "cat" / name)
    found = walk(root)
    assert sorted(set(found.files) - set(GOOD)) == [f"cat/{name}"]
    assert found.files[f"cat/{name}"] == f"cat/{name}"
    assert found.warnings == ()
    assert escaped(f"cat/{name}").isprintable()


def test_30_unicode_twins_are_two_files_with_a_warning(root):
    composed = unicodedata.normalize("NFC", "é.png")
    decomposed = unicodedata.normalize("NFD", "é.png")
    save(root / "cat" / composed)
    assert walk(root).warnings == ()
    save(root / "cat" / decomposed)
    found = walk(root)
    assert {f"cat/{composed}", f"cat/{decomposed}"} < set(found.files)
    assert found.warnings == ("2 files share the name cat/é.png and differ only in its Unicode form; each is kept",)


def test_49_an_empty_root_has_no_files(tmp_path):
    assert walk(tmp_path).files == {}


def test_a_root_that_is_no_folder(tmp_path):
    for path, says in [(tmp_path / "none", "There is no folder"), (save(tmp_path / "a.png"), "is a file")]:
        with pytest.raises(UsageError, match=says):
            walk(path)


def test_links_are_followed_where_that_is_asked_and_end(root, tmp_path):
    outside = class_folder(tmp_path / "outside", bird=2)
    (outside / "bird" / "back").symlink_to(root)
    (outside / "bird" / "round").symlink_to(outside)
    (root / "bird").symlink_to(outside / "bird")
    (root / "cat" / "one.png").symlink_to(outside / "bird" / "0.png")
    (root / "cat" / "zero.png").symlink_to("/dev/zero")
    assert list(walk(root).files) == GOOD
    found = walk(root, follow_links=True)
    assert {*GOOD, "bird/0.png", "bird/1.png", "cat/one.png"} <= set(found.files)
    assert not [name for name in found.files if "back" in name or name.count("/") > 4]
    assert found.notes == {"not a regular file: never opened": 1}


def test_a_hub_cache_is_read_by_its_snapshot(tmp_path):
    store = tmp_path / "datasets--a--b"
    for number in range(4):
        blob = save(store / "blobs" / f"{number:040x}.png").rename(store / "blobs" / f"{number:040x}")
        link = store / "snapshots" / "rev" / "cat" / f"{number}.png"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    assert list(walk(store).files) == [f"snapshots/rev/cat/{number}.png" for number in range(4)]
    assert list(walk(store / "snapshots" / "rev").files) == [f"cat/{number}.png" for number in range(4)]


def test_patterns_leave_out_names_folders_and_paths_and_each_must_match(root):
    save(root / "cat" / "0_mask.png")
    for pattern in ("*_mask*", "cat/0_mask.png", "cat/*_mask.png"):
        found = walk(root, exclude=(pattern,))
        assert list(found.files) == GOOD
        assert found.notes == {"files left out by --exclude": 1}
    assert list(walk(root, exclude=("cat",)).files) == list(walk(root, exclude=("cat/*",)).files) == GOOD[2:]
    with pytest.raises(UsageError, match="--exclude 'bird' matches nothing"):
        walk(root, exclude=("cat", "bird"))


def test_the_folder_of_the_audit_itself_is_never_read(root):
    save(root / "reports" / "data" / "evidence" / "x.png")
    assert "reports/data/evidence/x.png" in walk(root).files
    assert list(walk(root, out=root / "reports" / "data").files) == GOOD


def test_texts_near_the_root_are_noticed_and_no_link_is_opened_for_one(tmp_path):
    secret = written(tmp_path / "secret.txt", b"a/0.png\nb/1.png\n")
    root = tmp_path / "data"
    for name in ("list.txt", "meta/split.json", "deep/er/other.txt", "a/0.png"):
        written(root / name, b"x")
    (root / "link.txt").symlink_to(secret)
    assert walk(root).texts == ("list.txt", "meta/split.json")
