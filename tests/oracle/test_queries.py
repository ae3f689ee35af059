"""WordVectors: the answers are gensim's on the same vectors; what cannot be answered is said in one line."""

import json
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

import fastw2v
from fastw2v.errors import UsageError
from fastw2v.vectors import nearest, similarity_queries
from fastw2v.vectors.word_vectors import UnknownWordError, WordVectors

pytestmark = pytest.mark.quick

WORDS = [f"w{i}" for i in range(200)]


@pytest.fixture(scope="module")
def ours() -> WordVectors:
    random = np.random.default_rng(4)
    return WordVectors(WORDS, random.normal(size=(200, 12)).astype(np.float32), counts=np.arange(200, 0, -1))


@pytest.fixture(scope="module")
def theirs(ours: WordVectors) -> KeyedVectors:
    keyed = KeyedVectors(12)
    keyed.add_vectors(ours.words, ours.vectors)
    return keyed


def same(found: list[tuple[str, float]], expected: list[tuple[str, float]]) -> None:
    assert [word for word, _ in found] == [word for word, _ in expected]
    assert np.allclose([cosine for _, cosine in found], [cosine for _, cosine in expected], atol=1e-5)


@pytest.mark.parametrize(
    "asked",
    [
        {"positive": ["w3"]},
        {"positive": ["w3", "w5"], "negative": ["w9"], "topn": 7},
        {"negative": ["w9"]},
        {"positive": [np.arange(12, dtype=np.float32)], "negative": ["w1"]},
        {"positive": [("w3", 2.0), "w5", (np.arange(12, dtype=np.float32), 0.3)], "negative": [("w9", -0.5), ("w2", 0.7)]},
        {"positive": np.arange(12, dtype=np.float32)[np.newaxis]},
        {"positive": np.arange(24, dtype=np.float32).reshape(2, 12)},
        {"positive": "w3", "negative": None, "topn": np.int64(4)},
    ],
)
def test_most_similar_is_gensims(ours: WordVectors, theirs: KeyedVectors, asked: dict[str, object]) -> None:
    same(ours.most_similar(**asked), theirs.most_similar(**asked))


def test_all_cosines_are_gensims(ours: WordVectors, theirs: KeyedVectors) -> None:
    vector = np.arange(12, dtype=np.float32)
    for asked in ({"positive": ["w3", "w5"], "negative": ["w9"]}, {"positive": ["w3"], "restrict": 50}):
        options = {"restrict_vocab" if name == "restrict" else name: value for name, value in asked.items()}
        assert np.allclose(ours.most_similar(**asked, topn=None), theirs.most_similar(**options, topn=None), atol=1e-5)
    assert np.allclose(ours.similar_by_vector(vector, topn=None), theirs.similar_by_vector(vector, topn=None), atol=1e-5)
    each = ours.similar_to_each(["w1", "w2"], topn=None)
    assert np.allclose(each[1], ours.most_similar("w2", topn=None), atol=1e-6)
    assert len(each[1]) == 200


def test_sets_and_iterators_are_taken_as_lists_are(ours: WordVectors) -> None:
    words = ["w3", "w5", "w9"]
    for some in (set(words), iter(words), dict.fromkeys(words), np.array(words)):
        assert ours.doesnt_match(some) == ours.doesnt_match(words)
    assert ours.most_similar(set(words)) == ours.most_similar(words)
    assert ours.n_similarity(set(words), iter(["w1"])) == pytest.approx(ours.n_similarity(words, ["w1"]))
    assert np.array_equal(ours.distances("w1", frozenset(["w5"])), ours.distances("w1", ["w5"]))
    assert np.array_equal(ours.distances("w1", None), ours.distances("w1"))
    assert ours[set(words)].shape == (3, 12)
    assert ours[[]].shape == (0, 12)
    assert np.array_equal(ours.similar_by_vector(ours.vectors[3:4])[0], ours.similar_by_vector(ours["w3"])[0])


@pytest.mark.parametrize(("count", "dim"), [(12, 4), (101, 100), (1003, 300)])
def test_equal_vectors_come_in_the_order_of_the_rows(count: int, dim: int) -> None:
    random = np.random.default_rng(dim)
    kinds = random.integers(0, 3, count)
    words = [f"w{row}" for row in range(count)]
    vectors = WordVectors(words, random.normal(size=(3, dim)).astype(np.float32)[kinds])
    for word in (words[0], words[-1]):
        groups: dict[int, list[tuple[str, float]]] = {}
        for other, cosine in vectors.most_similar(word, topn=count):
            groups.setdefault(kinds[words.index(other)], []).append((other, cosine))
        assert all(len({cosine for _, cosine in group}) == 1 for group in groups.values())
        rows = [[words.index(other) for other, _ in group] for group in groups.values()]
        assert all(of_group == sorted(of_group) for of_group in rows)
        expected = [words[row] for of_group in rows for row in of_group]
        for topn in range(1, count, max(1, count // 20)):
            found = [vectors.most_similar(word, topn=topn), vectors.similar_to_each([words[1], word], topn=topn)[1]]
            assert [[other for other, _ in answer] for answer in found] == [expected[:topn]] * 2
        same_kind = next(other for other in words if kinds[words.index(other)] == kinds[words.index(word)] and other != word)
        assert vectors.rank(word, same_kind) == 1


def test_many_equal_scores_are_worked_out_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "ROWS_RESCORED_AT_ONCE", 7)
    vectors = WordVectors([f"w{row}" for row in range(50)], np.ones((50, 3), np.float32))
    assert [word for word, _ in vectors.most_similar("w0", topn=20)] == [f"w{row}" for row in range(1, 21)]


def test_vectors_are_handed_out_in_one_piece(text: Path) -> None:
    trained = fastw2v.train(text, dim=10, min_count=1, epochs=1, threads=1)
    for array in (trained.vectors, trained.output_vectors):
        assert array is not None
        assert array.flags.c_contiguous
        assert array.shape == (len(trained), 10)
    assert trained.vectors is not None
    assert np.shares_memory(trained.vectors, trained.vectors)
    turned = WordVectors(["a", "b"], np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)))
    assert turned.vectors.flags.c_contiguous
    assert json.dumps(turned.vectors.tolist()) == "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]"


@pytest.mark.parametrize("dim", [5, 16, 40])
def test_vectors_that_are_handed_out_are_one_piece_of_memory(dim: int, text: Path, tmp_path: Path) -> None:
    trained = fastw2v.train(text, output=tmp_path / "v.f2v", dim=dim, epochs=1, threads=1)
    read = fastw2v.load(tmp_path / "v.f2v")
    for vectors in (
        trained,
        read,
        WordVectors(read.words, np.asfortranarray(read.vectors), output_vectors=read.vectors.T.copy().T),
    ):
        assert vectors.vectors.flags.c_contiguous
        assert vectors.output_vectors is not None
        assert vectors.output_vectors.flags.c_contiguous
        assert np.array_equal(vectors.vectors, read.vectors)
    assert np.array_equal(trained.output_vectors, read.output_vectors)
    assert trained.most_similar("w1") == read.most_similar("w1")


def test_a_restricted_search_sees_the_first_words_only(ours: WordVectors, theirs: KeyedVectors) -> None:
    same(ours.most_similar("w3", restrict=50), theirs.most_similar("w3", restrict_vocab=50))
    same(ours.most_similar("w150", restrict=50), theirs.most_similar("w150", restrict_vocab=50))
    assert len(ours.most_similar("w3", topn=1000)) == 199
    assert len(ours.most_similar("w3", topn=1000, restrict=10)) == 9
    assert ours.most_similar("w3", topn=0) == []


def test_the_other_questions_have_gensims_answers(ours: WordVectors, theirs: KeyedVectors) -> None:
    vector = np.arange(12, dtype=np.float32)
    same(ours.similar_by_vector(vector, topn=5), theirs.similar_by_vector(vector, topn=5))
    assert ours.similarity("w1", "w2") == pytest.approx(theirs.similarity("w1", "w2"), abs=1e-6)
    assert ours.distance("w1", "w2") == pytest.approx(theirs.distance("w1", "w2"), abs=1e-6)
    assert np.allclose(ours.distances("w1"), theirs.distances("w1"), atol=1e-6)
    assert np.allclose(ours.distances("w1", ["w5", "w7"]), theirs.distances("w1", ["w5", "w7"]), atol=1e-6)
    assert np.allclose(ours.distances(vector, ["w5"]), theirs.distances(vector, ["w5"]), atol=1e-6)
    lists = ["w1", "w2", "w3"], ["w7", "w8"]
    assert ours.n_similarity(*lists) == pytest.approx(theirs.n_similarity(*lists), abs=1e-6)
    for start in range(0, 200, 10):
        words = WORDS[start : start + 5]
        assert ours.doesnt_match(words) == theirs.doesnt_match(words)
        assert ours.rank(words[0], words[1]) == theirs.rank(words[0], words[1])
        assert ours.closer_than(words[0], words[1]) == theirs.closer_than(words[0], words[1])


def test_many_queries_at_once_are_the_same_as_one_by_one(ours: WordVectors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity_queries, "COSINES_AT_ONCE", 1000)  # five queries at a time
    for word, found in zip(WORDS, ours.similar_to_each(WORDS, topn=3)):
        same(found, ours.most_similar(word, topn=3))


@pytest.mark.parametrize("dtype", ["float16", "int8"])
def test_smaller_vectors_have_nearly_the_same_neighbours(ours: WordVectors, dtype: str) -> None:
    small = WordVectors(WORDS, ours.stored.converted(dtype))
    for word in WORDS[:20]:
        expected = dict(ours.most_similar(word, topn=200))
        for other, cosine in small.most_similar(word, topn=5):
            assert cosine == pytest.approx(expected[other], abs=0.02)
        assert np.allclose(small[word], ours[word], atol=0.03)


def test_words_are_looked_up(ours: WordVectors) -> None:
    assert "w7" in ours
    assert "x" not in ours
    assert len(ours) == 200
    assert ours.dim == 12
    assert list(ours)[:2] == ["w0", "w1"]
    assert np.array_equal(ours["w3"], ours.vectors[3])
    assert np.array_equal(ours[["w3", "w5"]], ours.vectors[[3, 5]])
    assert repr(ours) == "WordVectors(200 words, dimension 12)"


def test_an_unknown_word_is_named_with_near_spellings() -> None:
    vectors = WordVectors(["London", "Lisbon", "tree"], np.eye(3, dtype=np.float32))
    with pytest.raises(KeyError) as error:
        vectors["Londn"]
    assert isinstance(error.value, UnknownWordError)
    assert str(error.value) == "the word 'Londn' has no vector; did you mean London?"
    with pytest.raises(UnknownWordError, match="'london' has no vector; did you mean London"):
        vectors.most_similar("london")
    with pytest.raises(UnknownWordError, match=r"the word 'zzzzzz' has no vector$"):
        vectors.similarity("tree", "zzzzzz")


def test_a_zero_vector_is_near_to_nothing_and_no_nan() -> None:
    vectors = WordVectors(["a", "b", "zero"], np.array([[1, 0], [1, 1], [0, 0]], np.float32))
    assert dict(vectors.most_similar("a"))["zero"] == 0
    assert [cosine for _, cosine in vectors.most_similar("zero")] == [0, 0]
    assert vectors.similarity("a", "zero") == 0


def test_questions_that_make_no_sense_are_refused(ours: WordVectors) -> None:
    for ask, message in (
        (ours.most_similar, "at least one word"),
        (lambda: ours.doesnt_match([]), "at least one word"),
        (lambda: ours.n_similarity([], ["w1"]), "at least one word"),
        (lambda: ours.similar_by_vector(np.zeros(5)), r"the query vector has shape \(5,\): it must be \(12,\)"),
        (lambda: WordVectors(["a"], np.zeros((2, 2))), "the words are 1, the vectors 2: each word needs one vector"),
        (lambda: WordVectors(["a", "a"], np.zeros((2, 2))), "'a' is in row 1 too"),
        (lambda: fastw2v.load("x", limit=0), "limit is 0"),
    ):
        with pytest.raises(UsageError, match=message):
            ask()


def test_vectors_go_to_gensim_and_come_back_with_their_counts(ours: WordVectors) -> None:
    theirs = ours.to_gensim()
    assert theirs.get_vecattr("w0", "count") == 200
    back = WordVectors.from_gensim(theirs)
    assert back.words == ours.words
    assert np.array_equal(back.vectors, ours.vectors)
    assert back.counts is not None
    assert back.counts.tolist() == list(range(200, 0, -1))
    plain = KeyedVectors(2)
    plain.add_vectors(["a"], np.ones((1, 2), np.float32))
    assert WordVectors.from_gensim(plain).counts is None
