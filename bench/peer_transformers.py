#!/usr/bin/env python3
"""The usual way, as a peer: uniform frames of the whole video and the question in one prompt, through transformers.

    bench/peer_transformers.py --model models/hindsight-tiny --questions v.questions.jsonl --out peer.jsonl
    hindsight eval --questions v.questions.jsonl --answers transformers=peer.jsonl --per-type 2

Videos are looked for beside their question file. Frames are spread evenly over the video; their size and number are chosen so
that the video takes at most --visual-tokens tokens, which should be what Hindsight keeps of it (`hindsight ls`). Every
question is asked anew, greedily, as a user of transformers would ask it; "seconds" is one question's wall clock with the
frames already decoded. Needs torch, transformers (4.49), numpy, and ffmpeg on the path.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import time

import numpy as np
import torch
from transformers import AutoTokenizer, Qwen2VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor, smart_resize

CELL = 28  # pixels a visual token covers, on a side; two frames make one set of tokens


def probe(video):
    """Width, height, seconds."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json"]
    command += ["-show_entries", "stream=width,height:format=duration", str(video)]
    facts = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    stream = facts["streams"][0]
    return stream["width"], stream["height"], float(facts["format"]["duration"])


def uniform_frames(video, count, height, width):
    """count frames at even spacing, uint8 [count, height, width, 3]."""
    seconds = probe(video)[2]
    command = ["ffmpeg", "-v", "error", "-i", str(video), "-vf", f"fps={count / seconds:.9f},scale={width}:{height}"]
    command += ["-frames:v", str(count), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, np.uint8)
    frames = raw.reshape(-1, height, width, 3)
    return frames[: len(frames) // 2 * 2]


class Peer:
    def __init__(self, folder, visual_tokens):
        self.model = Qwen2VLForConditionalGeneration.from_pretrained(folder, torch_dtype=torch.float32).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.pixels = Qwen2VLImageProcessor.from_pretrained(folder)
        self.visual_tokens = visual_tokens

    def look(self, video):
        """Pixel values and grid of the whole video."""
        width, height, _ = probe(video)
        height, width = smart_resize(height, width, CELL, self.pixels.min_pixels, self.pixels.max_pixels)
        pairs = max(1, self.visual_tokens // (height // CELL * (width // CELL)))
        frames = uniform_frames(video, 2 * pairs, height, width)
        return self.pixels(images=None, videos=[list(frames)], return_tensors="pt", do_resize=False)

    def answer(self, seen, question, max_new_tokens):
        messages = [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": question}]}]
        text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        count = int(seen["video_grid_thw"].prod()) // 4
        ids = self.tokenizer(text.replace("<|video_pad|>", "<|video_pad|>" * count), return_tensors="pt")
        ids.pop("token_type_ids", None)
        with torch.inference_mode():
            out = self.model.generate(**ids, **seen, max_new_tokens=max_new_tokens, do_sample=False)
        return self.tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True), count


def read_questions(files, per_type):
    """(folder, question) of at most per_type questions a type and file, by video."""
    for file in files:
        taken = collections.Counter()
        for line in pathlib.Path(file).read_text().splitlines():
            if not line.strip():
                continue
            question = json.loads(line)
            taken[question["type"]] += 1
            if per_type == 0 or taken[question["type"]] <= per_type:
                yield pathlib.Path(file).parent, question


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--questions", nargs="+", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--visual-tokens", type=int, default=8000, help="of the whole video")
    parser.add_argument("--per-type", type=int, default=0, help="at most so many questions of a type and file; 0: all")
    parser.add_argument("--max-new-tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    peer, seen, seen_video = Peer(arguments.model, arguments.visual_tokens), None, None
    with open(arguments.out, "w") as out:
        for folder, question in read_questions(arguments.questions, arguments.per_type):
            video = folder / question["video"]
            if video != seen_video:
                seen, seen_video = peer.look(video), video
            began = time.monotonic()
            text, tokens = peer.answer(seen, question["question"], arguments.max_new_tokens)
            row = {"id": question["id"], "answer": text, "seconds": round(time.monotonic() - began, 3), "visual_tokens": tokens}
            print(json.dumps(row), file=out, flush=True)


if __name__ == "__main__":
    main()
