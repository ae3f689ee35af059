"""Phrases: words that often occur together are joined, as word2phrase.c does. `fastw2v.phrases` is the entry point."""
