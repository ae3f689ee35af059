"""Compiled code on the disk: one file for each function and types of arguments, which says in full what it was made for.

Numba's own cache has an index for each function, from types to numbered files, and checks nothing but the number when it loads
one. Two processes that save at the same moment give two codes the same number: from then on one kernel is taken for another.
Here a file's name is a hash of all that the code depends on; the same stands in the file in full, with a checksum of the rest;
and the file gets its name once it is complete. Whatever is not exactly what was asked for is compiled anew.
"""

import hashlib
import json
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from llvmlite.binding import llvm_version_info
from numba.core import sigutils
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from fastw2v._jit.cache_folders import Folders, cache_folders, is_trusted
from fastw2v._jit.sources import PACKAGE, state_of_sources
from fastw2v._system.files import written_whole
from fastw2v._system.signals import signals_held

FILE_FORMAT = 1  # of the files; to be changed with it
SUFFIX = ".code"
DIGEST, DIGEST_BYTES = hashlib.sha256, 32
LONGEST_NAME = 100  # characters of a function's, in the name of its file

VERSIONS = {
    "python": sys.version,
    "numba": numba.__version__,
    "llvmlite": llvmlite.__version__,
    "llvm": ".".join(map(str, llvm_version_info)),
    "numpy": np.__version__,
}

# Settings of Numba's, from its environment variables, with which it makes other code.
NUMBA_SETTINGS = (
    "OPT",
    "LOOP_VECTORIZE",
    "SLP_VECTORIZE",
    "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT",
    "EXTEND_VARIABLE_LIFETIMES",
    "USING_SVML",
)

llvm_options: list[str] = []  # that this process compiles with, beside the usual ones; see compiling.leave_loops_rolled

# As the sources were when they were imported.
SOURCES_STATE = state_of_sources()
FOLDERS = (
    cache_folders(DIGEST(f"{SOURCES_STATE} {VERSIONS}".encode()).hexdigest()[:12], numba.config.CACHE_DIR, PACKAGE)
    if SOURCES_STATE
    else Folders((), None)
)
CACHE_FOLDER = FOLDERS.write


class CompiledCache(_Cache):  # type: ignore[misc]
    """One function's code on the disk, in place of Numba's cache. What cannot be loaded is compiled; only `recheck` raises.

    compiled : the function as Numba has it
    wanted : options of LLVM's; code that was compiled with these is taken before code that was compiled as this process does
    recheck : is called when nothing was found; where it returns true, the folders are looked at once more
    """

    def __init__(self, compiled: Any, wanted: tuple[str, ...], recheck: Callable[[], bool]) -> None:
        self.wanted = wanted
        self.recheck = recheck
        self.name = f"{compiled.py_func.__module__}.{compiled.py_func.__qualname__}"
        self.enabled = True
        self.load_nothing = False
        self.function = self._description(compiled.py_func, compiled.targetoptions) if SOURCES_STATE else None

    def _description(self, function: Callable[..., Any], options: dict[str, Any]) -> dict[str, Any] | None:
        """What tells this function from all others; None where its source cannot be read, and it cannot be told."""
        code = function.__code__
        try:
            own_file = Path(code.co_filename).read_bytes()  # for a function outside the package
        except OSError:
            return None
        captured = [cell.cell_contents for cell in function.__closure__ or ()]
        return {
            "name": self.name,
            "line": code.co_firstlineno,
            "captured": DIGEST(dumps(captured)).hexdigest(),
            "file": DIGEST(own_file).hexdigest(),
            "package": SOURCES_STATE,
            "options": {name: sorted(value) if isinstance(value, set) else str(value) for name, value in options.items()},
        }

    # What Numba asks of a cache.

    @property
    def cache_path(self) -> str | None:
        """The folder, for Numba's statistics."""
        return str(CACHE_FOLDER) if CACHE_FOLDER else None

    def enable(self) -> None:
        """Load and save from now on."""
        self.enabled = True

    def disable(self) -> None:
        """Neither load nor save any more."""
        self.enabled = False

    def flush(self) -> None:
        """Load none of the function's code any more; Numba asks for it before it compiles anew.

        Files stay, for other processes use them; what is compiled anew replaces its own.
        """
        self.load_nothing = True

    def load_overload(self, signature: Any, context: Any) -> Any:
        """The code for some types of arguments, a CompileResult, or None."""
        context.refresh()
        found = self._load(signature, context)
        if found is None and self.recheck():
            found = self._load(signature, context)
        return found

    def save_overload(self, signature: Any, result: Any) -> None:
        """Save what was compiled, if that can be and the package is still as it was when it was imported."""
        if not self._in_use or CACHE_FOLDER is None or not is_trusted(CACHE_FOLDER):
            return
        if result.library.has_dynamic_globals or not all(part.can_cache for part in result.lifted):
            return
        if state_of_sources() != SOURCES_STATE:
            return
        with suppress(Exception):  # a full disk, say: the next run then compiles too
            key = self._key(signature, result.codegen, tuple(llvm_options))
            content = dumps((_argument_types(signature), result._reduce()))
            CACHE_FOLDER.mkdir(exist_ok=True)  # another process may have deleted it, see cache_folders
            with written_whole(CACHE_FOLDER / self._file_name(key)) as file:
                file.write(key + DIGEST(content).digest() + content)

    # The files.

    @property
    def _in_use(self) -> bool:
        return self.enabled and self.function is not None

    def _load(self, signature: Any, context: Any) -> Any:
        """The same without looking again."""
        types = _argument_types(signature)
        for content in self._contents(signature, context.codegen()):
            # LLVM asks Python for the code: it would drop a KeyboardInterrupt, and run what it did not get.
            with signals_held(), suppress(Exception):  # whatever unpickling raises
                made_for, reduced = pickle.loads(content)
                if made_for == types:
                    return CompileResult._rebuild(context, *reduced)
        return None

    def _contents(self, signature: Any, codegen: Any) -> Iterator[bytes]:
        """The undamaged content of each file that was made for these types and this process."""
        if not self._in_use or self.load_nothing:
            return
        for options in dict.fromkeys((self.wanted, tuple(llvm_options))):
            key = self._key(signature, codegen, options)
            for folder in FOLDERS.read:
                with suppress(OSError):
                    data = (folder / self._file_name(key)).read_bytes() if is_trusted(folder) else b""
                    content = data[len(key) + DIGEST_BYTES :]
                    if data == key + DIGEST(content).digest() + content:
                        yield content

    def _key(self, signature: Any, codegen: Any, options: tuple[str, ...]) -> bytes:
        """All that the code depends on, one line."""
        arguments, result = sigutils.normalize_signature(signature)
        triple, processor, features = codegen.magic_tuple()
        key = {
            "format": FILE_FORMAT,
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
        prefix = re.sub(r"[^\w.]", "_", self.name)[-LONGEST_NAME:]
        return f"{prefix}-{DIGEST(key).hexdigest()[:32]}{SUFFIX}"


def _argument_types(signature: Any) -> tuple[Any, ...]:
    return tuple(sigutils.normalize_signature(signature)[0])
