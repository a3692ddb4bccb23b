"""Worker processes see what this process sees, also after it has moved; and are kept where it has not."""

import os

import joblib

from biasaudit.runtime.processes import parallel


def where(_):
    return os.getpid(), os.getcwd()


def asked(jobs=2):
    return set(parallel(jobs)(joblib.delayed(where)(n) for n in range(8)))


def test_workers_move_with_this_process_and_are_kept_while_it_stays(tmp_path, monkeypatch):
    first, again = asked(), asked()
    assert {pid for pid, _ in again} & {pid for pid, _ in first}
    monkeypatch.chdir(tmp_path)
    assert {place for _, place in asked()} == {str(tmp_path)}
    assert asked(1) == {(os.getpid(), str(tmp_path))}


def test_workers_can_import_what_was_written_since(tmp_path, monkeypatch):
    asked()
    (tmp_path / "written_since.py").write_text("def double(n):\n    return 2 * n\n")
    monkeypatch.syspath_prepend(tmp_path)
    import written_since

    assert list(parallel(2)(joblib.delayed(written_since.double)(n) for n in range(4))) == [0, 2, 4, 6]
