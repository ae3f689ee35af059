"""Training: threads, seeds, schedule, loss, the Python call."""

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from helpers.formula import exact_loss
from helpers.inlined_functions import callable_piece
from helpers.texts import zipf_text
from helpers.trainers import trainer

import fastw2v
from fastw2v.demo.questions import solved_analogies
from fastw2v.demo.text import sentences
from fastw2v.errors import Fastw2vError, Interrupted, UsageError
from fastw2v.kernels import KERNELS
from fastw2v.kernels.loss import measure
from fastw2v.kernels.schedule import CACHE_LINE, learning_rate, new_schedule
from fastw2v.kernels.worker import Variant
from fastw2v.model import top_nodes
from fastw2v.model.huffman import huffman_tree
from fastw2v.model.matrices import new_model
from fastw2v.model.random_stream import random_start
from fastw2v.model.tables import tables
from fastw2v.model.top_nodes import CENTERS_BITS, NO_COPIES, TOP_NODES, count_copy_rows, make_copies
from fastw2v.settings import KERNELS as KERNEL_NAMES
from fastw2v.settings import Settings, parse_size
from fastw2v.training.progress import Progress
from fastw2v.training.state import captured
from fastw2v.training.threads import CHUNK

SMALL = {"dim": 16, "epochs": 2, "min_count": 1}


@pytest.mark.parametrize("model", ["skipgram", "cbow"])
@pytest.mark.parametrize("kernel", KERNEL_NAMES)
def test_one_thread_and_one_seed_give_the_same_bytes(text: Path, model: str, kernel: str) -> None:
    kind = {"model": model, "kernel": kernel, "threads": 1, **SMALL}
    first, second = (fastw2v.train(text, seed=5, **kind) for _ in range(2))
    assert first.vectors.tobytes() == second.vectors.tobytes()
    other = fastw2v.train(text, seed=6, **kind)
    assert other.vectors.tobytes() != first.vectors.tobytes()


def test_ids_in_a_temporary_file_give_the_same_bytes(text: Path) -> None:
    in_memory = fastw2v.train(text, threads=1, **SMALL)
    in_file = fastw2v.train(text, threads=1, memory=1000, **SMALL)
    assert in_memory.vectors.tobytes() == in_file.vectors.tobytes()


def solved_share(threads: int, epochs: int = 4, **settings: object) -> float:
    """The share of planted analogies that vectors trained on 200,000 words solve."""
    vectors = fastw2v.train(sentences(200_000), dim=32, epochs=epochs, threads=threads, **settings)
    solved, asked = np.sum(list(solved_analogies(vectors).values()), axis=0)
    return float(solved / asked)


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_any_number_of_threads_learns_the_planted_relations(threads: int) -> None:
    assert solved_share(threads) > 0.9


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "cbow"},
        {"hs": True, "negative": 0},
        {"model": "cbow", "hs": True, "negative": 0},
        {"hs": True},
        {"model": "cbow", "hs": True},
        {"kernel": "reference"},
        {"kernel": "reference", "model": "cbow"},
        {"kernel": "reference", "hs": True, "negative": 0},
    ],
)
@pytest.mark.slow
def test_every_variant_learns_the_planted_relations(settings: dict[str, object]) -> None:
    assert solved_share(2, epochs=8, **settings) > 0.9


def test_more_threads_than_words_work() -> None:
    vectors = fastw2v.train([["a", "b"], ["b", "a"]], threads=64, dim=4, min_count=1, sample=0)
    assert sorted(vectors.words) == ["</s>", "a", "b"]
    assert np.isfinite(vectors.vectors).all()


def test_more_threads_than_the_tree_has_nodes_work() -> None:
    vectors = fastw2v.train([["a", "b"], ["b", "a", "c"]] * 50, threads=3, dim=4, min_count=1, sample=0, hs=True, negative=0)
    assert sorted(vectors.words) == ["</s>", "a", "b", "c"]
    assert np.isfinite(vectors.vectors).all()


FEW_WORDS = [
    {},
    {"negative": 15},
    {"negative": 100},
    {"window": 50, "negative": 15},
    {"model": "cbow", "window": 10, "negative": 15},
    {"hs": True},
    {"hs": True, "negative": 0},
    {"model": "cbow", "hs": True},
]


@pytest.mark.parametrize("kind", FEW_WORDS)
@pytest.mark.slow
def test_few_words_and_many_noise_words_do_not_diverge(kind: dict[str, object], tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    text = [[f"w{i}" for i in random.zipf(1.5, 20) % 30] for _ in range(2000)]
    losses = []
    for kernel in KERNEL_NAMES:
        log = tmp_path / kernel
        vectors = fastw2v.train(text, dim=24, sample=0, threads=1, epochs=3, kernel=kernel, log=log, **kind).vectors
        assert np.abs(vectors).max() < 20
        losses.append(json.loads(log.read_text().splitlines()[-1])["loss"])
    blocked, reference = losses
    assert math.isclose(blocked, reference, rel_tol=0.03)


REFERENCE = {"kernel": "reference"}


@pytest.mark.parametrize("kind", [{}, {"hs": True}, REFERENCE, REFERENCE | {"model": "cbow"}])
def test_a_learning_rate_that_diverges_is_an_error_and_no_crash(kind: dict[str, object]) -> None:
    text = np.random.default_rng(1).integers(0, 5, (500, 20)).astype(str).tolist()
    with pytest.raises(Fastw2vError, match="training diverged"):
        fastw2v.train(text, alpha=10.0, dim=8, min_count=1, sample=0, threads=1, **kind)


def test_threads_add_what_they_learned_of_the_top_nodes() -> None:
    exchange_when_due, own_row = callable_piece(top_nodes.exchange_when_due), callable_piece(top_nodes.own_row)
    state = np.zeros(1, [("since_exchange", np.int64)])[0]
    inner, root = 599, 598
    tree = huffman_tree(np.arange(inner + 1, 0, -1).astype(np.int64))
    nodes = np.zeros((inner + count_copy_rows(2), 16), np.float32)
    nodes[:inner] = 1
    copies = [make_copies(nodes, inner, thread) for thread in range(2)]
    own_roots = [own_row(root, tree, copies[thread]) for thread in range(2)]
    assert len({root, *own_roots}) == 3
    assert nodes[own_roots[0], 0] == 1
    assert own_row(10, tree, copies[0]) == 10
    assert own_row(root, tree, NO_COPIES) == root
    nodes[own_roots[0]] += 5
    nodes[own_roots[1]] += 7
    often = 1 << CENTERS_BITS
    exchange_when_due(often - 1, state, nodes, tree, copies[0])
    assert nodes[root, 0] == 1
    for thread in (0, 1, 0):
        state["since_exchange"] = often - 1
        exchange_when_due(1, state, nodes, tree, copies[thread])
    assert nodes[root, 0] == nodes[own_roots[0], 0] == 13
    assert np.all(nodes[:root] == 1)


def test_a_top_node_is_exchanged_after_as_many_of_its_paths_wherever_it_is_in_the_tree() -> None:
    exchange_when_due = callable_piece(top_nodes.exchange_when_due)
    inner, often = 599, 1 << CENTERS_BITS
    tree = huffman_tree(np.arange(inner + 1, 0, -1).astype(np.int64))
    nodes = np.zeros((inner + count_copy_rows(2), 16), np.float32)
    own = make_copies(nodes, inner, 0) + np.arange(TOP_NODES)[::-1]  # from the root down
    state = np.zeros(1, [("since_exchange", np.int64)])[0]
    exchanges = np.zeros(TOP_NODES)
    for _ in range(often << 8):
        nodes[own] += 1
        exchange_when_due(1, state, nodes, tree, int(own[-1]))
        exchanges += nodes[own, 0] == nodes[inner - 1 - np.arange(TOP_NODES), 0]
    levels = np.log2(1 + np.arange(TOP_NODES)).astype(int)
    assert np.array_equal(exchanges, 256 >> levels)


def test_the_learning_rate_falls_over_the_words_of_all_threads() -> None:
    schedule = new_schedule(Settings(alpha=0.05), 1000, 3)
    assert learning_rate(schedule) == np.float32(0.05)
    schedule.words_done[0] = 200
    schedule.words_done[2 * CACHE_LINE] = 300
    assert math.isclose(learning_rate(schedule), 0.05 * (1 - 500 / 1001), rel_tol=1e-6)
    schedule.words_done[0] = 10_000
    assert math.isclose(learning_rate(schedule), 0.05 * 1e-4, rel_tol=1e-6)


def test_progress_counts_the_words_of_all_threads_and_epochs() -> None:
    ids = np.random.default_rng(1).integers(0, 50, 100_000)
    job = trainer(ids, Settings(dim=8, epochs=3, threads=2, kernel="reference"))
    seen = []
    job.engine.gate.allow(75_000)

    def report(progress: Progress) -> None:
        seen.append(progress)
        if job.engine.gate.waiting == job.engine.gate.inside:
            job.engine.gate.allow(75_000 * (len(seen) + 1) if len(seen) < 3 else math.inf)

    end = job.run(report, every=0.01)
    assert end.words == end.total_words == 300_000
    assert end.share == 1
    assert end.epoch == end.epochs == 3
    assert len(seen) > 3
    assert [progress.words for progress in seen] == sorted(progress.words for progress in seen)
    assert math.isclose(end.alpha, 0.025e-4, rel_tol=1e-3)
    assert 0 < end.loss < 6 * math.log(2) + 0.1


def test_a_failing_thread_ends_the_run() -> None:
    job = trainer(np.random.default_rng(1).integers(0, 50, 200_000), Settings(dim=8, threads=2))

    def broken(start: int, stop: int) -> np.ndarray:
        raise Fastw2vError("the disk is gone")

    job.engine.ids.read = broken  # type: ignore[attr-defined]
    with pytest.raises(Fastw2vError, match="the disk is gone"):
        job.run(lambda progress: None)


@pytest.mark.parametrize("cbow", [False, True])
@pytest.mark.parametrize(
    ("negative", "hs", "exponent"), [(5, False, 0.75), (5, False, -2), (5, False, 2), (0, True, 0.75), (3, True, 0)]
)
def test_the_loss_is_the_mean_of_the_objective_over_pairs(cbow: bool, negative: int, hs: bool, exponent: float) -> None:
    random = np.random.default_rng(8)
    text = 1 + (19 * random.random(20_000) ** 1.5).astype(int)
    counts = np.bincount(text, minlength=20).astype(np.int64)
    lookup = tables(counts, Settings(sample=0, negative=negative, hs=hs, noise_exponent=exponent))
    model = new_model(20, Settings(dim=8, negative=negative, hs=hs, threads=1))
    for matrix in model:
        matrix[:] = random.normal(0, 0.4, matrix.shape)
    before = [matrix.copy() for matrix in model]
    variant = Variant(cbow, hs, negative, 1)
    total = np.zeros(2)
    ids = text.astype(np.int32)
    measure(ids, np.uint64(9), ids.copy(), np.zeros((2, 16), np.float32), model, lookup, variant, total)
    assert total[1] == (len(text) if cbow else 2 * len(text) - 2)
    assert math.isclose(total[0] / total[1], exact_loss(text.tolist(), model, lookup, variant, exponent), rel_tol=0.01)
    assert all(np.array_equal(*pair) for pair in zip(before, model))


def test_an_untrained_model_has_the_loss_of_a_coin_for_each_score() -> None:
    text = np.random.default_rng(1).integers(1, 500, 3000)
    lookup = tables(np.bincount(text).astype(np.int64), Settings(sample=0, negative=5, hs=False))
    model = new_model(500, Settings(dim=8, negative=5, hs=False, threads=1))
    total = np.zeros(2)
    scratch = np.zeros((2, 16), np.float32)
    ids = text.astype(np.int32)
    measure(ids, np.uint64(9), ids.copy(), scratch, model, lookup, Variant(False, False, 5, 5), total)
    assert math.isclose(total[0] / total[1], 6 * math.log(2), rel_tol=0.01)


def test_seed_1_starts_the_originals_streams_and_others_start_elsewhere() -> None:
    assert [random_start(1, thread) for thread in range(3)] == [0, 1, 2]
    starts = {random_start(seed, thread) for seed in range(20) for thread in range(20)}
    assert len(starts) == 400


def test_sentences_in_memory_train_like_the_same_text_in_a_file(tmp_path: Path) -> None:
    lines = [line.split() for line in zipf_text(3000, 50).decode().splitlines()]
    (tmp_path / "t.txt").write_text("".join(" ".join(line) + "\n" for line in lines))
    from_file = fastw2v.train(tmp_path / "t.txt", threads=1, **SMALL)
    for corpus in (lines, iter(lines), (tuple(line) for line in lines)):
        ours = fastw2v.train(corpus, threads=1, **SMALL)
        assert ours.words == from_file.words
        assert ours.vectors.tobytes() == from_file.vectors.tobytes()


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (["one sentence"], r"no file 'one sentence'.*sentence\.split\(\)"),
        ([["a", 5]], "sentence 1 has the word 5, of type int"),
        ([["a"], "b"], "sentence 2 is of type str"),
        ([["a", "new york"]], "sentence 1: 'new york' is not a word"),
        ([["a", ""]], "sentence 1: '' is not a word"),
        ([], "the text is empty"),
        (17, "the corpus is of type int"),
        (b"bytes", "the corpus is of type bytes"),
    ],
)
def test_a_wrong_corpus_is_refused(corpus: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        fastw2v.train(corpus, min_count=1)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("dim", 0), ("dim", 10**9), ("dim", 2.5), ("dim", True), ("window", 0), ("window", 5000), ("negative", -1),
        ("sample", -0.1), ("sample", float("nan")), ("min_count", 0), ("max_vocab", 0), ("epochs", 0), ("alpha", 0.0),
        ("alpha", float("inf")), ("min_alpha", -1e-9), ("min_alpha", 0.03), ("noise_exponent", 2.01), ("noise_exponent", -3),
        ("noise_exponent", float("nan")), ("threads", 0), ("seed", -1), ("model", "glove"), ("kernel", "fast"), ("hs", "yes"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_with_its_name_and_value(setting: str, value: object) -> None:
    with pytest.raises(UsageError) as error:
        Settings(**{setting: value})  # type: ignore[arg-type]
    assert str(error.value).startswith(f"{setting} is {value!r}: it must be")


def test_unknown_settings_are_named() -> None:
    with pytest.raises(TypeError, match="vector_size"):
        fastw2v.train([["a"]], vector_size=3)  # type: ignore[call-arg]


def test_settings_fill_in_the_models_learning_rate_and_the_cores() -> None:
    assert Settings().alpha == 0.025
    assert Settings(model="cbow").alpha == 0.05
    assert Settings(alpha=0.1).alpha == 0.1
    assert type(Settings(alpha=1).alpha) is type(Settings(sample=0).sample) is float  # kernels are compiled for that alone
    assert Settings().thread_count >= 1
    with pytest.raises(UsageError, match="nothing would be learned"):
        Settings(negative=0)


def test_sizes_are_read_as_people_write_them() -> None:
    assert parse_size("8G") == parse_size("8 GiB") == parse_size("8gb") == 8 * 2**30
    assert parse_size("1.5M") == 1.5 * 2**20
    for wrong in ("", "G", "8X", "-1G", "nan", "inf", "3"):
        with pytest.raises(UsageError):
            parse_size(wrong)


def test_every_kernel_that_can_be_named_is_there() -> None:
    assert tuple(KERNELS) == KERNEL_NAMES


def test_words_done_elsewhere_lower_the_learning_rate_and_count_as_done() -> None:
    job = trainer(np.random.default_rng(1).integers(0, 50, 20_000), Settings(dim=8, epochs=1, threads=2))
    job.engine.words_elsewhere = 5000
    assert math.isclose(job.alpha, 0.025 * (1 - 5000 / 20_001), rel_tol=1e-6)
    assert (job.engine.words_done, job.words_done) == (0, 5000)
    assert job.run(lambda progress: None).words == 25_000
    assert "words-done" in captured(job)
    assert captured(job)["words-done"].sum() == 20_000


def test_an_engine_waits_where_no_more_words_are_allowed_and_goes_on_with_more() -> None:
    job = trainer(np.random.default_rng(1).integers(0, 50, 400_000), Settings(dim=8, epochs=1, threads=2))
    job.engine.gate.allow(100_000)
    waited: list[int] = []
    began = time.perf_counter()

    def report(progress: Progress) -> None:
        if not waited and job.engine.gate.waiting == 2:
            with job.paused():
                waited.append(job.words_done)
                assert 0 < job.engine.gate.seconds_waited < time.perf_counter() - began
            job.engine.gate.allow(math.inf)

    assert job.run(report, every=0.01).words == 400_000
    assert 100_000 <= waited[0] <= 100_000 + 2 * CHUNK


def test_an_engine_that_waits_can_be_stopped() -> None:
    job = trainer(np.random.default_rng(1).integers(0, 50, 400_000), Settings(dim=8, epochs=1, threads=2))
    job.engine.gate.allow(100_000)

    def stop(progress: Progress) -> None:
        if job.engine.gate.waiting == 2:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        job.run(stop, every=0.01)
    job.engine.gate.allow(0)
    job.engine.gate.wait_if_closed(1)  # nobody waits there again


def test_what_is_changed_while_training_is_paused_is_trained_on() -> None:
    job = trainer(np.random.default_rng(1).integers(0, 50, 400_000), Settings(dim=8, epochs=1, threads=2, alpha=1e-9))
    job.engine.gate.allow(100_000)
    seen = []

    def report(progress: Progress) -> None:
        if not seen and job.engine.gate.waiting == 2:
            with job.paused(changing=True):
                job.model.input[:] = 3
                seen.append(progress.words)
            job.engine.gate.allow(math.inf)

    end = job.run(report, every=0.01)
    assert seen[0] < end.words
    assert np.allclose(job.model.input, 3, atol=1e-3)
