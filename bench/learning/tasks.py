"""What is learned on inputs that are no text: walks on a graph, item sessions, baskets with planted groups."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

Vectors = Mapping[str, np.ndarray]


class Task(NamedTuple):
    """text : a sentence a line; settings : the usual ones; score : of vectors by word, of a hundred, by name"""

    text: Path
    settings: dict[str, object]
    score: Callable[[Vectors], dict[str, float]]


def units(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1; zeros stay."""
    lengths: np.ndarray = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)


# A graph: walks from node to node are sentences (DeepWalk, Perozzi et al. 2014).


def graph(edges: Path, labels: Path, folder: Path, walks: int = 10, length: int = 40) -> Task:
    """Nodes' classes from their vectors: F1 of a linear classifier that has seen half of them.

    edges : two nodes a line; labels : a node and its class a line
    """
    text = folder / "walks.txt"
    steps = random_walks(edges, walks, length)
    text.write_text("".join(" ".join(walk) + "\n" for walk in steps))
    classes = dict(line.split()[:2] for line in labels.read_text().splitlines())
    settings = {"dim": 128, "window": 10, "min_count": 1, "sample": 0.0}
    return Task(text, settings, lambda vectors: class_scores(vectors, classes))


def random_walks(edges: Path, walks: int, length: int) -> np.ndarray:
    """So many walks from every node, each next node a neighbour of the last one; (walks × nodes, length) names."""
    neighbours = defaultdict(set)
    for line in edges.read_text().splitlines():
        one, other = line.split()[:2]
        neighbours[one].add(other)
        neighbours[other].add(one)
    names = sorted(neighbours)
    number = {name: place for place, name in enumerate(names)}
    lists = [np.array(sorted(number[other] for other in neighbours[name])) for name in names]
    random = np.random.default_rng(0)
    found = []
    for _ in range(walks):
        for start in random.permutation(len(names)):
            walk = [start]
            for _ in range(length - 1):
                walk.append(random.choice(lists[walk[-1]]))
            found.append(walk)
    return np.array(names)[np.array(found)]


def class_scores(vectors: Vectors, classes: Mapping[str, str]) -> dict[str, float]:
    """Micro and macro F1 on the half that the classifier has not seen."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import f1_score

    names = [name for name in classes if name in vectors]
    rows, right = np.stack([vectors[name] for name in names]), np.array([classes[name] for name in names])
    order = np.random.default_rng(0).permutation(len(names))
    seen, asked = order[: len(names) // 2], order[len(names) // 2 :]
    said = LogisticRegression(max_iter=1000).fit(rows[seen], right[seen]).predict(rows[asked])
    return {f"{kind} F1": 100 * float(f1_score(right[asked], said, average=kind)) for kind in ("micro", "macro")}


# Sessions: what a person chose, in order (item2vec, Barkan and Koenigstein 2016).


def sessions(file: Path, folder: Path, split: int | None = None) -> Task:
    """The next item among the ten nearest: the last fifth of each session is asked, and the rest is trained on.

    file : a session a line, items in order
    split : train on pieces of so many items, each a sentence of its own
    """
    all_sessions = [line.split() for line in file.read_text().splitlines()]
    cuts = [len(session) * 4 // 5 for session in all_sessions]
    known = [session[:cut] for session, cut in zip(all_sessions, cuts)]
    pieces = (
        [session[start : start + split] for session in known for start in range(0, len(session), split)] if split else known
    )
    text = folder / "sessions.txt"
    text.write_text("".join(" ".join(piece) + "\n" for piece in pieces))
    asked = [pair for session, cut in zip(all_sessions, cuts) for pair in zip(session[cut:], session[cut + 1 :])]
    settings = {"dim": 64, "window": 5, "min_count": 1, "sample": 0.0}
    return Task(text, settings, lambda vectors: {"next item": next_found(vectors, asked)})


def next_found(vectors: Vectors, asked: list[tuple[str, str]], nearest: int = 10) -> float:
    """The share of pairs whose second is among the nearest of the first."""
    names = [name for name in vectors if name != "</s>"]
    number = {name: place for place, name in enumerate(names)}
    rows = units(np.stack([vectors[name] for name in names]))
    pairs = np.array([(number[one], number[other]) for one, other in asked if one in number and other in number])
    hits = 0
    for part in np.array_split(pairs, max(1, len(pairs) // 2000)):
        cosines = rows[part[:, 0]] @ rows.T
        cosines[np.arange(len(part)), part[:, 0]] = -2
        hits += int((np.argpartition(-cosines, nearest, axis=1)[:, :nearest] == part[:, 1:]).any(axis=1).sum())
    return 100 * hits / max(1, len(pairs))


# Baskets: what is bought together, in no order, with groups that are known.

OF_A_GROUP = 20


def baskets(folder: Path, items: int = 5000, count: int = 25_000) -> Task:
    """Items of a group of 20 near each other: the share of the same group among the five nearest, over the frequent items.

    Each basket has 3 to 8 items of one group; how often groups and items are chosen falls with their rank.
    """
    random = np.random.default_rng(0)
    groups, members = items // OF_A_GROUP, np.arange(OF_A_GROUP)
    group_weights, member_weights = (1.0 + np.arange(groups)) ** -0.7, (1.0 + members) ** -0.8
    chosen = random.choice(groups, count, p=group_weights / group_weights.sum())
    text = folder / "baskets.txt"
    with text.open("w") as target:
        for group in chosen:
            size = random.integers(3, 9)
            bought = random.choice(members, size, replace=False, p=member_weights / member_weights.sum())
            target.write(" ".join(f"g{group}i{member}" for member in bought) + "\n")
    settings = {"dim": 32, "window": 5, "min_count": 1, "sample": 0.0, "epochs": 2}
    return Task(text, settings, lambda vectors: {"same group": same_group(vectors, items * 2 // 5)})


def same_group(vectors: Vectors, frequent: int, nearest: int = 5) -> float:
    """Of the first items, which are the most frequent: how many of the nearest among them are of their group."""
    names = [name for name in vectors if name != "</s>"][:frequent]
    groups = np.array([name.split("i")[0] for name in names])
    rows = units(np.stack([vectors[name] for name in names]))
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -2)
    found = np.argpartition(-cosines, nearest, axis=1)[:, :nearest]
    return 100 * float((groups[found] == groups[:, None]).mean())
