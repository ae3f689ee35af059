"""gensim, from the file, its fastest way: trains as told by a JSON order, prints words/s of training by the wall clock."""

import json
import sys
import time

from gensim.models import Word2Vec

order = json.loads(sys.argv[1])
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
