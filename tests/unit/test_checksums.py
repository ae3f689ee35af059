"""The checksum of a text from those of its ranks' parts."""

import zlib
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fastw2v.checkpoints.checksums import combine_crc32


@given(data=st.binary(max_size=500), cuts=st.lists(st.integers(0, 500), max_size=6))
def test_checksums_of_parts_join_to_that_of_the_whole(data: bytes, cuts: list[int]) -> None:
    bounds = sorted([0, len(data), *(min(cut, len(data)) for cut in cuts)])
    parts = [data[begin:end] for begin, end in pairwise(bounds)]
    assert combine_crc32([(zlib.crc32(part), len(part)) for part in parts]) == zlib.crc32(data)
