#!/usr/bin/env python3
"""A toy world in the format of the pair stream, for tests of training without the real one: coloured rectangles."""

import random
import sys

import numpy as np

sys.path.insert(0, __file__.rsplit("/", 2)[0])
from hindsight_training.records import write_record  # noqa: E402

COLORS = {"red": (200, 40, 40), "green": (40, 160, 60), "blue": (40, 60, 200), "white": (230, 230, 230)}
KINDS = {"car": (40, 20), "person": (14, 36), "box": (24, 24)}


def make_pair(rng, width, height):
    """The truth of a record, and its frames."""
    noise = np.random.default_rng(rng.randrange(1 << 32))
    frames = noise.normal(110, 12, (2, height, width, 3))
    kind, color = rng.choice(list(KINDS)), rng.choice(list(COLORS))
    w, h = KINDS[kind]
    x, y = rng.randrange(8, width - w - 8), rng.randrange(0, height - h)
    motion = rng.choice(("left", "right", "still"))
    boxes = []
    for f, frame in enumerate(frames):
        at = x + f * {"left": -6, "right": 6, "still": 0}[motion]
        boxes.append([at, y, at + w, y + h])
        frame[y : y + h, at : at + w] = COLORS[color] + noise.normal(0, 8, (h, w, 3))
    asked = color if rng.random() < 0.5 else rng.choice([c for c in COLORS if c != color])
    tasks = [
        ("describe", "Describe the picture.", f"a {color} {kind} {'standing still' if motion == 'still' else 'moving ' + motion}"),
        ("judge", f"Is a {asked} {kind} visible?", "yes" if asked == color else "no"),
        ("direction", f"Where does the {kind} move?", motion),
    ]
    truth = {
        "seed": 0, "family": "toy", "split": "train", "lighting": "day", "weather": "clear", "texts": [], "states": [],
        "entities": [{"id": 1, "kind": kind, "color": color, "size": "large", "boxes": boxes, "visible": 1.0, "motion": motion}],
        "tasks": [{"skill": s, "question": q, "answer": a, "phrasing": f"{s}.1", "held_out": False} for s, q, a in tasks],
    }  # fmt: skip
    return truth, np.clip(frames, 0, 255).astype(np.uint8)


def main():
    """Takes the options of `hindsight-world pairs` that training uses."""
    options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    width, height = map(int, options["--sizes"].split("x"))
    rng = random.Random(f"{options['--seed']}{options['--split']}")
    with open(options["--out"], "wb") as file:
        for _ in range(int(options["--count"])):
            write_record(file, *make_pair(rng, width, height))


if __name__ == "__main__":
    main()
