"""The reference kernel against the original C program: the same text, the same settings, one thread."""

import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from helpers.texts import zipf_text

import fastw2v
from fastw2v.corpus.vocabulary import read_vocabulary

WORDS = 220_000
VARIANTS = [(model, negative, hs) for model in ("skipgram", "cbow") for negative, hs in ((5, False), (0, True), (5, True))]


class Oracle(NamedTuple):
    """The original program, a text and what the original counts in it."""

    program: str
    text: Path
    vocab: Path

    def train(self, output: Path, *, model: str, negative: int, hs: bool, binary: int = 1) -> None:
        """Train on the text with the original: 2 epochs, 32 dimensions, one thread."""
        options = f"-size 32 -window 5 -sample 1e-3 -iter 2 -threads 1 -debug 0 -binary {binary}"
        options += f" -cbow {int(model == 'cbow')} -negative {negative} -hs {int(hs)}"
        files = ["-train", str(self.text), "-output", str(output), "-save-vocab", str(self.vocab)]
        subprocess.run([self.program, *files, *options.split()], check=True, stdout=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="module")
def oracle(original: str, tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    folder = tmp_path_factory.mktemp("oracle")
    made = Oracle(original, folder / "text.txt", folder / "vocab.txt")
    made.text.write_bytes(zipf_text(WORDS, 4000))
    made.train(folder / "first.bin", model="skipgram", negative=5, hs=False)
    return made


@pytest.mark.parametrize(
    ("model", "negative", "hs"),
    [pytest.param(*variant, marks=[pytest.mark.quick] if variant[1:] == (5, False) else []) for variant in VARIANTS],
)
def test_every_row_has_the_originals_direction(oracle: Oracle, tmp_path: Path, model: str, negative: int, hs: bool) -> None:
    oracle.train(tmp_path / "theirs.bin", model=model, negative=negative, hs=hs)
    theirs = fastw2v.load(tmp_path / "theirs.bin")
    # The original orders words of equal count as its C library's sort happens to; its own vocabulary file settles that.
    variant = {"model": model, "negative": negative, "hs": hs, "kernel": "reference"}
    ours = fastw2v.train(oracle.text, **variant, dim=32, epochs=2, threads=1, read_vocab=oracle.vocab)
    assert ours.words == theirs.words
    lengths = np.linalg.norm(ours.vectors, axis=1) * np.linalg.norm(theirs.vectors, axis=1)
    cosines = (ours.vectors * theirs.vectors).sum(axis=1) / lengths
    assert cosines.min() >= 0.9999
    assert len(cosines) > 3000


@pytest.mark.quick
def test_counting_finds_the_originals_words_in_its_order_ties_aside(oracle: Oracle, tmp_path: Path) -> None:
    ours = fastw2v.train(oracle.text, dim=4, epochs=1, threads=2, save_vocab=tmp_path / "vocab.txt")
    counted, theirs = read_vocabulary(tmp_path / "vocab.txt"), read_vocabulary(oracle.vocab)
    assert counted.counts.tolist() == theirs.counts.tolist()
    assert sorted(zip(counted.counts.tolist(), counted.words())) == sorted(zip(theirs.counts.tolist(), theirs.words()))
    assert ours.words[0] == "</s>"


def test_our_files_have_the_originals_bytes(oracle: Oracle, tmp_path: Path) -> None:
    for binary in (0, 1):
        oracle.train(tmp_path / f"theirs{binary}", model="skipgram", negative=5, hs=False, binary=binary)
    vectors = fastw2v.load(tmp_path / "theirs1")
    for binary in (0, 1):
        vectors.save(tmp_path / f"ours{binary}", "binary" if binary else "original")
        assert (tmp_path / f"ours{binary}").read_bytes() == (tmp_path / f"theirs{binary}").read_bytes()


@pytest.mark.quick
def test_our_vocabulary_file_has_the_originals_bytes(oracle: Oracle, tmp_path: Path) -> None:
    read_vocabulary(oracle.vocab).save(tmp_path / "vocab.txt")
    assert (tmp_path / "vocab.txt").read_bytes() == oracle.vocab.read_bytes()
