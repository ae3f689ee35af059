"""Negative sampling on a block; the formulas are those of kernels.blocked.negative, and so is what comes before what."""

import numpy as np
from numba import cuda

from fastw2v.kernels.cuda import fours
from fastw2v.kernels.cuda.access import get, put
from fastw2v.kernels.cuda.block import sigmoid
from fastw2v.kernels.cuda.toolkit import piece, thread_number


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
        for center in range(thread_number(sizes), span.centers, sizes.threads):
            later |= get(words.rank, center) >= rank
        more = cuda.syncthreads_or(later)
    words_gradient(cbow, rows, words, span, sizes)
    cuda.syncthreads()


@piece
def score_noise(rows, words, span, sizes):
    """scores[c, k] = -α c (n/K) σ(h·u_k), times how often word k is in the pool."""
    weight = -span.alpha * np.float32(sizes.negative) / np.float32(sizes.pool)
    for item in range(thread_number(sizes), span.centers * sizes.pool, sizes.threads):
        center = item // sizes.pool
        sample = item - center * sizes.pool
        score = fours.dot(rows.hidden, (center + span.shift) * sizes.stride, rows.noise, sample * sizes.stride, sizes.dim)
        factor = weight * get(words.pairs, center) * np.float32(get(words.times, sample))
        put(rows.scores, item, factor * sigmoid(score))


@piece
def move_noise(output, rows, words, span, sizes):
    """output[u_k] += Σ_c scores[c, k] h_c."""
    for sample in range(cuda.threadIdx.y, sizes.pool, sizes.warps):
        if get(words.times, sample):
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
                at = fours.places(d, sizes)
                sums = fours.zero()
                center = 0
                while center < span.centers:
                    step = get(rows.scores, center * sizes.pool + sample)
                    sums = fours.add(sums, step, rows.hidden, (center + span.shift) * sizes.stride, at)
                    center += 1
                fours.add_to(output, get(words.noise, sample), at, sums, sizes)


@piece
def read_centers(output, rank, rows, words, span, sizes):
    """The output rows of the centers of this round."""
    for center in range(cuda.threadIdx.y, span.centers, sizes.warps):
        if get(words.rank, center) == rank:
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
                at = fours.places(d, sizes)
                fours.store(rows.output, center * sizes.stride, at, fours.load(output, get(words.center, center), at))


@piece
def score_centers(cbow, rank, rows, words, span, sizes):
    """steps[c, j] = α(1 - σ(h_j·u)); the center's own noise words, which were scored with the others, are taken back."""
    for item in range(thread_number(sizes), span.centers * sizes.slots, sizes.threads):
        center = item // sizes.slots
        if get(words.rank, center) == rank:
            row = get(words.first, center) + item - center * sizes.slots
            step = np.float32(0)
            if row < get(words.last, center) and (cbow or row != center + span.shift):
                score = fours.dot(rows.hidden, row * sizes.stride, rows.output, center * sizes.stride, sizes.dim)
                step = span.alpha * (np.float32(1) - (np.float32(1) - get(words.taken, center)) * sigmoid(score))
            put(rows.steps, item, step)


@piece
def move_centers(output, rank, rows, words, span, sizes):
    """output[u] += Σ_j steps[c, j] h_j."""
    for center in range(cuda.threadIdx.y, span.centers, sizes.warps):
        if get(words.rank, center) == rank:
            first, last = get(words.first, center), get(words.last, center)
            for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
                at = fours.places(d, sizes)
                sums = fours.zero()
                row = first
                while row < last:
                    step = get(rows.steps, center * sizes.slots + row - first)
                    sums = fours.add(sums, step, rows.hidden, row * sizes.stride, at)
                    row += 1
                fours.add_to(output, get(words.center, center), at, sums, sizes)


@piece
def words_gradient(cbow, rows, words, span, sizes):
    """gradient[j] = Σ_k scores[j, k] u_k + Σ_c steps[c, j] u_c, over the centers c that row j is scored against."""
    for row in range(cuda.threadIdx.y, span.centers if cbow else span.covered, sizes.warps):
        own = row - span.shift
        for d in range(cuda.threadIdx.x, sizes.dim, 4 * sizes.lanes):
            at = fours.places(d, sizes)
            sums = fours.zero()
            if 0 <= own < span.centers:
                sample = 0
                while sample < sizes.pool:
                    sums = fours.add(sums, get(rows.scores, own * sizes.pool + sample), rows.noise, sample * sizes.stride, at)
                    sample += 1
            center = max(0, own - sizes.reach)
            while center < min(span.centers, own + sizes.reach + 1):
                if get(words.first, center) <= row < get(words.last, center):
                    step = get(rows.steps, center * sizes.slots + row - get(words.first, center))
                    sums = fours.add(sums, step, rows.output, center * sizes.stride, at)
                center += 1
            fours.store(rows.gradient, row * sizes.stride, at, sums)
