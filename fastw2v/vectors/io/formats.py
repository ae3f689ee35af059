"""Names of vector file formats and of storage types; importing them imports nothing else."""

from typing import Literal, get_args

FileFormat = Literal["auto", "binary", "text", "original", "glove", "folder"]
DtypeName = Literal["float32", "float16", "int8"]

FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)
FILE_FORMATS = tuple(name for name in FORMATS if name not in ("auto", "folder"))
DTYPES: tuple[DtypeName, ...] = get_args(DtypeName)
