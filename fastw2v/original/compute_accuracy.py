"""compute-accuracy: count the questions "a b c d" that vectors answer (d is nearest to b - a + c), by section."""

import sys
from pathlib import Path

from fastw2v._system.text_lines import MAX_FILE_LENGTH
from fastw2v.errors import UsageError
from fastw2v.original.arguments import OriginalOptions, whole_number
from fastw2v.original.program import displayable, finish, write_out

USAGE = """Usage: compute-accuracy <FILE> <threshold> < questions-words.txt
FILE holds word vectors in the original's binary or text format; threshold limits them to the first words
(0 = all; 30000 is a typical value)
"""
SEMANTIC_SECTIONS = 5  # the first ones; all others are syntactic


def main() -> None:
    """Entry point."""
    finish("compute-accuracy", compute_accuracy, OriginalOptions({}))


def compute_accuracy(arguments: list[str]) -> None:
    """Read questions from standard input and print the accuracy after each section."""
    if not arguments:
        write_out(USAGE)
        return
    threshold = whole_number("the threshold", arguments[1]) if len(arguments) > 1 else 0
    if threshold < 0:
        raise UsageError(f"the threshold is {threshold}: it must be a number of words, or 0 for all")

    from fastw2v.original.questions import QuestionAnswers, Tally, percent, read_sections

    answers = QuestionAnswers(Path(arguments[0]), threshold)
    semantic, syntactic, total = Tally(), Tally(), 0
    for number, (name, questions) in enumerate(read_sections(_questions())):
        if number:
            write_out(displayable(name) + b":\n")
        tally = answers.tally(questions)
        total += len(questions)
        if number <= SEMANTIC_SECTIONS:
            semantic = semantic.plus(tally)
        else:
            syntactic = syntactic.plus(tally)
        if number:
            known = max(tally.known, 1)
            write_out(f"ACCURACY TOP1: {percent(tally.right, known)} %  ({tally.right} / {known})\n")
            percentages = (percent(*part) for part in (semantic.plus(syntactic), semantic, syntactic))
            write_out("Total accuracy: {} %   Semantic accuracy: {} %   Syntactic accuracy: {} % \n".format(*percentages))
    seen = semantic.known + syntactic.known
    write_out(f"Questions seen / total: {seen} {total}   {percent(seen, total)} % \n")


def _questions() -> bytes:
    """The bytes of standard input. Raises UsageError if there are too many."""
    data = sys.stdin.buffer.read(MAX_FILE_LENGTH + 1) if sys.stdin else b""
    if len(data) > MAX_FILE_LENGTH:
        raise UsageError(f"standard input has more than {MAX_FILE_LENGTH >> 20} MB: are these questions?")
    return data
