"""Where words are in the picture: what a noun phrase in a question names, and what an answer speaks of next.

A yes or no is one bit, and a count two or three, for a question that has to find things of a kind and a colour among all others. Told
where the named things are, cell by cell, the language model learns the finding itself, also for combinations that it never saw. A
description and a text that is read go from place to place in the same way.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from hindsight_training.architecture import by_rows
from hindsight_training.patches import CELL

SLOTS = 6  # characters across a cell: the smallest legible letters are 5 pixels wide
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


def find_spoken(task, truth):
    """[(offset in the answer, (x, y), whether it is a character)]: where each thing of a description and each character of a text is,
    before it is said. Empty where answer and truth do not go together."""
    found, at = [], 0
    if task["skill"] == "describe":
        held = {e["id"] for e in truth["entities"] if e.get("held_by")}
        things = sorted((e for e in truth["entities"] if e.get("id") not in held), key=lambda e: sum(e["boxes"][1][::2]))
        for part in task["answer"].split("; "):
            if part.startswith(("a ", "an ")):
                thing = things[len(found)] if len(found) < len(things) else {"kind": None}
                if thing["kind"] not in part.split() or thing["color"] not in part.split():
                    return []
                x0, y0, x1, y1 = thing["boxes"][1]
                found.append((at, ((x0 + x1) / 2, (y0 + y1) / 2), False))
            at += len(part) + 2
    if task["skill"] in ("describe", "read"):
        for text in truth.get("texts", ()):
            begin = task["answer"].find(text["text"])
            x0, y0, x1, y1 = text["box"]
            step = (x1 - x0) / max(len(text["text"]), 1)
            places = [(begin + i, (x0 + (i + 0.5) * step, (y0 + y1) / 2), True) for i, c in enumerate(text["text"]) if c != " "]
            found += places if begin >= 0 else []
    return found


def locate(language, answer, spoken, grid):
    """{token of the answer: (cell, slot in it or UNKNOWN)} of find_spoken()."""
    tokens, targets = language.encode(answer), {}
    for offset, (x, y), is_character in spoken:
        token = len(language.encode(answer[:offset].rstrip(" ")))
        said = [language.tokenizer.decode([i]).strip() for i in tokens[token : token + 2]]
        # A space is a token of its own before a digit, and the begin of one before a word.
        token += said[:1] == [""]
        row, column = int(y // CELL), int(x // CELL)
        begins = said and answer.startswith(said[0] or said[-1], offset)
        if begins and 0 <= row < grid[0] and 0 <= column < grid[1]:
            targets[token] = (row * grid[1] + column, int(x % CELL / CELL * SLOTS) if is_character else UNKNOWN)
    return targets


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
        self.next_word = nn.Linear(width, POINTER)
        self.next_cell = nn.Linear(width, POINTER)
        self.slot = nn.Linear(width, SLOTS)

    def losses(self, words, pictures, later, targets):
        """words [n, width]: where things are named, behind a layer half-way, pictures [B, cells, width] the visual tokens there; later
        [n, width]: the words behind the last but one layer. targets: row [n] of the batch, and ground(), stacked. For each word a sum over cells."""
        return {
            "points": told(point(self.word, self.cell, words, pictures, targets["row"]) + self.rare, targets["cells"]) / len(words),
            "many": F.cross_entropy(by_rows(self.many, later).float(), targets["many"], ignore_index=UNKNOWN, reduction="sum") / len(words),
            "properties": told(by_rows(self.properties, later), targets["properties"]) / len(words),
        }

    def next_losses(self, words, pictures, targets):
        """words [n, width]: before a thing or a character is said, behind the last but one layer, pictures [B, cells, width] there; targets:
        row [n] of the batch, cell [n] and slot [n] of locate()."""
        scores = point(self.next_word, self.next_cell, words, pictures, targets["row"])
        slots = F.cross_entropy(by_rows(self.slot, words).float(), targets["slot"], ignore_index=UNKNOWN, reduction="sum")
        return {
            "next": F.cross_entropy(scores, targets["cell"], reduction="sum") / len(words),
            "slot": slots / (targets["slot"] != UNKNOWN).sum().clamp(min=1),
        }


def point(word, cell, words, pictures, rows):
    """Scores [n, cells] of each word with the cells of its picture."""
    return (by_rows(word, words)[:, None] * cell(pictures)[rows]).float().sum(-1) * POINTER**-0.5


def told(scores, targets):
    """The summed cross entropy of what is known."""
    losses = F.binary_cross_entropy_with_logits(scores.float(), targets.clamp(min=0).float(), reduction="none")
    return (losses * (targets != UNKNOWN)).sum()
