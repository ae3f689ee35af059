"""fastw2v bench"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fastw2v._system.display import json_text
from fastw2v._system.text_encoding import to_bytes
from fastw2v.cli.options import FILE
from fastw2v.cli.output import print_json
from fastw2v.errors import UsageError, cannot_read
from fastw2v.settings import KERNELS

if TYPE_CHECKING:
    from fastw2v.benchmark.suite import Report

WIDTH = 132  # columns of the table


@click.command(short_help="Measure the speed of training on this machine.")
@click.option("--corpus", type=FILE, metavar="FILE", help="A text to train on.  [default: a generated one, like English]")
@click.option("--variant", "variants", multiple=True, metavar="NAME", help="As skipgram-ns or cbow-hs; repeat it for more.")
@click.option("--kernel", "kernels", multiple=True, type=click.Choice(KERNELS), help="Measure only this kernel.")
@click.option("--threads", type=int, multiple=True, help="Number of threads; repeat it for more.  [default: 1, 2, 4 … all]")
@click.option("--dim", "--size", type=int, default=100, show_default=True, help="Length of a vector.")
@click.option("--words", type=int, help="Words of the text to train on.  [default: 300,000]")
@click.option("--repeats", type=int, default=3, show_default=True, help="Measure at least this often; the median is reported.")
@click.option(
    "--json", "json_file", metavar="FILE", help="Write the figures as JSON; - for standard output instead of the table."
)
@click.option("--plot", type=FILE, metavar="FILE", help="Draw the figures: .png or .svg. Needs pip install 'fastw2v[plot]'.")
@click.option("--quiet", is_flag=True, help="Print nothing while measuring.")
def bench(
    corpus: Path | None,
    variants: tuple[str, ...],
    kernels: tuple[str, ...],
    threads: tuple[int, ...],
    dim: int,
    words: int | None,
    repeats: int,
    json_file: str | None,
    plot: Path | None,
    quiet: bool,
) -> None:
    """Measure how fast training is here: each variant, kernel and number of threads, one epoch each, in less than two minutes
    on two cores. Nothing else should be running. Compiling is not counted, but the first time takes as long again.

    GFLOP/s are useful operations, those that word2vec.c's arithmetic needs for the pairs trained; "of peak" and "of memory" are
    measured against what this machine can do with as many threads. The loss is taken after training on the same words.

    \b
    fastw2v bench
    fastw2v bench --corpus news.txt --words 5000000 --variant skipgram-ns --kernel blocked
    fastw2v bench --threads 1 --json bench.json --plot bench.png
    """
    from fastw2v._system.files import check_writable, written_whole
    from fastw2v.benchmark.figure import check_picture, draw_benchmark
    from fastw2v.benchmark.suite import benchmark
    from fastw2v.benchmark.variants import VARIANTS
    from fastw2v.reporting import listener_for

    if corpus is not None and not corpus.exists():
        raise UsageError(cannot_read(corpus))
    if json_file not in (None, "-"):
        check_writable(Path(str(json_file)), "the JSON file")
    if plot:
        check_picture(plot)
    report = benchmark(
        corpus,
        variants=variants or tuple(VARIANTS),
        kernels=kernels or KERNELS,
        threads=threads or None,
        dim=dim,
        words=words,
        repeats=repeats,
        listener=listener_for(progress=not quiet),
    )
    if json_file == "-":
        print_json(report.as_dict(), indent=1)
    else:
        _show(report)
    if json_file not in (None, "-"):
        with written_whole(Path(str(json_file))) as file:
            file.write(to_bytes(json_text(report.as_dict(), indent=1) + "\n"))
    if plot:
        draw_benchmark(report, plot)


def _show(report: "Report") -> None:
    """The machine, and a table of the results."""
    from rich.table import Table

    from fastw2v._system.resources import readable_bytes
    from fastw2v.benchmark.environment import environment_line
    from fastw2v.reporting.console import PlainConsole

    table = Table(pad_edge=False)
    for name in ("variant", "kernel"):
        table.add_column(name)
    for name in ("threads", "words/s", "±", "a thread", "GFLOP/s", "of peak", "of memory", "scaling", "loss", "memory"):
        table.add_column(name, justify="right", no_wrap=True)
    for result in report.results:
        table.add_row(
            result.variant,
            result.kernel,
            str(result.threads),
            f"{result.words_per_second.median:,.0f}",
            f"{result.words_per_second.relative:.0%}",
            f"{result.words_per_second_per_thread:,.0f}",
            f"{result.flops / 1e9:.1f}",
            f"{result.of_peak:.1%}",
            f"{result.of_bandwidth:.0%}",
            f"{result.scaling:.2f}" if result.scaling else "–",
            f"{result.loss:.4f}" if result.loss is not None else "–",
            readable_bytes(result.peak_memory),
        )
    console = PlainConsole()
    console = PlainConsole(width=max(console.width, WIDTH))  # a narrow screen breaks lines; figures would be cut
    console.print(environment_line(report.surroundings))
    first = report.results[0]
    about = f"text: {report.corpus}, {first.words:,} words, vocabulary {first.vocabulary:,}; {report.dim} dimensions, one epoch"
    console.print(about)
    for threads, peak in report.peaks.items():
        line = f"peak, {threads} thread(s): {peak.flops / 1e9:,.1f} GFLOP/s, memory {peak.bandwidth / 1e9:,.1f} GB/s"
        console.print(line)
    console.print(table)
