"""All that knows Numba inside: decorators, warm-up, the cache of compiled code, vectors of floats, prefetching."""
