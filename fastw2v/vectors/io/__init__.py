"""Files of word vectors: word2vec binary and text, GloVe, fastText, folders.

The names of formats and storage types are defined here, so that the command line need not import more.
"""

from typing import Literal, get_args

FileFormat = Literal["auto", "binary", "text", "original", "glove", "folder"]
DtypeName = Literal["float32", "float16", "int8"]

FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)
FILE_FORMATS = tuple(name for name in FORMATS if name not in ("auto", "folder"))
DTYPES: tuple[DtypeName, ...] = get_args(DtypeName)
