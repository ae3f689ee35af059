"""The loss: the mean of the objective in nats per pair, estimated on a sample of windows just before they are trained on.

It is measured beside the kernels, not by them: the figure is the same for all of them, and none has a branch for it.
"""

import numpy as np

from fastw2v._jit.compiling import compiled_math, inlined
from fastw2v.kernels.pairs import HIDDEN, dot, window_around
from fastw2v.kernels.worker import END_OF_SENTENCE_ID
from fastw2v.model.noise import draw_from_alias
from fastw2v.model.random_stream import advance, uniform

NATS, PAIRS = 0, 1  # the two places of a sum of losses


@compiled_math
def measure(ids, random, sentence, scratch, model, tables, variant, total):
    """Add the loss of a few ids to `total`; nothing is learned. Subsampling and windows are drawn as in training.

    ids : (n,) int32, word ids, 0 ends a sentence
    random : uint64, the measurement's own random stream; its state after the last draw is returned
    sentence : (n,) int32, room for a sentence
    scratch : (2, row length) float32, room for a hidden row
    model, tables, variant : see model.matrices, model.tables, kernels.worker
    total : (2,) float64, nats and pairs so far
    """
    length = 0
    for position in range(len(ids)):
        word = ids[position]
        if word == END_OF_SENTENCE_ID:
            random = sentence_loss(sentence, length, random, scratch, model, tables, variant, total)
            length = 0
            continue
        random = advance(random)
        if uniform(random) <= tables.keep[word]:
            sentence[length] = word
            length += 1
    return sentence_loss(sentence, length, random, scratch, model, tables, variant, total)


@inlined
def sentence_loss(sentence, length, random, scratch, model, tables, variant, total):
    """The loss of one sentence's pairs (skip-gram: center and context; CBOW: center and mean of contexts)."""
    for center in range(length):
        random = advance(random)
        begin, end = window_around(center, length, random, variant.window)
        if variant.cbow:
            scratch[HIDDEN, :] = 0
            for position in range(begin, end):
                if position != center:
                    for d in range(scratch.shape[1]):
                        scratch[HIDDEN, d] += model.input[sentence[position], d] / np.float32(end - begin - 1)
            if end - begin > 1:
                random = pair_loss(scratch, HIDDEN, sentence[center], random, model, tables, variant, total)
        else:
            for position in range(begin, end):
                if position != center:
                    random = pair_loss(model.input, sentence[position], sentence[center], random, model, tables, variant, total)
    return random


@inlined
def pair_loss(inputs, row, word, random, model, tables, variant, total):
    """-log σ(h·u) - Σ log σ(-h·u_k) over noise words k, and Σ -log σ(±h·v) over the path (Mikolov et al. 2013, eq. 3, 4).

    h       inputs[row]                           (row length) float32
    u, u_k  output[word], output[noise]           (row length) float32
    v       nodes[tree.nodes[step]]               (row length) float32; the sign is + where the code is 0
    """
    nats = 0.0
    if variant.hs:
        tree = tables.tree
        for step in range(tree.starts[word], tree.starts[word + 1]):
            score = dot(inputs, row, model.nodes, tree.nodes[step])
            nats += softplus(score if tree.codes[step] else -score)
    if variant.negative > 0:
        nats += softplus(-dot(inputs, row, model.output, word))
        for _ in range(variant.negative):
            random = advance(random)
            noise = draw_from_alias(random, tables.alias)
            if noise != word:
                nats += softplus(dot(inputs, row, model.output, noise))
    total[NATS] += nats
    total[PAIRS] += 1
    return random


@inlined
def softplus(x):
    """log(1 + e^x) = -log σ(-x), without overflow."""
    return max(x, np.float32(0)) + np.log1p(np.exp(-abs(x)))
