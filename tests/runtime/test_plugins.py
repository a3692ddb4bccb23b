"""Parts of other packages are found by their entry points, also of one that is installed while this process runs."""

from biasaudit.runtime.plugins import installed


def test_what_is_installed_between_two_audits_is_offered_in_the_second_and_gone_once_it_is_taken_away(
    tmp_path, monkeypatch
):
    (tmp_path / "late_part.py").write_text('class late:\n    id = "late"\n')
    monkeypatch.syspath_prepend(tmp_path)
    assert installed("biasaudit.nothing", []) == ()
    described = tmp_path / "late_part-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: late-part\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[biasaudit.nothing]\nlate = late_part:late\n")
    assert [part.id for part in installed("biasaudit.nothing", [])] == ["late"]
    described.rename(tmp_path / "gone")
    assert installed("biasaudit.nothing", []) == ()
