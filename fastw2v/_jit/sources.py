"""The source files that compiled code is made of, and one name for the state they are in.

A compiled function has in it the functions that it calls, the types and operators that its modules make known to Numba, and the
numbers that they import. So what counts is each module that holds a compiled function, and whatever these import, and so on.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent

# The decorators of _jit/compiling.py, in use.
_COMPILED = re.compile(rb"\n[ \t]*@(?:\w+\.)*(?:compiled\w*|inlined)\b")

# Read as text: to parse the files would take longer than to import them. What looks like an import, and is none, does no harm.
_IMPORT = re.compile(rb"\n[ \t]*(?:from[ \t]+(\S+)[ \t]+import\b[ \t]*(\([^)]*\)|.*)|import[ \t]+(.*))")

# It compiles nothing, and what it does to files is checked when they are read.
_NOT_FOLLOWED = "_jit.cache"


def compiled_sources(package: Path = PACKAGE) -> dict[str, bytes]:
    """The content of each module that compiled code depends on, by the module's name.

    Raises OSError where a file of the package cannot be read.
    """
    # A line's end before the first line, for the patterns: to look for beginnings of lines takes them three times as long.
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
    """A name for what those files contain; None where there are none, or they cannot be read: as in an archive."""
    try:
        sources = compiled_sources(package)
    except OSError:
        return None
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name} {len(sources[name])}\n".encode() + sources[name])
    return digest.hexdigest() if sources else None


def _module_name(package: Path, path: Path) -> str:
    """As it is imported; a package is its `__init__`."""
    return ".".join(path.parts[len(package.parent.parts) :]).removesuffix(".py").removesuffix(".__init__")


def _imported(content: bytes) -> Iterator[str]:
    """The names of the modules that a source file imports; what it takes from one may be a module too."""
    for source, taken, modules in _IMPORT.findall(content):
        if source:
            yield source.decode()
            yield from (f"{source.decode()}.{name.decode()}" for name in re.findall(rb"\w+", taken))
        yield from (name.decode() for name in re.findall(rb"[\w.]+", modules))
