"""Figures of `python -m bench files`."""

from typing import Any

from bench.tables.markdown import NONE, ends, grouped, middle, number, ratio, scores, slashed, table, text_name, values

Document = dict[str, Any]


def files(document: Document) -> str:
    """Reading and writing beside gensim, folders of each dtype, scores of each dtype."""
    settings = document["settings"]
    runs = document["runs"]
    groups = grouped(runs, "what", "format", "program")
    rows = []
    for name in ("binary", "text"):
        if ("write", name, "fastw2v") in groups:
            cells = [name, number(groups["write", name, "fastw2v"][0]["bytes"] / 1e6)]
            for what in ("write", "read"):
                ours, theirs = (middle(groups[what, name, program], "bytes_per_second") for program in ("fastw2v", "gensim"))
                cells += [number(ours and ours / 1e6), number(theirs and theirs / 1e6), ratio(ours, theirs)]
            rows.append(cells)
    columns = ["format", "MB", "written, MB/s", "gensim", "ratio", "read, MB/s", "gensim", "ratio"]
    first = f"{settings['rows']:,} words, {settings['dim']} dimensions, one core, files in the file cache."
    shown = [table(columns, rows), first] if rows else []
    return "\n\n".join([*shown, *_dtypes(document)])


def _dtypes(document: Document) -> list[str]:
    settings = document["settings"]
    groups = grouped(document["runs"], "what", "dtype")
    names = " / ".join(scores(document["runs"]))
    rows = []
    for dtype in dict.fromkeys(dtype for what, dtype in groups if what == "folder"):
        runs = groups["folder", dtype]
        query = middle(runs, "query")
        cells = [dtype, number((middle(runs, "bytes") or 0) / 1e6), number(middle(runs, "open"), 2)]
        cells += [number(middle(runs, "first_query"), 2), number(query and query * 1000)]
        rows.append([*cells, slashed(scores(groups.get(("scores", dtype), [])))])
    if not rows:
        return []
    columns = ["a folder of", "MB", "opened, s", "first query, s", "query, ms", "scores"]
    text = f"{settings['folder_rows']:,} words, {settings['dim']} dimensions.{f' Scores: {names}.' if names else ''}"
    return [table(columns, rows), text]


def phrases(document: Document) -> str:
    """Seconds of both programs."""
    settings = document["settings"]
    groups = {program: runs for (program,), runs in grouped(document["runs"], "program").items()}
    rows = []
    for program, runs in groups.items():
        seconds = middle(runs, "seconds")
        others = middle(groups.get("word2phrase.c", []), "seconds")
        speed = number(settings["bytes"] / seconds / 1e6, 1) if seconds else NONE
        rows.append([program, ends(values(runs, "seconds"), 2), speed, ratio(others, seconds)])
    same = {run["same_bytes"] for run in groups.get("fastw2v", []) if "same_bytes" in run}
    columns = ["program", "seconds", "MB/s", "of word2phrase.c"]
    outputs = "The outputs are the same bytes" if same == {True} else "The outputs differ"
    text = f"{outputs}; threshold {settings['threshold']:g}, min-count {settings['min_count']}, {settings['threads']} threads"
    return f"{table(columns, rows)}\n\n{text}; {text_name(settings)}."
