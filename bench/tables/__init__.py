"""Tables and pictures of README and documentation, from the files in bench/results."""
