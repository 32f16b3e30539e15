"""Where words are in the picture: what a noun phrase in a question names.

A yes or no is one bit, and a count two or three, for a question that has to find things of a kind and a colour among all others. Told
where the named things are, cell by cell, the language model learns the finding itself, also for combinations that it never saw.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from hindsight_training.architecture import by_rows
from hindsight_training.patches import CELL

MANY = 8  # counts that are told apart; the last is "so many or more"
POINTER = 64  # width of the product between a word and a cell
UNKNOWN = -1


def kind_of(words, vocabulary):
    """The kind that a noun phrase's words name, in the singular or the plural; None: none of them."""
    for kind in vocabulary.names["kind"][1:]:
        if not {kind, kind + "s", kind + "es", "people" if kind == "person" else kind}.isdisjoint(words):
            return kind
    return None


def find_named(phrase, entities, vocabulary):
    """What a noun phrase names, as a dictionary for ground(); None where it names no kind of thing. A thing that is not plainly visible,
    or of no plain colour where one is asked, is doubtful: neither named nor not."""
    words = phrase.split()
    kind, color = kind_of(words, vocabulary), next((c for c in vocabulary.names["color"][1:] if c in words), None)
    if kind is None:
        return None
    alike = [e for e in entities if e["kind"] == kind and e["visible"] > 0]
    plain = [e.get("clear", True) and (color is None or e.get("color_clear", True)) for e in alike]
    # Without its article, which is a capital at the begin of a sentence.
    phrase = " ".join(words[words[0] in ("a", "an") :])
    matches = [e for e, sure in zip(alike, plain) if sure and color in (None, e["color"])]
    return {"phrase": phrase, "matches": matches, "doubtful": [e for e, sure in zip(alike, plain) if not sure]}


def middle(entity):
    """(row, column) of the middle of its box in the second frame, in half cells."""
    x0, y0, x1, y1 = entity["boxes"][1]
    return int((y0 + y1) / CELL), int((x0 + x1) / CELL)


def middle_cell(box, rows, columns):
    column, row = (int((box[i] + box[i + 2]) / 2 // CELL) for i in (0, 1))
    return min(max(row, 0), rows - 1) * columns + min(max(column, 0), columns - 1)


def only_middle(named):
    """The middle of the one thing that is named, or None."""
    return middle(named["matches"][0]) if len(named["matches"]) == 1 and not named["doubtful"] else None


def ground(named, grid, vocabulary):
    """cells [rows * columns]: 1 where a named thing has its middle; many: how many they are; properties [colours + motions]:
    those that some of them have. UNKNOWN where doubtful things forbid to say."""
    rows, columns = grid
    cells = np.zeros(rows * columns, np.int64)
    for value, group in ((UNKNOWN, named["doubtful"]), (1, named["matches"])):
        for entity in group:
            cells[middle_cell(entity["boxes"][1], rows, columns)] = value
    parts = []
    for key, silent in (("color", {""}), ("motion", {"", "unclear"})):
        has = np.zeros(len(vocabulary.names[key]), np.int64)
        values = [e.get(key) or "" for e in named["matches"]]
        told = values and silent.isdisjoint(values) and not named["doubtful"]
        if key == "color":
            told = told and all(e.get("color_clear", True) for e in named["matches"])
        has[[vocabulary.index[key].get(value, 0) for value in values]] = 1
        parts.append(has if told else np.full_like(has, UNKNOWN))
    many = UNKNOWN if named["doubtful"] else min(len(named["matches"]), MANY - 1)
    return {"cells": cells, "many": np.int64(many), "properties": np.concatenate(parts)}


class GroundingHeads(nn.Module):
    """Thrown away at export, like the heads of cells.py."""

    def __init__(self, width, vocabulary):
        super().__init__()
        self.word = nn.Linear(width, POINTER)
        self.cell = nn.Linear(width, POINTER)
        # Few cells hold what is named.
        self.rare = nn.Parameter(torch.tensor(-3.0))
        self.many = nn.Linear(width, MANY)
        self.properties = nn.Linear(width, len(vocabulary.names["color"]) + len(vocabulary.names["motion"]))

    def losses(self, words, pictures, later, targets):
        """words [n, width]: where things are named, behind a layer half-way, pictures [B, cells, width] the visual tokens there; later
        [n, width]: the words behind the last but one layer. targets: row [n] of the batch, and ground(), stacked. For each word a sum over cells."""
        return {
            "points": told(point(self.word, self.cell, words, pictures, targets["row"]) + self.rare, targets["cells"]) / len(words),
            "many": F.cross_entropy(by_rows(self.many, later).float(), targets["many"], ignore_index=UNKNOWN, reduction="sum") / len(words),
            "properties": told(by_rows(self.properties, later), targets["properties"]) / len(words),
        }


def point(word, cell, words, pictures, rows):
    """Scores [n, cells] of each word with the cells of its picture."""
    return (by_rows(word, words)[:, None] * cell(pictures)[rows]).float().sum(-1) * POINTER**-0.5


def told(scores, targets):
    """The summed cross entropy of what is known."""
    losses = F.binary_cross_entropy_with_logits(scores.float(), targets.clamp(min=0).float(), reduction="none")
    return (losses * (targets != UNKNOWN)).sum()
