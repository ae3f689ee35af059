"""The source files that compiled code depends on, and a name for their state.

A compiled function contains the functions that it calls, the types and operators that its modules register with Numba, and the
numbers that they import. It therefore depends on the module that holds it, and on all that this imports, and so on. Comments
and docstrings do not count: editing them compiles nothing again.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent

# A function with a decorator of _jit/compiling.py.
_COMPILED = re.compile(rb"\n[ \t]*@(?:\w+\.)*(?:compiled\w*|inlined)\b")

# Searched in the text: parsing the files takes longer than importing them. A match that is not an import does no harm.
_IMPORT = re.compile(rb"\n[ \t]*(?:from[ \t]+(\S+)[ \t]+import\b[ \t]*(\([^)]*\)|.*)|import[ \t]+(.*))")

# It compiles nothing, and its files are verified when they are read.
_NOT_FOLLOWED = "_jit.cache"

# Each alternative begins with a character of its own: others are searched three times as slowly. In this order: docstrings,
# strings, which may hold what looks like a comment, comments, blank lines and lines of comments.
_PROSE = re.compile(
    rb''':\n[ \t]*"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""(?=\n)'''
    rb'''|"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|"[^"\\\n]*(?:\\.[^"\\\n]*)*"'''
    rb"""|'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"""
    rb"|#[^\n]*|\n(?:[ \t]*(?:#[^\n]*)?(?=\n))+",
    re.DOTALL,
)


def compiled_sources(package: Path = PACKAGE) -> dict[str, bytes]:
    """The content of each module that compiled code depends on, by the module's name.

    Raises OSError if a file of the package cannot be read.
    """
    # The patterns begin with a newline, so the first line needs one before it: "^" takes them three times as long.
    files = {_module_name(package, path): b"\n" + path.read_bytes() for path in package.rglob("*.py")}
    waiting = [name for name, content in files.items() if _COMPILED.search(content)]
    found: dict[str, bytes] = {}
    while waiting:
        name = waiting.pop()
        if name in files and name not in found:
            found[name] = files[name]
            if name != f"{package.name}.{_NOT_FOLLOWED}":
                waiting += _imported(files[name])
    return found


def state_of_sources(package: Path = PACKAGE) -> str | None:
    """A digest of the code in those files; None if they cannot be read, as in an archive, or if there are none."""
    try:
        sources = compiled_sources(package)
    except OSError:
        return None
    digest = hashlib.sha256()
    for name in sorted(sources):
        code = without_prose(sources[name])
        digest.update(f"{name} {len(code)}\n".encode() + code)
    return digest.hexdigest() if sources else None


def without_prose(source: bytes) -> bytes:
    """Python source without docstrings, comments and blank lines. A docstring after a comment, which is rare, is kept."""
    source = b":\n" + source.lstrip()  # the module's docstring follows a colon as well
    kept, end = [], 0
    for found in _PROSE.finditer(source):
        if source[found.start()] not in b"\"'":
            kept += [source[end : found.start()], b":" if source[found.start()] == ord(":") else b""]
            end = found.end()
    return b"".join([*kept, source[end:]])


def _module_name(package: Path, path: Path) -> str:
    """The name that a file is imported by; a package is its `__init__`."""
    return ".".join(path.parts[len(package.parent.parts) :]).removesuffix(".py").removesuffix(".__init__")


def _imported(content: bytes) -> Iterator[str]:
    """The names of the modules that a source file imports; a name taken from a module may be a module too."""
    for source, taken, modules in _IMPORT.findall(content):
        if source:
            yield source.decode()
            yield from (f"{source.decode()}.{name.decode()}" for name in re.findall(rb"\w+", taken))
        yield from (name.decode() for name in re.findall(rb"[\w.]+", modules))
