"""The Huffman tree, the noise distribution, subsampling and windows, against their formulas."""

import itertools
import math

import numpy as np
import pytest
from helpers.inlined_functions import callable_piece
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from fastw2v.kernels import pairs, reference
from fastw2v.kernels.reference.worker import new_worker
from fastw2v.kernels.worker import Variant
from fastw2v.model import noise, random_stream
from fastw2v.model.huffman import HuffmanTree, huffman_tree, tree_bytes
from fastw2v.model.noise import SLOTS, draw_from_table, noise_table
from fastw2v.model.sigmoid import sigmoid_table
from fastw2v.model.tables import keep_probabilities, tables, tables_bytes
from fastw2v.settings import Settings

advance, uniform = callable_piece(random_stream.advance), callable_piece(random_stream.uniform)
read_sentence, window_around = callable_piece(reference.read_sentence), callable_piece(pairs.window_around)

PLAIN = Variant(cbow=False, hs=False, negative=5, window=5)
NO_TABLES = tables(np.array([1, 2], np.int64), Settings(sample=0, negative=1, hs=False))
CHANCE = 1e-4  # a statistical test with a fixed seed fails below this p-value
FIBONACCI = [1, 1]
while len(FIBONACCI) < 85:
    FIBONACCI.append(FIBONACCI[-2] + FIBONACCI[-1])
counts_lists = st.lists(st.integers(1, 10**6), min_size=2, max_size=200)


def ordered(counts: list[int]) -> np.ndarray:
    """Counts as a vocabulary has them: falling, but for the first."""
    return np.array([counts[0], *sorted(counts[1:], reverse=True)], np.int64)


def codes(tree: HuffmanTree) -> list[str]:
    return ["".join(map(str, tree.codes[begin:end])) for begin, end in zip(tree.starts, tree.starts[1:])]


@given(counts_lists)
@settings(deadline=None)
def test_codes_are_prefix_free_and_complete(counts: list[int]) -> None:
    words = sorted(codes(huffman_tree(ordered(counts))))
    assert len(set(words)) == len(counts)
    assert not any(longer.startswith(shorter) for shorter, longer in itertools.pairwise(words))
    assert math.isclose(sum(2.0 ** -len(code) for code in words), 1)


@given(counts_lists)
@settings(deadline=None)
def test_the_expected_code_length_is_within_a_bit_of_the_entropy(counts: list[int]) -> None:
    frequencies = ordered(counts)
    # The first word, the sentence's end, stands outside the order; the original's tree is only best for counts that fall.
    frequencies = np.sort(frequencies)[::-1].copy()
    share = frequencies / frequencies.sum()
    length = (share * np.diff(huffman_tree(frequencies).starts)).sum()
    entropy = -(share * np.log2(share)).sum()
    assert entropy - 1e-9 <= length <= entropy + 1


@pytest.mark.parametrize("words", [2, 3, 100, 1000])
def test_path_probabilities_sum_to_one_for_random_vectors(words: int) -> None:
    random = np.random.default_rng(words)
    tree = huffman_tree(ordered(random.integers(1, 1000, words).tolist()))
    scores = random.normal(0, 1, (words - 1, 8)) @ random.normal(0, 1, 8)
    branch_0 = 1 / (1 + np.exp(-scores))
    total = 0.0
    for begin, end in zip(tree.starts, tree.starts[1:]):
        step = branch_0[tree.nodes[begin:end]]
        total += np.prod(np.where(tree.codes[begin:end] == 0, step, 1 - step))
    assert abs(total - 1) < 1e-9


@pytest.mark.parametrize(
    "counts", [[1] * 1000, [0] + [1] * 300 + [0] * 700, [2, *FIBONACCI[::-1]], [5] + [10**6] * 3 + [1] * 500], ids=len
)
@pytest.mark.parametrize(("negative", "hs"), [(5, False), (0, True), (5, True)])
def test_the_estimate_of_memory_knows_the_tables_as_they_are(counts: list[int], negative: int, hs: bool) -> None:
    ready = np.array(counts, np.int64)
    chosen = Settings(negative=negative, hs=hs)
    noise, tree = (found := tables(ready, chosen)).noise, found.tree
    actual = sum(array.nbytes for array in (found.frequency, found.keep, found.sigmoid, found.alias, *noise, *tree))
    assert tables_bytes(ready, chosen) == actual


@given(counts_lists)
@settings(deadline=None)
def test_the_estimate_of_the_tree_is_the_tree_s_size(counts: list[int]) -> None:
    assert tree_bytes(ordered(counts)) == sum(array.nbytes for array in huffman_tree(ordered(counts)))


def test_no_path_is_longer_than_the_most_uneven_counts_allow() -> None:
    """A path of n nodes needs a total of the Fibonacci number n + 2, so that counts of 1 and more have short paths."""
    counts = np.array([1, *FIBONACCI[::-1]], np.int64)
    lengths = np.diff(huffman_tree(counts).starts)
    assert lengths.max() == len(FIBONACCI) - 1
    assert lengths.max() <= math.log(counts.sum(), (1 + math.sqrt(5)) / 2)


def test_every_path_starts_at_the_root() -> None:
    tree = huffman_tree(ordered([5, 9, 7, 3, 2, 2, 1]))
    assert set(tree.nodes[tree.starts[:-1]].tolist()) == {5}


@njit
def noise_draws(state: np.uint64, noise: object, words: int, draws: int) -> np.ndarray:
    found = np.zeros(words, np.int64)
    for _ in range(draws):
        state = advance(state)
        found[draw_from_table(state, noise)] += 1
    return found


def test_noise_words_come_as_their_counts_to_the_power_three_quarters() -> None:
    counts = ordered(np.random.default_rng(1).zipf(1.3, 500).clip(1, 10**5).tolist())
    draws = 2_000_000
    found = noise_draws(np.uint64(7), noise_table(counts), len(counts), draws)
    share = counts**0.75 / (counts**0.75).sum()
    expected = share + share[0] / (len(counts) - 1)  # the sentence's end is replaced by a word drawn uniformly
    expected[0] = 0
    assert found[0] == 0
    assert stats.chisquare(found[1:], expected[1:] / expected.sum() * draws).pvalue > CHANCE


def test_the_noise_table_has_the_originals_slots() -> None:
    counts = np.array([3, 1000, 300, 40, 5, 5, 1], np.int64)
    table = noise_table(counts)
    # The original's loop, on the slots where a word may end.
    power = [count**0.75 for count in counts.tolist()]
    word, cumulative, ends = 0, power[0] / sum(power), []
    slot = 0
    while slot < SLOTS:
        if slot / SLOTS > cumulative:
            ends.append(slot + 1)
            word += 1
            if word == len(counts):
                break
            cumulative += power[word] / sum(power)
        else:
            slot = max(slot, int(cumulative * SLOTS) - 2)
        slot += 1
    assert np.abs(table.ends[: len(ends)] - np.array(ends)).max() <= 1
    assert table.ends[-1] == SLOTS
    for cell in range(0, len(table.first), 1000):
        owner = int(np.searchsorted(table.ends, cell * 64, side="right"))
        assert table.first[cell] == min(owner, len(counts) - 1)


def test_the_alias_table_holds_the_same_distribution() -> None:
    counts = ordered(np.random.default_rng(1).zipf(1.3, 5000).clip(1, 10**6).tolist())
    ends = noise_table(counts).ends
    own, other = noise.alias_table(ends).T
    share = np.bincount(np.arange(len(ends)), own, len(ends)) + np.bincount(other, noise.WHOLE - own, len(ends))
    slots = np.diff(ends, prepend=0)
    expected = slots / SLOTS + slots[0] / SLOTS / (len(ends) - 1)
    expected[0] = 0
    assert np.allclose(share / noise.WHOLE / len(ends), expected, rtol=1e-6, atol=1e-12)
    assert share[0] == 0


def test_a_draw_from_the_alias_table_takes_each_word_as_often_as_its_cells_say() -> None:
    counts = np.array([40, 30, 20, 10, 5, 4, 3, 2, 1, 1], np.int64)
    ends, draws = noise_table(counts).ends, 200_000
    draw_alias, state = callable_piece(noise.draw_from_alias), np.uint64(3)
    table, advance_once = noise.alias_table(ends), callable_piece(advance)
    found = np.zeros(len(counts), np.int64)
    for _ in range(draws):
        state = np.uint64(advance_once(state))
        found[draw_alias(state, table)] += 1
    slots = np.diff(ends, prepend=0)
    expected = (slots / SLOTS + slots[0] / SLOTS / (len(ends) - 1))[1:]
    assert found[0] == 0
    assert stats.chisquare(found[1:], expected / expected.sum() * draws).pvalue > CHANCE


@pytest.mark.parametrize("counts", [[5], [10, 3], [1, 1, 1, 1], [0, 7, 7]])
def test_the_smallest_alias_tables_are_whole(counts: list[int]) -> None:
    ends = noise_table(np.array(counts, np.int64)).ends
    own, other = noise.alias_table(ends).T
    assert np.all((own >= 0) & (other >= 0) & (other < len(counts)))
    assert len(counts) == 1 or (own[0] == 0 and other[0] != 0)


def test_every_noise_word_can_be_drawn_even_from_a_vocabulary_of_two() -> None:
    found = noise_draws(np.uint64(1), noise_table(np.array([10, 3], np.int64)), 2, 1000)
    assert found.tolist() == [0, 1000]


def test_subsampling_keeps_each_word_with_its_probability() -> None:
    counts = np.array([100, 50_000, 20_000, 5_000, 500, 20], np.int64)
    sample = 1e-2
    keep = keep_probabilities(counts, sample)
    share = counts / counts.sum()
    assert np.allclose(keep, (np.sqrt(share / sample) + 1) * sample / share, rtol=1e-6)
    ids = np.random.default_rng(2).integers(1, 6, 400_000).astype(np.int32)
    worker = new_worker(0, 16, NO_TABLES, PLAIN, random_state=12345, alpha=0.1)
    kept = np.zeros(6, int)
    position = 0
    while position < len(ids):
        position, _ = read_sentence(ids, position, worker, keep)
        length = worker.state[0]["length"]
        kept += np.bincount(worker.sentence[:length], minlength=6)
        worker.state[0]["length"] = 0
    for word in range(1, 6):
        seen = int((ids == word).sum())
        if keep[word] >= 1:
            assert kept[word] == seen
        else:
            # The original compares with 16 bits of a short-period stream: a normal test at these sizes still holds.
            assert stats.binomtest(int(kept[word]), seen, float(keep[word])).pvalue > CHANCE


def test_no_subsampling_keeps_all_and_draws_nothing() -> None:
    keep = keep_probabilities(np.array([5, 10], np.int64), 0)
    worker = new_worker(0, 16, NO_TABLES, PLAIN, random_state=99, alpha=0.1)
    read_sentence(np.array([1, 1, 1, 0], np.int32), 0, worker, keep)
    assert worker.state[0]["length"] == 3
    assert worker.state[0]["random"] == 99


@pytest.mark.parametrize("widest", [1, 2, 5, 10])
def test_window_widths_are_uniform(widest: int) -> None:
    state = np.uint64(3)
    widths = np.zeros(widest + 1, int)
    for _ in range(20_000):
        state = np.uint64(advance(state))
        begin, end = window_around(500, 1000, state, widest)
        assert 500 - begin == end - 501
        widths[500 - begin] += 1
    assert widths[0] == 0
    if widest > 1:
        assert stats.chisquare(widths[1:]).pvalue > CHANCE


def test_windows_stop_at_the_ends_of_the_sentence() -> None:
    for center in range(4):
        begin, end = window_around(center, 4, np.uint64(0), 10)
        assert (begin, end) == (0, 4)


def test_the_sigmoid_table_is_the_sigmoid() -> None:
    scores = np.arange(1000) / 1000 * 12 - 6
    assert np.allclose(sigmoid_table(), 1 / (1 + np.exp(-scores)), atol=1e-6)


def test_fractions_are_16_bits_of_the_state() -> None:
    assert uniform(np.uint64(0x12345_8000)) == 0.5
    assert advance(np.uint64(1)) == 25214903928
