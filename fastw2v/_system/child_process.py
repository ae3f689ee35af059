"""Functions called in a Python process of their own, which takes its modules from where this one takes them."""

import json
import sys
from collections.abc import Callable
from typing import Any

PROGRAM = """
import json, sys
from importlib import import_module
order = json.loads(sys.argv[1])
sys.path[:] = order["path"]
getattr(import_module(order["module"]), order["function"])(**order["arguments"])
"""


def child_command(function: Callable[..., None], **arguments: Any) -> list[str]:
    """The command that calls a module's function, with arguments that JSON can hold."""
    order = {"path": sys.path, "module": function.__module__, "function": function.__name__, "arguments": arguments}
    return [sys.executable, "-c", PROGRAM, json.dumps(order)]
