"""Which figures there are: of which file of results each is made, by which command that is filled, and how it is shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.tables import compare, distributed, files, gpu, learning, scale, speed, threads
from bench.tables.markdown import footer

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

Document = dict[str, Any]


class Picture(NamedTuple):
    """A picture of a figure.

    draw : draws results on an empty canvas
    size : in inches
    text : says to those who cannot see it what it shows
    """

    draw: Callable[[Document, "Canvas"], None]
    size: tuple[float, float]
    text: str


class Figure(NamedTuple):
    """What stands between a page's markers.

    result : the name of the file of results
    command : what fills it
    markdown : makes the table and the lines below it
    """

    result: str
    command: str
    markdown: Callable[[Document], str]
    picture: Picture | None = None

    def shown(self, document: Document) -> str:
        """The table with where it is from."""
        return f"{self.markdown(document)}\n\n{footer(document)}"


COMPARE = "compare CORPUS --questions questions-words.txt --pairs EN-WS-353-ALL.txt"
PEERS = Picture(compare.speed_and_score, (8, 3.6), "words/s of training and mean score of each program and variant")
SCALE = Picture(scale.speed_and_memory, (9, 4), "words/s and peak memory as text, vocabulary, dimension and threads grow")
LEARNING = Picture(learning.both_scores, (10, 3), "scores of the blocked kernel over those of the reference kernel")
THREADS = Picture(threads.speed_up, (9, 4), "words/s over the number of threads, beside straight lines")
CLUSTER = Picture(distributed.modelled, (6, 4), "million words/s over the number of nodes, in a model")

FIGURES = {
    "peers": Figure("compare", COMPARE, compare.peers),
    "peers-picture": Figure("compare", COMPARE, lambda document: "", PEERS),
    "peers-detail": Figure("compare", COMPARE, compare.detail),
    "peers-300": Figure("compare-300", f"{COMPARE} --dim 300 --output bench/results/compare-300.json", compare.peers),
    "scores": Figure("compare", COMPARE, compare.score_table),
    "memory": Figure("compare", COMPARE, compare.memory),
    "kernels": Figure("kernels", "speed kernels CORPUS", speed.kernels),
    "stages": Figure("stages", "speed stages CORPUS", speed.stages),
    "breakdown": Figure("breakdown", "speed breakdown CORPUS", speed.breakdown),
    "instructions": Figure("instructions", "speed instructions CORPUS", speed.instructions),
    "threads": Figure("threads", "speed threads CORPUS --questions … --pairs …", threads.threads, THREADS),
    "regress": Figure("regress", "speed regress", speed.regress),
    "learning": Figure("learning", "learning --edges … --labels … --sessions …", learning.summary, LEARNING),
    "learning-detail": Figure("learning", "learning --edges … --labels … --sessions …", learning.detail),
    "scale": Figure("scale", "scale", scale.scale, SCALE),
    "ranks": Figure("ranks", "distributed ranks CORPUS", distributed.ranks),
    "hosts": Figure("hosts", "distributed hosts CORPUS", distributed.hosts),
    "cluster": Figure("cluster", "distributed model", distributed.cluster, CLUSTER),
    "gpu": Figure("gpu", "gpu CORPUS", gpu.gpu),
    "files": Figure("files", "files vectors", files.files),
    "phrases": Figure("phrases", "files phrases CORPUS", files.phrases),
}
DETAILS = {"compare": "peers-detail", "learning": "learning-detail"}  # where a command's own table has another name


def detail(document: Document) -> str:
    """What a command prints at its end."""
    name = document["name"]
    return FIGURES[DETAILS.get(name, name)].shown(document)
