"""A compiled loop over the rows of binary files."""

from fastw2v.compiling import compiled

SPACE, NEWLINE = ord(" "), ord("\n")
LONGEST_WORD = 10_000  # bytes; where no space comes for so long, there is none
NEEDS_MORE, NO_SPACE = 0, 1  # why it stopped before the last row


@compiled
def split_rows(data, position, row, bytes_of_vectors, words):
    """Take whole rows "word number … number", with or without newlines before the word.

    data : (n,) uint8
    position : where the first row starts
    bytes_of_vectors : (rows, 4 × dim) uint8, the vectors' memory
    words : (rows, 2) int64, where each word starts and ends in the data

    Returns (row, position, reason): the first row not taken, where it starts, and NEEDS_MORE or NO_SPACE.
    """
    width = bytes_of_vectors.shape[1]
    while row < len(bytes_of_vectors):
        start = position
        while start < len(data) and data[start] == NEWLINE:
            start += 1
        end = start
        while end < len(data) and data[end] != SPACE:
            end += 1
            if end - start > LONGEST_WORD:
                return row, position, NO_SPACE
        if end + 1 + width > len(data):
            return row, position, NEEDS_MORE
        words[row, 0] = start
        words[row, 1] = end
        for i in range(width):
            bytes_of_vectors[row, i] = data[end + 1 + i]
        position = end + 1 + width
        row += 1
    return row, position, NEEDS_MORE
