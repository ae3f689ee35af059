"""The compiled training loops, and what they share: the protocol, the schedule of the learning rate, the loss."""

from fastw2v.kernels import blocked, reference
from fastw2v.kernels.protocol import Kernel

KERNELS: dict[str, Kernel] = {"blocked": blocked, "reference": reference}
