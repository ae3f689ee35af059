"""What all measurements share: options, results, machine, processes, texts, scores."""
