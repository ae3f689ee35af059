"""Threads that train one model: shares of the text, progress, loss so far."""
