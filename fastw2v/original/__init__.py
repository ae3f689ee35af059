"""The five original programs' command lines, on this package's engine."""
