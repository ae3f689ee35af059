"""compute-accuracy: how many questions "a b c d" (b - a + c is nearest to d) the vectors answer, section by section."""

import sys
from pathlib import Path

from fastw2v._system.lines import MAX_FILE_LENGTH
from fastw2v.errors import UsageError
from fastw2v.original.arguments import OriginalOptions, whole_number
from fastw2v.original.program import finish, of_strangers, show

USAGE = """Usage: compute-accuracy <FILE> <threshold> < questions-words.txt
FILE holds word vectors, in the original's binary or text format; with a threshold only so many words, the first, are used
(0 = all; 30000 is a typical value)
"""
SEMANTIC_SECTIONS = 5  # the first ones; all others are syntactic


def main() -> None:
    """The command."""
    finish("compute-accuracy", compute_accuracy, OriginalOptions({}))


def compute_accuracy(arguments: list[str]) -> None:
    """Read questions from standard input and show the share answered, after each section."""
    if not arguments:
        show(USAGE)
        return
    threshold = whole_number("the threshold", arguments[1]) if len(arguments) > 1 else 0
    if threshold < 0:
        raise UsageError(f"the threshold is {threshold}: it must be a number of words, or 0 for all")

    from fastw2v.original.questions import Answers, Tally, percent, read_sections

    answers = Answers(Path(arguments[0]), threshold)
    semantic, syntactic, total = Tally(), Tally(), 0
    for number, (name, questions) in enumerate(read_sections(_questions())):
        if number:
            show(of_strangers(name) + b":\n")
        here = answers.tally(questions)
        total += len(questions)
        if number <= SEMANTIC_SECTIONS:
            semantic = semantic.plus(here)
        else:
            syntactic = syntactic.plus(here)
        if number:
            known = max(here.known, 1)
            show(f"ACCURACY TOP1: {percent(here.right, known)} %  ({here.right} / {known})\n")
            shares = (percent(*tally) for tally in (semantic.plus(syntactic), semantic, syntactic))
            show("Total accuracy: {} %   Semantic accuracy: {} %   Syntactic accuracy: {} % \n".format(*shares))
    seen = semantic.known + syntactic.known
    show(f"Questions seen / total: {seen} {total}   {percent(seen, total)} % \n")


def _questions() -> bytes:
    """Standard input. Raises UsageError where it has no end."""
    data = sys.stdin.buffer.read(MAX_FILE_LENGTH + 1) if sys.stdin else b""
    if len(data) > MAX_FILE_LENGTH:
        raise UsageError(f"standard input has more than {MAX_FILE_LENGTH >> 20} MB: are these questions?")
    return data
