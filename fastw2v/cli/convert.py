"""fastw2v convert and fastw2v info: from one kind of file to another, and what a file is."""

from pathlib import Path

import click

from fastw2v._system.display import say
from fastw2v.cli.options import FILE, FILE_FORMAT, LIMIT
from fastw2v.cli.output import output_options, print_line, show
from fastw2v.cli.reading import LENIENT, is_lenient, load
from fastw2v.vectors.io import DTYPES, DtypeName, FileFormat


@click.command(short_help="Write vectors in another format.")
@click.argument("source", metavar="IN", type=FILE)
@click.argument("target", metavar="OUT", type=FILE)
@FILE_FORMAT
@click.option("--dtype", type=click.Choice(DTYPES), help="Number type in a .f2v folder; int8 has a scale for each row.")
@LIMIT
@LENIENT
def convert(source: Path, target: Path, file_format: FileFormat, dtype: DtypeName | None, limit: int | None) -> None:
    """Read the vectors in IN, in any format, and write them to OUT, a file, compressed for .gz, .bz2, .xz,
    .zst, or a folder.

    \b
    fastw2v convert vectors.bin vectors.txt.gz
    fastw2v convert glove.6B.300d.txt glove.bin --limit 100000
    fastw2v convert vectors.bin vectors.f2v --dtype int8
    """
    from fastw2v._system.files import check_writable
    from fastw2v._system.resources import readable_bytes
    from fastw2v.errors import UsageError
    from fastw2v.vectors.io.folder import check_folder_writable
    from fastw2v.vectors.io.writing import chosen_format

    if chosen_format(target, file_format) == "folder":
        check_folder_writable(target)
    else:
        check_writable(target, "the output")
    if source.exists() and target.exists() and source.samefile(target):
        raise UsageError(f"{target} is also the input: give another name")
    loaded = load(source, limit)
    size = loaded.save(target, file_format, dtype)
    print_line(f"{target}: {len(loaded):,} words, dimension {loaded.dim}, {readable_bytes(size)}")


@click.command(short_help="Describe a file of vectors.")
@click.argument("path", metavar="FILE", type=FILE)
@LENIENT
@output_options
def info(path: Path, style: str | None) -> None:
    """Describe FILE: format, size, words, dimension, the first words and the lengths of their vectors. Reads only its
    beginning.

    \b
    fastw2v info vectors.bin
    fastw2v info glove.6B.300d.txt.gz --json
    """
    from fastw2v.vectors.io.description import describe

    show(("what", "value"), list(describe(path, lenient=is_lenient(), note=say).items()), style)
