"""Why files are left out: each reason in words of its own, with its detail."""

from __future__ import annotations

import pickle

from biasaudit.images.reasons import READABLE, LeftOut, Reason, Unreadable


def test_each_reason_has_words_of_its_own_on_one_line():
    told = [reason.words("17") for reason in Reason]
    assert len(set(told)) == len(Reason)
    assert all(text and text.isprintable() and "{" not in text for text in told)


def test_a_detail_stands_as_it_is():
    """The system's words and names of errors are no templates."""
    assert Reason.UNREADABLE.words("{x} {}") == "{x} {}"
    out = LeftOut(path="cat/0.png", reason=Reason.TOO_MANY_BYTES, detail=1024, label="cat")
    record = out.record()
    assert (record.path, record.reason, record.label) == ("cat/0.png", "too large: over 1024 MB", "cat")


def test_what_a_decoder_refuses_is_no_readable_file():
    assert Reason.UNREADABLE not in READABLE
    assert Reason.NO_LABEL in READABLE


def test_a_refusal_comes_back_whole_from_another_process():
    error = pickle.loads(pickle.dumps(Unreadable(Reason.DAMAGED, "OSError")))
    assert str(error) == error.reason == "damaged: cannot be decoded (OSError)"
