"""Phrases: words that often stand side by side are found and joined, as word2phrase.c does; `fastw2v.phrases` is the call."""
