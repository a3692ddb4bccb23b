"""What stays in memory for each image of a scan, and that ranks, tables and copies are worked out a piece at a time."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from biasaudit.evidence.measure.columns import Columns, shard_of
from biasaudit.evidence.named.cue_values import coded
from biasaudit.evidence.named.metadata_cues import metadata_cue
from biasaudit.runtime.cache import write_parquet
from biasaudit.stats import null_auc

N = 50_000


def held(make):
    """Bytes that are held after `make` returned, and the most that were held while it ran; what it made."""
    tracemalloc.start()
    made = make()
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return now, peak, made


class Word:
    id, words = "make", True


class Number:
    id, words = "ruler", False


def filled(n, shard=500):
    columns = Columns(n, [Number, Word])
    for start in range(0, n, shard):
        records = [
            {"ruler": 0.5, "make": f"camera {row % 7}", "hash": f"{row:064x}", "width": 9, "height": 9,
             "format": "JPEG", "notes": "", "unreadable": None}
            for row in range(start, start + shard)
        ]  # fmt: skip
        columns.fill(shard_of(start, records, [Number, Word]))
    return columns.frame(np.arange(n))


def test_a_table_holds_no_text_an_image_but_the_hash():
    now, peak, table = held(lambda: filled(N))
    assert now / N < 130  # a hash of 64, five words of 4 or fewer, a number of 8, two sizes of 4: text would be 600
    assert peak / N < 300
    assert table["make"].iloc[8] == "camera 1"
    assert table["hash"].iloc[8] == f"{8:064x}"


def test_the_null_of_many_columns_holds_one_at_a_time():
    rng = np.random.default_rng(0)
    columns = [rng.normal(size=N) for _ in range(30)]
    codes, groups, one = np.arange(N) % 2, np.arange(N), np.zeros(N, dtype=int)
    _, peak, null = held(lambda: null_auc(columns, codes, groups, one, 20, rng))
    assert peak < 30 * 4 * N + 18e6  # four bytes a rank, and what is permuted at once; 24 bytes would be 36 MB
    assert null.shape == (20, 30, 2)


def test_rows_are_written_a_piece_at_a_time(tmp_path):
    pieces = (pd.DataFrame({"row": np.arange(at, at + 1000), "word": f"w{at}"}) for at in range(0, N, 1000))
    _, peak, path = held(lambda: write_parquet(tmp_path / "rows.parquet", pieces))
    kept = pd.read_parquet(path)
    assert peak < 2e6
    assert list(kept["row"]) == list(range(N))
    assert kept["word"].iloc[1500] == "w1000"


def test_equal_words_are_coded_as_by_sorting_them():
    words = np.random.default_rng(0).choice(["b", "ä", "(missing)", "a", "Z"], 500).astype(object)
    names, places = coded(words)
    expected = np.unique(words.astype(str), return_inverse=True)
    assert names.tolist() == expected[0].tolist()
    assert (places == expected[1]).all()


def test_a_word_that_all_images_share_is_held_once():
    same, two = (np.array(words, dtype=object)[np.arange(N) % len(words)] for words in (["A"], ["A", "B"]))
    held_bytes, _, cue = held(lambda: metadata_cue("camera", same))
    assert held_bytes < N
    assert cue.constant
    assert list(cue.levels[[0, N - 1]]) == ["A", "A"]
    assert list(metadata_cue("camera", two).levels[:3]) == ["A", "B", "A"]


@pytest.mark.slow(minutes=2)
def test_ten_times_the_images_need_no_more_memory(tmp_path):
    memory = pytest.importorskip("tests.benchmarks.memory", reason="psutil measures the memory of processes")
    few, many = memory.measure(sizes=(1_000, 10_000))
    assert many["main_mb"] < 1.15 * few["main_mb"]
    assert many["together_mb"] < 1.15 * few["together_mb"]
