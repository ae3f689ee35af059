"""gensim and fastText, each called in a process of its own; their libraries are imported there alone."""

import time
from typing import Any


def gensim(**order: Any) -> None:
    """Train from the file, gensim's fastest way; prints words/s of training by the wall clock."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        vector_size=order["dim"],
        window=order["window"],
        sample=order["sample"],
        negative=order["noise"],
        hs=int(order["hs"]),
        sg=int(not order["cbow"]),
        epochs=order["epochs"],
        min_count=order["min_count"],
        alpha=order["alpha"],
        workers=order["threads"],
        seed=order["seed"],
    )
    model.build_vocab(corpus_file=order["corpus"])
    words = sum(model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key)
    start = time.perf_counter()
    lengths = {"total_words": model.corpus_total_words, "total_examples": model.corpus_count}
    model.train(corpus_file=order["corpus"], epochs=model.epochs, **lengths)
    print(words * model.epochs / (time.perf_counter() - start))
    model.wv.save_word2vec_format(order["output"], binary=True)


def fasttext(**order: Any) -> None:
    """Train without subwords, which makes fastText word2vec; it prints its own words/s, and takes no seed."""
    import fasttext
    import numpy as np

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
