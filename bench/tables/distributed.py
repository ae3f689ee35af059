"""Figures of `python -m bench distributed`."""

from typing import TYPE_CHECKING, Any

from bench.tables.markdown import ends, grouped, middle, number, ratio, scores, slashed, table, text_name, values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Document = dict[str, Any]


def ranks(document: Document) -> str:
    """A row for each layout; the first of a dimension is what the others are compared with."""
    rows = []
    first: dict[int, float | None] = {}
    for (dim, count, threads), runs in grouped(document["runs"], "dim", "ranks", "threads").items():
        speed = middle(runs, "words_per_second")
        of_first = ratio(speed, first.setdefault(dim, speed), 2)
        layout = f"{count} rank{'s' * (count != 1)} × {threads} thread{'s' * (threads != 1)}"
        waited = number(max(values(runs, "waited"), default=None), 2)
        cells = [layout, str(dim), str(len(runs)), ends(values(runs, "words_per_second")), of_first, waited]
        rows.append([*cells, slashed(scores(runs))])
    names = " / ".join(scores(document["runs"]))
    columns = ["", "dim", "runs", "words/s", "of the first", "waited, s", "scores"]
    settings = document["settings"]
    text = f"{text_name(settings)}; {settings['epochs']} epochs.{f' Scores: {names}.' if names else ''}"
    return f"{table(columns, rows)}\n\n{text}"


def hosts(document: Document) -> str:
    """Predicted and measured, and how long a run lasts that loses a host."""
    rows, lost = [], []
    for (count, rate, delay, dim, loses), runs in grouped(document["runs"], "hosts", "rate", "delay", "dim", "lost").items():
        place = [f"{count} at {rate:g} Mbit/s{f', {delay:g} ms' if delay else ''}"]
        if loses:
            seconds, gone = (ends(values(runs, name), 1, " s") for name in ("seconds", "gone_seconds"))
            lost.append(
                f"{place[0]}, one of which loses its network: the run ended after {seconds}, its processes after {gone}."
            )
            continue
        speed, predicted = middle(runs, "words_per_second"), middle(runs, "predicted")
        bandwidth, latency = middle(runs, "bandwidth"), middle(runs, "latency")
        cells = [*place, str(dim), number(middle(runs, "without_rounds")), number(bandwidth and bandwidth / 1e6, 1)]
        cells += [number(latency and latency * 1e3, 2), number((middle(runs, "core_seconds") or 0) * 1e9, 1)]
        rows.append([*cells, number(predicted), number(speed), ratio(speed, predicted, 2)])
    columns = ["hosts", "dim", "a host without rounds, words/s", "MB/s of MPI", "ms a message", "core ns a byte"]
    columns += ["predicted words/s", "measured", "of predicted"]
    shown = [table(columns, rows)] if rows else []
    text = f"Hosts are network namespaces of one machine; {text_name(document['settings'])}."
    return "\n\n".join([*shown, *lost, text])


def cluster(document: Document) -> str:
    """Words/s of each number of nodes, and the share of nodes × one node's."""
    networks = grouped(document["runs"], "vocabulary", "gigabits")
    columns = ["nodes", *(f"{vocabulary:,} words, {gigabits} Gbit/s" for vocabulary, gigabits in networks)]
    rows = []
    for place, (nodes,) in enumerate(grouped(document["runs"], "nodes")):
        speeds = [runs[place]["words_per_second"] for runs in networks.values()]
        rate = document["settings"]["rate"]
        rows.append([str(nodes), *(f"{speed / 1e6:,.0f} ({speed / nodes / rate:.0%})" for speed in speeds)])
    text = f"Model, not measurement: million words/s (and the scaling efficiency), {document['settings']['dim']} dimensions."
    return f"{table(columns, rows, left=0)}\n\n{text}"


def modelled(document: Document, figure: "Figure") -> None:
    """Words/s over nodes."""
    from fastw2v.plotting.figures import palette

    axes = figure.subplots()
    networks = grouped(document["runs"], "vocabulary", "gigabits")
    nodes = [run["asked"]["nodes"] for run in next(iter(networks.values()))]
    rate = document["settings"]["rate"]
    axes.plot(nodes, [count * rate / 1e6 for count in nodes], color="#7d858f", linestyle=":", label="nodes × one node")
    for ((vocabulary, gigabits), runs), colour in zip(networks.items(), palette(len(networks))):
        speeds = [run["words_per_second"] / 1e6 for run in runs]
        axes.plot(nodes, speeds, marker="o", color=colour, label=f"{vocabulary:,} words, {gigabits} Gbit/s")
    axes.set(xscale="log", yscale="log", xlabel="nodes", ylabel="million words/s")
    axes.set_xticks(nodes, list(map(str, nodes)))
    axes.set_title("Model, not measurement", fontsize=9)
    axes.minorticks_off()
    axes.legend()
