"""Projection to the plane by PCA or t-SNE, of vectors scaled to length 1, as cosines compare them."""

from typing import NamedTuple

import numpy as np

PERPLEXITY = 30.0
FEWEST_FOR_TSNE = 4
START_SPREAD = 1e-4  # standard deviation of the points that t-SNE starts from
START_NOISE = 0.01  # fraction of that which is random


class Projection(NamedTuple):
    """Projected points.

    points : (n, 2) float64
    caption : describes the method to the reader of the picture
    """

    points: np.ndarray
    caption: str


def project(vectors: np.ndarray, method: str, seed: int) -> Projection:
    """Project (n, dim) float32 vectors, each scaled to length 1; a zero vector stays zero.

    method : "pca" or "tsne"; fewer than FEWEST_FOR_TSNE words are always projected by PCA
    seed : of t-SNE
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    directions = vectors / np.where(lengths > 0, lengths, 1)
    points, variance = pca(directions)
    if method == "pca" or len(points) < FEWEST_FOR_TSNE:
        return Projection(points, f"PCA: the two directions of the largest variance, {variance:.0%} of the total")
    return Projection(
        tsne(directions, points, seed), "t-SNE: words close together are similar; distances between groups mean little"
    )


def pca(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Coordinates of (n, dim) vectors along the first two principal axes, (n, 2) float64, and their fraction of the variance.

    The largest component of each axis is made positive, so that the same vectors always give the same picture.
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
    """t-SNE (van der Maaten and Hinton 2008), (n, 2) float64, started from `start`, (n, 2), with a little noise from `seed`.

    It runs on one thread: several would sum in varying order, and give another map each time.
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
