#!/usr/bin/env python3
"""Writes goldens/*.json: what the reference packages answer, for the tests of model/ to agree with.

    pip install tokenizers==0.21.4 transformers==4.49.0 torch==2.5.1 pillow==13.0.0 numpy
    python3 make_goldens.py [--qwen2 tokenizer.json]

small_tokenizer.json is trained here and belongs to the goldens; qwen2_tokenizer_goldens.json is written only with
--qwen2, the real tokenizer, which is not in this repository.
"""

import argparse
import hashlib
import json
import pathlib
import random
import types
import unicodedata

import numpy as np
import torch
from PIL import Image
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import generation
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor
from transformers.models.qwen2_vl.modeling_qwen2_vl import Qwen2VLForConditionalGeneration

FOLDER = pathlib.Path(__file__).parent / "goldens"
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
TRAINING_TEXT = """You are a helpful assistant.
system user assistant The red car drives past the blue bottle at 00:12, and the man opens the door.
What does the woman hold? She's holding a cup; they're talking, I'll wait, you've seen it, we'd go, I'm here, it's late.
Between 10:00 and 12:30 nothing moves.  How many bottles are on the table?  Three bottles, 1 cup.\r\n
Der Wagen fährt über die Brücke. Une voiture élégante. ¿Dónde está el niño? Привет, мир! Γειά σου Κόσμε. 你好，世界。
안녕하세요 세계. こんにちは世界。 مرحبا بالعالم. नमस्ते दुनिया. สวัสดีชาวโลก 🚗🚙 → ½ ² №  ½
for (int i = 0; i < n; ++i) {\n\t\tsum += x[i];  // total\n}
""" * 3


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    # One case a line, so that a change shows as one.
    if isinstance(value, list):
        text = "[\n" + ",\n".join(json.dumps(v, ensure_ascii=True, separators=(",", ":")) for v in value) + "\n]"
    (FOLDER / name).write_text(text + "\n")


def small_tokenizer():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(TRAINING_TEXT.splitlines(keepends=True), trainer)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL])
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t in ("<tool_call>", "</tool_call>", "<tool", "\u4e16\u00e9")])
    return tokenizer


def texts():
    fixed = [
        "", " ", "  ", "   x", "\n", " \n", "\n ", "\r\n\r\n  x", "a \n\n b", " \t\n\t x", "x  ", "a\u00a0b", "\u2028\u2029x",
        "\u3000\u3000\u4e16", "\x85x", "\u200b x", "\x00\x01\x7f", "Hello world", "hello, World!",
        # Canonical equivalence, with several marks in and out of order.
        "e\u0301", "\u00e9", "caf\u0065\u0301 cafe", "a\u0323\u0307", "a\u0307\u0323", "\u1100\u1161\u11a8", "\u1100\u1161",
        "\uac00\u11a8", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u212b \u2126 K \u212a", "\uf900\ufa10", "\u0958 \u0915\u093c",
        "\u0344", "\u0f73\u0f75", "q\u0307\u0323\u0301", "\u1e9b\u0323", "\u09c7\u09be", "\u0b47\u0b56", "\ufb01 \u00bd \u2460 \u337f",
        "\u0301e", " \u0301", "\u00c5\u0327", "\U0001d15e", "\u0061\u0315\u0300\u05ae\u0300\u0062", "\u2adc",
        # Contractions in every case, and the long s and Kelvin sign that fold to ASCII letters.
        "it's IT'S it'\u017f I'll I'LL we've WE'VE'vE you're YOU'RE 're 'm'M 'd'D 't'T", "'sss 'tt 'rex 'x '' '", "\u2019s it\u2019s",
        "'\u212a 'k 'K", "a'S'\u017fx", "'l 'lL 'Ll", "'r 'v 're've'll",
        # Numbers, marks, letters side by side.
        "1234567890", "a1b2", "1.5e-7", "\u0663\u0664 \u0967\u0968 \u2164\u2165 \u00b2\u00b3 \u00bd \u3007 \U0001d7d8", "No.\u216b", "x\u0660y",
        "!!!???", " !x", "!x", "!!x", " !! \n\n", "...\r\n\n", "  ...", "\t...", "_x_", "__init__", "$5 \u20ac5", "a\u0300b", "\u0300b",
        "\u0e19\u0e49\u0e33", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u05e9\u05dc\u05d5\u05dd, \u0645\u0631\u062d\u0628\u0627",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f",
        "\U00010400\U00020000\U000e0100", "\ufeffx", "\ufffd", "\ufdd0\U0010ffff", "\ue000",
        # Letters that only newer versions of Unicode have.
        "\ua7cb\ua7da \u1c89", "\U00010d40\U00010d4a", "\U00011380 \U0001e5d0",
        # Added tokens inside text.
        "<|im_start|>user\nHi<|im_end|>\n", "a<|im_end|>b", "<|im_end|", "<<|im_end|>>", "<|im_end|><|im_end|>", " <|im_end|> ",
        "<|IM_END|>", "<tool_call>\n{}</tool_call>", "<tool_cal", "<tool>", "<tool<tool_call>", "x\u4e16\u00e9y \u4e16e\u0301",
        "<|vision_start|><|image_pad|><|image_pad|><|vision_end|>", "<|endoftext|>e\u0301<|endoftext|>\u0301",
        "for (int i = 0; i < n; ++i) {\n\t\tsum += x[i];  // total\n}\n", "https://a.b/c?d=e&f=%20", "\\n\\t\"quoted\"",
        "x" * 300, "ab" * 200, " " * 100 + "x", "\n" * 50, "1" * 60, "\u4e16\u754c" * 40, "=" * 65 + "\n",
    ]  # fmt: skip
    rng = random.Random(2)
    pieces = [
        "the", " car", "'s", "'S", "'\u017f", " ", "  ", "\n", "\r\n", "\t", "7", "42", ".", "!?", "\u00e9", "e\u0301", "\u4e16", "\uac00",
        "\u1100\u1161", "\u11a8", "\U0001f600", "\u200d", "\u0301", "\u0323", "<|im_end|>", "<|", "_", "\u00a0", "\u00bd", "A", "\u0416", "\u017f",
    ]  # fmt: skip
    return fixed + ["".join(rng.choices(pieces, k=rng.randint(2, 14))) for _ in range(150)]


def tokenizer_cases(tokenizer):
    rows = []
    for text in texts():
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        rows.append(
            {
                "text": text,
                "ids": ids,
                "kept": tokenizer.decode(ids, skip_special_tokens=False),
                "skipped": tokenizer.decode(ids, skip_special_tokens=True),
                # Pieces of ids cut characters in the middle.
                "tail": tokenizer.decode(ids[1:], skip_special_tokens=False),
            }
        )
    return rows


def nfc_cases():
    rng = random.Random(3)
    marks = [chr(c) for c in range(0x110000) if unicodedata.combining(chr(c))]
    bases = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000 and unicodedata.decomposition(chr(c))]
    jamo = [chr(c) for c in [*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A7, 0x11C3)]] + ["\uac00", "\ud7a3"]
    rows = []
    for i in range(400):
        pool = [marks + ["a", "e", "o"], bases + marks, jamo][i % 3]
        text = "".join(rng.choices(pool, k=rng.randint(1, 6)))
        # Letters in front of the marks that compose with them, in every normalisation form.
        text = unicodedata.normalize(rng.choice(["NFC", "NFD"]), text) if i % 2 else text
        rows.append({"text": text, "nfc": unicodedata.normalize("NFC", text)})
    # All code points that decompose, as one text and the digest of its composition.
    everything = "".join("x" + b for b in bases)
    digest = hashlib.sha256(unicodedata.normalize("NFC", everything).encode()).hexdigest()
    return rows + [{"text": everything, "sha256": digest}]


def picture(height, width, frame):
    y, x, c = np.ogrid[:height, :width, :3]
    return ((7 * x + 13 * y + 31 * c + 5 * frame + (x * y) % 17) % 256).astype(np.uint8)


def preprocess_cases():
    rows = []
    processor = Qwen2VLImageProcessor()
    for frames, height, width in [(1, 100, 76), (1, 61, 203), (1, 333, 500), (1, 30, 30), (2, 90, 120), (3, 56, 84), (5, 128, 96)]:
        pictures = [Image.fromarray(picture(height, width, f)) for f in range(frames)]
        if frames == 1:
            out = processor(images=pictures, return_tensors="np")
            values, grid = out["pixel_values"], out["image_grid_thw"][0]
        else:
            out = processor(images=None, videos=[pictures], return_tensors="np")
            values, grid = out["pixel_values_videos"], out["video_grid_thw"][0]
        values = np.ascontiguousarray(values, dtype="<f4")
        rows.append(
            {
                "frames": frames,
                "height": height,
                "width": width,
                "grid": grid.tolist(),
                "first": [float(v) for v in values[0, :3]],
                "sum": float(values.astype(np.float64).sum()),
                "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
            }
        )
    return rows


def position_cases():
    start, end, image, video = 96, 97, 98, 99
    rng = random.Random(4)
    rows = []
    for case in range(24):
        ids, images, videos, seconds = [], [], [], []
        for _ in range(rng.randint(0, 4)):
            ids += [1] * rng.randint(0, 5) + [start]
            t, h, w = rng.randint(1, 5), 2 * rng.randint(1, 4), 2 * rng.randint(1, 4)
            if rng.random() < 0.5:
                images.append([1, h, w])
                ids += [image] * (h * w // 4)
            else:
                videos.append([t, h, w])
                seconds.append(rng.choice([0.0833, 0.5, 1.0, 1.00333, 2 / 3, 2.0]))
                ids += [video] * (t * h * w // 4)
            ids += [end]
        ids += [1] * rng.randint(1, 6)
        modern = case % 2 == 1
        config = types.SimpleNamespace(
            vision_config=types.SimpleNamespace(spatial_merge_size=2, tokens_per_second=2),
            image_token_id=image, video_token_id=video, vision_start_token_id=start,
        )  # fmt: skip
        model = types.SimpleNamespace(config=config)
        grids = dict(
            input_ids=torch.tensor([ids]),
            image_grid_thw=torch.tensor(images) if images else None,
            video_grid_thw=torch.tensor(videos) if videos else None,
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
        )
        if modern:
            ts = torch.tensor(seconds) if seconds else None
            positions, delta = Qwen2_5_VLForConditionalGeneration.get_rope_index(model, second_per_grid_ts=ts, **grids)
        else:
            positions, delta = Qwen2VLForConditionalGeneration.get_rope_index(model, **grids)
        rows.append(
            {
                "family": "qwen2_5_vl" if modern else "qwen2_vl",
                "ids": ids,
                "images": images,
                "videos": videos,
                "second_per_grid": seconds,
                "positions": positions[:, 0].tolist(),
                "rope_delta": int(delta[0, 0]),
            }
        )
    return rows


def generation_cases():
    rng = np.random.default_rng(5)
    rows = []
    for case in range(16):
        logits = rng.normal(0, 3, size=24).astype(np.float32)
        if case % 4 == 0:
            logits[3] = logits[7] = logits.max()  # equal ones
        seen = rng.integers(0, 24, size=9).tolist()
        penalty, temperature = [1.0, 1.05, 1.5, 0.8][case % 4], [1.0, 0.7, 0.1, 2.5][case // 4]
        top_k, top_p = [0, 1, 5, 20][(case + case // 4) % 4], [1.0, 0.8, 0.5, 0.001][(case + 2 * (case // 4)) % 4]
        ids, scores = torch.tensor([seen]), torch.tensor(logits)[None]
        scores = generation.RepetitionPenaltyLogitsProcessor(penalty)(ids, scores)
        scores = generation.TemperatureLogitsWarper(temperature)(ids, scores)
        if top_k:
            scores = generation.TopKLogitsWarper(top_k)(ids, scores)
        if top_p < 1:
            scores = generation.TopPLogitsWarper(top_p)(ids, scores)
        rows.append(
            {
                "logits": logits.tolist(),
                "seen": seen,
                "repetition_penalty": penalty,
                "temperature": temperature,
                "top_k": top_k,
                "top_p": top_p,
                # null: excluded
                "scores": [None if v == float("-inf") else v for v in scores[0].tolist()],
            }
        )
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--qwen2", type=pathlib.Path, help="the real tokenizer.json")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    small = small_tokenizer()
    (FOLDER / "small_tokenizer.json").write_text(small.to_str(pretty=False) + "\n")
    write("small_tokenizer_goldens.json", tokenizer_cases(small))
    write("nfc_goldens.json", nfc_cases())
    write("preprocess_goldens.json", preprocess_cases())
    write("position_goldens.json", position_cases())
    write("generation_goldens.json", generation_cases())
    if options.qwen2:
        write("qwen2_tokenizer_goldens.json", tokenizer_cases(Tokenizer.from_file(str(options.qwen2))))


if __name__ == "__main__":
    main()
