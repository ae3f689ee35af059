"""word2phrase: the original's command line and its bytes, on this package's engine."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from fastw2v.errors import Fastw2vError, Terminated, UsageError
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
OPTIONS: dict[str, tuple[Callable[[str], Any], str]] = {
    "-train": (str, "the name of a file"),
    "-output": (str, "the name of a file"),
    "-min-count": (int, "a whole number"),
    "-threshold": (float, "a number"),
    "-debug": (int, "a whole number"),
}


def main() -> None:
    """Run with the arguments of the command line; leaves with exit code 0, 1 for failure, 2 for misuse, 130 for Ctrl-C."""
    signal.signal(signal.SIGTERM, _terminate)
    arguments = sys.argv[1:]
    if not arguments:
        print(USAGE)
        sys.exit(0)
    try:
        _run(parsed(arguments))
    except Fastw2vError as error:
        message, code = str(error), getattr(error.__cause__, "exit_code", error.exit_code)
    except KeyboardInterrupt as stop:
        message, code = "stopped", getattr(stop, "exit_code", 130)
    else:
        sys.exit(0)
    print("word2phrase: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(code)


def parsed(arguments: list[str]) -> dict[str, Any]:
    """The options by name; where one is given twice the first counts, as in the original. Raises UsageError."""
    found: dict[str, Any] = {}
    for name, *rest in (arguments[place : place + 2] for place in range(0, len(arguments), 2)):
        if name not in OPTIONS:
            raise UsageError(f"there is no option {name}: there are {', '.join(OPTIONS)}")
        if not rest:
            raise UsageError(f"argument missing for {name}")
        kind, expected = OPTIONS[name]
        try:
            found.setdefault(name, kind(rest[0]))
        except ValueError:
            raise UsageError(f"{name} is {rest[0]!r}: it must be {expected}") from None
    for name in ("-train", "-output"):
        if name not in found:
            raise UsageError(f"{name} is missing: give the name of a file")
    return found


def _run(options: dict[str, Any]) -> None:
    names = {"-threshold": "threshold", "-min-count": "min_count"}
    settings = PhraseSettings(**{names[name]: value for name, value in options.items() if name in names})

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

    print(f"Starting training using file {options['-train']}", flush=True)
    run(options["-train"], Path(options["-output"]), settings, Listener(), Shown(), exact=True)


def _terminate(number: int, frame: object) -> NoReturn:
    raise Terminated


if __name__ == "__main__":
    main()
