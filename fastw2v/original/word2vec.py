"""word2vec: the original's options, output and files, on fastw2v."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastw2v._system.display import say
from fastw2v.errors import UsageError
from fastw2v.original.arguments import OriginalOptions, decimal_number, named_arguments, whole_number
from fastw2v.original.program import displayable, finish, write_out
from fastw2v.settings import DEFAULT_ALPHA, Settings

DEFAULT_THREADS, CBOW, DEBUG = 12, 1, 2  # defaults of the original that differ from fastw2v's

OPTIONS = {
    "-train": ("file", "Text to train on: plain, or compressed by gzip, bzip2, xz, zstd or zip"),
    "-output": ("file", "File for the word vectors, or the word classes"),
    "-size": ("int", f"Dimension of the word vectors; default is {Settings.dim}"),
    "-window": ("int", f"Largest distance between a word and its context, in words; default is {Settings.window}"),
    "-sample": (
        "float",
        f"Subsample words with a higher relative frequency; default is {Settings.sample} (0 = none)",
    ),
    "-hs": ("int", "Use hierarchical softmax; default is 0 (not used)"),
    "-negative": ("int", f"Negative samples per pair of words; default is {Settings.negative} (0 = not used)"),
    "-threads": ("int", f"Number of threads; default is {DEFAULT_THREADS}"),
    "-iter": ("int", f"Number of epochs; default is {Settings.epochs}"),
    "-min-count": ("int", f"Discard words that occur less often; default is {Settings.min_count}"),
    "-alpha": (
        "float",
        "Initial learning rate; default is {skipgram} for skip-gram and {cbow} for CBOW".format(**DEFAULT_ALPHA),
    ),
    "-classes": ("int", "Write this number of word classes, by k-means, instead of vectors; default is 0 (vectors)"),
    "-debug": ("int", f"Output: 2 = vocabulary and progress, 1 = vocabulary, 0 = neither; default is {DEBUG}"),
    "-binary": ("int", "Save the vectors in binary format; default is 0 (off)"),
    "-save-vocab": ("file", "File for the words and their counts; without -output nothing else is done"),
    "-read-vocab": ("file", "Read words and counts from this file instead of counting the text"),
    "-cbow": ("int", f"Use the continuous bag of words model; default is {CBOW} (0 = skip-gram)"),
}
READERS: dict[str, Callable[[str, str], Any]] = {"int": whole_number, "float": decimal_number, "file": lambda name, text: text}
SETTINGS = {
    "-size": "dim",
    "-window": "window",
    "-sample": "sample",
    "-hs": "hs",
    "-negative": "negative",
    "-threads": "threads",
    "-iter": "epochs",
    "-min-count": "min_count",
    "-alpha": "alpha",
}  # options that are settings of fastw2v
FILES = {"-output": "output", "-save-vocab": "save_vocab", "-read-vocab": "read_vocab", "-classes": "classes"}
WORDING = OriginalOptions({setting: option for option, setting in (SETTINGS | FILES).items()} | {"k": "-classes"})


def main() -> None:
    """Entry point."""
    finish("word2vec", word2vec, WORDING)


def word2vec(arguments: list[str]) -> None:
    """Train, or only count the words, according to the arguments."""
    if not arguments:
        write_out(usage())
        return
    texts, ignored = named_arguments(OPTIONS, arguments)
    if ignored:
        say(f"word2vec: ignored unknown arguments: {' '.join(ignored)}")
    given: dict[str, Any] = {name: READERS[OPTIONS[name][0]](name, text) for name, text in texts.items()}
    if not given.get("-train"):
        raise UsageError("-train is missing: give the text to train on; without arguments, word2vec lists its options")
    settings = chosen_settings(given)
    write_out(b"Starting training using file %s\n" % displayable(given["-train"]))

    from fastw2v.original.word2vec_output import OriginalOutput
    from fastw2v.run.pipeline import Files, count, run

    def path(option: str) -> Path | None:
        return Path(given[option]) if given.get(option) else None

    files = Files(
        output=path("-output"),
        save_vocab=path("-save-vocab"),
        read_vocab=path("-read-vocab"),
        file_format="binary" if given.get("-binary") else "original",
        classes=given.get("-classes", 0),
    )
    listener = OriginalOutput(given.get("-debug", DEBUG), settings.thread_count)
    if files.output:
        run([given["-train"]], settings, files, listener)
    else:
        count([given["-train"]], settings, files, listener)


def chosen_settings(given: dict[str, Any]) -> Settings:
    """Convert option values to settings; values that mean "none" or "all" to the original keep that meaning."""
    values = {setting: given[option] for option, setting in SETTINGS.items() if option in given}
    values.setdefault("threads", DEFAULT_THREADS)
    if "hs" in values:
        values["hs"] = values["hs"] != 0
    for setting, least in (("negative", 0), ("sample", 0.0), ("min_count", 1)):
        if setting in values:
            values[setting] = max(least, values[setting])
    return Settings(model="cbow" if given.get("-cbow", CBOW) else "skipgram", **values)


def usage() -> str:
    """The help, printed without arguments."""
    lines = ["word2vec on fastw2v, with the original's options", "", "Options:"]
    for name, (kind, meaning) in OPTIONS.items():
        lines += [f"\t{name} <{kind}>", f"\t\t{meaning}"]
    lines += ["", "Examples:"]
    lines += ["word2vec -train text.txt -output vectors.bin -binary 1 -size 300 -cbow 0 -threads 4"]
    lines += ["word2vec -train text.txt.gz -save-vocab vocab.txt -min-count 10", "", ""]
    return "\n".join(lines)
