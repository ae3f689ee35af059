"""Cutting text into words and encoding it, against a version in plain Python."""

from collections import Counter
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from helpers.texts import NOT_PLAIN
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fastw2v._system.text_encoding import BYTE_ORDER_MARK
from fastw2v.corpus.buffers import map_in_order, text_buffers
from fastw2v.corpus.counting import Counter as ThreadCounter
from fastw2v.corpus.counting import count_words, select
from fastw2v.corpus.encoding import encode
from fastw2v.corpus.id_stream import IdStream
from fastw2v.corpus.sources import Source, sources
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.corpus.word_table import MAX_WORD_BYTES, USED_ENTRIES

LIMIT = MAX_WORD_BYTES
PIECES = [b" ", b"\t", b"\n", b"\r", b"a", b"b", b"ab", b"</s>", b"\x00", b"\xff", "é".encode(), "日本".encode()]
texts = st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=200).map(b"".join)).filter(
    lambda data: not data.startswith((*NOT_PLAIN, BYTE_ORDER_MARK))
)


def python_words(text: bytes) -> list[bytes]:
    """What the compiled loops should find: words between white space, `</s>` for each line's end."""
    found = []
    for line in text.replace(b"\r", b"").removesuffix(b"\n").split(b"\n") if text else []:
        for word in line.replace(b"\t", b" ").split(b" "):
            if len(word) > LIMIT:
                cut = next((n for n in range(LIMIT, LIMIT - 4, -1) if word[n] & 0xC0 != 0x80), LIMIT)
                word = word[:cut]
            found.append(word)
        found.append(b"</s>")
    return [word for word in found if word]


class Text:
    """A source of bytes in memory, for one reading after the other."""

    def __init__(self, folder: Path, data: bytes) -> None:
        self.path = folder / "text"
        self.path.write_bytes(data)
        self.sources = [Source("text", path=self.path)]


def encoded(text: list[Source], min_count: int, threads: int = 2, memory: int = 2**30) -> tuple[Vocabulary, np.ndarray]:
    counted, _ = count_words(text, threads=threads, memory=memory)
    vocabulary = select(counted, min_count=min_count, max_vocab=None)
    ids = IdStream(memory=memory, expected=vocabulary.train_words)
    encode(text, vocabulary, ids, threads=threads)
    assert len(ids) == vocabulary.train_words
    return vocabulary, ids.read(0, len(ids)).copy()


def check_against_python(folder: Path, data: bytes, min_count: int, block: int) -> None:
    text = Text(folder, data).sources
    words = python_words(data)
    counts = Counter(words)
    first = {word: place for place, word in reversed(list(enumerate(words)))}
    expected = [word for word in counts if word != b"</s>" and counts[word] >= min_count]
    expected.sort(key=lambda word: (-counts[word], first[word]))
    expected.insert(0, b"</s>")
    number = {word: place for place, word in enumerate(expected)}

    with (
        mock.patch("fastw2v.corpus.counting.text_buffers", lambda s, advanced: text_buffers(s, advanced, block)),
        mock.patch("fastw2v.corpus.encoding.text_buffers", lambda s, advanced: text_buffers(s, advanced, block)),
    ):
        vocabulary, ids = encoded(text, min_count)
    assert list(vocabulary.words()) == expected
    assert vocabulary.counts.tolist() == [counts[word] for word in expected]
    assert ids.tolist() == [number[word] for word in words if word in number]


@given(texts, st.integers(1, 3), st.integers(1, 64))
@example(b"a" * (LIMIT - 1) + "é".encode() + b"x " + b"a" * (LIMIT - 1) + "é".encode(), 1, 7)
@example(b"\x80" * 3000 + b" \x80", 1, 10)
@example(b"x" * 100_000 + b" y\n", 1, 100)
@example(b"\r\r\r", 1, 2)
@example(b"a\r\nb\r\n", 1, 3)
@example(b"\n\n\n", 1, 1)
@example("über straße ".encode() * 50, 2, 5)
@settings(max_examples=400, deadline=None)
def test_any_bytes_in_any_blocks_give_the_ids_of_the_python_version(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, min_count: int, block: int
) -> None:
    check_against_python(tmp_path_factory.getbasetemp(), data, min_count, block)


def test_a_long_word_is_cut_where_a_character_ends(tmp_path: Path) -> None:
    for lead in range(4):
        word = b"x" * lead + "日".encode() * 400
        vocabulary, _ = encoded(Text(tmp_path, word + b"\n").sources, 1)
        cut = list(vocabulary.words())[1]
        assert LIMIT - 3 < len(cut) <= LIMIT
        assert word.decode().startswith(cut.decode())


def test_counts_do_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    names = np.array([f"word{i}" for i in range(30_000)])
    data = " ".join(names[(random.zipf(1.2, 200_000) - 1) % 30_000]).encode() + b"\n"
    text = Text(tmp_path, data).sources
    results = [encoded(text, 2, threads) for threads in (1, 2, 5)]
    for vocabulary, ids in results[1:]:
        assert list(vocabulary.words()) == list(results[0][0].words())
        assert np.array_equal(ids, results[0][1])


def test_past_the_budget_the_rarest_words_are_forgotten_and_it_is_said(tmp_path: Path) -> None:
    often = " ".join(f"often{i}" for i in range(50))
    lines = [often + " " + " ".join(f"rare{line}x{i}" for i in range(400)) for line in range(400)]
    text = Text(tmp_path, "\n".join(lines).encode() + b"\n").sources
    full, forgotten = count_words(text, threads=1, memory=2**30)
    assert forgotten == 0
    assert full.used[USED_ENTRIES] == 50 + 160_000 + 1
    small, forgotten = count_words(text, threads=1, memory=8 * 2**20)
    assert forgotten >= 1
    assert small.used[USED_ENTRIES] < 70_000
    kept = select(small, min_count=300, max_vocab=None)
    assert sorted(kept.words()) == sorted([b"</s>", *(f"often{i}".encode() for i in range(50))])
    assert kept.counts.tolist() == [400] * 51


def test_a_pruned_table_stays_within_its_budget() -> None:
    counter = ThreadCounter(2**20)
    for block in range(50):
        counter.count(" ".join(f"b{block}w{i}" for i in range(5000)).encode() + b"\n", block)
    assert sum(array.nbytes for array in counter.table) <= 2**20
    assert counter.pruned_up_to > 0


def test_max_vocab_keeps_the_most_frequent(tmp_path: Path) -> None:
    text = Text(tmp_path, b"a a a b b c c c c\n").sources
    counted, _ = count_words(text, threads=1, memory=2**30)
    assert list(select(counted, min_count=1, max_vocab=2).words()) == [b"</s>", b"c", b"a"]


def test_files_do_not_run_into_each_other(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(b"one two")
    (tmp_path / "2").write_bytes(b"three\n")
    (tmp_path / "3").write_bytes(b"")
    data = b"".join(block.words() for block in text_buffers(sources(str(tmp_path))))
    assert data == b"one two\nthree\n"


def test_ids_in_a_file_are_the_ids_in_memory(tmp_path: Path) -> None:
    data = np.arange(100_000, dtype=np.int32)
    for expected in (0, len(data)):
        for memory in (1000, 200_000, 2**20):
            ids = IdStream(memory=memory, expected=expected, folder=tmp_path)
            for start in range(0, len(data), 7777):
                ids.append(data[start : start + 7777])
            ids.finish()
            assert ids.in_memory == (memory == 2**20)
            assert len(ids) == len(data)
            assert np.array_equal(ids.read(0, len(data)), data)
            assert np.array_equal(ids.read(500, 90_001), data[500:90_001])
            ids.close()
    assert not list(tmp_path.iterdir())


def test_results_come_in_order_and_a_slot_is_used_by_one_call_at_a_time() -> None:
    busy = [False] * 3

    def work(number: int, item: int) -> int:
        assert not busy[number % 3]
        busy[number % 3] = True
        total = sum(range(item % 7 * 1000))
        busy[number % 3] = False
        return item + 0 * total

    assert list(map_in_order(work, range(200), 3)) == list(range(200))
