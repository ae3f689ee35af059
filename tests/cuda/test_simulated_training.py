"""The GPU's kernels and engine in the CUDA simulator.

The kernels are held to the formula that the CPU's blocked kernel is held to, and watched for races and indices out of bounds.
"""

import json
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba_cuda", reason="needs numba-cuda")

from helpers.cuda_launches import SENTENCES, Launches, plan_of, sentences, small_model
from helpers.formula import block_formula, exact_loss
from helpers.listeners import StopAt
from helpers.texts import zipf_text
from helpers.variants import COUNTS, VARIANTS
from helpers.watched_simulator import watched_simulator  # noqa: F401, it watches all that is launched here

import fastw2v
from fastw2v.checkpoints import periodic
from fastw2v.corpus.id_stream import IdStream
from fastw2v.errors import Fastw2vError, Interrupted
from fastw2v.kernels.cuda import batch as cuda_batch
from fastw2v.kernels.cuda.plan import MOST_STATIC, best_streams, plan
from fastw2v.kernels.cuda.toolkit import SIMULATED_CARD
from fastw2v.kernels.worker import Variant
from fastw2v.model.matrices import new_model
from fastw2v.model.tables import tables
from fastw2v.reporting.listener import Listener
from fastw2v.run.pipeline import Files, resume, run
from fastw2v.settings import Settings
from fastw2v.training import gpu
from fastw2v.training.devices import new_engine
from fastw2v.training.progress import Progress
from fastw2v.training.trainer import Trainer
from fastw2v.vectors.word_vectors import WordVectors

pytestmark = [
    pytest.mark.simulator,
    pytest.mark.filterwarnings("ignore:overflow encountered"),  # of random numbers, which are taken modulo 2^64
]


@pytest.mark.parametrize(
    ("cbow", "negative", "hs", "block", "span", "in_shared", "lanes"),
    [(*variant, 6, 96, True, 2) for variant in VARIANTS]
    + [(False, 5, False, 1, 96, True, 2), (False, 5, False, 6, 5, True, 2), (True, 7, True, 6, 96, False, 2)]
    + [(False, 5, True, 6, 4, True, 1)],
)
def test_a_launch_moves_the_model_as_the_formula_says(
    cbow: bool, negative: int, hs: bool, block: int, span: int, in_shared: bool, lanes: int
) -> None:
    variant = Variant(cbow, hs, negative, 3)
    lookup = tables(COUNTS, Settings(sample=0, negative=negative, hs=hs))
    model = small_model(COUNTS, negative, hs)
    plan = plan_of(variant, lookup, block, 6 if negative else 0, span=span, in_shared=in_shared, lanes=lanes)
    ids = sentences(SENTENCES, len(COUNTS))
    launch = Launches(plan, lookup, [[0, len(ids), 0]], ids)
    drawn = launch.drawn()
    assert list(drawn.words) == list(ids[ids > 0])
    if negative and block > 1:
        blocks = [slice(start, start + block) for start in range(0, len(drawn.words), block)]
        assert any(len(set(drawn.words[part])) < len(drawn.words[part]) for part in blocks)  # repeated centers
        assert any(len(set(pool)) < plan.pool for pool in drawn.noise)  # repeated noise words
        assert set(drawn.noise[0]) & set(drawn.words[blocks[0]])
        assert span > 90 or cbow or len(drawn.noise) > len(blocks)
    after = launch.train(model, 0.05)
    expected = block_formula(model, drawn, variant, lookup, 0.05, kind="gpu", span=span)
    for found, right, start in zip(after, expected, model):
        if found.size:
            assert np.abs(right - start).max() > 0.02
            assert np.allclose(found, right, rtol=0, atol=2e-5)


@pytest.mark.parametrize(("cbow", "negative", "hs"), VARIANTS)
def test_a_vocabulary_smaller_than_the_pool_is_trained_on(cbow: bool, negative: int, hs: bool) -> None:
    counts = np.array([5, 9, 4], np.int64)
    variant = Variant(cbow, hs, negative, 2)
    lookup = tables(counts, Settings(sample=0, negative=negative, hs=hs))
    model = small_model(counts, negative, hs)
    ids = sentences([1, 1, 4, 2], len(counts))
    launch = Launches(plan_of(variant, lookup, 4, 8 if negative else 0), lookup, [[0, len(ids), 0]], ids)
    drawn = launch.drawn()
    after = launch.train(model, 0.05)
    for found, right in zip(after, block_formula(model, drawn, variant, lookup, 0.05, kind="gpu")):
        assert np.allclose(found, right, rtol=0, atol=2e-5)


def test_words_alone_in_their_sentences_leave_the_input_vectors_as_they_are() -> None:
    variant = Variant(False, True, 3, 5)
    lookup = tables(COUNTS, Settings(sample=0, negative=3, hs=True))
    model = small_model(COUNTS, 3, True)
    ids = np.array([3, 0, 0, 4, 0, 3, 0], np.int32)
    launch = Launches(plan_of(variant, lookup, 4, 4), lookup, [[0, len(ids), 0]], ids)
    assert list(launch.drawn().end - launch.drawn().begin) == [1, 1, 1]
    assert all(np.array_equal(*pair) for pair in zip(launch.train(model, 0.05), model))


def test_a_piece_without_any_word_moves_nothing() -> None:
    lookup = tables(COUNTS, Settings(sample=0, negative=3, hs=False))
    model = small_model(COUNTS, 3, False)
    launch = Launches(plan_of(Variant(False, False, 3, 5), lookup, 4, 4), lookup, [[0, 3, 0], [3, 0, 9]], np.zeros(3, np.int32))
    assert [len(launch.drawn(stream).words) for stream in (0, 1)] == [0, 0]
    assert all(np.array_equal(*pair) for pair in zip(launch.train(model, 0.05), model))


def test_sentences_and_windows_are_what_the_text_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_batch, "MAX_SENTENCE_LENGTH", 30)
    ids = sentences([*SENTENCES, 71], len(COUNTS))
    lookup = tables(COUNTS, Settings(sample=0, negative=0, hs=True))
    plan = plan_of(Variant(False, True, 0, 4), lookup, 4, 0)
    launch = Launches(plan, lookup, [[0, len(ids), 0]], ids)
    batch = launch.drawn()
    starts = np.concatenate([[0], np.cumsum([length for length in SENTENCES if length])])
    bounds = [*starts, starts[-1] + 30, starts[-1] + 60, starts[-1] + 71]  # a longer sentence is several
    reaches = set()
    for begin, end in pairwise(bounds):
        for center in range(begin, end):
            assert begin <= batch.begin[center] <= center < batch.end[center] <= end
            before, after = center - batch.begin[center], batch.end[center] - center - 1
            assert before == after or batch.begin[center] == begin or batch.end[center] == end
            reaches.add(max(before, after))
    assert reaches == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("exponent", [0.75, -2, 2])
def test_what_is_kept_and_drawn_has_the_right_frequencies_however_the_text_is_cut(exponent: float) -> None:
    random = np.random.default_rng(3)
    ids = random.choice(len(COUNTS), 400, p=COUNTS / COUNTS.sum()).astype(np.int32)
    lookup = tables(COUNTS, Settings(sample=0.03, noise_exponent=exponent))
    plan = plan_of(Variant(False, False, 5, 3), lookup, 4, 10)
    batch = Launches(plan, lookup, [[0, 400, 100]], ids).drawn()
    texts, kept = np.bincount(ids, minlength=16), np.bincount(batch.words, minlength=16)
    for word in range(1, 16):
        share = min(1, float(lookup.keep[word]))
        assert abs(kept[word] - texts[word] * share) <= 4 * np.sqrt(texts[word] * share * (1 - share)) + 1e-9
    drawn = batch.noise.ravel()
    weights = COUNTS.astype(float) ** exponent
    weights[0] *= exponent == 0.75
    right = weights / weights.sum()
    right = right + right[0] / (len(COUNTS) - 1)  # the place of </s>, if it has one, goes to all others alike
    found = np.bincount(drawn, minlength=16) / len(drawn)
    assert found[0] == 0
    assert np.abs(found - right)[1:].max() < 4 * np.sqrt(0.25 / len(drawn))
    halves = [Launches(plan, lookup, [[start, 200, 100 + start]], ids).drawn().words for start in (0, 200)]
    assert np.array_equal(np.concatenate(halves), batch.words)


@pytest.mark.parametrize(("cbow", "negative", "hs"), VARIANTS)
def test_the_loss_is_the_mean_of_the_objective_over_pairs(cbow: bool, negative: int, hs: bool) -> None:
    variant = Variant(cbow, hs, negative, 1)
    text = np.random.default_rng(2).integers(1, len(COUNTS), 8)
    counts = np.bincount(text, minlength=len(COUNTS)).astype(np.int64)
    lookup = tables(counts, Settings(sample=0, negative=negative, hs=hs))
    model = small_model(counts, negative, hs)
    streams = 24 if negative else 1  # the same text with other noise words
    launch = Launches(
        plan_of(variant, lookup, 4, 2 if negative else 0),
        lookup,
        [[0, 8, 8 * n] for n in range(streams)],
        text.astype(np.int32),
    )
    nats, pairs = launch.loss(model).sum(axis=0)
    assert pairs == streams * (8 if cbow else 14)
    expected = exact_loss(text.tolist(), model, lookup, variant)
    assert np.isclose(nats / pairs, expected, rtol=0.05 if negative else 1e-5)


SMALL = {
    "dim": 4,
    "min_count": 1,
    "alpha": 0.004,
    "sample": 0,
    "window": 2,
    "negative": 1,
    "epochs": 2,
    "device": "cuda",
    "threads": 1,
}


@pytest.fixture(scope="module")
def few_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_bytes(zipf_text(100, 12))
    return path


@pytest.fixture(scope="module")
def whole(few_words: Path, tmp_path_factory: pytest.TempPathFactory) -> WordVectors:
    """What a run that nothing disturbs makes."""
    log = tmp_path_factory.mktemp("log") / "log"
    vectors = run(str(few_words), Settings(**SMALL, streams=1), Files(log=log), Listener())
    end = json.loads(log.read_text().splitlines()[-1])
    assert (end["settings"]["device"], end["settings"]["streams"]) == ("cuda", 1)
    assert 0.5 < end["loss"] < 2 * np.log(2) + 0.05
    assert vectors.output_vectors is not None
    assert np.abs(vectors.output_vectors).max() > 1e-3
    return vectors


def test_a_run_on_the_gpu_is_stopped_resumed_and_gives_the_same_bytes(
    few_words: Path, whole: WordVectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periodic, "MAX_TIME_FRACTION", 1e9)  # a checkpoint at every look
    settings = Settings(**SMALL, streams=1)
    files = Files(output=tmp_path / "resumed.bin", checkpoint=tmp_path / "state", checkpoint_every=0)
    with pytest.raises(Interrupted, match="resume"):
        run(str(few_words), settings, files, StopAt(0.2))
    listener = StopAt(2)
    found = resume(tmp_path / "state", listener=listener)
    assert any("resuming at" in note and "100" not in note for note in listener.notes)
    assert found.vectors.tobytes() == whole.vectors.tobytes()


def test_ids_that_do_not_fit_on_the_gpu_go_through_it_and_give_the_same_bytes(
    few_words: Path, whole: WordVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, engines = gpu.memory_needed, []

    def needed(*arguments: object) -> gpu.Memory:
        memory = original(*arguments)  # type: ignore[arg-type]
        assert memory.passing < memory.ids
        return memory

    def remembered(engine: gpu.Gpu) -> None:
        engines.append(engine)
        take_memory(engine)

    take_memory = gpu.Gpu._take_memory
    monkeypatch.setattr(gpu, "memory_needed", needed)
    monkeypatch.setattr(gpu.Gpu, "_take_memory", remembered)
    monkeypatch.setattr(gpu.Gpu, "_fits", lambda engine, card: False)
    assert fastw2v.train(few_words, **SMALL, streams=1).vectors.tobytes() == whole.vectors.tobytes()
    assert not engines[0].resident


def test_a_gpu_with_too_little_memory_is_refused_with_the_figures(few_words: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "the_card", lambda: SIMULATED_CARD._replace(free=1000))
    says = r"the GPU \(the simulator\) has 1.0 kB free, and training needs .* of them for the model: a smaller dim="
    with pytest.raises(Fastw2vError, match=says):
        fastw2v.train(few_words, **SMALL)


def test_all_ids_are_kept_on_a_gpu_that_has_room_for_them() -> None:
    lookup = tables(COUNTS, Settings(sample=0, negative=5, hs=False))
    made = plan_of(Variant(False, False, 5, 3), lookup, 4, 8)
    needed = gpu.memory_needed(made, small_model(COUNTS, 5, False), lookup, 10**9, 132, 8192)
    assert needed.ids == 4 * 10**9
    assert needed.passing == 2 * 132 * 8192 * 4
    assert needed.work > 132 * 8192 * 20


def test_several_streams_train_all_of_the_text(few_words: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []

    class Sees(Listener):
        def training(self, progress: Progress) -> None:
            seen.append(progress)

    settings = Settings(**SMALL | {"hs": True, "negative": 0, "model": "cbow", "epochs": 1}, streams=3)
    vectors = run(str(few_words), settings, Files(), Sees())
    assert seen[-1].words == seen[-1].total_words
    assert np.isfinite(vectors.vectors).all()
    assert len(set(np.abs(vectors.vectors).max(axis=1))) == len(vectors.words)


def test_what_is_changed_while_training_is_paused_is_trained_on() -> None:
    ids = IdStream(memory=2**20)
    ids.append(np.tile(np.array([1, 2, 3, 0], np.int32), 70))
    ids.finish()
    settings = Settings(**SMALL | {"alpha": 1e-9, "epochs": 1}, streams=1)
    lookup = tables(np.full(4, 70, np.int64), Settings(sample=0, negative=1, hs=False))
    model = new_model(4, Settings(dim=4, negative=1, hs=False, threads=1))
    trainer = Trainer(new_engine(ids, model, lookup, settings), settings)
    trainer.engine.words_elsewhere = 17
    assert trainer.words_done == 17
    seen = []

    def report(progress: Progress) -> None:
        if not seen:
            with trainer.paused(changing=True):
                model.input[:] = 3
                seen.append(progress.words)

    end = trainer.run(report, every=0.01)
    assert seen[0] < end.words == 297
    assert np.allclose(model.input, 3, atol=1e-3)


def test_fewer_streams_are_chosen_for_fewer_words_and_smaller_texts() -> None:
    card = SIMULATED_CARD._replace(multiprocessors=132)
    variant = Variant(False, False, 5, 5)
    chosen = []
    for words, ids in ((50, 10**9), (100_000, 10**9), (100_000, 100_000)):
        counts = (1e9 / np.arange(1, words + 1)).astype(np.int64)
        lookup = tables(counts, Settings(sample=1e-4, negative=5, hs=False))
        made = plan(variant, 100, lookup, 0.025, card.shared)
        chosen.append((best_streams(made, lookup, 0.025, ids, card), made.block))
    (few, short), (many, block), (small_text, _) = chosen
    assert few * short < 400 < 2000 < many * block
    assert many <= 132
    assert small_text == 50


def test_blocks_get_smaller_and_then_leave_shared_memory_as_rows_grow() -> None:
    lookup = tables(COUNTS, Settings(sample=0, negative=5, hs=False))
    made = [plan(Variant(False, False, 5, 5), dim, lookup, 0.025, 227 * 1024) for dim in (100, 300, 900, 10_000)]
    assert [each.in_shared for each in made] == [True, True, True, False]
    assert [each.block for each in made] == [16, 16, 8, 16]
    assert all(each.dynamic_shared + each.static_shared < 227 * 1024 for each in made)


def test_the_plan_holds_every_setting_and_lowers_no_learning_rate() -> None:
    lookup = tables(COUNTS, Settings(sample=0, negative=5, hs=False))
    for cbow, negative, window in product((False, True), (1, 20, 1000), (1, 30, 1000)):
        made = plan(Variant(cbow, False, negative, window), 100, lookup, 0.025, 227 * 1024)
        assert made.static_shared <= MOST_STATIC
        if made.block > 1 and not cbow:
            assert made.block * negative / made.pool <= 5
            assert 0.025 * made.block * negative <= 2


def test_the_learning_rate_ends_on_the_one_that_was_asked_for(few_words: Path) -> None:
    rates = []

    class Hears(Listener):
        def training(self, progress: Progress) -> None:
            rates.append(progress.alpha)

    run(str(few_words), Settings(**SMALL | {"epochs": 1, "min_alpha": 0.003}, streams=1), Files(), Hears())
    assert rates[-1] == pytest.approx(0.003, rel=5e-3)
