"""word2vec: the original's options, output and files; the training is this package's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastw2v._system.display import say
from fastw2v.errors import UsageError
from fastw2v.original.arguments import OriginalOptions, named_arguments, number, whole_number
from fastw2v.original.program import finish, of_strangers, show
from fastw2v.settings import DEFAULT_ALPHA, Settings

THREADS, CBOW, DEBUG = 12, 1, 2  # the original's defaults where they are not ours

OPTIONS = {
    "-train": ("file", "The text to learn from: plain, or compressed by gzip, bzip2, xz, zstd or zip"),
    "-output": ("file", "Where the word vectors go, or the word classes"),
    "-size": ("int", f"Numbers in a word vector; default is {Settings.dim}"),
    "-window": ("int", f"Most words between a word and its context; default is {Settings.window}"),
    "-sample": (
        "float",
        f"Words of a higher relative frequency are passed over at times; default is {Settings.sample}, 0 = never",
    ),
    "-hs": ("int", "Hierarchical softmax; default is 0 (not used)"),
    "-negative": ("int", f"Noise words for each pair of words; default is {Settings.negative} (0 = not used)"),
    "-threads": ("int", f"Threads to train with; default is {THREADS}"),
    "-iter": ("int", f"Passes over the text; default is {Settings.epochs}"),
    "-min-count": ("int", f"Words that occur less often are left out; default is {Settings.min_count}"),
    "-alpha": (
        "float",
        "The learning rate at the start; default is {skipgram} for skip-gram and {cbow} for CBOW".format(**DEFAULT_ALPHA),
    ),
    "-classes": ("int", "Write so many word classes, by k-means, instead of vectors; default is 0 (vectors)"),
    "-debug": ("int", f"What is shown: 2 = vocabulary and progress, 1 = vocabulary, 0 = neither; default is {DEBUG}"),
    "-binary": ("int", "Write the vectors in the binary format; default is 0 (off)"),
    "-save-vocab": ("file", "Where the words and their counts go; without -output this is all that is done"),
    "-read-vocab": ("file", "Take words and counts from there instead of counting the text"),
    "-cbow": ("int", f"Continuous bag of words; default is {CBOW} (0 = skip-gram)"),
}
READERS: dict[str, Callable[[str, str], Any]] = {"int": whole_number, "float": number, "file": lambda name, text: text}
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
}  # the options whose values are settings of ours
FILES = {"-output": "output", "-save-vocab": "save_vocab", "-read-vocab": "read_vocab", "-classes": "classes"}
WORDING = OriginalOptions({setting: option for option, setting in (SETTINGS | FILES).items()} | {"k": "-classes"})


def main() -> None:
    """The command."""
    finish("word2vec", word2vec, WORDING)


def word2vec(arguments: list[str]) -> None:
    """Train, or only count the words, as the arguments say."""
    if not arguments:
        show(usage())
        return
    texts, ignored = named_arguments(OPTIONS, arguments)
    if ignored:
        say(f"word2vec: passed over, for no option is called so: {' '.join(ignored)}")
    given: dict[str, Any] = {name: READERS[OPTIONS[name][0]](name, text) for name, text in texts.items()}
    if not given.get("-train"):
        raise UsageError("-train is missing: give the text to learn from; without arguments all options are shown")
    settings = chosen_settings(given)
    show(b"Starting training using file %s\n" % of_strangers(given["-train"]))

    from fastw2v.original.word2vec_output import Shown
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
    listener = Shown(given.get("-debug", DEBUG), settings.thread_count)
    if files.output:
        run([given["-train"]], settings, files, listener)
    else:
        count([given["-train"]], settings, files, listener)


def chosen_settings(given: dict[str, Any]) -> Settings:
    """The settings that some options' values mean; what the original takes for "none" or "all" is that here too."""
    values = {setting: given[option] for option, setting in SETTINGS.items() if option in given}
    values.setdefault("threads", THREADS)
    if "hs" in values:
        values["hs"] = values["hs"] != 0
    for setting, least in (("negative", 0), ("sample", 0.0), ("min_count", 1)):
        if setting in values:
            values[setting] = max(least, values[setting])
    return Settings(model="cbow" if given.get("-cbow", CBOW) else "skipgram", **values)


def usage() -> str:
    """What is shown without arguments."""
    lines = ["word2vec: the original's options, on the engine of fastw2v", "", "Options:"]
    for name, (kind, meaning) in OPTIONS.items():
        lines += [f"\t{name} <{kind}>", f"\t\t{meaning}"]
    lines += ["", "Examples:"]
    lines += ["word2vec -train text.txt -output vectors.bin -binary 1 -size 300 -cbow 0 -threads 4"]
    lines += ["word2vec -train text.txt.gz -save-vocab vocab.txt -min-count 10", "", ""]
    return "\n".join(lines)
