"""A run of one process has nothing to do with several."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, fastw2v
vectors = fastw2v.train(sys.argv[1], dim=8, min_count=1, checkpoint=sys.argv[2], checkpoint_every=0)
assert len(vectors) > 1
print(*(name for name in sys.modules if name.startswith("fastw2v.distributed") or name.startswith("mpi4py")))
"""


def test_training_in_one_process_imports_nothing_of_several(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("a b c d e f g h\n" * 100)
    command = [sys.executable, "-c", PROGRAM, text, tmp_path / "checkpoint"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "\n"
