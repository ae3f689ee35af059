"""Compressed files and archives: read to their last stream and last member, or refused."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.texts import PACK, bytes_read

import fastw2v
from fastw2v.compression.reading import open_content
from fastw2v.compression.streams import Streams
from fastw2v.compression.zstd import ZstdError, new_decompressor, zstd
from fastw2v.corpus.buffers import text_buffers
from fastw2v.corpus.sources import Source, sources
from fastw2v.errors import Fastw2vError, UsageError

ONE, TWO = (b"".join(b"%s line %d of a text\n" % (name, line) for line in range(2000)) for name in (b"first", b"second"))
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd"  # a frame of zstd that holds four bytes for other programs


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(files: dict[str, bytes | None], *, mode: str = "w") -> bytes:
    """A tar archive; a file without bytes is a link."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.type, info.size = (tarfile.SYMTYPE, 0) if data is None else (tarfile.REGTYPE, len(data))
            archive.addfile(info, io.BytesIO(data or b""))
    return whole.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        lzma.compress(ONE) + bytes(8) + lzma.compress(TWO),
        lzma.compress(ONE + TWO) + bytes(4),
        gzip.compress(ONE) + bytes(3) + gzip.compress(TWO) + bytes(512),
        bz2.compress(b"") + bz2.compress(ONE) + bz2.compress(TWO),
        SKIPPABLE + zstd.compress(ONE) + SKIPPABLE + zstd.compress(TWO) + SKIPPABLE,
        gzip.compress(lzma.compress(ONE + TWO)),
    ],
)
def test_every_stream_is_read_and_padding_that_a_format_has_is_skipped(tmp_path: Path, data: bytes) -> None:
    assert bytes_read(written(tmp_path / "text", data)) == ONE + TWO


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("flip", [False, True])
def test_what_follows_a_stream_is_another_or_refused(tmp_path: Path, kind: str, flip: bool) -> None:
    after = bytearray(PACK[kind](TWO) if flip else b"more words")
    after[1] ^= 0x20 if flip else 0
    with pytest.raises(Fastw2vError, match=f"the {kind} data are damaged or cut short"):
        bytes_read(written(tmp_path / "text", PACK[kind](ONE) + after))


@pytest.mark.parametrize("zeros", [1, 6])
def test_padding_of_xz_is_a_multiple_of_four(tmp_path: Path, zeros: int) -> None:
    with pytest.raises(Fastw2vError, match="not a multiple of 4"):
        bytes_read(written(tmp_path / "text", lzma.compress(ONE) + bytes(zeros) + lzma.compress(TWO)))


@pytest.mark.parametrize("kind", PACK)
def test_a_stream_cut_anywhere_is_refused(kind: str) -> None:
    data = PACK[kind](ONE[:60])
    for cut in range(1, len(data)):
        with pytest.raises(Exception, match="damaged or cut short"):
            Streams(kind, io.BytesIO(data[:cut])).read(1000)


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_tiny_streams_are_read_in_pieces_of_any_size(kind: str, size: int) -> None:
    words = [b"w%d " % number for number in range(500)]
    streams = Streams(kind, io.BytesIO(b"".join(map(PACK[kind], words))))
    parts = list(iter(lambda: streams.read(size), b""))
    assert b"".join(parts) == b"".join(words)
    assert {len(part) for part in parts[:-1]} <= {size}


def test_zstd_windows_above_128_mb_are_read(tmp_path: Path) -> None:
    compressor = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 28})
    data = compressor.compress(ONE) + compressor.flush()
    with pytest.raises(ZstdError):
        zstd.ZstdDecompressor().decompress(data)
    assert new_decompressor().decompress(data) == ONE
    assert bytes_read(written(tmp_path / "text", data)) == ONE


def test_zstd_vectors_end_with_a_checksum(tmp_path: Path) -> None:
    vectors = fastw2v.WordVectors(["a", "b"], [[1, 2], [3, 4]])
    vectors.save(tmp_path / "v.bin.zst")
    assert fastw2v.load(tmp_path / "v.bin.zst").words == ["a", "b"]
    data = bytearray((tmp_path / "v.bin.zst").read_bytes())
    data[-1] ^= 1
    with pytest.raises(Fastw2vError, match="the zstd data are damaged"):
        fastw2v.load(written(tmp_path / "v.bin.zst", bytes(data)))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_archive_of_one_text_is_read(tmp_path: Path, method: int) -> None:
    files = {"texts/": b"", "texts/text8": ONE, "__MACOSX/texts/._text8": b"\0\1", "texts/.DS_Store": b"x"}
    assert bytes_read(zipped(tmp_path / "text", files, method)) == ONE


def test_vectors_in_a_zip_archive_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "v.zip", {"glove.txt": b"\xef\xbb\xbfa 1 2\nb 3 4\n"})
    assert fastw2v.load(path).vectors.tolist() == [[1, 2], [3, 4]]


def test_zip_archives_that_are_not_read_are_refused(tmp_path: Path) -> None:
    several = zipped(tmp_path / "several", {f"{number}.txt": ONE for number in range(5)})
    empty = zipped(tmp_path / "empty", {"folder/": b""})
    inside = written(tmp_path / "inside", gzip.compress(zipped(tmp_path / "one", {"a": ONE}).read_bytes()))
    whole = bytearray((tmp_path / "one").read_bytes())
    at = whole.index(b"PK\1\2")
    whole[at + 8] |= 1  # encrypted
    locked = written(tmp_path / "locked", bytes(whole))
    for path, message in (
        (several, r"of 5 files \('0.txt', '1.txt', '2.txt' and 2 more\)"),
        (empty, "without a file"),
        (inside, "has a zip archive inside"),
        (locked, "encrypted"),
    ):
        with pytest.raises(UsageError, match=message):
            bytes_read(path)


@pytest.mark.parametrize("place", [100, 2000])
def test_a_damaged_zip_archive_is_refused(tmp_path: Path, place: int) -> None:
    data = bytearray(zipped(tmp_path / "text", {"a": ONE}, zipfile.ZIP_STORED).read_bytes())
    data[place] ^= 1
    for damaged in (data, data[: len(data) // 2]):
        with pytest.raises(Fastw2vError, match="the zip data are damaged or cut short"):
            bytes_read(written(tmp_path / "damaged", bytes(damaged)))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd.compress])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_archive_is_read_text_by_text(
    tmp_path: Path, pack: Callable[[bytes], bytes], form: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tarfile.TarFile, "format", form)
    long = "deep/" * 18 + "x" * 90
    files = {"./a.txt": ONE[:-1], long: b"\xef\xbb\xbf" + TWO, "b.gz": gzip.compress(ONE), "empty": b""}
    others = {"d/.hidden": b"hidden", "p.png": b"\x89PNG\r\n\x1a\n\0\0", "link": None, "some.zip": b"PK\3\4"}
    found = sources(written(tmp_path / "texts", pack(tarred(files | others))))
    assert b"".join(block.words() for block in text_buffers(found, size=10_000)) == ONE + TWO + ONE
    findings = found[0].findings
    assert (findings.texts, findings.empty) == (4, 1)
    assert findings.skipped == [f"{tmp_path}/texts ({name})" for name in others]


def test_tar_archives_one_after_the_other_and_inside_another_are_read(tmp_path: Path) -> None:
    both = tarred({"one": ONE}) + tarred({"inside": tarred({"two": TWO})})
    assert bytes_read(written(tmp_path / "texts", both)) == ONE + TWO


def test_a_damaged_tar_archive_is_refused(tmp_path: Path) -> None:
    whole = tarred({"one": ONE, "two": TWO})
    ends = len(whole.rstrip(b"\0")) // 512 * 512 + 512
    second = whole.index(b"two")
    for data in (whole[:ends], whole[: second + 100], whole[:1000], whole.replace(b"two\0", b"tWo\0")):
        with pytest.raises(Fastw2vError, match="the tar data are damaged or cut short"):
            bytes_read(written(tmp_path / "texts", data))
    huge = tarfile.TarInfo("x")
    huge.type, huge.size = tarfile.GNUTYPE_LONGNAME, 1 << 32
    with pytest.raises(Fastw2vError, match="a header of 4,294,967,296 bytes"):
        bytes_read(written(tmp_path / "texts", huge.tobuf()))


def test_a_tar_archive_without_texts_and_one_of_vectors_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "texts", tarred({"p.png": b"\x89PNG\0", ".a": b"a"}))
    with pytest.raises(UsageError, match=r"without a text: it holds .*p.png\), .*\.a\)"):
        bytes_read(path)
    with pytest.raises(UsageError, match="is a tar archive: unpack it first"):
        open_content(Source("x", path=path).open(), "x")


def test_what_unpacks_to_itself_for_ever_is_refused(tmp_path: Path) -> None:
    data = ONE
    for _ in range(5):
        data = gzip.compress(data)
    with pytest.raises(UsageError, match="more than 4 times: unpack it first"):
        bytes_read(written(tmp_path / "text", data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("words".encode("utf-16"), "is UTF-16"),
        ("words".encode("utf-32"), "is UTF-32"),
        (b"\x04\x22\x4d\x18rest", "is lz4"),
        (lzma.compress(ONE, lzma.FORMAT_ALONE), "compressed as .lzma"),
        (b"7z\xbc\xaf\x27\x1crest", "is a 7z"),
        (gzip.compress("words".encode("utf-16"), mtime=0), "is UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_by_name(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=f"corpus .*{message}"):
        bytes_read(written(tmp_path / "corpus", data))
