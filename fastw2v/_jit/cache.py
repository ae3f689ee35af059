"""The cache of compiled code on disk: one file for each function and argument types, with a full description of its code.

Numba's own cache has an index for each function, from argument types to numbered files, and loads a file without checking what
it holds. Two processes that save at the same moment give two codes the same number, and one kernel is loaded in place of
another. Here the name of a file is a hash of everything that the code depends on. The file repeats it in full, adds a checksum
of the code, and gets its name once it is complete. Code that does not match exactly is compiled again.
"""

import hashlib
import json
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from llvmlite.binding import llvm_version_info

from fastw2v._jit.cache_folders import Folders, cache_folders, is_trusted
from fastw2v._jit.sources import PACKAGE, state_of_sources, without_prose
from fastw2v._system.files import written_whole
from fastw2v._system.signals import signals_held

# Private to Numba. Without one of them nothing is loaded or saved: each run compiles.
try:
    from numba.core import sigutils
    from numba.core.compiler import CompileResult
    from numba.core.serialize import dumps

    _KNOWN = hasattr(CompileResult, "_reduce") and hasattr(CompileResult, "_rebuild")
except ImportError:
    _KNOWN = False

try:  # private to Numba as well; without it loading costs what compiling does at its start, see _ready_to_load
    from numba.core.runtime import rtsys
except ImportError:
    rtsys = None

CACHE_FORMAT = 1  # change it with the format of the files
SUFFIX = ".code"
DIGEST, DIGEST_BYTES = hashlib.sha256, 32
MAX_NAME_LENGTH = 100  # characters of the function's name in the name of its file

VERSIONS = {
    "python": sys.version,
    "numba": numba.__version__,
    "llvmlite": llvmlite.__version__,
    "llvm": ".".join(map(str, llvm_version_info)),
    "numpy": np.__version__,
}

# Settings of Numba, from its environment variables, that change the code it generates.
NUMBA_SETTINGS = (
    "OPT",
    "LOOP_VECTORIZE",
    "SLP_VECTORIZE",
    "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT",
    "EXTEND_VARIABLE_LIFETIMES",
    "USING_SVML",
)

llvm_options: list[str] = []  # set in this process beside the defaults; see compiling.leave_loops_rolled

# The state of the sources when they were imported; None if code cannot be kept.
SOURCES_STATE = state_of_sources() if _KNOWN else None
FOLDERS = (
    cache_folders(DIGEST(f"{SOURCES_STATE} {VERSIONS}".encode()).hexdigest()[:12], numba.config.CACHE_DIR, PACKAGE)
    if SOURCES_STATE
    else Folders((), None)
)
CACHE_FOLDER = FOLDERS.write


@cache
def _source_of(path: str) -> tuple[bytes, str]:
    """A source file, and a digest of its code; most files have several compiled functions."""
    source = Path(path).read_bytes()
    return source, DIGEST(without_prose(source)).hexdigest()


class CompiledCache:
    """The cache of one function, in place of Numba's. What cannot be loaded is compiled; only `recheck` may raise.

    compiled : Numba's dispatcher of the function
    wanted : LLVM options; code compiled with them is preferred to code compiled with the options of this process
    recheck : called if no code was found; if it returns True, the folders are searched once more
    """

    def __init__(self, compiled: Any, wanted: tuple[str, ...], recheck: Callable[[], bool]) -> None:
        self.wanted = wanted
        self.recheck = recheck
        self.name = f"{compiled.py_func.__module__}.{compiled.py_func.__qualname__}"
        self.enabled = True
        self.load_nothing = False
        self.function = self._description(compiled.py_func, compiled.targetoptions) if SOURCES_STATE else None

    def _description(self, function: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any] | None:
        """What distinguishes this function from all others; None if its source cannot be read."""
        code = function.__code__
        try:
            own_file, digest = _source_of(code.co_filename)  # for a function outside the package
        except OSError:
            return None
        captured = [cell.cell_contents for cell in function.__closure__ or ()]
        return {
            "name": self.name,
            "line": without_prose(b"\n".join(own_file.split(b"\n")[: code.co_firstlineno])).count(b"\n"),
            "captured": DIGEST(dumps(captured)).hexdigest(),
            "file": digest,
            "package": SOURCES_STATE,
            "options": {name: sorted(value) if isinstance(value, set) else str(value) for name, value in options.items()},
        }

    # The interface of Numba's caches.

    @property
    def cache_path(self) -> str | None:
        """The folder, for Numba's statistics."""
        return str(CACHE_FOLDER) if CACHE_FOLDER else None

    def enable(self) -> None:
        """Turn the cache on."""
        self.enabled = True

    def disable(self) -> None:
        """Turn the cache off."""
        self.enabled = False

    def flush(self) -> None:
        """Stop loading the function's code; Numba calls this before it recompiles.

        Files are kept, because other processes use them; recompiled code replaces its own file.
        """
        self.load_nothing = True

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The code for a signature, a CompileResult, or None."""
        _ready_to_load(context)
        found = self._load(signature, context)
        if found is None and self.recheck():
            found = self._load(signature, context)
        return found

    def save_overload(self, signature: Any, result: Any) -> None:
        """Save compiled code, if it can be saved and the sources have not changed since they were imported."""
        if not self._in_use or CACHE_FOLDER is None or not is_trusted(CACHE_FOLDER):
            return
        if state_of_sources() != SOURCES_STATE:
            return
        with suppress(Exception):  # such as a full disk: the next run compiles again
            if result.library.has_dynamic_globals or not all(part.can_cache for part in result.lifted):
                return
            key = self._key(signature, result.codegen, tuple(llvm_options))
            content = dumps((_argument_types(signature), result._reduce()))
            CACHE_FOLDER.mkdir(exist_ok=True)  # another process may have removed it, see cache_folders
            with written_whole(CACHE_FOLDER / self._file_name(key)) as file:
                file.write(key + DIGEST(content).digest() + content)

    # The files.

    @property
    def _in_use(self) -> bool:
        return self.enabled and self.function is not None

    def _load(self, signature: Any, context: Any) -> Any:
        """The same without `recheck`."""
        if not self._in_use or self.load_nothing:
            return None
        types = _argument_types(signature)
        for content in self._contents(signature, context.codegen()):
            # LLVM calls Python for the code; it drops a KeyboardInterrupt raised there, and runs code that it did not get.
            with signals_held(), suppress(Exception):  # unpickling raises many kinds
                argument_types, reduced = pickle.loads(content)
                if argument_types == types:
                    return CompileResult._rebuild(context, *reduced)
        return None

    def _contents(self, signature: Any, codegen: Any) -> Iterator[bytes]:
        """The content of each undamaged file for this signature and process."""
        for options in dict.fromkeys((self.wanted, tuple(llvm_options))):
            key = self._key(signature, codegen, options)
            for folder in FOLDERS.read:
                with suppress(OSError):
                    data = (folder / self._file_name(key)).read_bytes() if is_trusted(folder) else b""
                    content = data[len(key) + DIGEST_BYTES :]
                    if data == key + DIGEST(content).digest() + content:
                        yield content

    def _key(self, signature: Any, codegen: Any, options: tuple[str, ...]) -> bytes:
        """Everything that the code depends on, one line of JSON."""
        arguments, result = sigutils.normalize_signature(signature)
        triple, processor, features = codegen.magic_tuple()
        key = {
            "format": CACHE_FORMAT,
            "function": self.function,
            "arguments": list(map(str, arguments)),
            "result": str(result),
            "target": {"triple": triple, "processor": processor, "features": features},
            "versions": VERSIONS,
            "numba": {name: str(getattr(numba.config, name, None)) for name in NUMBA_SETTINGS},
            "llvm": options,
        }
        return json.dumps(key).encode() + b"\n"

    def _file_name(self, key: bytes) -> str:
        prefix = re.sub(r"[^\w.]", "_", self.name)[-MAX_NAME_LENGTH:]
        return f"{prefix}-{DIGEST(key).hexdigest()[:32]}{SUFFIX}"


def _ready_to_load(context: Any) -> None:
    """Start Numba's runtime, whose functions loaded code calls.

    Numba's own caches call `refresh`, which prepares to compile: it imports all that Numba can compile, and SciPy if it is
    installed, 0.6 s. Who then has to compile refreshes by itself.
    """
    if rtsys is None:
        context.refresh()
    else:
        rtsys.initialize(context)


def _argument_types(signature: Any) -> tuple[Any, ...]:
    return tuple(sigutils.normalize_signature(signature)[0])
