"""How fast training is on this machine: every variant, kernel and number of threads, beside what the machine can do.

from fastw2v.benchmark.suite import benchmark

report = benchmark(variants=["skipgram-ns"], kernels=["blocked"])
report.results[0].words_per_second
"""
