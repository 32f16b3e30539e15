"""Pixels to the vision tower's input, as transformers' Qwen2VLImageProcessor does without its resize."""

import numpy as np

PATCH = 14
CELL = 28  # pixels a side of one visual token
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def to_patches(frames):
    """[..., 2, H, W, 3] uint8 to [..., H/14 * W/14, 1176] float32, rows in merge order, columns (c, t, y, x)."""
    *batch, num_frames, height, width, channels = frames.shape
    rows, columns = height // CELL, width // CELL
    values = (frames.astype(np.float32) * np.float32(1 / 255) - MEAN) / STD
    blocks = values.reshape(-1, num_frames, rows, 2, PATCH, columns, 2, PATCH, channels)
    #       batch, block row, block column, row in block, column in block | channel, frame, y, x
    blocks = blocks.transpose(0, 2, 5, 3, 6, 8, 1, 4, 7)
    return np.ascontiguousarray(blocks).reshape(*batch, rows * columns * 4, channels * num_frames * PATCH * PATCH)
