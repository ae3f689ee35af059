"""The operating system: files, memory, cores, processes, signals, terminals, text encoding."""
