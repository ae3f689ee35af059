"""fastText without its parts of words, which makes it word2vec: trains as told by a JSON order; it prints its own words/s.

Its Python interface takes no seed.
"""

import json
import sys

import fasttext
import numpy as np

order = json.loads(sys.argv[1])
model = fasttext.train_unsupervised(
    order["corpus"],
    model="cbow" if order["cbow"] else "skipgram",
    loss="hs" if order["hs"] else "ns",
    dim=order["dim"],
    ws=order["window"],
    neg=order["noise"] or 5,
    t=order["sample"],
    minCount=order["min_count"],
    lr=order["alpha"],
    epoch=order["epochs"],
    thread=order["threads"],
    minn=0,
    maxn=0,
    bucket=0,
    verbose=2,
)
words = model.get_words(on_unicode_error="replace")
with open(order["output"], "wb") as file:
    file.write(f"{len(words)} {order['dim']}\n".encode())
    for word in words:
        file.write(word.encode() + b" " + np.asarray(model.get_word_vector(word), "<f4").tobytes() + b"\n")
