"""What the operating system gives: files, memory, cores, signals, terminals, the encoding of text."""
