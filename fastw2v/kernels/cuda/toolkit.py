"""numba-cuda: decorators, the GPU and its driver, and the few things that the simulator lacks."""

from numba import cuda
from numba.cuda.core import config

from fastw2v.kernels.cuda.plan import Card, Plan

SIMULATED = bool(config.ENABLE_CUDASIM)
config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # few thread blocks are intended
OLDEST_DRIVER = (12, 0)
SIMULATED_CARD = Card("the simulator", multiprocessors=2, shared=227 * 1024, free=2**30)


def device_function(function):
    """A part of a kernel, compiled into it."""
    return cuda.jit(device=True)(function) if SIMULATED else cuda.jit(device=True, fastmath=True, forceinline=True)(function)


def kernel(function):
    """A function that is launched: sums may be reordered and fused, and the exponential is the hardware's."""
    return cuda.jit(function) if SIMULATED else cuda.jit(fastmath=True)(function)


@device_function
def thread_number(sizes):
    """The thread's place in its block of lanes × warps."""
    return cuda.threadIdx.y * sizes.lanes + cuda.threadIdx.x


def use_card(number: int) -> int:
    """Let this thread use GPU number `number`, modulo the number of GPUs. Returns the number of the GPU used."""
    number %= len(cuda.gpus)
    cuda.select_device(number)
    return number


def the_card() -> Card:
    """The current GPU."""
    if SIMULATED:
        return SIMULATED_CARD
    device = cuda.get_current_device()
    name = device.name.decode() if isinstance(device.name, bytes) else str(device.name)
    context = cuda.current_context()
    context.deallocations.clear()  # memory that an earlier run has freed
    free = context.get_memory_info()[0]
    return Card(name, device.MULTIPROCESSOR_COUNT, device.MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, int(free))


def runnable(plan: Plan) -> Plan:
    """The plan as it can be run here: in the simulator, where each thread is a Python thread, with few of them."""
    return plan._replace(lanes=2, warps=2, drawing=4, measuring=4) if SIMULATED else plan


def allow_shared(launched, size, *arguments) -> None:
    """Compile a kernel for these arguments, and allow it `size` bytes of shared memory, which may be more than 48 KB."""
    if SIMULATED:
        return
    from numba.cuda.cudadrv.driver import binding, driver

    launched.compile(tuple(launched.typeof_pyval(argument) for argument in arguments))
    attribute = binding.CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    for compiled in launched.overloads.values():
        function = compiled._codelibrary.get_cufunc()
        driver.cuKernelSetAttribute(attribute, size, function.handle, function.device.id)


def driver_version() -> tuple[int, int]:
    """The newest CUDA version that the driver supports."""
    from numba.cuda.cudadrv.driver import driver

    major, minor = driver.get_version()
    return major, minor


def trouble() -> str | None:
    """What is needed and missing to run kernels: a driver, a card, a compiler; None where nothing is."""
    from numba.cuda.cudadrv import nvvm
    from numba.cuda.cudadrv.driver import driver

    try:
        available = driver.is_available
    except Exception:  # the exception of a driver that cannot start differs from version to version
        available = False
    if not available:
        said = str(driver.initialization_error or "")
        if "NO_DEVICE" in said:
            return "an NVIDIA GPU, and the driver finds none"
        if "cannot be found" in said or "not be found" in said or not said:
            return "an NVIDIA GPU and its driver (libcuda), which was not found"
        return f"an NVIDIA GPU that works; the driver says: {' '.join(said.split())}"
    try:
        if not len(cuda.gpus):
            return "an NVIDIA GPU, and the driver finds none"
        if (version := driver_version()) < OLDEST_DRIVER:
            return f"a driver for CUDA {OLDEST_DRIVER[0]} or newer, and this one is for {version[0]}.{version[1]}"
        the_card()  # fails on a card that is too old, or taken by another process
    except Exception as error:  # as above
        return f"an NVIDIA GPU that can be used: {' '.join(str(error).split())[:300]}"
    if not nvvm.is_available():
        return "NVVM, the GPU's compiler, which comes with the extra cuda: pip install 'fastw2v[cuda]'"
    return None
