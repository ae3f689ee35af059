"""Compiled loops over the rows of text files: numbers from letters, and letters from numbers.

Both are exact where they answer: a row that they leave (a number of very many digits, one past 9 · 10^9, something that is no
number) is for Python.
"""

import math

import numpy as np

from fastw2v._jit.compiling import compiled, inlined

TAB, SPACE, NEWLINE, RETURN, POINT, MINUS, PLUS, ZERO, NINE = (ord(letter) for letter in "\t \n\r.-+09")
LARGE_E, SMALL_E = ord("E"), ord("e")
NEEDS_MORE, LEFT = 0, 1  # why parsing stopped before the last row: at the end of the data, at a row that it leaves

# A whole number below 2^53 times or by a power of ten up to 10^22 is one rounding of exact numbers (Clinger 1990).
EXACT = 2**53
ERROR = 4e-16  # relative, of three roundings
POWERS = 10.0 ** np.arange(23)
WHOLE_POWERS = 10 ** np.arange(19)
MANY_DIGITS = 10**17  # of which one more can be read

LETTERS_OF_A_NUMBER = 19  # at most, with the space after it
DECIMALS = 6  # of the original's numbers
SCALE = 10.0**DECIMALS
LARGEST = 9e9  # a float32 below this times 10^6 is exact in float64

DIGITS = 9  # so many tell any float32 from all others
BITS = 24  # of a float32's fraction
SMALLEST, TOO_LARGE = 1e-13, 1e13  # from and below which POWERS reach for so many digits
INSIDE = 1 - 1e-6  # of the interval of what reads back as a float32: well above the errors of float64
LEAST_PLAIN, MOST_PLAIN = -5, 9  # powers of ten of numbers that are written without an exponent


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
    while position < end and not _is_gap(data[position]):
        position += 1
    words[row, 1] = position
    for d in range(vectors.shape[1]):
        while position < end and _is_gap(data[position]):
            position += 1
        value, position, good = _parse_number(data, position, end)
        if not good:
            return False
        vectors[row, d] = value
    while position < end and (_is_gap(data[position]) or data[position] == RETURN):
        position += 1
    return position == end and words[row, 1] > words[row, 0]


@inlined
def _is_gap(letter):
    """Whether it stands between a word and its numbers."""
    return (letter == SPACE) | (letter == TAB)


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
    ended = position == end or _is_gap(data[position]) or data[position] == RETURN
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
def format_rows(vectors, row, words, ends, shortest, out):
    """Write rows: the word, then each number with a space after it, a newline.

    vectors : (n, dim) float32
    row : the first row to write
    words, ends : uint8, all words' bytes one after the other; (n,) int64, where each ends
    shortest : the fewest digits that read back as the same float32; else six decimals, as the original has it
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
            plain = abs(value) < LARGEST if not shortest else value == 0 or SMALLEST <= abs(value) < TOO_LARGE
            if not plain:
                return row, before
            if math.copysign(1.0, value) < 0:
                out[size] = MINUS
                size += 1
            size = _format_shortest(abs(value), out, size) if shortest else _format_decimals(abs(value), out, size)
            out[size] = SPACE
            size += 1
        out[size] = NEWLINE
        size += 1
        row += 1
    return row, size


@inlined
def _format_decimals(value, out, size):
    """ "%.6f" of a number that is not negative; returns where it ends."""
    number = np.int64(np.rint(value * SCALE))  # exact before rint, which rounds ties to even, as printf does
    length = max(_length(number), DECIMALS + 1)
    return _put_digits(number, length, length - DECIMALS, out, size)


@inlined
def _format_shortest(value, out, size):
    """The fewest digits that read back as the same float32, with a point or an exponent; returns where they end."""
    digits, power = (0, 0) if value == 0 else _shortest_digits(value)
    length = _length(digits)
    first = power + length - 1  # the power of ten of the first digit
    if first < LEAST_PLAIN or first > MOST_PLAIN:
        size = _put_digits(digits, length, 1 if length > 1 else 0, out, size)
        out[size] = SMALL_E
        out[size + 1] = MINUS if first < 0 else PLUS
        return _put_digits(abs(first), 2, 0, out, size + 2)
    if power >= 0:  # a whole number, written with a decimal, so that no line is taken for a header
        return _put_digits(digits * WHOLE_POWERS[power + 1], length + power + 1, length + power, out, size)
    length = max(length, 1 - power)
    return _put_digits(digits, length, length + power, out, size)


@inlined
def _shortest_digits(value):
    """(digits, power): digits · 10^power reads back as this float32, and none of fewer digits does but half-way to another."""
    fraction, exponent = math.frexp(value)
    above = math.ldexp(1.0, exponent - BITS - 1)  # half the way to the next float32
    below = above / 2 if fraction == 0.5 else above
    power = 0
    while power < len(POWERS) - 1 and value >= POWERS[power + 1]:
        power += 1
    while power <= 0 and value * POWERS[-power] < 1:
        power -= 1
    power -= DIGITS - 1
    scale = POWERS[-power] if power <= 0 else 1 / POWERS[power]
    scaled = value * scale
    digits = np.int64(np.rint(scaled))
    unit = 10.0
    while unit <= 10.0**DIGITS:
        rounded = np.rint(scaled / unit)
        if not -below * INSIDE < (rounded * unit - scaled) / scale < above * INSIDE:
            break
        digits = np.int64(rounded)
        power += 1
        unit *= 10
    return digits, power


@inlined
def _length(number):
    """How many digits a whole number has."""
    length = 1
    while length < len(WHOLE_POWERS) and number >= WHOLE_POWERS[length]:
        length += 1
    return length


@inlined
def _put_digits(number, length, whole, out, size):
    """So many digits of a whole number, a point after the first `whole` of them unless that is 0; returns where they end."""
    end = size + length + (whole > 0)
    for place in range(end - 1, size - 1, -1):
        if whole > 0 and place == size + whole:
            out[place] = POINT
        else:
            out[place] = ZERO + number % 10
            number //= 10
    return end
