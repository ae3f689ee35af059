"""Compiled loops that parse and format the rows of text files.

Their results are exact. They leave to Python the rows for which they cannot guarantee that: numbers of very many digits,
numbers past 9 · 10^9, fields that are no numbers.
"""

import math

import numpy as np

from fastw2v._jit.compiling import compiled, inlined

TAB, SPACE, NEWLINE, RETURN, DECIMAL_POINT, MINUS, PLUS, ZERO, NINE = (ord(letter) for letter in "\t \n\r.-+09")
LARGE_E, SMALL_E = ord("E"), ord("e")
NEEDS_MORE, LEFT = 0, 1  # why parsing stopped: end of the data, a row left to Python

# A whole number below 2^53 times or divided by a power of ten up to 10^22 has one rounding (Clinger 1990).
EXACT = 2**53
ERROR = 4e-16  # relative error of three roundings
POWERS = 10.0 ** np.arange(23)
WHOLE_POWERS = 10 ** np.arange(19)
MANY_DIGITS = 10**17  # below it, one more digit fits an int64

LETTERS_OF_A_NUMBER = 19  # at most, including the space after it
DECIMALS = 6  # of numbers that word2vec.c writes
SCALE = 10.0**DECIMALS
LARGEST_DECIMAL = 9e9  # a float32 below this times 10^6 is exact in float64

FLOAT32_DIGITS = 9  # enough to tell any two float32 apart
BITS = 24  # of the significand of a float32
SMALLEST, TOO_LARGE = 1e-13, 1e13  # range in which POWERS suffice for that many digits
ROUNDING_MARGIN = 1 - 1e-6  # of the interval that reads back as the same float32; leaves out more than the error of float64
LEAST_PLAIN, MOST_PLAIN = -5, 9  # powers of ten of numbers written without an exponent


@compiled
def parse_rows(data, position, row, vectors, words):
    """Parse complete lines "word number … number" into vectors[row], vectors[row + 1], …

    data : (n,) uint8
    position : of the first line
    vectors : (rows, dim) float32
    words : (rows, 2) int64, filled with the start and end of each word

    Returns (row, position, reason): the first row not parsed, its position, and NEEDS_MORE or LEFT.
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
    """Parse one line; False if it is left to Python."""
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
    """Whether a byte separates fields."""
    return (letter == SPACE) | (letter == TAB)


@inlined
def _parse_number(data, position, end):
    """Parse a number. Returns its value, its end, and whether the value is exact as float32."""
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
        elif letter == DECIMAL_POINT and not pointed:
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
    # With more digits than are exact, the float32 is certain if the error cannot change it.
    sure = digits < EXACT or np.float32(value * (1 - ERROR)) == np.float32(value * (1 + ERROR))
    return -value if negative else value, position, sure


@inlined
def _parse_exponent(data, position, end):
    """Parse an exponent. Returns its value, and its end or -1 if there is none."""
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
    """Format rows: the word and a space, each number and a space, a newline.

    vectors : (n, dim) float32
    row : the first row to write
    words : uint8, the bytes of all words, concatenated
    ends : (n,) int64, the end of each word in `words`
    shortest : write the fewest digits that read back as the same float32; else six decimals, as word2vec.c does
    out : uint8, with room for all rows

    Returns (row, size): the first row left to Python, or n; the number of bytes written.
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
            plain = abs(value) < LARGEST_DECIMAL if not shortest else value == 0 or SMALLEST <= abs(value) < TOO_LARGE
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
    """Write a non-negative number as "%.6f". Returns the size after it."""
    number = np.int64(np.rint(value * SCALE))  # exact before rint, which rounds ties to even, as printf does
    length = max(_length(number), DECIMALS + 1)
    return _put_digits(number, length, length - DECIMALS, out, size)


@inlined
def _format_shortest(value, out, size):
    """Write the fewest digits that read back as the same float32, with a point or an exponent. Returns the size after them."""
    digits, power = (0, 0) if value == 0 else _shortest_digits(value)
    length = _length(digits)
    first = power + length - 1  # the power of ten of the first digit
    if first < LEAST_PLAIN or first > MOST_PLAIN:
        size = _put_digits(digits, length, 1 if length > 1 else 0, out, size)
        out[size] = SMALL_E
        out[size + 1] = MINUS if first < 0 else PLUS
        return _put_digits(abs(first), 2, 0, out, size + 2)
    if power >= 0:  # whole numbers get a decimal, so that no row is taken for a header
        return _put_digits(digits * WHOLE_POWERS[power + 1], length + power + 1, length + power, out, size)
    length = max(length, 1 - power)
    return _put_digits(digits, length, length + power, out, size)


@inlined
def _shortest_digits(value):
    """The fewest digits, and a power, such that digits · 10^power reads back as this float32.

    Shorter digits that lie half-way between two float32 are not used.
    """
    fraction, exponent = math.frexp(value)
    above = math.ldexp(1.0, exponent - BITS - 1)  # half the distance to the next float32
    below = above / 2 if fraction == 0.5 else above
    power = 0
    while power < len(POWERS) - 1 and value >= POWERS[power + 1]:
        power += 1
    while power <= 0 and value * POWERS[-power] < 1:
        power -= 1
    power -= FLOAT32_DIGITS - 1
    scale = POWERS[-power] if power <= 0 else 1 / POWERS[power]
    scaled = value * scale
    digits = np.int64(np.rint(scaled))
    unit = 10.0
    while unit <= 10.0**FLOAT32_DIGITS:
        rounded = np.rint(scaled / unit)
        if not -below * ROUNDING_MARGIN < (rounded * unit - scaled) / scale < above * ROUNDING_MARGIN:
            break
        digits = np.int64(rounded)
        power += 1
        unit *= 10
    return digits, power


@inlined
def _length(number):
    """Count the digits of a whole number."""
    length = 1
    while length < len(WHOLE_POWERS) and number >= WHOLE_POWERS[length]:
        length += 1
    return length


@inlined
def _put_digits(number, length, whole, out, size):
    """Write `length` digits of a number, with a point after the first `whole` unless that is 0. Returns the size after them."""
    end = size + length + (whole > 0)
    for place in range(end - 1, size - 1, -1):
        if whole > 0 and place == size + whole:
            out[place] = DECIMAL_POINT
        else:
            out[place] = ZERO + number % 10
            number //= 10
    return end
