"""Dense targets on the merger's output, and the heads that are thrown away at export.

A visual token is a cell of 28 x 28 pixels. Being told what lies in every cell is what makes a small tower learn to look;
the answers alone leave it at the blind plateau.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from hindsight_training.architecture import by_rows
from hindsight_training.grounding import GroundingHeads, middle_cell
from hindsight_training.patches import CELL

CHARACTERS = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:.-"  # index 0: no text
SLOTS = 6  # characters across a cell: the smallest legible letters are 5 pixels wide
MIN_VISIBLE = 0.15  # of an entity, to be asked for
MIN_SHARE = 0.2  # of the cell, or of the box, for an entity to be in a cell
SIDE = 16  # at most so many rows and columns of cells


class Vocabulary:
    """The names that heads tell apart, collected from a sample of records; index 0 is 'nothing' or 'another'."""

    def __init__(self, names):
        self.names = names
        self.index = {key: {name: i for i, name in enumerate(values)} for key, values in names.items()}

    @classmethod
    def collect(cls, truths):
        found = {"kind": set(), "color": set(), "motion": set(), "state": set(), "light": set()}
        for truth in truths:
            for e in truth["entities"]:
                for key in ("kind", "color", "motion"):
                    found[key].add(e.get(key) or "")
            found["state"].update(f"{s['what']}={s['value']}" for s in truth.get("states", ()))
            found["light"].add(f"{truth.get('lighting', '')}/{truth.get('weather', '')}")
        return cls({key: ["", *sorted(values - {""})] for key, values in found.items()})


def cell_targets(truth, rows, columns, vocabulary):
    """kind, color, centre (kinds of which one has its middle here): multi-hot [cells, names]; motion [cells] and text
    [cells, SLOTS] (-1: not asked); state multi-hot; light; place [2, cells]: row and column."""
    cells = rows * columns
    names = vocabulary.names
    kind = np.zeros((cells, len(names["kind"])), np.float32)
    color = np.zeros((cells, len(names["color"])), np.float32)
    centre = np.zeros_like(kind)
    motion = np.zeros(cells, np.int64)
    largest = np.zeros(cells)
    for e in truth["entities"]:
        if e["visible"] < MIN_VISIBLE:
            continue
        share = cover(e["boxes"][1], rows, columns)
        box_cells = max(share.sum(), 1e-6)
        inside = (share >= MIN_SHARE) | (share / box_cells >= MIN_SHARE)
        kind[inside, vocabulary.index["kind"].get(e.get("kind"), 0)] = 1
        centre[middle_cell(e["boxes"][1], rows, columns), vocabulary.index["kind"].get(e.get("kind"), 0)] = 1
        color[inside, vocabulary.index["color"].get(e.get("color"), 0)] = 1
        first = inside & (share > largest)
        # Too small a way to be called moving or still is not asked.
        motion[first] = -1 if e.get("motion") == "unclear" else vocabulary.index["motion"].get(e.get("motion"), 0)
        largest = np.maximum(largest, np.where(inside, share, 0))
    text = np.zeros((cells, SLOTS), np.int64)
    for t in truth.get("texts", ()):
        write_characters(text, t, rows, columns)
    state = np.zeros(len(names["state"]), np.float32)
    for s in truth.get("states", ()):
        state[vocabulary.index["state"].get(f"{s['what']}={s['value']}", 0)] = 1
    light = vocabulary.index["light"].get(f"{truth.get('lighting', '')}/{truth.get('weather', '')}", 0)
    place = np.stack((np.repeat(np.arange(rows), columns), np.tile(np.arange(columns), rows)))
    return {
        "kind": kind, "color": color, "centre": centre, "motion": motion, "text": text, "state": state, "light": np.int64(light),
        "place": place,
    }  # fmt: skip


def cover(box, rows, columns):
    """[rows * columns]: the share of each cell that lies in the box."""
    x0, y0, x1, y1 = (v / CELL for v in box)
    across = np.clip(np.minimum(np.arange(columns) + 1, x1) - np.maximum(np.arange(columns), x0), 0, 1)
    down = np.clip(np.minimum(np.arange(rows) + 1, y1) - np.maximum(np.arange(rows), y0), 0, 1)
    return np.outer(down, across).reshape(-1)


def write_characters(text, item, rows, columns):
    """Which character of an evenly spaced line lies at the middle of each slot; an illegible one is not asked."""
    x0, y0, x1, y1 = item["box"]
    line = item["text"].upper()
    illegible = not item.get("clear", True)
    if x1 <= x0 or not line:
        return
    for row in range(max(int(y0 // CELL), 0), min(int(np.ceil(y1 / CELL)), rows)):
        if min(y1, (row + 1) * CELL) - max(y0, row * CELL) < 0.4 * min(y1 - y0, CELL):
            continue
        for slot in range(columns * SLOTS):
            x = (slot + 0.5) * CELL / SLOTS
            if x0 <= x < x1:
                c = line[min(int((x - x0) / (x1 - x0) * len(line)), len(line) - 1)]
                text[row * columns + slot // SLOTS, slot % SLOTS] = -1 if illegible else max(CHARACTERS.find(c), 0)


class CellHeads(nn.Module):
    def __init__(self, width, vocabulary):
        super().__init__()
        n = {key: len(values) for key, values in vocabulary.names.items()}
        self.kind = nn.Linear(width, n["kind"])
        self.color = nn.Linear(width, n["color"])
        self.centre = nn.Linear(width, n["kind"])
        self.motion = nn.Linear(width, n["motion"])
        self.text = nn.Linear(width, SLOTS * len(CHARACTERS))
        self.state = nn.Linear(width, n["state"])
        self.light = nn.Linear(width, n["light"])
        self.place = nn.Linear(width, 2 * SIDE)
        self.mention = nn.Linear(width, 4 * SIDE)
        self.order = nn.Linear(width, 2)
        self.grounding = GroundingHeads(width, vocabulary)
        self.apply(lambda m: nn.init.normal_(m.weight, std=0.02) if isinstance(m, nn.Linear) else None)

    def losses(self, tokens, targets):
        """tokens [B, cells, width]; a mean loss for each head."""
        pooled = tokens.mean(dim=1)
        asked_of = F.binary_cross_entropy_with_logits
        text = self.text(tokens).view(-1, len(CHARACTERS)).float()
        # Most cells are empty: cells with something in them count for half of each mean.
        occupied = (targets["kind"].sum(-1) > 0).reshape(-1)
        return {
            "kind": asked_of(self.kind(tokens).float(), targets["kind"]) * len(self.kind.bias) / 2,
            "color": asked_of(self.color(tokens).float(), targets["color"]) * len(self.color.bias) / 2,
            "centre": asked_of(self.centre(tokens).float(), targets["centre"]) * len(self.centre.bias) / 2,
            "motion": balanced(self.motion(tokens).flatten(0, 1).float(), targets["motion"].reshape(-1), occupied),
            "text": balanced(text, targets["text"].reshape(-1), targets["text"].reshape(-1) > 0),
            "state": asked_of(self.state(pooled).float(), targets["state"]),
            "light": F.cross_entropy(self.light(pooled).float(), targets["light"]),
        }

    def place_loss(self, hidden, targets):
        """hidden [B, cells, width]: the visual tokens behind the first layer of the language model, where rotary positions can
        first tell them their row and column. The tower cannot know them (its positions are relative), and left and right, order and
        counting need them."""
        rows_and_columns = self.place(hidden).float().unflatten(-1, (2, SIDE)).permute(0, 2, 1, 3)
        return F.cross_entropy(rows_and_columns.flatten(0, 2), targets["place"].flatten())

    def mention_loss(self, hidden, middles):
        """hidden [n, width] of words that mention one thing, behind a layer half-way; middles [n, 2]: row and column of its
        middle in half cells. Where a thing lies has to be known where it is named before two places can be compared."""
        rows_and_columns = by_rows(self.mention, hidden).float().unflatten(-1, (2, 2 * SIDE))
        return F.cross_entropy(rows_and_columns.flatten(0, 1), middles.flatten(), reduction="sum") / max(middles.numel(), 1)

    def order_loss(self, hidden, orders):
        """hidden [n, width] of words that mention a second thing, behind the last but one layer; orders [n]: Row.orders. From the answers
        alone, which also depend on whether left or right is asked, comparing two places was not learned."""
        bits = torch.stack((orders % 2, orders // 2), dim=-1).float()
        return F.binary_cross_entropy_with_logits(by_rows(self.order, hidden).float(), bits, reduction="sum") / max(bits.numel(), 1)


def balanced(logits, targets, marked):
    """Cross entropy, half of it over the marked rows and half over the others."""
    losses = F.cross_entropy(logits, targets, ignore_index=-1, reduction="none")
    here, there = (marked & (targets >= 0)).float(), (~marked & (targets >= 0)).float()
    return 0.5 * (losses * here).sum() / here.sum().clamp(min=1) + 0.5 * (losses * there).sum() / there.sum().clamp(min=1)


def stack(targets):
    return {key: torch.from_numpy(np.stack([t[key] for t in targets])) for key in targets[0]}
