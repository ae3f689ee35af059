"""What bench/gpu.py has found, as Markdown."""

from collections.abc import Iterator
from typing import Any

USED = {"operations": 1e12, "row_bytes": 1e9}
Record = dict[str, Any]
Rows = Iterator[list[str]]


def markdown(card: dict[str, Any], corpus: str, sample: float, found: dict[str, list[Record]]) -> str:
    """All that one must know to trust the figures, and a table for each part."""
    memory = f"{card['free'] / 2**30:.0f} GiB free, {card['shared'] / 1024:.0f} KiB of shared memory a block"
    lines = [
        f"{card['name']}: {card['multiprocessors']} multiprocessors, {memory}, driver for CUDA {card['driver']}.",
        f"{card['surroundings']}.",
        f"{corpus}, subsampling {sample:g}; `-`: not measured.",
    ]
    for part, records in found.items():
        title, rows = TABLES[part]
        lines += ["", f"## {title}", ""]
        for number, row in enumerate(rows(records)):
            lines.append(f"| {' | '.join(row)} |")
            if number == 0:
                lines.append(f"|{' --- |' * len(row)}")
        lines += [f"\n{text}" for text in dict.fromkeys(errors(records))]
    return "\n".join(lines)


def errors(records: list[Record]) -> Rows:
    """What did not succeed, in words."""
    for record in records:
        if record.get("error", "left") != "left":
            yield f"{record['asked']['variant']}: {record['error']}"


def speeds(records: list[Record]) -> Rows:
    """The GPU's row and the CPU's, side by side; what word2vec.c's arithmetic would take at this speed."""
    yield ["variant", "dim", "GPU, words/s", "CPU, words/s", "CPU threads", "ratio", "useful TFLOP/s", "rows, GB/s, uncached"]
    for gpu, cpu in zip(records[::2], records[1::2]):
        rates = [record.get("words_per_second", float("nan")) for record in (gpu, cpu)]
        used = [number(rates[0] * gpu.get(name, float("nan")) / unit, 1) for name, unit in USED.items()]
        place = [gpu["asked"]["variant"], str(gpu["asked"]["settings"]["dim"])]
        yield [*place, *(number(rate) for rate in rates), str(cpu.get("threads", "-")), number(rates[0] / rates[1], 1), *used]


def qualities(records: list[Record]) -> Rows:
    """A row for each run, and a column for each score."""
    names = list(dict.fromkeys(name for record in records for name in record.get("scores", {})))
    yield ["variant", "trained by", "words/s", "loss", *names]
    for record in records:
        asked = record["asked"]["settings"]
        streams = record.get("streams") or asked["streams"]
        name = "CPU" if asked["device"] == "cpu" else f"GPU, {streams or '-'} streams"
        figures = [number(record.get("words_per_second")), number(record.get("loss"), 3)]
        yield [record["asked"]["variant"], name, *figures, *(number(record.get("scores", {}).get(each), 1) for each in names)]


def stages(records: list[Record]) -> Rows:
    """A row for each stage that is left out."""
    yield ["left out, or changed", "words/s", "time that is saved"]
    whole = records[0].get("words_per_second", float("nan"))
    for record in records:
        rate = record.get("words_per_second", float("nan"))
        yield [record["asked"]["without"] or "nothing", number(rate), number(100 - 100 * whole / rate, 0, " %")]


def sanitizers(records: list[Record]) -> Rows:
    """A row for each tool."""
    yield ["variant", "tool", "says", "first"]
    for record in records:
        first = " / ".join(record.get("first", [])) or "-"
        yield [record["asked"]["variant"], record["asked"]["tool"], record.get("said", "-"), first]


def number(value: float | None, digits: int = 0, unit: str = "") -> str:
    """For a table."""
    return "-" if value is None or value != value else f"{value:,.{digits}f}{unit}"


TABLES = {
    "speed": ("Words/s", speeds),
    "quality": ("Five epochs: what the vectors know", qualities),
    "streams": ("Stretches trained at once, five epochs", qualities),
    "stages": ("A stage left out, or another plan, skip-gram with negative sampling", stages),
    "sanitizer": ("compute-sanitizer", sanitizers),
}
