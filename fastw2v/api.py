"""The Python interface to a run: check what Python code gives, run, return. The command line does the same with options.

The work itself is in `fastw2v.run`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fastw2v._system.text_encoding import words_to_text
from fastw2v.arguments import Range, checked_choice, checked_flag, checked_number, checked_path, shown
from fastw2v.corpus.names import check_corpus_argument
from fastw2v.errors import UsageError
from fastw2v.gensim_names import explain_arguments
from fastw2v.reporting import python_listener
from fastw2v.reporting.callback import Callback, CallbackFailed
from fastw2v.reporting.listener import Listener, Listeners
from fastw2v.run import pipeline
from fastw2v.run.files import Files
from fastw2v.run.pipeline import Corpus, PathName
from fastw2v.settings import DeviceName, KernelName, ModelName, Settings
from fastw2v.training.progress import Progress
from fastw2v.vectors.io import FORMATS, FileFormat
from fastw2v.vectors.word_vectors import WordVectors

Result = TypeVar("Result")

SECONDS = Range(0, 10**9)


@explain_arguments
def train(
    corpus: Corpus,
    *,
    model: ModelName = Settings.model,
    dim: int = Settings.dim,
    window: int = Settings.window,
    negative: int = Settings.negative,
    noise_exponent: float = Settings.noise_exponent,
    hs: bool = Settings.hs,
    sample: float = Settings.sample,
    min_count: int = Settings.min_count,
    max_vocab: int | None = Settings.max_vocab,
    epochs: int = Settings.epochs,
    alpha: float | None = Settings.alpha,
    min_alpha: float | None = Settings.min_alpha,
    threads: int | None = Settings.threads,
    seed: int = Settings.seed,
    kernel: KernelName = Settings.kernel,
    memory: int | None = Settings.memory,
    device: DeviceName = Settings.device,
    streams: int | None = Settings.streams,
    sync_words: int | None = Settings.sync_words,
    output: PathName | None = None,
    file_format: FileFormat = "auto",
    save_output_vectors: PathName | None = None,
    save_vocab: PathName | None = None,
    read_vocab: PathName | None = None,
    init: PathName | WordVectors | None = None,
    log: PathName | None = None,
    checkpoint: PathName | None = None,
    checkpoint_every: float = Files.checkpoint_every,
    save_on_interrupt: bool = False,
    force: bool = False,
    progress: bool = False,
    callback: Callable[[Progress], object] | None = None,
) -> WordVectors:
    """Train word vectors on a text.

    Words are separated by spaces, tabs and newlines; a newline ends a sentence. Case and punctuation are kept.

    Parameters
    ----------
    corpus : str, path-like, list of these, or iterable of iterables of str
        Files, folders, globs, or "-" for standard input; plain text, or compressed by gzip, bzip2, xz, zstd or zip; tar
        archives of texts. Or sentences: lists of words.
    model : {"skipgram", "cbow"}, default "skipgram"
        Skip-gram predicts each context word from the center word, CBOW the center word from the mean of its context.
    dim : int, default 100
        Length of a word vector.
    window : int, default 5
        Most words between center and context. The window of each center is drawn uniformly from 1 to `window`.
    negative : int, default 5
        Noise words (negative samples) for each positive pair; 0 for none, which needs `hs`.
    noise_exponent : float, default 0.75
        Power of the counts in the noise distribution, from -2 to 2; 0 draws all words alike. In gensim: ns_exponent.
    hs : bool, default False
        Train hierarchical softmax, alone or beside negative sampling.
    sample : float, default 1e-3
        Relative frequency t above which words are subsampled: one of relative frequency f is kept with the probability
        (sqrt(f/t) + 1) · t/f, as in word2vec.c. 0 keeps all words.
    min_count : int, default 5
        Words that occur less often leave the text before windows are drawn.
    max_vocab : int, optional
        Most words to keep, the most frequent ones, `</s>` not counted. None for no limit.
    epochs : int, default 5
        Passes over the text.
    alpha : float, optional
        Starting learning rate. None for 0.025 (skip-gram) or 0.05 (CBOW).
    min_alpha : float, optional
        Last learning rate, to which the rate falls linearly; None for 1e-4 of `alpha`, as in word2vec.c.
    threads : int, optional
        Threads to train with. None for the cores that this process may use. With one thread and the same `seed`, a run
        gives the same bytes each time.
    seed : int, default 1
        Seed of the random streams. 1 gives those of word2vec.c.
    kernel : {"blocked", "reference"}, default "blocked"
        The fast training loop, or word2vec.c's own arithmetic, pair by pair.
    memory : int, optional
        Bytes for word ids and counting; what does not fit goes to a temporary file. None for half of what is available.
    device : {"cpu", "cuda", "auto"}, default "cpu"
        "cuda" trains on an NVIDIA GPU, "auto" on one where there is one. Needs the extra `cuda`.
    streams : int, optional
        Parts of the text that a GPU trains concurrently. None for as many as the GPU and the text allow.
    sync_words : int, optional
        With several MPI ranks, words that each trains between two rounds of averaging. None chooses it.
    output : str or path-like, optional
        Also write the vectors there. A file appears whole or not at all.
    file_format : {"auto", "binary", "text", "original", "glove", "folder"}, default "auto"
        Format of `output`, see `WordVectors.save`. "auto" goes by the name: binary for `.bin`, a folder for `.f2v`, else text.
    save_output_vectors : str or path-like, optional
        Write the output vectors of negative sampling there.
    save_vocab, read_vocab : str or path-like, optional
        Write words and counts there, as word2vec.c does; take them from there instead of counting.
    init : str, path-like or WordVectors, optional
        Vectors for a warm start. Their words stay in the vocabulary, and counts are added up. A `.f2v` folder and what
        `train` returned have counts and output vectors, which are used too. Of a file, which has neither, each word counts as
        seen once.
    log : str or path-like, optional
        Write progress there, as JSON lines.
    checkpoint : str or path-like, optional
        Folder for the state of the run, from which `resume` continues it. It is removed once the run is complete.
    checkpoint_every : float, default 600
        Seconds between two checkpoints.
    save_on_interrupt : bool, default False
        When interrupted by Ctrl-C, write `output` with the vectors trained so far.
    force : bool, default False
        Start a new run although `checkpoint` holds an unfinished one, which is set aside, and overwritten by the first
        checkpoint of this run.
    progress : bool, default False
        Show progress and a summary on standard error.
    callback : callable, optional
        Called with a `Progress` about five times a second, and once at the end of training, in the thread that called
        `train`, while training continues. An exception that it raises stops the run: threads end, no output is written, the
        checkpoints written so far stay, and the exception leaves `train` unchanged. A KeyboardInterrupt stops it as Ctrl-C
        does. With several MPI ranks only rank 0 calls it.

    Returns
    -------
    WordVectors
        (vocabulary, dim) float32, most frequent words first; word 0 is `</s>`, the end of a sentence. It has the words'
        counts, the settings, and with negative sampling the output vectors.

    Raises
    ------
    UsageError
        A value out of range, a missing file, a text without words. The message names the argument.
    Fastw2vError
        A full disk, damaged data, too little memory, or training that diverged.
    Interrupted
        Ctrl-C or a KeyboardInterrupt.

    See Also
    --------
    resume : continue a run from its checkpoint.
    Settings : the settings, with their ranges.

    References
    ----------
    T. Mikolov, K. Chen, G. Corrado, J. Dean, "Efficient Estimation of Word Representations in Vector Space", 2013, and
    T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean, "Distributed Representations of Words and Phrases and their
    Compositionality", 2013; the program word2vec.c.

    Examples
    --------
    >>> import fastw2v
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"]] * 100
    >>> vectors = fastw2v.train(sentences, dim=16, epochs=2, threads=1)
    >>> vectors
    WordVectors(5 words, dimension 16)
    >>> vectors.words[:2]
    ['</s>', 'the']

    A callback shows how far the run is, or stops it:

    >>> shares = []
    >>> vectors = fastw2v.train(sentences, dim=16, threads=1, callback=lambda progress: shares.append(progress.share))
    >>> shares[-1]
    1.0
    """
    check_corpus_argument(corpus)
    settings = Settings(
        model=model,
        dim=dim,
        window=window,
        negative=negative,
        noise_exponent=noise_exponent,
        hs=hs,
        sample=sample,
        min_count=min_count,
        max_vocab=max_vocab,
        epochs=epochs,
        alpha=alpha,
        min_alpha=min_alpha,
        threads=threads,
        seed=seed,
        kernel=kernel,
        memory=memory,
        device=device,
        streams=streams,
        sync_words=sync_words,
    )
    vectors, init_file = (init, None) if isinstance(init, WordVectors) else (None, init)
    if not isinstance(init_file, (str, os.PathLike, type(None))):
        raise UsageError(
            f"init is of type {type(init).__name__}: give the name of a file of vectors, or WordVectors "
            "(of a gensim model, by WordVectors.from_gensim)"
        )
    files = Files(
        output=_path("output", output),
        save_output_vectors=_path("save_output_vectors", save_output_vectors),
        save_vocab=_path("save_vocab", save_vocab),
        read_vocab=_path("read_vocab", read_vocab),
        init=_path("init", init_file),
        log=_path("log", log),
        checkpoint=_path("checkpoint", checkpoint),
        file_format=checked_choice("file_format", file_format, FORMATS),
        checkpoint_every=checked_number("checkpoint_every", checkpoint_every, SECONDS, whole=False),
        save_on_interrupt=checked_flag("save_on_interrupt", save_on_interrupt),
    )
    forced = checked_flag("force", force)

    def run(listener: Listener) -> WordVectors:
        return pipeline.run(corpus, settings, files, listener, force=forced, init=vectors)

    return _with_callback(progress, callback, run)


@explain_arguments
def resume(
    folder: PathName,
    *,
    force: bool = False,
    progress: bool = False,
    callback: Callable[[Progress], object] | None = None,
) -> WordVectors:
    """Continue a run from its newest checkpoint, with the same settings, text and files.

    Parameters
    ----------
    folder : str or path-like
        The folder that `train` was given as `checkpoint`.
    force : bool, default False
        Continue although the text has changed, or the folder was copied from elsewhere.
    progress, callback
        As for `train`.

    Returns
    -------
    WordVectors
        What `train` would have returned.

    Raises
    ------
    UsageError
        There is no checkpoint in `folder`, it is damaged, or the text has changed since.
    Fastw2vError, Interrupted
        As for `train`.

    Examples
    --------
    >>> import fastw2v
    >>> def stop(progress):
    ...     raise KeyboardInterrupt
    >>> try:
    ...     fastw2v.train("corpus.txt", checkpoint="state", callback=stop)
    ... except fastw2v.Interrupted as stopped:
    ...     print(stopped)
    stopped at ...% of the training; fastw2v.resume('state') continues the run; no vectors were written
    >>> vectors = fastw2v.resume("state")
    """
    forced = checked_flag("force", force)
    return _with_callback(progress, callback, lambda listener: pipeline.resume(folder, force=forced, listener=listener))


@explain_arguments
def count(
    corpus: Corpus,
    *,
    min_count: int = Settings.min_count,
    max_vocab: int | None = Settings.max_vocab,
    threads: int | None = Settings.threads,
    memory: int | None = Settings.memory,
    output: PathName | None = None,
    progress: bool = False,
) -> dict[str, int]:
    """Count the words of a text, as `train` does before it trains.

    Parameters
    ----------
    corpus : str, path-like, list of these, or iterable of iterables of str
        As for `train`.
    min_count : int, default 5
        Words that occur less often are left out.
    max_vocab : int, optional
        Most words to keep, the most frequent ones, `</s>` not counted. None for no limit.
    threads : int, optional
        None for the cores that this process may use.
    memory : int, optional
        Bytes for counting; when they are full, the rarest words are dropped. None for half of what is available.
    output : str or path-like, optional
        Write words and counts there, one "word count" a line as word2vec.c does, for `train(read_vocab=...)`.
    progress : bool, default False
        Show progress on standard error.

    Returns
    -------
    dict of str to int
        How often each word occurs, the most frequent first; before them `</s>`, the end of a sentence.

    Raises
    ------
    UsageError
        A value out of range, a missing file, a text without words.
    Fastw2vError
        A full disk, damaged data, too little memory.

    Examples
    --------
    >>> import fastw2v
    >>> fastw2v.count([["to", "be", "or", "not", "to", "be"]], min_count=2)
    {'</s>': 1, 'to': 2, 'be': 2}
    """
    check_corpus_argument(corpus)
    settings = Settings(min_count=min_count, max_vocab=max_vocab, threads=threads, memory=memory)
    files = Files(save_vocab=_path("output", output))
    vocabulary, _ = pipeline.count(corpus, settings, files, python_listener(progress=checked_flag("progress", progress)))
    return dict(zip(words_to_text(vocabulary.words()), vocabulary.counts.tolist()))


def _path(name: str, path: PathName | None) -> Path | None:
    return None if path is None else checked_path(name, path)


def _with_callback(progress: bool, callback: Callable[[Progress], object] | None, run: Callable[[Listener], Result]) -> Result:
    """Run with a display and the user's callback as listeners. An exception of the callback is raised unchanged."""
    if callback is not None and not callable(callback):
        raise UsageError(f"callback is {shown(callback)}: it must be a function that takes a Progress")
    listener = python_listener(progress=checked_flag("progress", progress))
    try:
        return run(Listeners(listener, Callback(callback)) if callback else listener)
    except CallbackFailed as stop:
        failure = stop.failure
    raise failure
