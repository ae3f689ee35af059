"""What can be wrong with a compressed file."""

from fastw2v.errors import UsageError


class Damaged(Exception):
    """Data of some kind that cannot be read to their end."""

    def __init__(self, kind: str, why: object) -> None:
        super().__init__(f"the {kind} data are damaged or cut short ({why})")


class NotRead(UsageError):
    """A file in a form that is known, and is not read."""
