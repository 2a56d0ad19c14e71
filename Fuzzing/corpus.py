#!/usr/bin/env python3
"""Packs a folder of inputs into one file, or unpacks it: corpus.py pack|unpack FILE FOLDER.

For each input: its length, in four bytes from lowest to highest, and its bytes; the shortest first.
"""
import hashlib
import pathlib
import struct
import sys


def pack(file, folder):
    inputs = {path.read_bytes() for path in folder.iterdir()}
    ordered = sorted(inputs, key=lambda data: (len(data), data))
    file.write_bytes(b"".join(struct.pack("<I", len(data)) + data for data in ordered))
    print(f"{len(ordered)} inputs, {file.stat().st_size} bytes")


def unpack(file, folder):
    folder.mkdir(parents=True, exist_ok=True)
    data = file.read_bytes() if file.exists() else b""
    while data:
        (count,) = struct.unpack_from("<I", data)
        one, data = data[4 : 4 + count], data[4 + count :]
        (folder / hashlib.sha1(one).hexdigest()).write_bytes(one)


if __name__ == "__main__":
    action, file, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    {"pack": pack, "unpack": unpack}[action](file, folder)
