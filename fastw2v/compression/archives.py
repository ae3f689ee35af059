"""Archives: the single file of a zip archive, and the files of a tar archive in order."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from fastw2v._system.display import first_names
from fastw2v.compression.streams import Damaged, NotRead

LARGEST_TAR_HEADER = 1 << 20  # bytes of an extended header, such as a long name
ZIP_DAMAGE = (zipfile.BadZipFile, EOFError, ValueError, lzma.LZMAError, zlib.error)


def is_tar_header(block: bytes) -> bool:
    """Whether the first 512 bytes of a file are a tar header, which holds its own checksum."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def hidden(name: str) -> bool:
    """Whether an archive member or a folder around it is hidden, or is one that macOS adds."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/") if part not in (".", ".."))


class ZipMember:
    """read(n) over the only file of a zip archive. Raises Damaged, or NotRead unless the archive holds exactly one file."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        try:
            archive = zipfile.ZipFile(raw)
            members = [info for info in archive.infolist() if not info.is_dir() and not hidden(info.filename)]
            if any(info.filename == "[Content_Types].xml" for info in members):
                raise NotRead(f"{name} is a Word document or another Office file: save it as plain text (UTF-8)")
            if len(members) != 1:
                names = first_names([repr(info.filename) for info in members])
                holds = f"of {len(members)} files ({names})" if members else "without a file"
                raise NotRead(f"{name} is a zip archive {holds}: only archives of one file are read; unpack it first")
            self.member = archive.open(members[0])
        except NotRead:
            raise
        except ZIP_DAMAGE as error:
            raise Damaged("zip", error) from error
        except (NotImplementedError, RuntimeError) as error:  # an unknown compression method, or encryption
            raise NotRead(f"{name} is a zip archive that cannot be read ({error}): unpack it first") from error

    def read(self, size: int) -> bytes:
        """`size` bytes, or fewer at the end."""
        try:
            return self.member.read(size)
        except ZIP_DAMAGE as error:
            raise Damaged("zip", error) from error


class Member(NamedTuple):
    """A member of a tar archive; `file` has read(n), and is None for links and devices."""

    name: str
    file: Any


def tar_members(packed: Any) -> Iterator[Member]:
    """The members of a tar archive, read in one pass; each must be read before the next is taken. Raises Damaged.

    packed : read(n) over the archive
    """
    try:
        archive = _Tar.open(fileobj=packed, mode="r|", tarinfo=_Header, ignore_zeros=True, errorlevel=1)
        while (info := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # else tarfile keeps the headers of all members
            if not info.isdir():
                yield Member(info.name, _TarMember(archive.extractfile(info)) if info.isreg() else None)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Damaged("tar", error) from error


class _TarMember:
    """read(n) over a file of a tar archive. Raises Damaged."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self.file.read(size)
            return data
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise Damaged("tar", error) from error


class _Tar(tarfile.TarFile):
    """ended : whether the last block read was an end-of-archive marker; another archive may follow it."""

    ended = False


class _Header(tarfile.TarInfo):
    """Headers that raise ReadError for damage and truncation, which tarfile takes for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Header":
        found = super().frombuf(buf, encoding, errors)
        if found.type in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
            if found.size > LARGEST_TAR_HEADER:
                raise tarfile.ReadError(f"a header of {found.size:,} bytes")
        return found

    @classmethod
    def fromtarfile(cls, tarfile_: Any) -> "_Header":
        try:
            found = super().fromtarfile(tarfile_)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            tarfile_.ended = True
            raise
        except tarfile.EmptyHeaderError as error:  # type: ignore[attr-defined]
            if tarfile_.ended:
                raise
            raise tarfile.ReadError("its end-of-archive marker is missing") from error
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error
        tarfile_.ended = False
        return found
