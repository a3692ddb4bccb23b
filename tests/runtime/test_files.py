"""What is written has the permissions that the user's umask leaves; what is read back is a regular file of its size."""

import os
import shutil
import stat

import pytest

from biasaudit.errors import EnvironmentFault, UsageError
from biasaudit.output.result import read_audit
from biasaudit.runtime.cache import READABLE, SECRET, write_atomically
from biasaudit.runtime.checkpoints import Checkpoints
from biasaudit.runtime.reading import bytes_of

pytestmark = pytest.mark.skipif(os.name == "nt", reason="permissions and pipes of POSIX")


@pytest.mark.parametrize(
    ("umask", "permissions", "left"), [(0o022, READABLE, 0o644), (0o077, READABLE, 0o600), (0o002, SECRET, 0o600)]
)
def test_from_the_first_byte_on_a_file_has_what_the_umask_leaves(tmp_path, umask, permissions, left):
    seen = []

    def write(place):
        seen.append(stat.S_IMODE(place.stat().st_mode))
        place.write_text("text")

    before = os.umask(umask)
    try:
        path = write_atomically(tmp_path / "file", write, permissions)
    finally:
        os.umask(before)
    assert seen == [left]
    assert stat.S_IMODE(path.stat().st_mode) == left
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_pipe_is_not_waited_for_and_what_is_too_large_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "audit.json")
    with pytest.raises(UsageError, match="no regular file"):
        read_audit(tmp_path)
    (tmp_path / "file").write_bytes(b"12345")
    assert bytes_of(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="larger than"):
        bytes_of(tmp_path / "file", 4)


def test_what_cannot_be_written_is_told_as_such_and_what_a_killed_run_left_goes_with_the_pieces(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFault, match="Could not write"):
        write_atomically(tmp_path / "file" / "below", lambda place: None)
    kept = Checkpoints(tmp_path / "parts", "key")
    kept.json("work", 1, lambda: 5)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "parts" / f"work-{'0' * 16}.json", _killed)
    assert len(list((tmp_path / "parts").iterdir())) == 2
    kept.discard()
    assert not list((tmp_path / "parts").iterdir())


def _killed(place):
    # As a process leaves it that had no time to tidy up.
    shutil.copy(place, place.with_name(place.name[:-12] + "0" * 12))
    raise KeyboardInterrupt
