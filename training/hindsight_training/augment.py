"""Variations of a pair that leave every answer as it is: a shift of a few pixels, another exposure, tint, gamma and
contrast, noise.

A run sees each pair several times; without this the tower learns the pairs by heart (characters: loss 0.4 on pairs that it
had seen ten times, 1.5 on new ones).
"""

import numpy as np

MAX_SHIFT = 6  # pixels
MAX_GAIN, MAX_TINT, MAX_NOISE = 0.12, 0.03, 4.0  # named colours lie further apart
MAX_GAMMA = 0.25
VEILED, MAX_VEIL = 0.3, 0.45  # share of the pairs behind a veil of some grey, and how much it hides
# Drawing noise anew would cost more than rendering some pairs.
NOISE = np.random.default_rng(0).standard_normal(1 << 22, np.float32)


def vary(frames, truth, rng):
    """frames [2, H, W, 3] uint8 and a record's truth to the same of a variation; rng: random.Random."""
    _, height, width, _ = frames.shape
    boxes = [box for e in truth["entities"] for box in e["boxes"]] + [t["box"] for t in truth.get("texts", ())]
    dx, dy = draw_shift(boxes, 0, width, rng), draw_shift(boxes, 1, height, rng)
    return light(shift(frames, dx, dy), rng), move(truth, dx, dy)


def draw_shift(boxes, axis, size, rng):
    """What lies inside the frame stays inside."""
    low = min([MAX_SHIFT, *(box[axis] for box in boxes if box[axis] > 0)])
    high = min([MAX_SHIFT, *(size - box[axis + 2] for box in boxes if box[axis + 2] < size)])
    return rng.randint(-int(low), max(int(high), -int(low)))


def shift(frames, dx, dy):
    """The margin that opens is filled with the edge."""
    if dx == 0 and dy == 0:
        return frames
    _, height, width, _ = frames.shape
    rows = np.clip(np.arange(height) - dy, 0, height - 1)
    columns = np.clip(np.arange(width) - dx, 0, width - 1)
    return frames[:, rows][:, :, columns]


def light(frames, rng):
    begin = rng.randrange(len(NOISE) - frames.size)
    noise = NOISE[begin : begin + frames.size].reshape(frames.shape) * np.float32(rng.uniform(0, MAX_NOISE))
    curves = tone_curves(rng)
    for channel, curve in enumerate(curves):
        noise[..., channel] += curve[frames[..., channel]]
    return np.clip(noise, 0, 255, out=noise).astype(np.uint8)


def tone_curves(rng):
    """What becomes of each value of each channel, [3, 256] float32: gain, tint, gamma and, for some pairs, a veil."""
    gain, gamma = 1 + rng.uniform(-MAX_GAIN, MAX_GAIN), 1 + rng.uniform(-MAX_GAMMA, MAX_GAMMA)
    veil, grey = (rng.uniform(0, MAX_VEIL), rng.uniform(90, 230)) if rng.random() < VEILED else (0.0, 0.0)
    values = 255 * (np.arange(256, dtype=np.float32) / 255) ** gamma
    tints = [gain * (1 + rng.uniform(-MAX_TINT, MAX_TINT)) for _ in range(3)]
    return np.stack([values * np.float32(tint * (1 - veil)) + np.float32(grey * veil) for tint in tints])


def move(truth, dx, dy):
    def moved(box):
        return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy]

    entities = [{**e, "boxes": [moved(box) for box in e["boxes"]]} for e in truth["entities"]]
    texts = [{**t, "box": moved(t["box"])} for t in truth.get("texts", ())]
    return {**truth, "entities": entities, "texts": texts}
