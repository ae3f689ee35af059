"""The benchmark: what it counts, what its statistics say, and that its commands run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastw2v.benchmark.operations import work_of
from fastw2v.benchmark.peak import measure_peak, multiply_add, triad
from fastw2v.benchmark.statistics import ratio_of_medians, spread
from fastw2v.benchmark.suite import benchmark
from fastw2v.benchmark.text import VOCABULARY, batches, word_of, write_text
from fastw2v.benchmark.variants import thread_counts
from fastw2v.corpus.id_stream import IdStream
from fastw2v.errors import UsageError
from fastw2v.model.matrices import aligned_zeros
from fastw2v.model.tables import tables
from fastw2v.settings import Settings

CLI = Callable[..., Any]


def stream(ids: list[int]) -> IdStream:
    made = IdStream(memory=10**6)
    made.append(np.array(ids, np.int32))
    return made


# Two sentences, 1 2 1 and 3, and a lone end: with a window of 2 the reach is 1 or 2, each half of the time.
# 1 (first) has 2, and the other 1 if the reach is 2: 1.5 contexts; 2 has both: 2; 1 (last): 1.5; 3 has none.
TINY = [1, 2, 1, 0, 3, 0, 0]
TINY_COUNTS = np.array([3, 2, 1, 1])


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_the_operations_of_negative_sampling_are_those_counted_by_hand(model: str) -> None:
    settings = Settings(model=model, window=2, negative=5, sample=0, dim=10)
    work = work_of(stream(TINY), tables(TINY_COUNTS, Settings(sample=0, negative=5, hs=False)), settings)
    assert (work.centers, work.pairs) == (3, 5)
    if model == "skipgram":
        assert work.scores == 5 * 6  # each pair: the word and five noise words
        assert work.operations(10) == 5 * 6 * 6 * 10 + 5 * 10
    else:
        assert work.scores == 3 * 6
        assert work.operations(10) == 3 * 6 * 6 * 10 + (2 * 5 + 3) * 10
    assert work.row_bytes(10) == (work.scores + 5) * 80


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
def test_the_operations_of_the_tree_are_the_lengths_of_the_centers_paths(model: str) -> None:
    lookup = tables(TINY_COUNTS, Settings(sample=0, negative=0, hs=True))
    path = np.diff(lookup.tree.starts)
    work = work_of(stream(TINY), lookup, Settings(model=model, window=2, negative=0, hs=True, sample=0))
    by_hand = 3 * path[1] + 2 * path[2] if model == "skipgram" else 2 * path[1] + path[2]
    assert work.scores == by_hand
    both = work_of(stream(TINY), tables(TINY_COUNTS, Settings(sample=0, negative=2, hs=True)), Settings(
        model=model, window=2, negative=2, hs=True, sample=0))  # fmt: skip
    assert both.scores == by_hand + 3 * (5 if model == "skipgram" else 3)


def test_pairs_are_those_of_windows_drawn_one_by_one_after_subsampling() -> None:
    random = np.random.default_rng(3)
    ids = random.integers(0, 40, 30_000)
    counts = np.bincount(ids, minlength=40)
    lookup = tables(counts, Settings(sample=0.01, negative=5, hs=False))
    work = work_of(stream(ids.tolist()), lookup, Settings(window=4, sample=0.01))
    pairs, sentence = 0, 0
    for word in ids.tolist():
        if word == 0:
            reaches = random.integers(1, 5, sentence)
            pairs += sum(min(reach, at) + min(reach, sentence - 1 - at) for at, reach in enumerate(reaches.tolist()))
            sentence = 0
        elif random.random() <= lookup.keep[word]:
            sentence += 1
    assert work.pairs == pytest.approx(pairs, rel=0.02)


def test_a_line_past_1000_words_counts_as_several_sentences() -> None:
    lookup = tables(np.array([1, 2500]), Settings(sample=0, negative=5, hs=False))
    work = work_of(stream([1] * 2500 + [0]), lookup, Settings(window=1, sample=0))
    assert work.pairs == 2 * (999 + 999 + 499)


def test_medians_spreads_and_ratios_are_right_for_numbers_one_can_see() -> None:
    assert spread([3, 1, 2, 10]) == (2.5, 1, 10)
    assert spread([8, 10, 12]).relative == pytest.approx(0.2)
    same = ratio_of_medians([5, 5, 5], [5, 5, 5])
    assert same == (1, 1, 1)
    assert same.verdict == "no difference"
    assert ratio_of_medians([11, 12, 13], [1, 2, 3]).verdict == "faster"
    assert ratio_of_medians([1, 2, 3], [11, 12, 13]).verdict == "slower"
    assert ratio_of_medians([1, 2, 3, 4], [2, 3, 1, 4]).verdict == "no difference"


def test_the_bootstrap_interval_holds_the_true_ratio_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    held = 0
    for trial in range(100):
        found = ratio_of_medians(random.normal(12, 1, 15), random.normal(10, 1, 15), seed=trial)
        assert found.low <= found.ratio <= found.high
        held += found.low <= 1.2 <= found.high
    assert 85 <= held <= 100


def test_threads_are_powers_of_two_and_all() -> None:
    assert [thread_counts(most) for most in (1, 2, 3, 8, 12)] == [[1], [1, 2], [1, 2, 3], [1, 2, 4, 8], [1, 2, 4, 8, 12]]


def test_the_generated_text_has_the_words_asked_for_and_frequencies_like_english(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", 5000)
    write_text(tmp_path / "b.txt", 5000)
    text = (tmp_path / "a.txt").read_text()
    assert text == (tmp_path / "b.txt").read_text()
    assert len(text.split()) == 5000
    ranks, lengths = next(batches(300_000, VOCABULARY, 1))
    assert lengths.sum() == len(ranks) == 300_000
    assert lengths.min() >= 1
    assert 15 < lengths.mean() < 25
    counts = np.bincount(ranks)
    assert 0.05 < counts[0] / 300_000 < 0.09  # "the" in English Wikipedia: 0.07
    assert 0.4 < counts[:100].sum() / 300_000 < 0.6
    assert len({word_of(rank) for rank in range(50_000)}) == 50_000


def test_the_loops_that_measure_the_machine_compute_what_they_say() -> None:
    sums = aligned_zeros(10, 16)
    sums[:8] = np.arange(8)[:, None]
    sums[8], sums[9] = 0.5, 1
    multiply_add(2, sums)
    assert np.allclose(sums[:8], (np.arange(8)[:, None] * 0.5 + 1) * 0.5 + 1)
    arrays = np.arange(12, dtype=np.float32).reshape(3, 4)
    triad(arrays, np.float32(2))
    assert arrays[0].tolist() == [20, 23, 26, 29]
    found = measure_peak(2, rounds=1000, floats=1000)
    assert found.flops > 0
    assert found.bandwidth > 0


@pytest.mark.slow
def test_bench_shows_a_table_and_writes_json_and_a_picture(cli: CLI, text: Path, tmp_path: Path) -> None:
    options = ["--corpus", text, "--words", 5000, "--dim", 16, "--repeats", 1, "--variant", "skipgram-ns", "--quiet"]
    code, out, err = cli("bench", *options, "--threads", 1, "--json", tmp_path / "b.json", "--plot", tmp_path / "b.png")
    assert (code, err) == (0, "")
    assert "skipgram-ns" in out
    assert "GFLOP/s" in out
    report = json.loads((tmp_path / "b.json").read_text())
    assert [(result["kernel"], result["threads"]) for result in report["results"]] == [("blocked", 1), ("reference", 1)]
    for result in report["results"]:
        assert result["words"] == 5000
        assert result["scaling"] == 1
        assert 0 < result["loss"] < 4.2  # log 2 · 6 before any training
        assert 0 < result["of_peak"] < 1
        assert result["peak_memory"] > 10**7
        seconds = result["words"] / result["words_per_second"]["median"]
        assert result["flops"] == pytest.approx(result["operations"] / seconds)
    assert report["results"][0]["operations"] == report["results"][1]["operations"]
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_bench_needs_no_corpus(cli: CLI) -> None:
    code, out, _ = cli("bench", "--words", 3000, "--dim", 16, "--repeats", 1, "--variant", "skipgram-ns", "--kernel", "blocked",
                       "--threads", 2, "--json", "-", "--quiet")  # fmt: skip
    assert code == 0
    (result,) = json.loads(out)["results"]
    assert result["scaling"] is None
    assert json.loads(out)["corpus"] == "generated"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--variant", "glove"], "variant is 'glove': it must be one of skipgram-ns"),
        (["--threads", 0], "--threads is [0]"),
        (["--words", 0], "--words is 0"),
        (["--corpus", "missing.txt"], "cannot read missing.txt"),
        (["--plot", "b.jpeg"], "must end in .png or .svg"),
        (["--json", "no/folder/b.json"], "does not exist"),
        (["--dim", 0], "--dim is 0"),
    ],
)
def test_bench_refuses_what_it_cannot_measure_in_one_line(cli: CLI, options: list[Any], message: str) -> None:
    code, _, err = cli("bench", *options)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_a_measurement_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "rare.txt").write_text("each word once\n")
    with pytest.raises(UsageError, match="no word occurs 5 times or more"):
        benchmark(tmp_path / "rare.txt", variants=["skipgram-ns"], kernels=["blocked"], threads=[1])
