"""word2phrase: the original's command line, with byte-identical output, on fastw2v."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastw2v._system.display import say
from fastw2v.errors import UsageError
from fastw2v.original.arguments import OriginalOptions, decimal_number, named_arguments, whole_number
from fastw2v.original.program import displayable, finish, write_out
from fastw2v.phrasing.settings import PhraseSettings

USAGE = """word2phrase on fastw2v

Options:
\t-train <file>
\t\tText in which to find phrases
\t-output <file>
\t\tFile for the text with phrases joined
\t-min-count <int>
\t\tDo not join words and pairs that occur less often than this; default is 5
\t-threshold <float>
\t\tJoin pairs with a score above this (higher means fewer phrases); default is 100
\t-debug <int>
\t\tMessages: 0 = only the start, 1 = also the vocabulary size, 2 = also progress (default)

Example:
word2phrase -train text.txt -output phrases.txt -threshold 100 -debug 2
"""
OPTION_READERS: dict[str, Callable[[str, str], Any]] = {
    "-train": lambda name, text: text,
    "-output": lambda name, text: text,
    "-min-count": whole_number,
    "-threshold": decimal_number,
    "-debug": whole_number,
}
SETTINGS = {"-threshold": "threshold", "-min-count": "min_count"}
WORDING = OriginalOptions({setting: option for option, setting in SETTINGS.items()}, "phrases")


def main() -> None:
    """Entry point."""
    finish("word2phrase", word2phrase, WORDING)


def word2phrase(arguments: list[str]) -> None:
    """Join phrases according to the arguments."""
    if not arguments:
        write_out(USAGE + "\n")
        return
    texts, ignored = named_arguments(OPTION_READERS, arguments)
    if ignored:
        say(f"word2phrase: ignored unknown arguments: {' '.join(ignored)}")
    for name in ("-train", "-output"):
        if name not in texts:
            raise UsageError(f"{name} is missing: give a file name")
    _join_phrases({name: OPTION_READERS[name](name, text) for name, text in texts.items()})


def _join_phrases(options: dict[str, Any]) -> None:
    settings = PhraseSettings(**{SETTINGS[name]: value for name, value in options.items() if name in SETTINGS})

    from fastw2v.phrasing.passes import StringCounts
    from fastw2v.phrasing.pipeline import PassObserver, run_phrases
    from fastw2v.reporting.listener import Listener

    debug = options.get("-debug", 2)

    class PrintedProgress(PassObserver):
        """Prints the original's progress."""

        words = 0

        def counted(self, words: int, strings: int) -> None:
            if debug > 1:
                print(f"Words processed: {words // 1000}K     Vocab size: {strings // 1000}K  ", end="\r", flush=True)

        def pairs_counted(self, counts: StringCounts) -> None:
            if debug > 0:
                print(f"\nVocab size (unigrams + bigrams): {counts.strings}\nWords in train file: {counts.words}")

        def written(self, words: int) -> None:
            self.words += words
            if debug > 1:
                print(f"Words written: {self.words // 1000}K", end="\r", flush=True)

    write_out(b"Starting training using file %s\n" % displayable(options["-train"]))
    run_phrases(options["-train"], Path(options["-output"]), settings, Listener(), PrintedProgress(), exact=True)
