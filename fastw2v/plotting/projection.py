"""From many dimensions to two: PCA and t-SNE, of the vectors' directions alone, as cosines see them."""

from typing import NamedTuple

import numpy as np

PERPLEXITY = 30.0
FEWEST_FOR_TSNE = 4
START_SPREAD = 1e-4  # of the points that t-SNE starts from
START_NOISE = 0.01  # the part of that which the seed draws


class Projection(NamedTuple):
    """points : (n, 2) float64; caption : what the picture can say of how they came about."""

    points: np.ndarray
    caption: str


def project(vectors: np.ndarray, method: str, seed: int) -> Projection:
    """Points in the plane for (n, dim) vectors, each taken at length 1 (a zero vector stays zero)."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    directions = vectors / np.where(lengths > 0, lengths, 1)
    points, share = pca(directions)
    if method == "pca" or len(points) < FEWEST_FOR_TSNE:
        return Projection(points, f"PCA: the two directions in which the words differ most, {share:.0%} of the variance")
    return Projection(tsne(directions, points, seed), "t-SNE: words close by are alike; distances between groups say little")


def pca(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """(n, 2) float64 coordinates of (n, dim) vectors along the first two principal axes, and these axes' part of the variance.

    Each axis points to where its largest component is positive, so that the same vectors always give the same picture.
    """
    centred = vectors - vectors.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    first = axes[:2]
    largest = np.take_along_axis(first, np.abs(first).argmax(axis=1)[:, np.newaxis], axis=1)
    points = np.zeros((len(vectors), 2))
    points[:, : len(first)] = centred @ (first * np.where(largest < 0, -1, 1)).T
    variance = singular**2
    return points, float(variance[:2].sum() / variance.sum()) if variance.sum() > 0 else 1.0


def tsne(vectors: np.ndarray, start: np.ndarray, seed: int) -> np.ndarray:
    """(n, 2) float64 points by t-SNE (van der Maaten and Hinton 2008), from `start` and a little noise that the seed draws.

    One thread: with more, sums in another order would give another map each time.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    spread = start.std(axis=0).max()
    noise = np.random.default_rng(seed).normal(scale=START_NOISE, size=start.shape)
    begin = START_SPREAD * (start / (spread if spread > 0 else 1) + noise)
    perplexity = min(PERPLEXITY, max(2.0, (len(vectors) - 1) / 3))
    with threadpool_limits(limits=1):
        points = TSNE(perplexity=perplexity, init=begin.astype(np.float32), learning_rate="auto").fit_transform(vectors)
    return np.asarray(points, np.float64)
