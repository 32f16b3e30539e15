#!/usr/bin/env python3
"""Writes tables.inc: what the tokenizer needs to know of Unicode.

Run with tokenizers 0.21.4 and Python 3.11:  python3 make_tables.py > tables.inc

Letters, numbers and white space are taken from the regular expression engine of the tokenizers package, because its
classes are the ones that the reference splits by; they are newer than Python's.  Normalisation data is Python's
unicodedata, whose NFC the tokenizers package agrees with on every code point (checked below).
"""

import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xAC00 + 11172)
LINE = 116


def matching(expression):
    """Code points that the reference's engine puts in a class: a match cuts the text around it in two."""
    split = pre_tokenizers.Split(Regex(expression), "removed")
    return [c for c in SCALARS if c != 1 and len(split.pre_tokenize_str("\x01" + chr(c) + "\x01")) == 2]


def ranges(code_points, value=lambda c: None):
    """Maximal runs of neighbours with one value: [first, last, value]."""
    runs = []
    for c in code_points:
        if runs and runs[-1][1] == c - 1 and runs[-1][2] == value(c):
            runs[-1][1] = c
        else:
            runs.append([c, c, value(c)])
    return runs


def nfc(text):
    return unicodedata.normalize("NFC", text)


def canonical(c):
    """The one-step canonical decomposition, empty when there is none."""
    parts = unicodedata.decomposition(chr(c)).split()
    return [] if not parts or parts[0].startswith("<") else [int(p, 16) for p in parts]


def write(name, kind, rows):
    print(f"constexpr {kind} {name}[] = {{")
    line = "   "
    for row in rows:
        item = " {" + ", ".join(hex(v) if i < 3 else str(v) for i, v in enumerate(row)) + "},"
        if len(line) + len(item) > LINE:
            print(line)
            line = "   "
        line += item
    print(line + "\n};\n")


def main():
    assert all(nfc(chr(c)) == normalizers.NFC().normalize_str(chr(c)) for c in SCALARS)
    decompositions = [(c, canonical(c)) for c in SCALARS if c not in HANGUL and canonical(c)]
    pairs = [(c, parts) for c, parts in decompositions if len(parts) == 2]
    compositions = sorted((a, b, c) for c, (a, b) in pairs if nfc(chr(a) + chr(b)) == chr(c))
    seconds = {b for _, b, _ in compositions} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    suspects = [c for c in SCALARS if unicodedata.combining(chr(c)) or nfc(chr(c)) != chr(c) or c in seconds]

    print(f"// Made by make_tables.py.  Classes: regular expressions of tokenizers {tokenizers.__version__}.")
    print(f"// Normalisation: Unicode {unicodedata.unidata_version}, Python {sys.version.split()[0]}.")
    print("// clang-format off\n")
    write("kLetters", "Range", [r[:2] for r in ranges(matching(r"\p{L}"))])
    write("kNumbers", "Range", [r[:2] for r in ranges(matching(r"\p{N}"))])
    write("kWhiteSpace", "Range", [r[:2] for r in ranges(matching(r"\s"))])
    print("// Code points that may keep a text from being in NFC.")
    write("kNfcSuspects", "Range", [r[:2] for r in ranges(suspects)])
    combining = [c for c in SCALARS if unicodedata.combining(chr(c))]
    print("// First, last, canonical combining class.")
    write("kCombining", "CombiningRange", ranges(combining, lambda c: unicodedata.combining(chr(c))))
    print("// Code point, and the one or two that it decomposes into.")
    write("kDecompositions", "Decomposition", [(c, p[0], p[1] if len(p) == 2 else 0) for c, p in decompositions])
    print("// Two code points and their composition.")
    write("kCompositions", "Composition", compositions)


if __name__ == "__main__":
    main()
