"""Two OpenCV wheels write one folder: that is told once, on the terminal alone, and one wheel is left in peace."""

import sys

import pytest

from biasaudit.auditing import audit
from biasaudit.errors import UsageError
from biasaudit.runtime.opencv import BUILDS, OURS, tell_of_a_second_opencv


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Pretend that these wheels, and no others, are installed; with `empty`, without a file of their own."""
    (tmp_path / "packages").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "packages")])

    def make(*names, empty=False):
        for name in names:
            about = tmp_path / "packages" / f"{name.replace('-', '_')}-4.12.0.dist-info"
            about.mkdir()
            (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 4.12.0\n")
            files = [f"{about.name}/METADATA,,", *([] if empty else ["cv2/__init__.py,,"])]
            (about / "RECORD").write_text("\n".join(files) + "\n")
            (tmp_path / "packages" / "cv2").mkdir(exist_ok=True)
            (tmp_path / "packages" / "cv2" / "__init__.py").touch()  # some versions leave out files that are not there

    return make


@pytest.mark.parametrize("other", [name for name in BUILDS if name != OURS])
def test_a_second_wheel_is_told_in_one_line_with_the_command_that_mends_it(install, capsys, other):
    install(OURS, other)
    tell_of_a_second_opencv()
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert f"uninstall -y {OURS} {other} && " in told.err
    assert told.err.endswith(f"-m pip install {OURS}\n")


def test_one_wheel_and_a_name_without_files_are_not_told(install, capsys):
    tell_of_a_second_opencv()
    install(OURS)
    tell_of_a_second_opencv()
    install("opencv-python", empty=True)
    tell_of_a_second_opencv()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("others", [("opencv-python",), ()])
def test_an_audit_tells_it_at_its_start(install, capsys, tmp_path, others):
    install(OURS, *others)
    with pytest.raises(UsageError, match="absent"):
        audit(tmp_path / "absent", scan=True)
    assert (capsys.readouterr().err != "") is bool(others)
