"""Which measurements of a GPU there are, part by part."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.gpu.child import NO_KEPT_IDS, OTHER_PLANS, STAGES, STREAMS
from fastw2v.benchmark.variants import VARIANTS

PARTS = ("speed", "quality", "streams", "stages", "sanitizer")
FIVE = ("skipgram-ns", "cbow-ns", "skipgram-hs", "cbow-hs", "skipgram-both")
STREAM_COUNTS = (16, 33, 66, 132, 264, 528, 1056)
SANITIZERS = ("memcheck", "racecheck", "synccheck", "initcheck")
CPU_WORDS = 4_000_000  # that the CPU's speed is measured on
TINY = {"sample": 0, "min_count": 1, "window": 1, "negative": 1, "threads": 1}


class Measurement(NamedTuple):
    """One process.

    kind : what it does
    asked : what results say of it
    order : what it is told besides, such as paths
    """

    kind: str
    asked: dict[str, Any]
    order: dict[str, Any]


class Plan(NamedTuple):
    """What is to be measured.

    text, planted : the text that speed is measured on, and the one that quality is
    scored : the sets' files
    tiny : a few words, for the simulator
    """

    text: str
    planted: str
    scored: dict[str, Any]
    sample: float
    dim: int
    tiny: bool

    def measurements(self, part: str) -> Iterator[Measurement]:
        """Of a part."""
        five, dims = (FIVE[:1], (4,)) if self.tiny else (FIVE, (100, 300))
        if part == "speed":
            for dim in dims:
                for variant in five:
                    yield self._speed(variant, dim, "cuda")
                    yield self._speed(variant, dim, "cpu")
        elif part == "quality":
            for variant in five:
                yield self._quality(variant, "cuda")
                yield self._quality(variant, "cpu")
        elif part == "streams":
            for count in (1,) if self.tiny else STREAM_COUNTS:
                yield self._quality("skipgram-ns", "cuda", count)
        elif part == "stages":
            for stage in ("", *(STAGES[:1] if self.tiny else STAGES + OTHER_PLANS), NO_KEPT_IDS):
                yield self._speed("skipgram-ns", dims[0], "cuda", stage)
        else:
            for variant in ("skipgram-both", "cbow-both"):
                for tool in SANITIZERS:
                    asked = {"kind": "sanitizer", "variant": variant, "tool": tool}
                    yield Measurement("sanitizer", asked, {"variant": variant})

    def _speed(self, variant: str, dim: int, device: str, without: str = "") -> Measurement:
        changed = {"dim": dim, "epochs": 5 if device == "cuda" and not self.tiny else 1, "device": device}
        words = None if device == "cuda" else CPU_WORDS
        asked = {"kind": "speed", "variant": variant, "words": words, "without": without} | changed
        settings = self._settings(variant, changed)
        return Measurement("speed", asked, {"corpus": self.text, "settings": settings, "words": words, "without": without})

    def _quality(self, variant: str, device: str, streams: int | None = None) -> Measurement:
        changed = {"dim": self.dim, "epochs": 1 if self.tiny else 5, "device": device}
        asked = {"kind": "quality", "variant": variant} | changed | {"streams": streams}
        settings = self._settings(variant, changed | {STREAMS: streams})
        return Measurement("quality", asked, {"corpus": self.planted, "settings": settings} | self.scored)

    def _settings(self, variant: str, changed: dict[str, Any]) -> dict[str, Any]:
        return {"sample": self.sample, **VARIANTS[variant], **(TINY if self.tiny else {}), **changed}
