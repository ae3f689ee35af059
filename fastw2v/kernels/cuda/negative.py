"""Negative sampling on a block; the formulas are those of kernels.blocked.negative, and so is what comes before what."""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import fours
from fastw2v.kernels.cuda.block import sigmoid
from fastw2v.kernels.cuda.toolkit import piece, thread_count, thread_number


@piece
def learn_words(cbow, output, rows, words, span, sizes):
    """All hidden rows against the noise words, then each center's against the center; leaves the gradient of both."""
    score_noise(rows, words, span, sizes)
    cuda.syncthreads()
    move_noise(output, rows, words, span, sizes)
    cuda.syncthreads()
    # A word that is the center several times moves each time before it is scored again: one occurrence of each word a round.
    rank = 0
    more = 1
    while more:
        read_centers(output, rank, rows, words, span, sizes)
        cuda.syncthreads()
        score_centers(cbow, rank, rows, words, span, sizes)
        cuda.syncthreads()
        move_centers(output, rank, rows, words, span, sizes)
        rank += 1
        later = 0
        for center in range(thread_number(), span.centers, thread_count()):
            later |= words.rank[center] >= rank
        more = cuda.syncthreads_or(later)
    words_gradient(cbow, rows, words, span, sizes)
    cuda.syncthreads()


@piece
def score_noise(rows, words, span, sizes):
    """scores[c, k] = -α c (n/K) σ(h·u_k), times how often word k is in the pool."""
    weight = -span.alpha * np.float32(sizes.negative) / np.float32(sizes.pool)
    for item in range(thread_number(), span.centers * sizes.pool, thread_count()):
        center = item // sizes.pool
        sample = item - center * sizes.pool
        score = fours.dot(rows.hidden, (center + span.shift) * sizes.stride, rows.noise, sample * sizes.stride, sizes.dim)
        rows.scores[item] = weight * words.pairs[center] * np.float32(words.times[sample]) * sigmoid(score)


@piece
def move_noise(output, rows, words, span, sizes):
    """output[u_k] += Σ_c scores[c, k] h_c."""
    for sample in range(cuda.threadIdx.y, sizes.pool, cuda.blockDim.y):
        if words.times[sample]:
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
                at = fours.places(d, sizes.dim)
                sums = fours.zero()
                for center in range(span.centers):
                    step = rows.scores[center * sizes.pool + sample]
                    sums = fours.add(sums, step, rows.hidden, (center + span.shift) * sizes.stride, at)
                fours.add_to(output, words.noise[sample], at, sums, sizes.dim)


@piece
def read_centers(output, rank, rows, words, span, sizes):
    """The output rows of the centers of this round."""
    for center in range(cuda.threadIdx.y, span.centers, cuda.blockDim.y):
        if words.rank[center] == rank:
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
                at = fours.places(d, sizes.dim)
                fours.store(rows.output, center * sizes.stride, at, fours.load(output, words.center[center], at))


@piece
def score_centers(cbow, rank, rows, words, span, sizes):
    """steps[c, j] = α(1 - σ(h_j·u)); the center's own noise words, which were scored with the others, are taken back."""
    for item in range(thread_number(), span.centers * sizes.slots, thread_count()):
        center = item // sizes.slots
        if words.rank[center] == rank:
            row = words.first[center] + item - center * sizes.slots
            step = np.float32(0)
            if row < words.last[center] and (cbow or row != center + span.shift):
                score = fours.dot(rows.hidden, row * sizes.stride, rows.output, center * sizes.stride, sizes.dim)
                step = span.alpha * (np.float32(1) - (np.float32(1) - words.taken[center]) * sigmoid(score))
            rows.steps[item] = step


@piece
def move_centers(output, rank, rows, words, span, sizes):
    """output[u] += Σ_j steps[c, j] h_j."""
    for center in range(cuda.threadIdx.y, span.centers, cuda.blockDim.y):
        if words.rank[center] == rank:
            first, last = words.first[center], words.last[center]
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
                at = fours.places(d, sizes.dim)
                sums = fours.zero()
                for row in range(first, last):
                    step = rows.steps[center * sizes.slots + row - first]
                    sums = fours.add(sums, step, rows.hidden, row * sizes.stride, at)
                fours.add_to(output, words.center[center], at, sums, sizes.dim)


@piece
def words_gradient(cbow, rows, words, span, sizes):
    """gradient[j] = Σ_k scores[j, k] u_k + Σ_c steps[c, j] u_c, over the centers c that row j is scored against."""
    for row in range(cuda.threadIdx.y, span.centers if cbow else span.covered, cuda.blockDim.y):
        own = row - span.shift
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * cuda.blockDim.x):
            at = fours.places(d, sizes.dim)
            sums = fours.zero()
            if 0 <= own < span.centers:
                for sample in range(sizes.pool):
                    sums = fours.add(sums, rows.scores[own * sizes.pool + sample], rows.noise, sample * sizes.stride, at)
            for center in range(max(0, own - sizes.reach), min(span.centers, own + sizes.reach + 1)):
                if words.first[center] <= row < words.last[center]:
                    step = rows.steps[center * sizes.slots + row - words.first[center]]
                    sums = fours.add(sums, step, rows.output, center * sizes.stride, at)
            fours.store(rows.gradient, row * sizes.stride, at, sums)
