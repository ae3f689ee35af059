"""Numba: decorators, warm-up, the cache of compiled code, SIMD vectors, prefetching. No other room uses its private parts."""
