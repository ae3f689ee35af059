"""What is chosen by name: the command line offers these names, and the library knows them; nothing is imported for it."""

FILE_FORMATS = ("binary", "text", "original", "glove")
FORMATS = ("auto", *FILE_FORMATS, "folder")
DTYPES = ("float32", "float16", "int8")
ANALOGY_METHODS = ("3cosadd", "3cosmul")
MAP_METHODS = ("pca", "tsne")
