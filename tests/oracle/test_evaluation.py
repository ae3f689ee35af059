"""Analogies and word similarity: gensim's figures on the same vectors and files."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from fastw2v.errors import UsageError
from fastw2v.vectors.evaluation.analogies import evaluate_analogies
from fastw2v.vectors.evaluation.similarity import evaluate_similarity
from fastw2v.vectors.word_vectors import WordVectors

pytestmark = pytest.mark.quick

RELATIONS = {"capital-common-countries": 8, "family": 6, "gram1-adjective-to-adverb": 7, "gram2-opposite": 6}


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    """Pairs with a planted difference for each relation, noise over it, other words, and some in two spellings."""
    random = np.random.default_rng(5)
    words, rows = [], []
    for relation, pairs in RELATIONS.items():
        step = random.normal(size=20)
        for pair in range(pairs):
            base = random.normal(size=20)
            words += [f"{relation[:4]}{relation[4]}a{pair}", f"{relation[:4]}{relation[4]}b{pair}"]
            rows += [base, base + step + random.normal(size=20) * 0.9]
    words += [words[0].upper(), words[3].title(), *(f"filler{i}" for i in range(60))]
    rows += list(random.normal(size=(62, 20)))
    rows[len(words) - 62] = rows[0] * 1.1
    return WordVectors(words, np.array(rows, np.float32))


@pytest.fixture(scope="module")
def questions(vectors: WordVectors, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("questions") / "questions.txt"
    with path.open("w") as file:
        for relation, pairs in RELATIONS.items():
            file.write(f": {relation}\n")
            name = relation[:4] + relation[4]
            for first in range(pairs):
                for second in range(pairs):
                    if first != second:
                        file.write(f"{name}a{first} {name}b{first} {name.title()}a{second} {name}b{second}\n")
            file.write(f"{name}a0 {name}b0 unknown {name}b1\n")
    return path


@pytest.fixture(scope="module")
def theirs(vectors: WordVectors) -> KeyedVectors:
    keyed = KeyedVectors(vectors.dim)
    keyed.add_vectors(vectors.words, vectors.vectors)
    return keyed


@pytest.mark.parametrize("restrict", [None, 40, 110])
@pytest.mark.parametrize("case_sensitive", [False, True])
def test_analogies_have_gensims_figures(
    vectors: WordVectors, theirs: KeyedVectors, questions: Path, restrict: int | None, case_sensitive: bool
) -> None:
    found = evaluate_analogies(vectors, questions, restrict=restrict, case_sensitive=case_sensitive)
    score, sections = theirs.evaluate_word_analogies(
        str(questions), restrict_vocab=restrict or 10**6, case_insensitive=not case_sensitive
    )
    expected = {section["section"]: (len(section["correct"]), len(section["incorrect"])) for section in sections}
    for section in found.sections:
        assert (section.solved, section.asked - section.solved) == expected[section.name]
    assert found.total.share == pytest.approx(score, abs=1e-9)


# ı and i are two letters, of which Unicode makes one capital.
TURKISH = WordVectors(
    ["ılık", "ilik", "a", "b", "c", "élan", "A"],
    np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 0], [5, 1, 5]], np.float32),
)


def test_only_a_to_z_lose_their_case_unless_all_letters_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "q").write_text("ılık A ilik B\n")
    found = evaluate_analogies(TURKISH, tmp_path / "q").total
    assert (found.asked, found.solved) == (1, 1)
    assert evaluate_analogies(TURKISH, tmp_path / "q", unicode_case=True).total.solved == 0
    assert evaluate_analogies(TURKISH, tmp_path / "q", case_sensitive=True).total.asked == 0
    (tmp_path / "p").write_text("ılık a 1\nILIK a 2\nÉLAN b 3\n")
    assert evaluate_similarity(TURKISH, tmp_path / "p").known == 2
    assert evaluate_similarity(TURKISH, tmp_path / "p", unicode_case=True).known == 3


def test_folding_all_letters_gives_gensims_figures(tmp_path: Path) -> None:
    theirs = KeyedVectors(TURKISH.dim)
    theirs.add_vectors(TURKISH.words, TURKISH.vectors)
    (tmp_path / "q").write_text(": x\nılık A ilik B\nÉLAN a b ILIK\n")
    score, _ = theirs.evaluate_word_analogies(str(tmp_path / "q"))
    assert evaluate_analogies(TURKISH, tmp_path / "q", unicode_case=True).total.share == pytest.approx(score)


def test_3cosmul_solves_what_gensims_most_similar_cosmul_solves(
    vectors: WordVectors, theirs: KeyedVectors, tmp_path: Path
) -> None:
    words = vectors.words[:54]
    questions = [[*words[i : i + 2], *words[j : j + 2]] for i in range(0, 54, 2) for j in range(0, 54, 2) if i != j]
    (tmp_path / "questions").write_text("".join(" ".join(question) + "\n" for question in questions))
    answers = [theirs.most_similar_cosmul([b, c], [a], topn=1)[0][0] for a, b, c, _ in questions]
    expected = sum(answer == question[3] for answer, question in zip(answers, questions))
    found = evaluate_analogies(vectors, tmp_path / "questions", method="3cosmul", case_sensitive=True)
    assert found.total.solved == expected
    assert found.total.solved != evaluate_analogies(vectors, tmp_path / "questions", case_sensitive=True).total.solved


def test_sections_add_up_and_unknown_words_lower_the_coverage(vectors: WordVectors, questions: Path) -> None:
    found = evaluate_analogies(vectors, questions)
    assert [section.name for section in found.sections] == list(RELATIONS)
    assert found.semantic.questions == 8 * 7 + 6 * 5 + 2
    assert found.syntactic.questions == 7 * 6 + 6 * 5 + 2
    assert found.total.asked == found.total.questions - 4
    assert 0 < found.total.solved < found.total.asked
    assert found.sections[0].coverage == 56 / 57


def test_similarity_has_gensims_figures(vectors: WordVectors, theirs: KeyedVectors, tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    path = tmp_path / "pairs.txt"
    lines = [f"{a.title()}\t{b}\t{score:.2f}" for a, b, score in zip(vectors.words, vectors.words[5:], random.random(60))]
    path.write_text("# judged by nobody\n" + "\n".join([*lines, "unknown\tw\t3"]) + "\n")
    found = evaluate_similarity(vectors, path)
    pearson, spearman, unknown = theirs.evaluate_word_pairs(str(path))
    assert found.pearson == pytest.approx(pearson[0], abs=1e-6)
    assert found.pearson_p == pytest.approx(pearson[1], rel=1e-3)
    assert found.spearman == pytest.approx(spearman[0], abs=1e-6)
    assert found.spearman_p == pytest.approx(spearman[1], rel=1e-3)
    assert found.coverage == pytest.approx(1 - unknown / 100)


@pytest.mark.parametrize("mark", ["\t", " ", ",", ";"])
def test_pairs_may_stand_between_tabs_spaces_commas_or_semicolons_under_a_line_of_headings(tmp_path: Path, mark: str) -> None:
    vectors = WordVectors(["a", "b", "c"], np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    (tmp_path / "pairs").write_text(
        "\n".join(mark.join(line.split()) for line in ["w1 w2 score", "a b 9 x", "a c 1 y", "b x 3 z"])
    )
    found = evaluate_similarity(vectors, tmp_path / "pairs")
    assert (found.pairs, found.known) == (3, 2)
    assert found.spearman == pytest.approx(1)


def test_files_that_hold_something_else_are_refused_with_the_line(vectors: WordVectors, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for content, message in (
        ("", "no analogies"),
        (": x\n", "no analogies"),
        (": x\na b c d\na b c\n", "line 3: expected four"),
    ):
        path.write_text(content)
        with pytest.raises(UsageError, match=message):
            evaluate_analogies(vectors, path)
    for content, message in (
        ("", "no word pairs"),
        ("a b 1\na b\n", "line 2: expected two words"),
        ("a b 1\na b x\n", "line 2"),
    ):
        path.write_text(content)
        with pytest.raises(UsageError, match=message):
            evaluate_similarity(vectors, path)
    with pytest.raises(UsageError, match="cannot read"):
        evaluate_analogies(vectors, tmp_path / "none")
    with pytest.raises(UsageError, match="method is 'x'"):
        evaluate_analogies(vectors, path, method="x")
