"""The CRC-32 of a whole from those of its parts."""

from functools import reduce

POLYNOMIAL = 0xEDB88320  # of zlib's CRC-32, the highest power in the lowest bit
ONE, X = 1 << 31, 1 << 30


def joined(parts: list[tuple[int, int]]) -> int:
    """zlib.crc32 of bytes of which each part's checksum and length are known.

    A checksum is a remainder of polynomials over two elements: n bytes that follow multiply it by x^(8 n).
    """
    return reduce(lambda before, part: _product(before, _power_of_x(8 * part[1])) ^ part[0], parts, 0)


def _product(a: int, b: int) -> int:
    product = 0
    for bit in range(31, -1, -1):
        if a >> bit & 1:
            product ^= b
        b = b >> 1 ^ (POLYNOMIAL if b & 1 else 0)
    return product


def _power_of_x(exponent: int) -> int:
    power, square = ONE, X
    while exponent:
        if exponent & 1:
            power = _product(power, square)
        square = _product(square, square)
        exponent >>= 1
    return power
