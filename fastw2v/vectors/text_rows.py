"""Compiled loops over the rows of text files: numbers from letters, and letters from numbers.

Both are exact where they answer: a row that they leave (a number of very many digits, one past 9 · 10^9, something that is no
number) is for Python.
"""

import math

import numpy as np

from fastw2v.compiling import compiled, inlined

SPACE, NEWLINE, RETURN, POINT, MINUS, PLUS, ZERO, NINE = (ord(letter) for letter in " \n\r.-+09")
LARGE_E, SMALL_E = ord("E"), ord("e")
NEEDS_MORE, LEFT = 0, 1  # why parsing stopped before the last row: at the end of the data, at a row that it leaves

# A whole number below 2^53 times or by a power of ten up to 10^22 is one rounding of exact numbers (Clinger 1990).
EXACT = 2**53
ERROR = 4e-16  # relative, of three roundings
POWERS = 10.0 ** np.arange(23)
MANY_DIGITS = 10**17  # of which one more can be read

DECIMALS = 6
SCALE = 10.0**DECIMALS
LARGEST = 9e9  # a float32 below this times 10^6 is exact in float64
LETTERS_OF_A_NUMBER = 19  # sign, ten digits, point, six digits, space


@compiled
def parse_rows(data, position, row, vectors, words):
    """Parse whole lines "word number … number" into vectors[row], vectors[row + 1], …

    data : (n,) uint8
    position : where the first line starts
    vectors : (rows, dim) float32
    words : (rows, 2) int64, where each word starts and ends in the data

    Returns (row, position, reason): the first row not parsed, where it starts, and NEEDS_MORE or LEFT.
    """
    while row < len(vectors):
        end = position
        while end < len(data) and data[end] != NEWLINE:
            end += 1
        if end == len(data):
            return row, position, NEEDS_MORE
        if not _parse_row(data, position, end, vectors, row, words):
            return row, position, LEFT
        position = end + 1
        row += 1
    return row, position, NEEDS_MORE


@inlined
def _parse_row(data, position, end, vectors, row, words):
    """One line; False where Python is to look at it."""
    words[row, 0] = position
    while position < end and data[position] != SPACE:
        position += 1
    words[row, 1] = position
    for d in range(vectors.shape[1]):
        while position < end and data[position] == SPACE:
            position += 1
        value, position, good = _parse_number(data, position, end)
        if not good:
            return False
        vectors[row, d] = value
    while position < end and (data[position] == SPACE or data[position] == RETURN):
        position += 1
    return position == end and words[row, 1] > words[row, 0]


@inlined
def _parse_number(data, position, end):
    """(value, where it ends, whether it is exact)."""
    start = position
    negative = False
    if position < end and (data[position] == MINUS or data[position] == PLUS):
        negative = data[position] == MINUS
        position += 1
    digits, seen, decimals, pointed = 0, 0, 0, False
    while position < end:
        letter = data[position]
        if ZERO <= letter <= NINE:
            digits = digits * 10 + (letter - ZERO)
            seen += 1
            decimals += pointed
            if digits >= MANY_DIGITS:
                return 0.0, start, False
        elif letter == POINT and not pointed:
            pointed = True
        else:
            break
        position += 1
    exponent = -decimals
    if position < end and (data[position] == LARGE_E or data[position] == SMALL_E):
        power, position = _parse_exponent(data, position + 1, end)
        if position < 0:
            return 0.0, start, False
        exponent += power
    ended = position == end or data[position] == SPACE or data[position] == RETURN
    if seen == 0 or not ended or abs(exponent) >= len(POWERS):
        return 0.0, start, False
    value = float(digits)
    value = value * POWERS[exponent] if exponent >= 0 else value / POWERS[-exponent]
    # Of more digits than are exact: the float32 is sure where the error cannot move it.
    sure = digits < EXACT or np.float32(value * (1 - ERROR)) == np.float32(value * (1 + ERROR))
    return -value if negative else value, position, sure


@inlined
def _parse_exponent(data, position, end):
    """(the power, where it ends, or -1 for none)."""
    negative = position < end and data[position] == MINUS
    if position < end and (data[position] == MINUS or data[position] == PLUS):
        position += 1
    power, seen = 0, 0
    while position < end and ZERO <= data[position] <= NINE and seen < 4:
        power = power * 10 + (data[position] - ZERO)
        seen += 1
        position += 1
    return -power if negative else power, position if seen else -1


@compiled
def format_rows(vectors, row, words, ends, out):
    """Write rows as the original does: the word, then each number with six decimals and a space after it, a newline.

    vectors : (n, dim) float32
    row : the first row to write
    words, ends : uint8, all words' bytes one after the other; (n,) int64, where each ends
    out : uint8, with room for all

    Returns (row, size): the first row not written, for it holds a number for Python, or n; the bytes written.
    """
    size = 0
    while row < len(vectors):
        before = size
        for i in range(ends[row - 1] if row else 0, ends[row]):
            out[size] = words[i]
            size += 1
        out[size] = SPACE
        size += 1
        for d in range(vectors.shape[1]):
            value = float(vectors[row, d])
            if not abs(value) < LARGEST:
                return row, before
            size = _format_number(value, out, size)
        out[size] = NEWLINE
        size += 1
        row += 1
    return row, size


@inlined
def _format_number(value, out, size):
    """ "%.6f " of a number; returns where it ends."""
    if math.copysign(1.0, value) < 0:
        out[size] = MINUS
        size += 1
    rest = np.int64(np.rint(abs(value) * SCALE))  # exact before rint, which rounds ties to even, as printf does
    length, bound = 1, 10 * 10**DECIMALS
    while bound <= rest:
        bound *= 10
        length += 1
    end = size + length + 1 + DECIMALS
    for place in range(end - 1, size - 1, -1):
        if place == size + length:
            out[place] = POINT
        else:
            out[place] = ZERO + rest % 10
            rest //= 10
    out[end] = SPACE
    return end + 1
