#!/usr/bin/env python3
"""A toy world in the format of the pair stream, for tests of training without the real one: coloured rectangles."""

import json
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
        ("describe", "Describe what you see.", f"a {color} {kind} {'standing still' if motion == 'still' else 'moving ' + motion}"),
        ("visible", f"Is a {asked} {kind} visible?", "yes" if asked == color else "no"),
        ("direction", f"Where does the {kind} move?", motion),
    ]
    truth = {
        "seed": 0, "family": "toy", "split": "train", "lighting": "day", "weather": "clear", "texts": [], "states": [],
        "entities": [{"id": 1, "kind": kind, "color": color, "size": "large", "boxes": boxes, "visible": 1.0, "motion": motion}],
        "tasks": [{"skill": s, "question": q, "answer": a, "phrasing": f"{s}.0", "held_out": False} for s, q, a in tasks],
    }  # fmt: skip
    return truth, np.clip(frames, 0, 255).astype(np.uint8)


WORDING = {
    "describe.0": "Describe what you see.", "describe.1": "What is in the picture?", "visible.0": "Is {a} visible?",
    "visible.1": "{A} is visible.", "visible.2": "Does the picture show {a}?", "direction.0": "Where does the {a} move?",
    "says.0": "Does the {a} say {b}?", "left_of.0": "Is the {a} {c} of the {b}?",
}  # fmt: skip


def wording():
    phrasings = [{"name": name, "text": text, "held_out": name == "visible.2"} for name, text in WORDING.items()]
    return {"phrasings": phrasings, "nouns": [f"a {color} {kind}" for color in COLORS for kind in KINDS]}


def main():
    """`wording`, and `pairs` with the options that training uses."""
    if sys.argv[1] == "wording":
        json.dump(wording(), sys.stdout)
        return
    options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    width, height = map(int, options["--sizes"].split("x"))
    rng = random.Random(f"{options['--seed']}{options['--split']}")
    with open(options["--out"], "wb") as file:
        for _ in range(int(options["--count"])):
            write_record(file, *make_pair(rng, width, height))


if __name__ == "__main__":
    main()
