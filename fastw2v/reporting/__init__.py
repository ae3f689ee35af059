"""What a run tells of itself: to a person on a terminal, to a log of a terminal's output, to a file of JSON lines."""
