"""gensim's names for what has another name here: who asks for one of them is told ours."""

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from functools import wraps
from typing import ParamSpec, TypeVar

from fastw2v.errors import UsageError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

TO_GENSIM = "vectors.to_gensim() makes KeyedVectors, which have it"
ATTRIBUTES = {
    "wv": "what train and load return are the vectors themselves, gensim's model.wv",
    "index_to_key": "the list of words is vectors.words",
    "key_to_index": "vectors.row(word) is the row of a word",
    "get_index": "vectors.row(word) is the row of a word",
    "vector_size": "the length of a vector is vectors.dim",
    "get_vector": "vectors[word] is the vector of a word; vectors.unit([vectors.row(word)]) has length 1",
    "get_vecattr": "vectors.counts[vectors.row(word)] is the count of a word, after train and from an .f2v folder",
    "similar_by_word": "vectors.most_similar(word) does it",
    "similar_by_key": "vectors.most_similar(word) does it",
    "save_word2vec_format": "vectors.save('v.bin') or vectors.save('v.txt') does it",
    "load_word2vec_format": "fastw2v.load('v.bin') does it",
    "evaluate_word_analogies": "vectors.evaluate_analogies('questions-words.txt') does it",
    "evaluate_word_pairs": "vectors.evaluate_similarity('wordsim353.tsv') does it",
    "most_similar_cosmul": TO_GENSIM,
    "most_similar_to_given": TO_GENSIM,
    "relative_cosine_similarity": TO_GENSIM,
    "get_mean_vector": "vectors[list_of_words].mean(axis=0) does it",
    "wmdistance": TO_GENSIM,
    "add_vector": TO_GENSIM,
    "add_vectors": TO_GENSIM,
    "train": "fastw2v.train(corpus, init=vectors, **vectors.settings) trains on",
    "build_vocab": "fastw2v.train(corpus, init=vectors, **vectors.settings) trains on, with the words that are new",
    "get_latest_training_loss": "train(log='run.jsonl') writes the loss of a run, train(callback=...) is told it on the way",
}
NAMES = {
    "Word2Vec": "fastw2v.train(corpus) trains, and returns the vectors",
    "KeyedVectors": "it is WordVectors here; fastw2v.load('v.bin') reads a file",
    "LineSentence": "give train the name of the file",
    "PathLineSentences": "give train the name of the folder",
    "Phrases": "fastw2v.phrases(corpus, output) joins the phrases of a text",
}
ARGUMENTS = {
    "sentences": "give the text first, without a name",
    "corpus_file": "give the name of the file first, without a name",
    "corpus_iterable": "give the sentences first, without a name",
    "vector_size": "give dim=",
    "size": "give dim=",
    "workers": "give threads=",
    "sg": "give model='skipgram' or model='cbow'",
    "ns_exponent": "give noise_exponent=",
    "max_final_vocab": "give max_vocab=",
    "iter": "give epochs=",
    "cbow_mean": "the mean is always taken",
    "compute_loss": "the loss is always measured; callback= is told it, log= writes it",
    "callbacks": "give callback=, a function of a Progress",
    "restrict_vocab": "give restrict=",
    "binary": "the format is detected when a file is read; save goes by the name, .bin is binary",
    "fvocab": "counts are kept in .f2v folders",
    "delimiter": "phrases are joined by underscores",
}


class UnknownArgumentError(UsageError, TypeError):
    """An argument that a function does not have."""


def explain_arguments(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Raise UnknownArgumentError, with what to give instead, for a keyword that the function does not have."""
    known = list(inspect.signature(function).parameters)

    @wraps(function)
    def checked(*arguments: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        for name in keywords:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                others = f"did you mean {close[0]}=?" if close else f"help({function.__qualname__}) lists those it has"
                advice = ARGUMENTS.get(name, others)
                raise UnknownArgumentError(f"{function.__name__} has no argument {name}: {advice}")
        return function(*arguments, **keywords)

    return checked


def missing_attribute(owner: str, name: str) -> AttributeError:
    """The error for an attribute that is not there, with ours where gensim has it."""
    advice = {**ATTRIBUTES, **NAMES}.get(name)
    return AttributeError(f"{owner} has no attribute {name!r}" + (f": {advice}" if advice else ""))
