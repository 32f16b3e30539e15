"""The pair stream of `hindsight-world pairs`: records of two RGB frames and what is true of them.

A record is, little-endian: magic "HSWP", u32 bytes of JSON, u32 width, u32 height, the JSON in UTF-8, then two frames of
height * width * 3 bytes.
"""

import json
import os
import struct
from dataclasses import dataclass

import numpy as np

MAGIC = 0x50575348
HEADER = struct.Struct("<4I")


class BadStream(Exception):
    """A file or stream that is no pair stream; the text says where and why."""


@dataclass
class Pair:
    truth: dict  # the record's JSON
    frames: np.ndarray  # [2, H, W, 3] uint8 RGB


class PairFile:
    """A file of records, memory-mapped. Thread-safe for reading; pickles as its path."""

    def __init__(self, path):
        self.path = str(path)
        if os.path.getsize(path) == 0:
            raise BadStream(f"{path} is empty; delete it and it is made again")
        self._data = np.memmap(path, np.uint8, "r")
        self._records = self._scan()

    def __reduce__(self):
        return (PairFile, (self.path,))

    def __len__(self):
        return len(self._records)

    def truth(self, i):
        begin, num_bytes, _, _ = self._records[i]
        return json.loads(self._data[begin : begin + num_bytes].tobytes())

    def __getitem__(self, i):
        begin, num_bytes, width, height = self._records[i]
        pixels = begin + num_bytes
        frames = self._data[pixels : pixels + 6 * width * height].reshape(2, height, width, 3)
        return Pair(self.truth(i), frames)

    def _scan(self):
        records, at, size = [], 0, len(self._data)
        while at < size:
            if at + HEADER.size > size:
                raise BadStream(f"{self.path} ends inside the header of record {len(records)}; delete it")
            magic, num_bytes, width, height = HEADER.unpack(self._data[at : at + HEADER.size].tobytes())
            if magic != MAGIC:
                raise BadStream(f"{self.path} has no record at byte {at}; is it a pair stream?")
            if width % 28 or height % 28 or not width or not height:
                raise BadStream(f"{self.path}: record {len(records)} is {width}x{height}, sides must be multiples of 28")
            begin = at + HEADER.size
            at = begin + num_bytes + 6 * width * height
            if at > size:
                raise BadStream(f"{self.path} ends inside record {len(records)}; delete it")
            records.append((begin, num_bytes, width, height))
        return records


def write_record(stream, truth, frames):
    """frames: [2, H, W, 3] uint8."""
    text = json.dumps(truth).encode()
    _, height, width, _ = frames.shape
    stream.write(HEADER.pack(MAGIC, len(text), width, height) + text + frames.tobytes())
