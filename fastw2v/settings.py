"""The settings of a training run: one frozen record, checked once, here."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from fastw2v._system.resources import readable_bytes, usable_cores
from fastw2v.arguments import Range, checked_choice, checked_flag, checked_number
from fastw2v.errors import UsageError, argument, option

ModelName = Literal["skipgram", "cbow"]
KernelName = Literal["blocked", "reference"]
DeviceName = Literal["cpu", "cuda", "auto"]

MODELS: tuple[ModelName, ...] = get_args(ModelName)
KERNELS: tuple[KernelName, ...] = get_args(KernelName)
DEVICES: tuple[DeviceName, ...] = get_args(DeviceName)
DEFAULT_ALPHA = {"skipgram": 0.025, "cbow": 0.05}


WHOLE_NUMBERS = {
    "dim": Range(1, 65_536),
    "window": Range(1, 1_000),
    "negative": Range(0, 1_000),
    "min_count": Range(1, 2**62),
    "max_vocab": Range(1, 2**31 - 2),
    "epochs": Range(1, 1_000_000),
    "threads": Range(1, 4_096),
    "streams": Range(1, 65_535),
    "seed": Range(0, 2**63 - 1),
    "memory": Range(1, 2**62),
    "sync_words": Range(1, 2**62),
}
NUMBERS = {
    "noise_exponent": Range(-2, 2),
    "sample": Range(0, 1),
    "alpha": Range(0, 10, open_low=True),
    "min_alpha": Range(0, 10),
}
OPTIONAL = {
    "max_vocab": "none",
    "alpha": "the model's own",
    "min_alpha": "1e-4 of alpha",
    "threads": "all cores",
    "streams": "chosen",
    "memory": "half of what is available",
    "sync_words": "a share of the run",
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run is trained with; the names and defaults are the command line's.

    Parameters
    ----------
    model : {"skipgram", "cbow"}, default "skipgram"
        What predicts what: the center word each context word, or the context's mean the center word.
    dim : int, default 100
        Length of a word vector.
    window : int, default 5
        Most words between center and context.
    negative : int, default 5
        Noise words for each positive pair; 0 for none.
    noise_exponent : float, default 0.75
        A word is drawn as noise in proportion to its count to this power: 1 as often as it occurs, 0 all words alike, below 0
        rare words more often than frequent ones. The best for a recommender depends on its data, and often is not 0.75
        (Caselles-Dupré et al. 2018, "Word2vec applied to recommendation: hyperparameters matter"). In gensim: ns_exponent.
    hs : bool, default False
        Hierarchical softmax.
    sample : float, default 1e-3
        Relative frequency above which words are subsampled; 0 for none.
    min_count : int, default 5
        Words that occur less often leave the text.
    max_vocab : int, optional
        Most words kept, `</s>` not counted; None for no limit.
    epochs : int, default 5
        Passes over the text.
    alpha : float, optional
        Starting learning rate; None for 0.025 (skip-gram) or 0.05 (CBOW).
    min_alpha : float, optional
        Last learning rate, to which it falls in a straight line; `alpha` for a constant rate. None for word2vec.c's: a line
        to 0 that stops at 1e-4 of `alpha`.
    threads : int, optional
        None for the cores that this process may use.
    seed : int, default 1
        Seed of the random streams; 1 gives those of word2vec.c.
    kernel : {"blocked", "reference"}, default "blocked"
        The fast training loop, or word2vec.c's own arithmetic.
    memory : int, optional
        Bytes for ids and counting; None for half of what is available.
    device : {"cpu", "cuda", "auto"}, default "cpu"
        "cuda" for an NVIDIA GPU, "auto" for a GPU where there is one.
    streams : int, optional
        Parts of the text that a GPU trains concurrently; None for as many as the GPU and the text allow.
    sync_words : int, optional
        Words that each of several ranks trains between two rounds of averaging; None for a share of the run.

    Raises
    ------
    UsageError
        A value out of range. The message has the setting, its value and the range.

    Examples
    --------
    >>> import fastw2v
    >>> fastw2v.Settings(model="cbow", dim=300).alpha
    0.05
    >>> fastw2v.Settings(dim=0)
    Traceback (most recent call last):
    fastw2v.errors.UsageError: dim is 0: it must be a whole number from 1 to 65,536
    """

    model: ModelName = "skipgram"
    dim: int = 100
    window: int = 5
    negative: int = 5
    noise_exponent: float = 0.75
    hs: bool = False
    sample: float = 1e-3
    min_count: int = 5
    max_vocab: int | None = None
    epochs: int = 5
    alpha: float | None = None
    min_alpha: float | None = None
    threads: int | None = None
    seed: int = 1
    kernel: KernelName = "blocked"
    memory: int | None = None
    device: DeviceName = "cpu"
    streams: int | None = None
    sync_words: int | None = None

    def __post_init__(self) -> None:
        # Kept as Python's own: whatever else is given, kernels are not compiled once more for it, and JSON can hold it.
        for name, choices in (("model", MODELS), ("kernel", KERNELS), ("device", DEVICES)):
            self._keep(name, checked_choice(name, getattr(self, name), choices))
        for whole, ranges in ((True, WHOLE_NUMBERS), (False, NUMBERS)):
            for name, allowed in ranges.items():
                value = checked_number(name, getattr(self, name), allowed, whole=whole, optional=name in OPTIONAL)
                self._keep(name, value)
        self._keep("hs", checked_flag("hs", self.hs))
        if self.negative == 0 and not self.hs:
            raise UsageError(
                f"{argument('negative')} is 0 without {argument('hs')}: nothing would be learned; "
                f"give {option('negative', 1)} or more, or {option('hs', True)}"
            )
        if self.alpha is None:
            self._keep("alpha", DEFAULT_ALPHA[self.model])
        if self.min_alpha is not None and self.min_alpha > self.starting_alpha:
            raise UsageError(
                f"{argument('min_alpha')} is {self.min_alpha}: it must be a number from 0 to {argument('alpha')}, "
                f"which is {self.starting_alpha}"
            )

    def _keep(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @property
    def starting_alpha(self) -> float:
        """The learning rate at the start."""
        assert self.alpha is not None
        return self.alpha

    @property
    def thread_count(self) -> int:
        """The threads to train with."""
        return self.threads or usable_cores()

    def as_dict(self) -> dict[str, Any]:
        """All settings by name, as JSON can hold them."""
        return asdict(self) | {"threads": self.thread_count}


def parse_size(text: str) -> int:
    """Bytes from "512M", "8G", "1.5 GiB" or a plain number (of bytes). Raises UsageError."""
    units = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
    cleaned = text.strip().upper().removesuffix("IB").removesuffix("B")
    number, unit = (cleaned[:-1], cleaned[-1]) if cleaned[-1:] in tuple("KMGT") else (cleaned, "")
    try:
        size = int(float(number) * units[unit])
    except (ValueError, OverflowError):
        raise UsageError(f"{argument('memory')} is {text!r}: give a size such as 512M or 8G") from None
    if size < 2**20:
        raise UsageError(f"{argument('memory')} is {text!r}, {readable_bytes(max(size, 0))}: it must be at least 1M")
    return size
