"""The reference kernel: word2vec.c's own arithmetic, pair by pair, in its own order, with its own random stream.

With one thread and seed 1 it gives the original's vectors to float rounding. It is the oracle for every other kernel.
"""

import numpy as np

from fastw2v.compiling import compiled_math, inlined
from fastw2v.kernels.random_stream import advance, fraction
from fastw2v.kernels.schedule import learning_rate
from fastw2v.kernels.window import window_around
from fastw2v.tables.noise import draw
from fastw2v.tables.sigmoid import LIMIT, sigmoid

END_OF_SENTENCE = 0
WORDS_BETWEEN_RATES = 10_000  # how often the original looks at the schedule
HIDDEN, GRADIENT = 0, 1  # the rows of a worker's scratch


@compiled_math
def train(ids, last, worker, model, tables, variant, schedule):
    """Train on the next ids of a worker's share.

    ids : (n,) int32, word ids, 0 ends a sentence
    last : bool, whether the share ends here, so that an unfinished sentence is trained too
    worker : kernels.worker.Worker, carried from call to call
    model, tables, variant, schedule : see kernels.model, tables, kernels.worker, kernels.schedule
    """
    position = 0
    while True:
        position, complete = read_sentence(ids, position, worker, tables.keep)
        if not complete and (not last or worker.state[0].length == 0):
            return
        train_sentence(worker, model, tables, variant, schedule)
        worker.state[0].length = 0


@inlined
def read_sentence(ids, position, worker, keep):
    """Go on filling the worker's sentence with the words that subsampling keeps; says where it stopped and if it is whole."""
    state = worker.state[0]
    random, words, length = state.random, state.words, state.length
    complete = False
    while position < len(ids) and not complete:
        word = ids[position]
        position += 1
        words += 1
        if word == END_OF_SENTENCE:
            complete = True
            break
        if keep[word] < np.inf:
            random = advance(random)
            if keep[word] < fraction(random):
                continue
        worker.sentence[length] = word
        length += 1
        complete = length == len(worker.sentence)
    state.random, state.words, state.length = random, words, length
    return position, complete


@inlined
def train_sentence(worker, model, tables, variant, schedule):
    """Train every center of the worker's sentence in turn, looking at the learning-rate schedule every 10,000 words."""
    state = worker.state[0]
    # A sentence that subsampling left empty costs the original one draw of a window, and so it does here.
    for center in range(max(state.length, 1)):
        state.random = advance(state.random)
        begin, end = window_around(center, state.length, state.random, variant.window)
        if variant.cbow:
            train_cbow(center, begin, end, worker, model, tables, variant)
        else:
            train_skipgram(center, begin, end, worker, model, tables, variant)
        if state.words - state.counted > WORDS_BETWEEN_RATES:
            schedule.words_done[worker.row] += state.words - state.counted
            state.counted = state.words
            state.alpha = learning_rate(schedule)


@inlined
def train_skipgram(center, begin, end, worker, model, tables, variant):
    """Each context word's input vector predicts the center."""
    gradient = worker.scratch[GRADIENT]
    word = worker.sentence[center]
    for position in range(begin, end):
        if position != center:
            context = worker.sentence[position]
            gradient[:] = 0
            learn_outputs(model.input, context, word, worker, model, tables, variant)
            for d in range(len(gradient)):
                model.input[context, d] += gradient[d]


@inlined
def train_cbow(center, begin, end, worker, model, tables, variant):
    """The mean of the context words' input vectors predicts the center; each of them gets the whole gradient."""
    hidden, gradient = worker.scratch[HIDDEN], worker.scratch[GRADIENT]
    contexts = end - begin - 1
    if contexts < 1:
        return
    hidden[:] = 0
    gradient[:] = 0
    for position in range(begin, end):
        if position != center:
            context = worker.sentence[position]
            for d in range(len(hidden)):
                hidden[d] += model.input[context, d]
    for d in range(len(hidden)):
        hidden[d] /= np.float32(contexts)
    learn_outputs(worker.scratch, HIDDEN, worker.sentence[center], worker, model, tables, variant)
    for position in range(begin, end):
        if position != center:
            context = worker.sentence[position]
            for d in range(len(gradient)):
                model.input[context, d] += gradient[d]


@inlined
def learn_outputs(inputs, row, word, worker, model, tables, variant):
    """Score one hidden row (inputs[row]) against a word's tree path, its noise words, or both; leaves the row's gradient."""
    if variant.hs:
        learn_path(inputs, row, word, worker, model.nodes, tables)
    if variant.negative > 0:
        learn_noise(inputs, row, word, worker, model.output, tables, variant.negative)


@inlined
def learn_path(inputs, row, word, worker, nodes, tables):
    """Hierarchical softmax: at each node of the word's path, σ(h·v) is the probability of branch 0."""
    tree = tables.tree
    alpha = worker.state[0].alpha
    for step in range(tree.starts[word], tree.starts[word + 1]):
        node = tree.nodes[step]
        score = dot(inputs, row, nodes, node)
        if -LIMIT < score < LIMIT:
            label = np.float32(1) - np.float32(tree.codes[step])
            move(inputs, row, nodes, node, (label - sigmoid(score, tables.sigmoid)) * alpha, worker.scratch)


@inlined
def learn_noise(inputs, row, word, worker, output, tables, negative):
    """Negative sampling: the word against `negative` words from the noise distribution (one that hits the word is left out)."""
    state = worker.state[0]
    alpha = state.alpha
    random = state.random
    for sample in range(negative + 1):
        if sample == 0:
            target = np.int64(word)
            label = np.float32(1)
        else:
            random = advance(random)
            target = draw(random, tables.noise)
            if target == word:
                continue
            label = np.float32(0)
        score = dot(inputs, row, output, target)
        if score > LIMIT:
            probability = np.float32(1)
        elif score < -LIMIT:
            probability = np.float32(0)
        else:
            probability = sigmoid(score, tables.sigmoid)
        move(inputs, row, output, target, (label - probability) * alpha, worker.scratch)
    state.random = random


@inlined
def dot(a, i, b, j):
    """a[i] · b[j]."""
    total = np.float32(0)
    for d in range(a.shape[1]):
        total += a[i, d] * b[j, d]
    return total


@inlined
def move(inputs, row, outputs, target, step, scratch):
    """Step along the gradient of one score: the hidden row's share into scratch, the output row's share in place."""
    for d in range(inputs.shape[1]):
        scratch[GRADIENT, d] += step * outputs[target, d]
        outputs[target, d] += step * inputs[row, d]
