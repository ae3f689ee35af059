"""word2phrase: the original's command line and its bytes, on this package's engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastw2v._system.display import say
from fastw2v.errors import UsageError
from fastw2v.original.arguments import OriginalOptions, named_arguments, number, whole_number
from fastw2v.original.program import finish, of_strangers, show
from fastw2v.phrasing.settings import PhraseSettings

USAGE = """word2phrase, as fastw2v does it

Options:
\t-train <file>
\t\tThe text in which phrases are looked for
\t-output <file>
\t\tWhere the text goes with its phrases joined
\t-min-count <int>
\t\tDo not join words and pairs that occur less often than this; default is 5
\t-threshold <float>
\t\tJoin pairs with a score above this (higher means fewer phrases); default is 100
\t-debug <int>
\t\tHow much is said: 0 only how it starts, 1 the size of the vocabulary too, 2 progress too (default)

Example:
word2phrase -train text.txt -output phrases.txt -threshold 100 -debug 2
"""
READERS: dict[str, Callable[[str, str], Any]] = {
    "-train": lambda name, text: text,
    "-output": lambda name, text: text,
    "-min-count": whole_number,
    "-threshold": number,
    "-debug": whole_number,
}
SETTINGS = {"-threshold": "threshold", "-min-count": "min_count"}
WORDING = OriginalOptions({setting: option for option, setting in SETTINGS.items()}, "phrases")


def main() -> None:
    """The command."""
    finish("word2phrase", word2phrase, WORDING)


def word2phrase(arguments: list[str]) -> None:
    """Join phrases as the arguments say."""
    if not arguments:
        show(USAGE + "\n")
        return
    texts, ignored = named_arguments(READERS, arguments)
    if ignored:
        say(f"word2phrase: passed over, for no option is called so: {' '.join(ignored)}")
    for name in ("-train", "-output"):
        if name not in texts:
            raise UsageError(f"{name} is missing: give the name of a file")
    _run({name: READERS[name](name, text) for name, text in texts.items()})


def _run(options: dict[str, Any]) -> None:
    settings = PhraseSettings(**{SETTINGS[name]: value for name, value in options.items() if name in SETTINGS})

    from fastw2v.phrasing.passes import Counts
    from fastw2v.phrasing.pipeline import Watch, run
    from fastw2v.reporting.listener import Listener

    debug = options.get("-debug", 2)

    class Shown(Watch):
        """The original's lines."""

        words = 0

        def counted(self, words: int, strings: int) -> None:
            if debug > 1:
                print(f"Words processed: {words // 1000}K     Vocab size: {strings // 1000}K  ", end="\r", flush=True)

        def learned(self, counts: Counts) -> None:
            if debug > 0:
                print(f"\nVocab size (unigrams + bigrams): {counts.strings}\nWords in train file: {counts.words}")

        def written(self, words: int) -> None:
            self.words += words
            if debug > 1:
                print(f"Words written: {self.words // 1000}K", end="\r", flush=True)

    show(b"Starting training using file %s\n" % of_strangers(options["-train"]))
    run(options["-train"], Path(options["-output"]), settings, Listener(), Shown(), exact=True)
