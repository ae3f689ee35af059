"""Warm start from earlier vectors: counts of all texts, what is refused at once, and day after day beside gensim."""

import logging
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.command_line import Outcome
from helpers.listeners import StopAt
from helpers.thread_ranks import on_each

import fastw2v
from fastw2v.corpus.counting import count_words, select
from fastw2v.corpus.partitions import partition
from fastw2v.corpus.sources import sources
from fastw2v.corpus.vocabulary import Vocabulary, vocabulary_of
from fastw2v.distributed.counts import broadcast_vocabulary, merge_counts
from fastw2v.errors import Interrupted, UsageError
from fastw2v.model.tables import tables
from fastw2v.reporting.listener import Counts, Listener, Summary
from fastw2v.run.pipeline import Files, resume, run
from fastw2v.settings import Settings
from fastw2v.training.warm_start import opened
from fastw2v.vectors.word_vectors import WordVectors

CLI = Callable[..., Outcome]
OPTIONS: dict[str, Any] = {"dim": 4, "min_count": 1, "epochs": 1, "threads": 1}
EARLIER = "a a a a a a b b b b c c c d\n"  # the texts of most tests, to be counted by eye
LATER = "c e e e d f\n"


class Hears(Listener):
    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def counted(self, counts: Counts) -> None:
        self.counts = counts

    def finished(self, summary: Summary) -> None:
        self.summary = summary


@pytest.fixture
def later(tmp_path: Path) -> Path:
    (tmp_path / "later.txt").write_text(LATER)
    return tmp_path / "later.txt"


@pytest.fixture
def earlier(tmp_path: Path) -> WordVectors:
    (tmp_path / "earlier.txt").write_text(EARLIER)
    return fastw2v.train(tmp_path / "earlier.txt", output=tmp_path / "earlier.f2v", **OPTIONS)


def counts_of(vectors: WordVectors) -> dict[str, int]:
    assert vectors.counts is not None
    return dict(zip(vectors.words, vectors.counts.tolist()))


def pairs(vocabulary: Vocabulary) -> list[tuple[bytes, int, int]]:
    return list(zip(vocabulary.words(), vocabulary.counts.tolist(), vocabulary.text_counts.tolist()))


# Counts.


def test_counts_are_added_up_and_vectors_follow_their_order(earlier: WordVectors, later: Path) -> None:
    found = fastw2v.train(later, init=earlier, **OPTIONS | {"alpha": 1e-9})
    assert list(counts_of(found).items()) == [("</s>", 2), ("a", 6), ("b", 4), ("c", 4), ("e", 3), ("d", 2), ("f", 1)]
    assert earlier.output_vectors is not None
    assert found.output_vectors is not None
    rows = found.rows(earlier.words)
    assert np.allclose(found.vectors[rows], earlier.vectors, atol=1e-6)
    assert np.allclose(found.output_vectors[rows], earlier.output_vectors, atol=1e-6)


def test_earlier_words_are_counted_however_rare_they_are_in_the_text(earlier: WordVectors, later: Path) -> None:
    found = fastw2v.train(later, init=earlier, **OPTIONS | {"min_count": 3})
    assert counts_of(found) == {"</s>": 2, "a": 6, "b": 4, "c": 4, "e": 3, "d": 2}
    only_earlier = fastw2v.train(later, init=earlier, **OPTIONS | {"min_count": 9})
    assert counts_of(only_earlier) == {"</s>": 2, "a": 6, "b": 4, "c": 4, "d": 2}
    strangers = WordVectors(["x"], np.ones((1, 4), np.float32))
    with pytest.raises(UsageError, match=r"no word occurs 9 times or more \(and none is known from before"):
        fastw2v.train(later, init=strangers, **OPTIONS | {"min_count": 9})


def test_max_vocab_chooses_among_the_words_of_the_text(earlier: WordVectors, later: Path) -> None:
    found = fastw2v.train(later, init=earlier, **OPTIONS | {"max_vocab": 2})
    assert counts_of(found) == {"</s>": 2, "a": 6, "b": 4, "c": 4, "d": 2, "e": 3}


def test_counts_that_are_read_are_added_up_too(earlier: WordVectors, later: Path, tmp_path: Path) -> None:
    (tmp_path / "vocab").write_text("</s> 10\ne 30\nc 10\nf 2\nd 1\n")
    found = fastw2v.train(later, init=earlier, read_vocab=tmp_path / "vocab", **OPTIONS | {"min_count": 3})
    assert counts_of(found) == {"</s>": 11, "e": 30, "c": 13, "a": 6, "b": 4, "d": 2}


def test_words_without_counts_count_as_seen_once_and_a_note_says_so(later: Path, tmp_path: Path) -> None:
    WordVectors(["a", "c"], np.ones((2, 4), np.float32)).save(tmp_path / "e.bin")
    hears = Hears()
    found = run(str(later), Settings(**OPTIONS), Files(init=tmp_path / "e.bin"), hears)
    assert counts_of(found) == {"</s>": 1, "e": 3, "c": 2, "a": 1, "d": 1, "f": 1}
    assert [note for note in hears.notes if "has no counts, so each of its words counts as seen once" in note]
    no_count = WordVectors(["</s>", "a", "c"], np.ones((3, 4), np.float32), counts=np.array([0, 0, 5]))
    hears = Hears()
    found = run(str(later), Settings(**OPTIONS), Files(), hears, init=no_count)
    assert counts_of(found) == {"</s>": 1, "c": 6, "e": 3, "a": 1, "d": 1, "f": 1}
    assert not [note for note in hears.notes if "without counts" in note]


def test_words_of_the_run_and_subsampling_are_the_text_s(earlier: WordVectors, later: Path) -> None:
    hears = Hears()
    run(str(later), Settings(**OPTIONS), Files(), hears, init=earlier)
    assert hears.counts == Counts(kept=7, kept_words=7, distinct=5, words=7)
    assert hears.summary.train_words == 7
    counts, in_text = np.array([2, 900, 90, 9], np.int64), np.array([1, 0, 9, 9], np.int64)
    kind = Settings(sample=0.01, negative=2, hs=True)
    found, of_all, of_text = tables(counts, kind, in_text), tables(counts, kind), tables(in_text, kind)
    assert (found.keep == of_text.keep).all()
    assert (found.frequency == of_text.frequency).all()
    assert (found.noise.ends == of_all.noise.ends).all()
    assert (found.tree.codes == of_all.tree.codes).all()


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize(("min_count", "max_vocab"), [(1, None), (4, None), (2, 40)])
def test_ranks_add_counts_up_as_a_single_process_does(
    tmp_path: Path, ranks: int, min_count: int, max_vocab: int | None
) -> None:
    random = np.random.default_rng(1)
    lines = [" ".join(f"w{number}" for number in random.choice(300, 9)) for _ in range(150)]
    (tmp_path / "text.txt").write_text("\n".join(lines))
    text = sources(str(tmp_path / "text.txt"))
    known = vocabulary_of([(b"</s>", 5), *((b"w%d" % number, 10 + number % 3) for number in range(200, 400))])
    choice: dict[str, Any] = {"min_count": min_count, "max_vocab": max_vocab}

    def on_rank(here: Any) -> tuple[Vocabulary, tuple[int, ...], Vocabulary]:
        shared = broadcast_vocabulary(here, known if here.rank == 0 else None)
        counted = count_words(partition(text, here.rank, here.size), threads=1, memory=2**30)[0]
        table, *figures = merge_counts(here, counted, min_count, shared)
        found = select(table, **choice, known=shared)
        return found, tuple(figures), broadcast_vocabulary(here, found if here.rank == 0 else None)

    alone = count_words(text, threads=1, memory=2**30)[0]
    expected = pairs(select(alone, **choice, known=known))
    assert {word for word, _, _ in expected} > set(known.words())
    size = int(alone.used[0])
    for found, figures, sent in on_each(ranks, on_rank):
        assert pairs(found) == pairs(sent) == expected
        assert figures == (size, alone.counts[:size].sum(), alone.counts[1:size].max())


# What is given, and what of it is refused.


def test_vectors_in_a_folder_and_themselves_give_the_same_bytes(earlier: WordVectors, later: Path, tmp_path: Path) -> None:
    found = [fastw2v.train(later, init=init, **OPTIONS) for init in (earlier, tmp_path / "earlier.f2v")]
    assert found[0].words == found[1].words
    assert found[0].vectors.tobytes() == found[1].vectors.tobytes()
    assert counts_of(found[0]) == counts_of(found[1])
    with pytest.raises(UsageError, match="init is of type int: give the name of a file of vectors, or WordVectors"):
        fastw2v.train(later, init=3, **OPTIONS)  # type: ignore[arg-type]


ROWS = np.ones((2, 3), np.float32)
WRONG = {
    "word 1, '', cannot be a word of a text": WordVectors(["", "a"], ROWS),
    "word 2, 'a b', cannot be a word": WordVectors(["a", "a b"], ROWS),
    r"word 2, 'a\\n', cannot be a word": WordVectors(["a", "a\n"], ROWS),
    "it must have 1 to 1,000 bytes": WordVectors(["a" * 1001, "a"], ROWS),
    "a word cannot be written as UTF-8": WordVectors(["a", "\ud800"], ROWS),
    "word 2: the word 'é' is in row 1 too": WordVectors(["é", "\udcc3\udca9"], ROWS),  # the same bytes
    "the vector of 'b' holds NaN": WordVectors(["a", "b"], np.array([[1, 2, 3], [1, np.nan, 3]])),
    "the output vector of 'a' holds NaN": WordVectors(["a", "b"], ROWS, output_vectors=ROWS * [[np.inf], [1]]),
    "the output vectors have the shape": WordVectors(["a", "b"], ROWS, output_vectors=ROWS[:1]),
    "the counts are int64": WordVectors(["a", "b"], ROWS, counts=np.array([1])),
    "the counts are float64": WordVectors(["a", "b"], ROWS, counts=np.array([1.0, 2.0])),
    "a count is negative": WordVectors(["a", "b"], ROWS, counts=np.array([1, -1])),
    "together they are more than": WordVectors(["a", "b"], ROWS, counts=np.array([2**62, 2**62])),
    "give dim=2": WordVectors(["a", "b"], ROWS[:, :2]),
}


@pytest.mark.parametrize("told", WRONG)
def test_what_does_not_fit_is_refused(told: str) -> None:
    with pytest.raises(UsageError, match=told):
        opened(WRONG[told], 3)


@pytest.mark.parametrize("word", [b"", b"two words", b"two\twords", b"\rw"])
@pytest.mark.parametrize("file_format", ["binary", "text", "folder"])
def test_words_that_cannot_be_written_are_refused_before_training(
    word: bytes, file_format: str, cli: CLI, text: Path, tmp_path: Path
) -> None:
    init = tmp_path / "init"
    if b" " in word:
        init.write_text("2 3\ntwo words 1 2 3\nw1 1 2 3\n")
    else:
        init.write_bytes(b"2 3\n" + b"".join(name + b" " + np.ones(3, "<f4").tobytes() for name in (word, b"w1")))
    output = tmp_path / "out"
    found = cli("train", text, "--init", init, "--dim", 3, "-o", output, "--format", file_format, "--log", tmp_path / "log")
    assert found.code == 2
    assert "cannot be a word of a text" in found.err.splitlines()[-1]
    assert not output.exists()
    assert not (tmp_path / "log").exists()  # it begins with the first progress


def test_a_format_that_is_none_is_refused_before_training(text: Path, tmp_path: Path) -> None:
    hears = Hears()
    with pytest.raises(UsageError, match="format is 'vec'"):
        run(str(text), Settings(**OPTIONS), Files(save_output_vectors=tmp_path / "o", file_format="vec"), hears)
    assert not hasattr(hears, "counts")


@pytest.mark.parametrize("hs", [False, True])
def test_a_run_with_a_warm_start_is_resumed_without_the_vectors_it_started_from(
    text: Path, long_text: Path, tmp_path: Path, hs: bool
) -> None:
    first = fastw2v.train(text, dim=8, epochs=1, threads=1, hs=hs)
    options = Settings(dim=8, epochs=6, threads=1, min_count=200, sample=1e-3, hs=hs)
    whole = run(str(long_text), options, Files(), Listener(), init=first)
    with pytest.raises(Interrupted, match="resume"):
        run(str(long_text), options, Files(checkpoint=tmp_path / "state"), StopAt(0.3), init=first)
    found = resume(tmp_path / "state")
    assert counts_of(found) == counts_of(whole)
    assert found.vectors.tobytes() == whole.vectors.tobytes()


# Day after day.

DAYS, GROUPS, OF_A_GROUP, RARE = 8, 24, 8, 6000


def day(number: int) -> list[list[str]]:
    """Sentences of one group each, in between words of all days; groups pause and come new, and rare words come back singly."""
    random = np.random.default_rng(number)
    active = [group for group in range(GROUPS if number >= 4 else 16) if (group + number) % 3]
    sentences = []
    for _ in range(400):
        group = random.choice(active)
        of_group = [f"g{group}w{min(OF_A_GROUP, int(place)) - 1}" for place in random.zipf(1.5, 8)]
        common = [f"c{place}" for place in random.integers(0, 10, 4)]
        sentences.append(random.permutation(of_group + common).tolist())
    rare = np.tile(np.arange(RARE), 2) if number == 0 else random.choice(RARE, 200, replace=False)
    return sentences + [[*(f"r{place}" for place in places), "c0"] for places in rare.reshape(-1, 10).tolist()]


def mean_norm(vectors: Any, words: list[str]) -> float:
    return float(np.linalg.norm(vectors[words], axis=1).mean())


def with_its_group(vectors: np.ndarray, words: list[str]) -> float:
    """The share of words whose nearest one, among some of groups, is of the same group; `vectors` (words, dim)."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -2)
    groups = np.array([word.split("w")[0] for word in words])
    return float((groups[cosines.argmax(axis=1)] == groups).mean())


@pytest.mark.parametrize("hs", [False, True])
@pytest.mark.slow
def test_eight_days_give_gensim_s_counts_norms_and_neighbours(hs: bool) -> None:
    """Beside gensim's build_vocab(update=True), with the kernel whose arithmetic is the original's, as gensim's is.

    With noise words the norms differ by a tenth on the first day and on all that follow: a fifth is allowed. Of the tree's
    nodes gensim keeps what they learned, whatever their place in the new tree, and fastw2v starts at zero: two fifths are.
    """
    word2vec = pytest.importorskip("gensim.models.word2vec")
    logging.getLogger("gensim").setLevel(logging.ERROR)
    seen: Counter[str] = Counter()
    theirs, ours = None, None
    negative, bound = (0, 1.4) if hs else (5, 1.2)
    kind_of_ours: dict[str, Any] = {"kernel": "reference", "threads": 1, "sample": 0, "hs": hs, "negative": negative}
    for number in range(DAYS):
        sentences = day(number)
        if theirs is None:
            kind: dict[str, Any] = {"sg": 1, "hs": int(hs), "negative": negative, "sample": 0, "min_count": 2, "workers": 1}
            theirs = word2vec.Word2Vec(sentences, vector_size=16, epochs=3, seed=1, **kind)
        else:
            theirs.build_vocab(sentences, update=True)
            theirs.train(sentences, total_examples=len(sentences), epochs=3)
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # of a division by a count of 0, say
            ours = fastw2v.train(sentences, init=ours, dim=16, epochs=3, min_count=2, **kind_of_ours)
        counted = Counter(word for sentence in sentences for word in sentence)
        seen.update({word: count for word, count in counted.items() if word in theirs.wv})
        found = counts_of(ours)
        assert found.pop("</s>") == sum(len(day(before)) for before in range(number + 1))
        assert found == dict(seen) == {word: theirs.wv.get_vecattr(word, "count") for word in theirs.wv.index_to_key}
        assert sorted(found.values(), reverse=True) == list(found.values())
        common = [f"c{place}" for place in range(10)]
        of_groups = [word for word in theirs.wv.index_to_key if word[0] == "g"]
        for words in (common, of_groups):
            assert 1 / bound < mean_norm(ours, words) / mean_norm(theirs.wv, words) < bound
        assert with_its_group(ours[of_groups], of_groups) > with_its_group(theirs.wv[of_groups], of_groups) - 0.03 > 0.9
    if hs:
        assert ours is not None
        assert ours.counts is not None
        paths = len(tables(ours.counts, Settings(sample=0, negative=0, hs=True)).tree.nodes)
        assert paths < 2 * np.log2(len(ours)) * len(ours)  # a chain: half the square, 19 million
