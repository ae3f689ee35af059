"""Shares of a text for several ranks, and the words that they counted, merged."""

import gzip
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.texts import zipf_text
from helpers.thread_ranks import on_each
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fastw2v.corpus import partitions
from fastw2v.corpus.buffers import text_buffers
from fastw2v.corpus.counting import count_words, select
from fastw2v.corpus.partitions import partition
from fastw2v.corpus.sources import sources
from fastw2v.corpus.vocabulary import Vocabulary
from fastw2v.distributed.counts import merge_counts
from fastw2v.errors import UsageError

pytestmark = pytest.mark.quick

MEMORY = 1 << 30


def words_of(parts: Any) -> list[bytes]:
    """The words as the blocks give them, newlines as `</s>`."""
    return b"".join(block.words() for block in text_buffers(parts)).replace(b"\n", b" </s> ").split()


@pytest.mark.parametrize("ranks", [1, 2, 3, 7])
def test_the_shares_of_a_text_are_the_text(tmp_path: Path, ranks: int) -> None:
    (tmp_path / "a.txt").write_bytes(zipf_text(3000, 50))
    (tmp_path / "b.txt").write_bytes(zipf_text(500, 50, seed=2)[:-1])  # no newline at its end
    (tmp_path / "c.gz").write_bytes(gzip.compress(zipf_text(2000, 50, seed=3)))
    (tmp_path / "d.txt").write_bytes(zipf_text(4000, 50, seed=4))
    text = sources(str(tmp_path))
    each = [words_of(partition(text, rank, ranks)) for rank in range(ranks)]
    assert [word for words in each for word in words] == words_of(text)
    assert all(words[-1] == b"</s>" for words in each)


@settings(max_examples=60, deadline=None)
@example(text="a a a a a a\na a a a\n\r", ranks=3, near=0, piece=1000)  # the last part holds no line,
@example(text="a a a a aaaaaaaaaaaaa \r", ranks=2, near=0, piece=1000)  # or the end of one
@example(text="a a a a aaaaaaaaaaaaaaaa \ufeffb\n", ranks=2, near=0, piece=1)  # a byte order mark inside a line
@given(
    text=st.text(st.sampled_from("ab \t\n\r"), min_size=20, max_size=300).filter(lambda text: len(text.split()) > 9),
    ranks=st.integers(2, 5),
    near=st.sampled_from([0, 3, 1000]),
    piece=st.sampled_from([1, 4, 1000]),
)
def test_no_word_is_cut_wherever_white_space_is(
    tmp_path_factory: pytest.TempPathFactory, text: str, ranks: int, near: int, piece: int
) -> None:
    path = tmp_path_factory.mktemp("shares") / "text.txt"
    path.write_bytes(text.encode())
    whole = sources(str(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partitions, "LINE_SEARCH_BYTES", near)
        patch.setattr(partitions, "SEARCH_READ_BYTES", piece)
        each = []
        with suppress(UsageError):  # there may be too few places to cut
            each = [words_of(partition(whole, rank, ranks)) for rank in range(ranks)]
        if each:
            assert [word for words in each for word in words] == words_of(whole)


def test_a_line_is_cut_only_where_no_line_ends_near(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"a b c\n" * 100_000)
    parts = [partition(sources(str(path)), rank, 3)[0] for rank in range(3)]
    assert all(part.begin % 6 == 0 for part in parts)
    path.write_bytes(b"abc " * 1_000_000)
    assert abs(partition(sources(str(path)), 1, 2)[0].begin - 2_000_000) <= 4


def test_each_rank_gets_a_compressed_file_however_unlike_their_sizes_are(tmp_path: Path) -> None:
    for number, words in enumerate([20, 20, 9000, 20, 20]):
        (tmp_path / f"{number}.gz").write_bytes(gzip.compress(zipf_text(words, 50, seed=number)))
    text = sources(str(tmp_path))
    for ranks in range(1, 6):
        assert [part.name for rank in range(ranks) for part in partition(text, rank, ranks)] == [part.name for part in text]
    with pytest.raises(UsageError, match="a compressed file is read by one rank"):
        [partition(text, rank, 6) for rank in range(6)]


@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize(("min_count", "max_vocab"), [(1, None), (5, None), (2, 40)])
def test_merged_counts_are_a_single_process_s_to_the_order_of_ties(
    tmp_path: Path, ranks: int, min_count: int, max_vocab: int | None
) -> None:
    random = np.random.default_rng(1)
    names = [f"w{number:03}" for number in random.permutation(300)]  # many ties, in no order of the alphabet
    lines = [" ".join(random.choice(names, 9)) for _ in range(150)]
    path = tmp_path / "text.txt"
    path.write_text("\n".join(lines))
    text = sources(str(path))

    def counted(parts: Any) -> Any:
        return count_words(parts, threads=2, memory=MEMORY)[0]

    def on_rank(ranks: Any) -> Any:
        return merge_counts(ranks, counted(partition(text, ranks.rank, ranks.size)), min_count)

    alone = counted(text)
    expected = select(alone, min_count=min_count, max_vocab=max_vocab)
    for merged in on_each(ranks, on_rank):
        found = select(merged.table, min_count=min_count, max_vocab=max_vocab)
        assert pairs(found) == pairs(expected)
        size = alone.used[0]
        assert (merged.distinct, merged.words) == (size, alone.counts[:size].sum())
        assert merged.most == alone.counts[1:size].max()


def pairs(vocabulary: Vocabulary) -> list[tuple[bytes, int]]:
    return list(zip(vocabulary.words(), vocabulary.counts.tolist()))
