"""The description of a run in a checkpoint (run.json): its fields, each of its type."""

from typing import Any, NamedTuple

from fastw2v._system.files import is_file_name
from fastw2v.run.files import Files
from fastw2v.settings import Settings

FORMER_NAMES = {"stretches": "streams"}  # of settings, in checkpoints of earlier versions


class Fields(NamedTuple):
    """text : see `text_description.describe_text`; folder : identifies the folder of checkpoints, None where nothing does."""

    settings: Settings
    files: Files
    corpus: list[str]
    text: dict[str, Any]
    folder: int | None


def read_fields(run: dict[str, Any]) -> Fields:
    """The fields of run.json. Raises UsageError or ValueError where one is missing or makes no sense."""
    text = _text(_field(run, "text", dict))
    corpus = run.get("corpus", [name for name, size in text["files"] if size >= 0])
    if not isinstance(corpus, list) or not corpus or not all(map(is_file_name, corpus)):
        raise ValueError(f"corpus is {str(corpus)[:50]!r}")
    settings = _field(run, "settings", dict)
    try:
        made = Settings(**{FORMER_NAMES.get(name, name): value for name, value in settings.items()})
    except TypeError as error:  # a name that is none, or one that is missing
        raise ValueError(str(error)) from error
    folder = None if run.get("folder") is None else _field(run, "folder", int)
    return Fields(made, Files.from_dict(_field(run, "output_files", dict)), corpus, text, folder)


def _text(text: dict[str, Any]) -> dict[str, Any]:
    files = _field(text, "files", list)
    for file in files:
        if not isinstance(file, list) or len(file) != 2 or not is_file_name(file[0]) or type(file[1]) is not int:
            raise ValueError(f"a file of the text is {file!r}")
    return {"files": files, "ids": _field(text, "ids", int), "checksum": _field(text, "checksum", int)}


def _field(fields: dict[str, Any], name: str, kind: type) -> Any:
    if name not in fields:
        raise ValueError(f"{name} is missing")
    if type(fields[name]) is not kind:
        raise ValueError(f"{name} is {str(fields[name])[:50]!r}")
    return fields[name]
