"""The command lines of the original's five programs, on fastw2v."""
