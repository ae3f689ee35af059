"""The scores of a vector file, as JSON: `python bench/scores.py VECTORS QUESTIONS-OR-- PAIRS…`."""

import json
import sys
from pathlib import Path

import fastw2v

vectors = fastw2v.load(sys.argv[1])
found = {}
if sys.argv[2] != "-":
    found["analogies"] = vectors.evaluate_analogies(sys.argv[2]).total.share * 100
for path in sys.argv[3:]:
    score = vectors.evaluate_similarity(path).spearman * 100
    found[Path(path).stem] = score if score == score else None
print(json.dumps(found))
