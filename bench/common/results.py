"""Results of a command: a JSON file that is written anew, whole, after each run, so that a stopped command can be continued.

name     : of the command and the file
commit   : the checkout when the file was last written, with `+` where it had changes
date     : the same moment
machine  : processor, cores, memory in bytes, system
versions : of Python and packages
settings : what all runs share
runs     : each repetition: `asked` is what varies, with the number of the run; `code` says which code or version ran;
           `commit` and `date` of the run; all else was measured
medians  : of the runs that differ in their number alone
"""

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from typing import Any

import click

from bench.common.machine import ROOT, commit, machine, versions
from fastw2v._system.files import written_whole

FOLDER = ROOT / "bench" / "results"
Run = dict[str, Any]
Document = dict[str, Any]


def plain(value: Any) -> Any:
    """As JSON reads it back."""
    return json.loads(json.dumps(value))


class Results:
    """What a command has measured so far.

    path : the file; None keeps nothing
    overwrite : begin anew, whatever the file holds

    Raises click.ClickException where the file holds runs with other settings or of another machine.
    """

    def __init__(
        self,
        name: str,
        path: Path | None,
        settings: Mapping[str, Any],
        *,
        packages: tuple[str, ...] = (),
        overwrite: bool = False,
    ) -> None:
        self.path = path
        self.about = {"machine": machine(), "versions": versions(packages), "settings": plain(settings)}
        self.name = name
        self.commit = commit()
        self.runs: dict[str, Run] = {}
        if path and path.exists() and not overwrite:
            document = load(path)
            self._check(document)
            self.runs = {key(run["asked"]): run for run in document["runs"]}

    def _check(self, document: Document) -> None:
        """Runs of one file share machine and settings."""
        for part in ("settings", "machine"):
            ours, theirs = self.about[part], document[part]
            changed = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
            if changed and document["runs"]:
                which = ", ".join(f"{name} {theirs.get(name)}, now {ours.get(name)}" for name in changed)
                raise click.ClickException(
                    f"{self.path} holds runs with other {part} ({which}): give another --output, or --overwrite"
                )

    def find(self, asked: Mapping[str, Any], code: str = "") -> Run | None:
        """The run of this request by this code."""
        run = self.runs.get(key(asked))
        return run if run and run["code"] == code else None

    def add(self, asked: Mapping[str, Any], found: Mapping[str, Any], code: str = "") -> Run:
        """Keep a run in place of any earlier one of the same request; it is on the disk when this returns."""
        run = {"asked": plain(asked), "code": code, "commit": self.commit, "date": now(), **plain(found)}
        self.runs[key(asked)] = run
        self.save()
        return run

    def document(self) -> Document:
        """All of it."""
        runs = list(self.runs.values())
        about = {"name": self.name, "commit": self.commit, "date": now()}
        return about | self.about | {"runs": runs, "medians": medians(runs)}

    def save(self) -> None:
        """Write the file, a run a line."""
        if not self.path:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(self.path) as file:
            file.write(as_json(self.document()).encode())


def now() -> str:
    """The present moment, UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="minutes")


def key(asked: Mapping[str, Any]) -> str:
    """The same for the same request."""
    return json.dumps(asked, sort_keys=True)


def as_json(document: Document) -> str:
    """JSON with a line for each run, so that a change reads well in git."""
    parts = []
    for name, value in document.items():
        if isinstance(value, list):
            lines = ",\n".join(f"  {json.dumps(entry, ensure_ascii=False)}" for entry in value)
            parts.append(f'"{name}": [\n{lines}\n]' if value else f'"{name}": []')
        else:
            parts.append(f'"{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def load(path: Path) -> Document:
    """Read a file of results, whose name is the file's. Raises click.ClickException."""
    try:
        document: Document = json.loads(path.read_bytes())
        for name in ("commit", "date", "machine", "versions", "settings", "runs"):
            document[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{path} is no file of results ({error}): measure again with --overwrite") from error
    return document | {"name": path.stem}


def medians(runs: list[Run]) -> list[dict[str, Any]]:
    """Of each number of the runs that differ in their number alone."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(key({name: value for name, value in run["asked"].items() if name != "run"}), []).append(run)
    return [{"asked": json.loads(name), "runs": len(group), **middle(group)} for name, group in groups.items()]


def middle(values: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each number, also of those in dictionaries."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(name for value in values for name in value):
        column = [value[name] for value in values if value.get(name) is not None]
        if name in ("asked", "code", "commit", "date") or not column:
            continue
        if all(isinstance(value, dict) for value in column):
            found[name] = middle(column)
        elif all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in column):
            found[name] = median(column)
    return found
