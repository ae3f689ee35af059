"""Several processes that train one model, over MPI: their shares, their counts, their meetings, their ends."""
