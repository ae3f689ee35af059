"""Measurements of fastw2v: `python -m bench COMMAND`, from the root of a checkout.

Each command writes what it measured to a JSON file in bench/results; `python -m bench tables` makes the tables and pictures
of README and documentation from these files.
"""
