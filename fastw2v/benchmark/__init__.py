"""The training throughput of this machine by variant, kernel and number of threads, compared with its peak performance.

from fastw2v.benchmark.suite import benchmark

report = benchmark(variants=["skipgram-ns"], kernels=["blocked"])
report.results[0].words_per_second
"""
