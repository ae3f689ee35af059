"""Each thread's own copies of the nodes at the top of the Huffman tree.

The nodes near the root are in almost every path, and two cores that write to them in turn spend their time waiting for each
other's cache lines. So with several threads each trains copies of its own, and adds what they learned to the shared nodes now
and then (after Vuurens, Eickhoff and de Vries 2016). One thread trains the nodes themselves. On two cores: 1.9
instead of 1.1 to 1.4 times one thread's words/s (python -m bench speed stages CORPUS --part scaling).

The copies are rows of the node matrix, after those of the tree, so that a kernel reaches them by a number like any other node.
"""

import numpy as np

from fastw2v._jit.compiling import inlined

TOP_NODES = 511  # the root and eight levels below it, in a balanced tree
# With 8,000 for all but the first 31, CBOW is 3 % faster and solves 28.6 % of analogies instead of 29.5.
CENTERS_BETWEEN_EXCHANGES = 1000
NO_COPIES = -1


def copy_rows(threads: int) -> int:
    """Rows of the node matrix that the copies of all threads take: for each node what is trained, and what it was."""
    return 2 * TOP_NODES * threads if threads > 1 else 0


def make_copies(nodes: np.ndarray, inner_nodes: int, thread: int) -> int:
    """Give a thread its copies, in a node matrix that has rows for them; returns the first one's row."""
    copies = inner_nodes + 2 * TOP_NODES * thread
    tops = min(TOP_NODES, inner_nodes)
    for start in (copies, copies + TOP_NODES):
        nodes[start + TOP_NODES - tops : start + TOP_NODES] = nodes[inner_nodes - tops : inner_nodes]
    return copies


@inlined
def first_top_node(tree):
    """The top nodes are the last of the tree's; negative where the tree has fewer."""
    return len(tree.starts) - 2 - TOP_NODES


@inlined
def own_row(node, tree, copies):
    """The row where a thread trains a node; `copies` is its first copy, or NO_COPIES."""
    first_top = first_top_node(tree)
    if copies != NO_COPIES and node >= first_top:
        return copies + node - first_top
    return np.int64(node)


@inlined
def exchange_when_due(centers, state, nodes, tree, copies):
    """Exchange the copies, where a thread has some, if so many more centers make up for it."""
    state.since_exchange += centers
    if state.since_exchange >= CENTERS_BETWEEN_EXCHANGES:
        exchange(state, nodes, tree, copies)


@inlined
def exchange(state, nodes, tree, copies):
    """Add to the shared top nodes what a thread taught its copies since the last time, and copy them anew; or do nothing."""
    state.since_exchange = 0
    if copies == NO_COPIES:
        return
    first_top = first_top_node(tree)
    for top in range(max(0, -first_top), TOP_NODES):
        shared, own = first_top + top, copies + top
        before = own + TOP_NODES
        for d in range(nodes.shape[1]):
            value = nodes[shared, d] + (nodes[own, d] - nodes[before, d])
            nodes[shared, d] = value
            nodes[own, d] = value
            nodes[before, d] = value
