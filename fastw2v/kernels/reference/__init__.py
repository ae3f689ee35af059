"""The reference kernel: the arithmetic of word2vec.c, pair by pair, in its order, with its random stream.

With one thread and seed 1 it gives the original's vectors to float rounding. It is the oracle of every other kernel;
`tests/helpers/formula.py` has the same in NumPy.
"""

import numpy as np

from fastw2v._jit.compiling import compiled_kernel, inlined
from fastw2v._jit.prefetch import prefetch_row
from fastw2v.kernels.pairs import GRADIENT, HIDDEN, dot, window_around
from fastw2v.kernels.reference.worker import carried, check_carried, new_worker
from fastw2v.kernels.schedule import learning_rate
from fastw2v.kernels.worker import END_OF_SENTENCE_ID
from fastw2v.model.noise import draw_from_table
from fastw2v.model.random_stream import advance, uniform
from fastw2v.model.sigmoid import MAX_SCORE, sigmoid_from_table
from fastw2v.model.top_nodes import exchange, exchange_when_due, own_row

__all__ = ["carried", "check_carried", "new_worker", "train"]

WORDS_BETWEEN_RATES = 10_000  # how often the original computes the learning rate


@compiled_kernel
def train(ids, last, worker, model, tables, variant, schedule):
    """Train on the next chunk of ids.

    ids : (n,) int32, word ids, 0 ends a sentence
    last : bool, whether the thread's part of the text ends here, so that an unfinished sentence is trained too
    worker : kernels.reference.worker.Worker, carried from call to call
    model, tables, variant, schedule : see model.matrices, model.tables, kernels.worker, kernels.schedule
    """
    position = 0
    while True:
        position, complete = read_sentence(ids, position, worker, tables.keep)
        if not complete and (not last or worker.state[0].length == 0):
            break
        train_sentence(worker, model, tables, variant, schedule)
        worker.state[0].length = 0
    if last:
        exchange(worker.state[0], model.nodes, tables.tree, worker.copies)


@inlined
def read_sentence(ids, position, worker, keep):
    """Add the words that subsampling keeps to the sentence. Returns where it stopped, and whether the sentence is complete."""
    state = worker.state[0]
    random, words, length = state.random, state.words, state.length
    complete = False
    while position < len(ids) and not complete:
        word = ids[position]
        position += 1
        words += 1
        if word == END_OF_SENTENCE_ID:
            complete = True
            break
        if keep[word] < np.inf:
            random = advance(random)
            if keep[word] < uniform(random):
                continue
        worker.sentence[length] = word
        length += 1
        complete = length == len(worker.sentence)
    state.random, state.words, state.length = random, words, length
    return position, complete


@inlined
def train_sentence(worker, model, tables, variant, schedule):
    """Train every center of the worker's sentence in turn, computing the learning rate every 10,000 words."""
    state = worker.state[0]
    # A sentence that subsampling left empty costs the original one draw of a window, and so it does here.
    draw_window(0, worker, model, tables, variant)
    for center in range(max(state.length, 1)):
        if center + 1 < state.length:
            draw_window(center + 1, worker, model, tables, variant)
        if variant.cbow:
            train_cbow(center, worker, model, tables, variant)
        else:
            train_skipgram(center, worker, model, tables, variant)
        exchange_when_due(1, state, model.nodes, tables.tree, worker.copies)
        if state.words - state.counted > WORDS_BETWEEN_RATES:
            schedule.words_done[worker.row] += state.words - state.counted
            state.counted = state.words
            state.alpha = learning_rate(schedule)


@inlined
def draw_window(center, worker, model, tables, variant):
    """Draw the window of a center and the noise words of all its pairs, in the original's order, and prefetch their rows.

    This happens one center ahead, so that the rows have arrived when they are needed: with several threads most frequent rows
    were last written by another core. It makes one thread 1.3 to 1.9 times as fast, and two 1.7 to 2.4 times (skip-gram
    with negative sampling; python -m bench speed stages CORPUS --part scaling).
    """
    state = worker.state[0]
    window = worker.windows[center & 1]
    random = advance(state.random)
    begin, end = window_around(center, state.length, random, variant.window)
    window.begin, window.end = begin, end
    pairs = max(end - begin - 1, 0)
    if variant.cbow:
        pairs = min(pairs, 1)
    noise = worker.noise[center & 1]
    for sample in range(pairs * variant.negative):
        random = advance(random)
        noise[sample] = draw_from_table(random, tables.noise)
        prefetch_row(model.output, noise[sample])
    state.random = random
    if pairs > 0:
        fetch_rows(center, worker, model, tables, variant)


@inlined
def fetch_rows(center, worker, model, tables, variant):
    """Prefetch the other rows that a center needs: its output vector, its path, the context word that enters its window."""
    word = worker.sentence[center]
    if variant.negative > 0:
        prefetch_row(model.output, word)
    if variant.hs:
        for step in range(tables.tree.starts[word], tables.tree.starts[word + 1]):
            prefetch_row(model.nodes, own_row(tables.tree.nodes[step], tables.tree, worker.copies))
    entering = min(center + variant.window, worker.state[0].length - 1)
    prefetch_row(model.input, worker.sentence[entering])


@inlined
def train_skipgram(center, worker, model, tables, variant):
    """Each context word's input vector predicts the center."""
    gradient = worker.scratch[GRADIENT]
    word = worker.sentence[center]
    begin, end = worker.windows[center & 1].begin, worker.windows[center & 1].end
    noise = worker.noise[center & 1]
    pair = 0
    for position in range(begin, end):
        if position != center:
            context = worker.sentence[position]
            gradient[:] = 0
            learn_outputs(model.input, context, word, noise[pair:], worker, model, tables, variant)
            pair += variant.negative
            for d in range(len(gradient)):
                model.input[context, d] += gradient[d]


@inlined
def train_cbow(center, worker, model, tables, variant):
    """The mean of the context words' input vectors predicts the center; each of them gets the whole gradient."""
    begin, end = worker.windows[center & 1].begin, worker.windows[center & 1].end
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
    learn_outputs(worker.scratch, HIDDEN, worker.sentence[center], worker.noise[center & 1], worker, model, tables, variant)
    for position in range(begin, end):
        if position != center:
            context = worker.sentence[position]
            for d in range(len(gradient)):
                model.input[context, d] += gradient[d]


@inlined
def learn_outputs(inputs, row, word, noise, worker, model, tables, variant):
    """Score one hidden row (inputs[row]) against a word's tree path, its noise words, or both; leaves the row's gradient."""
    if variant.hs:
        learn_path(inputs, row, word, worker, model.nodes, tables)
    if variant.negative > 0:
        learn_noise(inputs, row, word, noise, worker, model.output, tables, variant.negative)


@inlined
def learn_path(inputs, row, word, worker, nodes, tables):
    """Hierarchical softmax: at each node of the word's path, σ(h·v) is the probability of branch 0."""
    tree = tables.tree
    alpha = worker.state[0].alpha
    for step in range(tree.starts[word], tree.starts[word + 1]):
        node = own_row(tree.nodes[step], tree, worker.copies)
        score = dot(inputs, row, nodes, node)
        if -MAX_SCORE < score < MAX_SCORE:
            label = np.float32(1) - np.float32(tree.codes[step])
            move(inputs, row, nodes, node, (label - sigmoid_from_table(score, tables.sigmoid)) * alpha, worker.scratch)


@inlined
def learn_noise(inputs, row, word, noise, worker, output, tables, negative):
    """Negative sampling: the word against `negative` noise words, of which those that are the word itself are left out."""
    alpha = worker.state[0].alpha
    for sample in range(negative + 1):
        if sample == 0:
            target = np.int64(word)
            label = np.float32(1)
        else:
            target = np.int64(noise[sample - 1])
            if target == word:
                continue
            label = np.float32(0)
        score = dot(inputs, row, output, target)
        if score > MAX_SCORE:
            probability = np.float32(1)
        elif score >= -MAX_SCORE:
            probability = sigmoid_from_table(score, tables.sigmoid)
        else:  # NaN too, which has no place in the table
            probability = np.float32(0)
        move(inputs, row, output, target, (label - probability) * alpha, worker.scratch)


@inlined
def move(inputs, row, outputs, target, step, scratch):
    """Step along the gradient of one score: add the hidden row's part to scratch, and the output row's part in place."""
    for d in range(inputs.shape[1]):
        scratch[GRADIENT, d] += step * outputs[target, d]
        outputs[target, d] += step * inputs[row, d]
