"""Pairs with their questions to a batch.

All questions about a pair share one prefix and one row: a question sees the prefix and itself, and its positions go on
where the prefix ends, so that to each question the row looks like a conversation of its own.
"""

from dataclasses import dataclass

import numpy as np
import torch

from hindsight_training.grounding import ground, only_middle
from hindsight_training.patches import CELL, to_patches

PREFIX, PADDING = 0, -1
STEP = 16  # rows are padded to a multiple of it: few lengths are few products to prepare (architecture.by_rows)
READ_WEIGHT = 0.3  # of a character in a question, beside an answer of one token


@dataclass
class Row:
    ids: np.ndarray  # [N]
    positions: np.ndarray  # [3, N]
    segments: np.ndarray  # [N]: PREFIX, 1.. for the questions, PADDING
    targets: np.ndarray  # [N]: the next token where it is to be said, else -1
    weights: np.ndarray  # [N]: of the targets in the loss
    agrees: np.ndarray  # [N]: in a text that is asked about, whether it is the written one so far (1, 0), else -1
    middles: np.ndarray  # [N, 2]: where a thing is mentioned, row and column of its middle in half cells, else -1
    orders: np.ndarray  # [N]: where a second thing is mentioned: 1 if the first lies left of it, + 2 if what is asked holds, else -1
    named: list  # [(place, ground())]: where things are named
    tasks: list  # the tasks that fitted, in the order of their segments

    def padded(self, length, pad):
        """With padding at the end."""
        more = length - len(self.ids)
        grow = lambda values, fill: np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, more)], constant_values=fill)  # noqa: E731
        return Row(
            grow(self.ids, pad), grow(self.positions, 0), grow(self.segments, PADDING), grow(self.targets, -1), grow(self.weights, 0),
            grow(self.agrees, -1), np.pad(self.middles, ((0, more), (0, 0)), constant_values=-1), grow(self.orders, -1), self.named,
            self.tasks,
        )  # fmt: skip


def prefix_positions(ids, video_pad, rows, columns):
    """[3, len(ids)] of a prefix with one picture of rows x columns visual tokens, and the position that follows."""
    begin = ids.index(video_pad)
    count = rows * columns
    block = np.stack((np.zeros(count, int), np.repeat(np.arange(rows), columns), np.tile(np.arange(columns), rows))) + begin
    following = begin + max(rows, columns)
    tail = len(ids) - begin - count
    text = lambda first, n: np.tile(np.arange(first, first + n), (3, 1))  # noqa: E731
    return np.concatenate((text(0, begin), block, text(following, tail)), axis=1), following + tail


def pack(language, tasks, grid, length, rng, form, vocabulary=None):
    """A row with `length` tokens for questions and answers: as many of `tasks`, in their order, as fit.

    grid: rows, columns of visual tokens. form: one of language.FORMS. An answer of n tokens weighs sqrt(n), so that long ones
    do not drown yes and no, times the task's "weight". A task with "claimed" and "written", the text that its question names and
    the one in the picture, is told at every character what is written and whether it agrees so far: from the yes or no
    alone, comparing texts is hardly learned. A task's "named" (find_named of its noun phrases, told by `vocabulary`) tell where what is named
    lies; of two single things whose order is asked ("ordered") also which one is left of the other.
    """
    prefix = language.prefix(form, grid[0] * grid[1], rng)
    length += len(prefix)
    positions, following = prefix_positions(prefix, language.video_pad, *grid)
    ids, segments, kept, position_rows = list(prefix), [PREFIX] * len(prefix), [], [positions]
    targets, weights, agrees = [-1] * len(prefix), [0.0] * len(prefix), [-1] * len(prefix)
    middles, orders, grounded = [(-1, -1)] * len(prefix), [-1] * len(prefix), []
    for task in tasks:
        question, answer = language.question(form, task["question"]), language.answer(task["answer"])
        num = len(question) + len(answer) - 1
        if len(ids) + num > length:
            continue
        kept.append(task)
        ids += question + answer[:-1]
        segments += [len(kept)] * num
        read, follows = follow_text(language, form, task, question) if "written" in task else ({}, {})
        targets += [read.get(i, -1) for i in range(len(question) - 1)] + answer
        weight = task.get("weight", 1.0) * len(answer) ** -0.5
        weights += [READ_WEIGHT if i in read else 0.0 for i in range(len(question) - 1)] + [weight] * len(answer)
        agrees += [follows.get(i, -1) for i in range(num)]
        named = dict(find_mentions(language, form, task))
        grounded += [(len(ids) - num + i, ground(what, grid, vocabulary)) for i, what in named.items()]
        single = {i: place for i, what in named.items() if (place := only_middle(what))}
        middles += [single.get(i, (-1, -1)) for i in range(num)]
        order = find_order(single, task["answer"]) if task.get("ordered") else {}
        orders += [order.get(i, -1) for i in range(num)]
        position_rows.append(np.tile(np.arange(following, following + num), (3, 1)))
    columns = (np.array(ids), np.concatenate(position_rows, axis=1), np.array(segments), np.array(targets))
    return Row(*columns, np.array(weights, np.float32), np.array(agrees), np.array(middles), np.array(orders), grounded, kept)


def find_mentions(language, form, task):
    """(place of the last token of a noun phrase in the question, what it names)."""
    for named in task.get("named", ()):
        begin = task["question"].find(named["phrase"])
        if begin >= 0:
            before = (" " if form == "asked" else "") + task["question"][: begin + len(named["phrase"])]
            yield len(language.encode(before)) - 1, named


def find_order(named, answer):
    """{place of the later mention: 1 if the earlier one lies left of it, + 2 if the answer is yes}; empty unless two are named in
    different columns."""
    places = sorted(named)
    if len(places) != 2 or named[places[0]][1] == named[places[1]][1]:
        return {}
    return {places[1]: int(named[places[0]][1] < named[places[1]][1]) + 2 * (answer == "yes")}


def follow_text(language, form, task, question):
    """At which places of the question the next character is known from the picture, {place: token}, and where the text so
    far is the written one, {place: 0 or 1}; both empty where the two texts have no common places."""
    head, claimed, tail = task["question"].partition(task["claimed"])
    written = language.question(form, head + task["written"] + tail)
    begin = len(language.encode((" " if form == "asked" else "") + head.rstrip(" ")))
    end = begin + len(language.encode(" " * head.endswith(" ") + claimed))
    if len(written) != len(question) or written[:begin] != question[:begin] or written[end:] != question[end:]:
        return {}, {}
    read = {i - 1: written[i] for i in range(begin, end)}
    return read, {i: int(written[begin : i + 1] == question[begin : i + 1]) for i in range(begin, end)}


def attention_mask(segments):
    """[B, N] to bool [B, N, N]: the prefix and one's own question, nothing later; padding sees itself."""
    own = segments[:, :, None] == segments[:, None, :]
    shared = (segments[:, None, :] == PREFIX) & (segments[:, :, None] != PADDING)
    causal = torch.ones(segments.shape[1], segments.shape[1], dtype=torch.bool).tril()
    diagonal = torch.eye(segments.shape[1], dtype=torch.bool)
    return ((own | shared) & causal & (segments[:, :, None] != PADDING)) | diagonal


def collate(language, frames, rows):
    """frames: B arrays [2, H, W, 3] of one size; rows: B Rows. The dictionary that HindsightModel reads."""
    _, height, width, _ = frames[0].shape
    longest = -(-max(len(row.ids) for row in rows) // STEP) * STEP
    rows = [row.padded(longest, language.pad) for row in rows]
    segments = np.stack([row.segments for row in rows])
    targets = np.stack([row.targets for row in rows])
    ids = torch.from_numpy(np.stack([row.ids for row in rows]))
    at = targets >= 0
    return {
        "patches": torch.from_numpy(to_patches(np.stack(frames))),
        "grid": (2 * height // CELL, 2 * width // CELL),
        "ids": ids,
        "is_visual": ids == language.video_pad,
        "positions": torch.from_numpy(np.stack([row.positions for row in rows], axis=1)),
        "mask": attention_mask(torch.from_numpy(segments)),
        "target_at": torch.from_numpy(at),
        "targets": torch.from_numpy(targets[at]),
        "weights": torch.from_numpy(np.stack([row.weights for row in rows])[at]),
        "agrees": torch.from_numpy(np.stack([row.agrees for row in rows])),
        "middles": torch.from_numpy(np.stack([row.middles for row in rows])),
        "orders": torch.from_numpy(np.stack([row.orders for row in rows])),
        "named": stack_places([row.named for row in rows]),
        "segment_of_target": torch.from_numpy(segments[at]),
        "row_of_target": torch.from_numpy(np.nonzero(at)[0]),
    }


def stack_places(rows):
    """rows: for each row [(place in it, dictionary of targets)]. Row [n], place [n] and the targets, stacked; empty where there are none."""
    found = [(i, place, targets) for i, row in enumerate(rows) for place, targets in row]
    if not found:
        return {}
    columns = {key: [targets[key] for _, _, targets in found] for key in found[0][2]}
    columns |= {"row": [i for i, _, _ in found], "place": [place for _, place, _ in found]}
    return {key: torch.from_numpy(np.array(values, np.int64)) for key, values in columns.items()}


def to_device(batch, device):
    """A dictionary of tensors, dictionaries of them, and other things, which stay."""
    if isinstance(batch, dict):
        return {key: to_device(value, device) for key, value in batch.items()}
    return batch.to(device, non_blocking=True) if torch.is_tensor(batch) else batch
