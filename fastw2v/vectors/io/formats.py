"""Names of vector file formats and of storage types; importing them imports nothing else."""

FILE_FORMATS = ("binary", "text", "original", "glove")
FORMATS = ("auto", *FILE_FORMATS, "folder")
DTYPES = ("float32", "float16", "int8")
