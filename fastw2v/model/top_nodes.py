"""Each thread's own copies of the nodes at the top of the Huffman tree (after Vuurens, Eickhoff and de Vries 2016).

The nodes near the root are in almost every path, so cores that write to them wait for each other's cache lines. With several
threads, each trains copies of its own and regularly adds their changes to the shared nodes. A single thread trains the nodes
themselves. Speed-up on two cores: 1.6 where multiply-adds have 2.0 (python -m bench speed stages CORPUS --part scaling);
without copies 1.1 to 1.4.

The copies are rows of the node matrix after those of the tree, so that kernels address them like any other node.
"""

import numpy as np

from fastw2v._jit.compiling import inlined

LEVELS = 9  # the root and eight levels below it, in a balanced tree
TOP_NODES = 2**LEVELS - 1
# 2^3 = 8 centers between exchanges of the root, twice as many for each level below, so that a node learns about as much between
# two exchanges wherever it is. What all learn meanwhile adds up. A graph's classes (micro F1, threads imitated in turns): CBOW
# with 16 threads 47.9 when all nodes were exchanged every 1,000 centers, like this 53.0, without copies 53.0; skip-gram with 64
# threads 59.1, 62.5 and 63.7; one thread 54.5 and 63.4.
CENTERS_BITS = 3
NO_COPIES = -1


def count_copy_rows(threads: int) -> int:
    """Rows of the node matrix for the copies of all threads: each node's trained copy, and its value at the last exchange."""
    return 2 * TOP_NODES * threads if threads > 1 else 0


def make_copies(nodes: np.ndarray, inner_nodes: int, thread: int) -> int:
    """Copy the top nodes to a thread's rows of the node matrix. Returns the row of the first copy.

    nodes : (inner_nodes + count_copy_rows(threads), row length) float32
    """
    copies = inner_nodes + 2 * TOP_NODES * thread
    tops = min(TOP_NODES, inner_nodes)
    for start in (copies, copies + TOP_NODES):
        nodes[start + TOP_NODES - tops : start + TOP_NODES] = nodes[inner_nodes - tops : inner_nodes]
    return copies


@inlined
def first_top_node(tree):
    """The number of the first top node; negative if the tree has fewer nodes. The root is the tree's last node."""
    return len(tree.starts) - 2 - TOP_NODES


@inlined
def own_row(node, tree, copies):
    """The row at which a thread trains a node; `copies` is the row of the thread's first copy, or NO_COPIES."""
    first_top = first_top_node(tree)
    if copies != NO_COPIES and node >= first_top:
        return copies + node - first_top
    return np.int64(node)


@inlined
def exchange_when_due(centers, state, nodes, tree, copies):
    """Count trained centers, and exchange the copies that are due: the root's, and half as often those of each level below."""
    before = state.since_exchange
    state.since_exchange += centers
    if copies != NO_COPIES:
        for level in range(LEVELS):
            bits = CENTERS_BITS + level
            if before >> bits == state.since_exchange >> bits:
                break
            exchange_ranks((1 << level) - 1, (2 << level) - 1, nodes, tree, copies)


@inlined
def exchange(state, nodes, tree, copies):
    """Add what a thread's copies, if any, learned since they were exchanged to the shared nodes, and copy those again."""
    state.since_exchange = 0
    if copies != NO_COPIES:
        exchange_ranks(0, TOP_NODES, nodes, tree, copies)


@inlined
def exchange_ranks(begin, end, nodes, tree, copies):
    """`exchange` of some top nodes: counted from the root, begin .. end - 1, as far as the tree has them."""
    first_top = first_top_node(tree)
    for top in range(max(TOP_NODES - end, -first_top), TOP_NODES - begin):
        shared, own = first_top + top, copies + top
        before = own + TOP_NODES
        for d in range(nodes.shape[1]):
            value = nodes[shared, d] + (nodes[own, d] - nodes[before, d])
            nodes[shared, d] = value
            nodes[own, d] = value
            nodes[before, d] = value
