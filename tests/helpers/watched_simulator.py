"""What compute-sanitizer looks for on a card, looked for in numba's CUDA simulator, whose threads are Python's.

The threads of a block take turns here, each from one barrier to the next, and every access to an array is looked at. Found are

- races: between two barriers two threads of a block touch one element, and one of them writes; that both write the same value
  is allowed, and in the model's matrices that a warp reads what one of its threads writes: past a row's end its last place is
  read again, for nothing;
- barriers that not all threads of a block reach, or where some stand at another one;
- indices that are negative, which NumPy counts from the end, or past the end;
- reads of shared memory that no thread of the block has written.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import cuda
from numba.cuda import types
from numba.cuda.np import numpy_support
from numba.cuda.simulator import kernel, kernelapi
from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray

from fastw2v.kernels.cuda import access
from fastw2v.model.matrices import Model

NO_PLACES = {__file__, access.__file__, kernel.__file__, kernelapi.__file__, FakeCUDAArray.__init__.__code__.co_filename}
Place = tuple[tuple[str, int], ...]
LEFT_OUT: set[tuple[str, int]] = set()  # barriers that are passed over, by file and line


class Finding(AssertionError):
    """Something that a card would not forgive."""


class Touch(NamedTuple):
    """Accesses to an element since the last barrier. thread, warp : None for several; value : what was written"""

    thread: "Turn | None"
    warp: int | None
    wrote: bool
    value: Any
    place: Place


class Turn(kernel.BlockThread):
    """A thread of a block, which runs when it is told to, up to its next barrier."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.turn = threading.Semaphore(0)
        self.barrier: Place | None = None  # where it stands; None once it has ended

    def run(self) -> None:
        self.turn.acquire()
        super().run()
        self.barrier = None
        self._manager.back.release()

    def go(self) -> None:
        """Let it run, and wait for it."""
        self.turn.release()
        self._manager.back.acquire()
        if self.exception:
            raise self.exception[0].with_traceback(self.exception[1])

    def syncthreads(self) -> None:
        self.barrier = place(depth=20)
        if self.barrier[0] in LEFT_OUT:
            return
        self._manager.back.release()
        self.turn.acquire()
        if self.abort:
            raise RuntimeError("another thread has failed")


class Watching(kernel.BlockManager):
    """Runs one block."""

    def run(self, grid_point: tuple[int, ...], *arguments: Any) -> None:
        self.back = threading.Semaphore(0)
        self.touched: dict[int, Touch] = {}  # by address
        self.written: set[int] = set()  # of shared memory
        self.shared: set[tuple[int, int]] = set()  # from address to address
        models = [argument for argument in arguments if isinstance(argument, Model)]
        self.hogwild = [bounds(matrix._ary) for model in models for matrix in model]
        threads = [Turn(lambda: self._f(*arguments), self, grid_point, point, False) for point in np.ndindex(*self._block_dim)]
        for thread in threads:
            thread.start()
        try:
            while threads:
                for thread in threads:
                    thread.go()
                stands = {thread.barrier for thread in threads}
                if len(stands) > 1:
                    raise Finding(f"the threads of a block are not at one barrier: {sorted(map(shown, stands))}")
                self.touched.clear()
                threads = [thread for thread in threads if thread.barrier]
        finally:
            for thread in threads:
                thread.abort = True
                thread.turn.release()

    def look(self, thread: Turn, address: int, value: Any, *, writes: bool) -> None:
        """A thread reads or writes an element."""
        is_shared = any(start <= address < stop for start, stop in self.shared)
        if writes:
            if is_shared:
                self.written.add(address)
        elif is_shared:
            if address not in self.written:
                raise Finding(f"shared memory is read that nobody has written: {shown(place())}")
        warp, before = thread.threadIdx.y, self.touched.get(address)
        if before is None:
            self.touched[address] = Touch(thread, warp, writes, value, place())
        elif before.thread is not thread:
            if writes and before.wrote:
                allowed = same(value, before.value)
            else:
                allowed = before.warp == warp and any(start <= address < stop for start, stop in self.hogwild)
            if (writes or before.wrote) and not allowed:
                raise Finding(f"two threads touch one element between two barriers: {shown(before.place)}, {shown(place())}")
            wrote, written = (True, value) if writes else (before.wrote, before.value)
            self.touched[address] = Touch(None, warp if before.warp == warp else None, wrote, written, before.place)
        elif writes:
            self.touched[address] = Touch(thread, warp, True, value, place())


def bounds(array: np.ndarray) -> tuple[int, int]:
    """The first address of an array, and the one past its last."""
    start = array.__array_interface__["data"][0]
    return start, start + array.nbytes


def same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))


def place(depth: int = 1) -> Place:
    """The innermost lines of the kernel that is running."""
    found: list[tuple[str, int]] = []
    frame = sys._getframe(1)
    while frame and len(found) < depth:
        if frame.f_code.co_filename not in NO_PLACES:
            found.append((frame.f_code.co_filename, frame.f_lineno))
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(found)


def shown(where: Place | None) -> str:
    """For a message."""
    return " < ".join(f"{file.rsplit('/', 1)[-1]}:{line}" for file, line in where) if where else "ended"


def checked(array: FakeCUDAArray, index: Any, value: Any = None, *, writes: bool) -> None:
    """Look at an access, if it is a kernel's."""
    thread = threading.current_thread()
    if not isinstance(thread, Turn):
        return
    indices = index if isinstance(index, tuple) else (index,)
    address, strides = array._ary.__array_interface__["data"][0], array._ary.strides
    whole = len(indices) == array._ary.ndim
    for number, size, stride in zip(indices, array._ary.shape, strides):
        if isinstance(number, slice):
            start, stop = number.start or 0, size if number.stop is None else number.stop
            if not 0 <= start <= stop <= size:
                raise Finding(f"a slice from {start} to {stop} of {size}: {shown(place())}")
            whole = False
        else:
            if not 0 <= number < size:
                raise Finding(f"index {number} of {size}: {shown(place())}")
            address += int(number) * stride
    if whole:
        thread._manager.look(thread, address, value, writes=writes)


def shared_array(shared: kernelapi.FakeCUDAShared, shape: Any, dtype: Any) -> FakeCUDAArray:
    """cuda.shared.array: the same array for all threads that ask for it in one line."""
    kind = numpy_support.as_dtype(dtype) if isinstance(dtype, types.Type) else np.dtype(dtype)
    if shape == 0:
        array = np.frombuffer(shared._dynshared.data, kind, len(shared._dynshared) // kind.itemsize)
    else:
        array = shared._allocations.setdefault(place(), np.empty(shape, kind))
    threading.current_thread()._manager.shared.add(bounds(array))  # type: ignore[attr-defined]
    return FakeCUDAArray(array)


class RunningKernel:
    """Stands for numba.cuda in a kernel's module: what the running kernel's own one gives."""

    def __getattr__(self, name: str) -> Any:
        return getattr(kernel._get_kernel_context() or cuda, name)


@pytest.fixture(autouse=True, scope="module")
def watched_simulator() -> Iterator[None]:
    """Every launch of the module's tests is watched. Raises Finding."""
    running = RunningKernel()
    get, put = FakeCUDAArray.__getitem__, FakeCUDAArray.__setitem__

    def swapped(function: Any, _: Any) -> AbstractContextManager[None]:
        if function.__globals__.get("cuda") is cuda:
            patch.setitem(function.__globals__, "cuda", running)
        return nullcontext()

    def getitem(array: FakeCUDAArray, index: Any) -> Any:
        checked(array, index, writes=False)
        return get(array, index)

    def setitem(array: FakeCUDAArray, index: Any, value: Any) -> None:
        checked(array, index, array._ary.dtype.type(value), writes=True)
        put(array, index, value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "BlockManager", Watching)
        patch.setattr(kernel, "swapped_cuda_module", swapped)
        patch.setattr(kernelapi.FakeCUDAShared, "array", shared_array)
        patch.setattr(FakeCUDAArray, "__getitem__", getitem)
        patch.setattr(FakeCUDAArray, "__setitem__", setitem)
        yield
