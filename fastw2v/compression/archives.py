"""Archives: the one file of a zip archive, and the files of a tar archive, one after the other."""

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from fastw2v.compression.streams import Damaged, NotRead

LARGEST_TAR_HEADER = 1 << 20  # bytes of what stands before a member, such as a long name
NAMES_SHOWN = 3
ZIP_DAMAGE = (zipfile.BadZipFile, EOFError, ValueError, lzma.LZMAError, zlib.error)


def is_tar_header(block: bytes) -> bool:
    """Whether the first 512 bytes of a file are a tar archive's: they hold their checksum."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def hidden(name: str) -> bool:
    """Whether a file in an archive, or a folder that it is in, is hidden; macOS adds such for itself."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/") if part not in (".", ".."))


class ZipMember:
    """read(n) over the only file of a zip archive. Raises Damaged, and NotRead where there is none or more than one."""

    def __init__(self, raw: IO[bytes], name: str) -> None:
        try:
            archive = zipfile.ZipFile(raw)
            members = [info for info in archive.infolist() if not info.is_dir() and not hidden(info.filename)]
            if len(members) != 1:
                names = [repr(info.filename) for info in members[:NAMES_SHOWN]] + ["…"] * (len(members) > NAMES_SHOWN)
                holds = f"of {len(members)} files ({', '.join(names)})" if members else "without a file"
                raise NotRead(f"{name} is a zip archive {holds}: only archives of one file are read; unpack it first")
            self.member = archive.open(members[0])
        except NotRead:
            raise
        except ZIP_DAMAGE as error:
            raise Damaged("zip", error) from error
        except (NotImplementedError, RuntimeError) as error:  # its way of compression, or encryption
            raise NotRead(f"{name} is a zip archive that cannot be read ({error}): unpack it first") from error

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end."""
        try:
            return self.member.read(size)
        except ZIP_DAMAGE as error:
            raise Damaged("zip", error) from error


class Member(NamedTuple):
    """A file of a tar archive; file is None for what holds nothing to read: a link, a device."""

    name: str
    file: Any


def tar_members(packed: Any) -> Iterator[Member]:
    """The files of a tar archive that is read from its start to its end, each to be read before the next. Raises Damaged."""
    try:
        archive = _Tar.open(fileobj=packed, mode="r|", tarinfo=_Header, ignore_zeros=True, errorlevel=1)
        while (info := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # else the headers of all files are kept
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
    """ended : whether the last thing read was the mark of an archive's end; another archive may follow it."""

    ended = False


class _Header(tarfile.TarInfo):
    """Headers, where tarfile would take a damaged one, and the file's being cut, for the archive's end."""

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
            raise tarfile.ReadError("the mark of its end is missing") from error
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error
        tarfile_.ended = False
        return found
