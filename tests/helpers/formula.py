"""What a block should make of the model: the formulas of the kernels' docstrings in NumPy, straight, in float64."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fastw2v.kernels.blocked.sizes import SPAN
from fastw2v.kernels.worker import Variant
from fastw2v.model.matrices import Model
from fastw2v.model.tables import Tables

FOUR, TWO = 4, 2  # hidden rows of a tile, of half a tile


class Drawn(NamedTuple):
    """What a kernel drew: centers and the windows around them, noise words, and the centers of a block.

    noise : (draws, pool), in the order in which they are used
    band : with CBOW, how many of them four centers meet
    """

    words: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    noise: np.ndarray
    block: int
    band: int


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def spread_apart(items: range, size: int = FOUR) -> Iterator[list[int]]:
    """Tiles of `size`, as far apart as there are tiles."""
    tiles = -(-len(items) // size)
    return (list(items[tile::tiles]) for tile in range(tiles))


def side_by_side(items: range) -> Iterator[range]:
    """Tiles of four that follow each other."""
    return (items[first : first + FOUR] for first in range(0, len(items), FOUR))


def move(hidden: np.ndarray, rows: np.ndarray | list[int], outputs: np.ndarray, words: np.ndarray, step: np.ndarray) -> None:
    """A tile's step: its hidden rows, as they were, one after the other against output rows that move. Rows may repeat."""
    before, theirs = hidden[rows], outputs[words]
    moved = theirs.copy()
    for row, mine, of_row in zip(rows, before, step):
        hidden[row] += of_row @ moved
        moved += np.outer(of_row, mine)
    np.add.at(outputs, words, moved - theirs)


def move_at_once(hidden: np.ndarray, rows: np.ndarray, outputs: np.ndarray, word: int, step: np.ndarray) -> None:
    """One output row against hidden rows: both sides from what was. Rows may repeat."""
    learned, moved = np.outer(step, outputs[word]), step @ hidden[rows]
    np.add.at(hidden, rows, learned)
    outputs[word] += moved


class Formula:
    """A model that is trained on what a kernel drew."""

    def __init__(self, model: Model, drawn: Drawn, variant: Variant, lookup: Tables, alpha: float, span: int = SPAN) -> None:
        self.inputs, self.outputs, self.nodes = (matrix.astype(np.float64) for matrix in model)
        self.words, self.begin, self.end, noise, self.block, self.band = drawn
        self.noise, self.share = iter(noise), variant.negative / max(noise.shape[1], 1)
        self.tree, self.alpha, self.span = lookup.tree, alpha, span

    @property
    def matrices(self) -> list[np.ndarray]:
        return [self.inputs, self.outputs, self.nodes]

    def blocks(self) -> Iterator[range]:
        """The centers of each block."""
        for first in range(0, len(self.words), self.block):
            yield range(first, min(first + self.block, len(self.words)))

    def window(self, center: int) -> list[int]:
        """The positions of its contexts."""
        return [p for p in range(self.begin[center], self.end[center]) if p != center]

    def pairs(self, centers: range, position: int) -> np.ndarray:
        """Whether each of the centers has the position in its window."""
        return np.array([position in self.window(c) for c in centers], float)

    def covered(self, centers: range) -> range:
        """The positions of the block's windows."""
        return range(min(self.begin[c] for c in centers), max(self.end[c] for c in centers))

    def near(self, centers: range) -> None:
        """Skip-gram, small windows: copies of input rows and of noise rows; four positions at a time."""
        place = self.covered(centers)[0]
        covered, noise = self.words[self.covered(centers)], next(self.noise)
        inputs, pool = self.inputs[covered], self.outputs[noise]
        before = pool.copy()
        for first in centers[::FOUR]:
            four = range(first, min(first + FOUR, centers.stop))
            weights = [self.pairs(range(len(self.words)), p).sum() for p in four]
            rows = np.array(four) - place
            move(
                inputs,
                rows,
                pool,
                np.arange(len(noise)),
                -self.alpha * self.share * np.outer(weights, np.ones(len(noise))) * logistic(inputs[rows] @ pool.T),
            )
            self.near_centers(list(four), noise, inputs, place)
        np.add.at(self.inputs, covered, inputs - self.inputs[covered])
        np.add.at(self.outputs, noise, pool - before)

    def near_centers(self, centers: list[int], noise: np.ndarray, inputs: np.ndarray, place: int) -> None:
        """Different words go together: all are scored before the first moves."""
        while centers:
            seen: list[int] = []
            together = 0
            while together < len(centers) and self.words[centers[together]] not in seen:
                seen.append(self.words[centers[together]])
                together += 1
            steps = {}
            for c in centers[:together]:
                taken_back = 1 - (noise == self.words[c]).sum() * self.share
                scores = inputs[np.array(self.window(c), int) - place] @ self.outputs[self.words[c]]
                steps[c] = self.alpha * (1 - taken_back * logistic(scores))
            for c, step in steps.items():
                rows = np.array(self.window(c), int) - place
                move_at_once(inputs, rows, self.outputs, self.words[c], step)
            centers = centers[together:]

    def wide(self, centers: range) -> None:
        """Skip-gram, windows of any width: the distinct words of centers and noise against tiles of contexts, span by span."""
        covered = self.covered(centers)
        spans = -(-len(covered) // self.span)
        for span in range(spans):
            part = covered[len(covered) * span // spans : len(covered) * (span + 1) // spans]
            noise = next(self.noise)
            names, outputs, nu = self.named(centers, noise)
            for tile in spread_apart(part):
                pairs = np.array([[self.pairs(centers, p)[names[centers] == k].sum() for k in outputs] for p in tile])
                self.named_step(self.inputs, self.words[tile], pairs, outputs, nu)

    def named(self, centers: range, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All positions' words, the distinct words of centers and noise, and what each stands for as a noise word."""
        outputs = np.array(list(dict.fromkeys([*self.words[centers], *noise])))
        return self.words, outputs, np.array([(noise == k).sum() * self.share for k in outputs])

    def named_step(self, hidden: np.ndarray, rows: np.ndarray, pairs: np.ndarray, outputs: np.ndarray, nu: np.ndarray) -> None:
        """A tile against distinct output words; `pairs` of each row with each of them."""
        others = pairs.sum(axis=1, keepdims=True) - pairs
        scores = logistic(hidden[rows] @ self.outputs[outputs].T)
        move(hidden, rows, self.outputs, outputs, self.alpha * (pairs - (pairs + nu * others) * scores))

    def path(self, word: int) -> tuple[np.ndarray, np.ndarray]:
        """A word's nodes and codes."""
        path = slice(*self.tree.starts[word : word + 2])
        return self.tree.nodes[path], self.tree.codes[path]

    def path_step(self, codes: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """The gradients of scores at a path's nodes; ±6 and beyond have none."""
        return self.alpha * (1 - codes - logistic(scores)) * (np.abs(scores) < 6)

    def paths(self, centers: range, *, contexts: int) -> None:
        """Skip-gram: each center's path against its contexts, so many at a time."""
        for c in centers:
            nodes, codes = self.path(self.words[c])
            window = self.window(c)
            for tile in spread_apart(range(len(window)), contexts):
                rows = self.words[[window[place] for place in tile]]
                move(self.inputs, rows, self.nodes, nodes, self.path_step(codes, self.inputs[rows] @ self.nodes[nodes].T))

    def cbow(self, centers: range, *, named: bool) -> None:
        """Four means at a time; `named` where noise words and centers are rows of one tile, and no rows are copied.

        Where they are not, each tile meets a band of the noise words, one after the other.
        """
        place = self.covered(centers)[0]
        covered = self.words[self.covered(centers)]
        noise = next(self.noise)
        inputs, pool = self.inputs[covered], self.outputs[noise] if len(noise) else self.outputs[:0]
        before = pool.copy()
        far = len(noise) and not named
        for number, tile in enumerate(spread_apart(centers) if far else side_by_side(centers)):
            four = [c for c in tile if self.window(c)]
            rows = {c: self.words[self.window(c)] if named else np.array(self.window(c)) - place for c in four}
            source = self.inputs if named else inputs
            means = np.array([source[rows[c]].mean(axis=0) for c in four]).reshape(len(four), inputs.shape[1])
            gradient = means.copy()
            if len(noise) and named:
                _, outputs, nu = self.named(centers, noise)
                pairs = np.array([outputs == self.words[c] for c in four], float).reshape(len(four), len(outputs))
                self.named_step(gradient, np.arange(len(four)), pairs, outputs, nu)
            elif len(noise):
                band = np.arange(self.band) + number % (len(noise) // self.band) * self.band
                different = np.array([noise[band] != self.words[c] for c in four]).reshape(len(four), len(band))
                share = self.share * len(noise) / len(band)
                step = -self.alpha * share * different * logistic(means @ pool[band].T)
                move(gradient, np.arange(len(four)), pool, band, step)
                self.cbow_centers(four, means, gradient)
            for c, mean, learned in zip(four, means, gradient) if len(self.nodes) else ():
                nodes, codes = self.path(self.words[c])
                step = self.path_step(codes, self.nodes[nodes] @ mean)
                learned += step @ self.nodes[nodes]
                self.nodes[nodes] += np.outer(step, mean)
            for c, change in zip(four, gradient - means):
                np.add.at(source, rows[c], change)
        if not named:
            np.add.at(self.inputs, covered, inputs - self.inputs[covered])
            np.add.at(self.outputs, noise, pool - before)

    def cbow_centers(self, four: list[int], means: np.ndarray, gradient: np.ndarray) -> None:
        """The means against their centers, scored before the first moves."""
        steps = [self.alpha * (1 - logistic(mean @ self.outputs[self.words[c]])) for c, mean in zip(four, means)]
        for c, step, mean, learned in zip(four, steps, means, gradient):
            learned += step * self.outputs[self.words[c]]
            self.outputs[self.words[c]] += step * mean


def block_formula(
    model: Model, drawn: Drawn, variant: Variant, lookup: Tables, alpha: float, *, kind: str, span: int = SPAN
) -> list[np.ndarray]:
    """What a kernel should make of a batch, given what it drew.

    kind : "near" or "blocked" on the CPU, "wide" on either, "gpu"
    """
    formula = Formula(model, drawn, variant, lookup, alpha, span)
    for centers in formula.blocks():
        if variant.cbow:
            formula.cbow(centers, named=kind == "gpu")
            continue
        if variant.hs:
            formula.paths(centers, contexts=FOUR if kind == "gpu" else TWO)
        if variant.negative:
            (formula.near if kind == "near" else formula.wide)(centers)
    return formula.matrices


def exact_loss(text: list[int], model: object, lookup: object, variant: Variant, exponent: float = 0.75) -> float:
    """The mean loss of all pairs of one sentence with windows of 1, noise taken in expectation."""
    inputs, output, nodes = (np.array(matrix, np.float64) for matrix in model)  # type: ignore[attr-defined]
    counts = np.bincount(text, minlength=len(inputs)).astype(float)
    weights = np.where(counts > 0, np.maximum(counts, 1) ** exponent, 0)
    share = weights / weights.sum()
    losses = []
    for center, word in enumerate(text):
        contexts = [text[place] for place in (center - 1, center + 1) if 0 <= place < len(text)]
        rows = [inputs[contexts].mean(axis=0)] if variant.cbow else list(inputs[contexts])
        for hidden in rows:
            total = 0.0
            if variant.negative:
                noise = np.log1p(np.exp(output @ hidden))
                noise[word] = 0
                total += np.log1p(np.exp(-output[word] @ hidden)) + variant.negative * (share * noise).sum()
            if variant.hs:
                path = slice(*lookup.tree.starts[word : word + 2])  # type: ignore[attr-defined]
                signs = 1 - 2.0 * lookup.tree.codes[path]  # type: ignore[attr-defined]
                total += np.log1p(np.exp(-signs * (nodes[lookup.tree.nodes[path]] @ hidden))).sum()  # type: ignore[attr-defined]
            losses.append(total)
    return float(np.mean(losses))
