#!/usr/bin/env python3
"""Is the checkpoint a Qwen2-VL to transformers, and does it say there what it says here?

    check_transformers.py --model models/hindsight-tiny --write PAIRS    makes the goldens from a file of pairs
    check_transformers.py --model models/hindsight-tiny                  compares with them

Goldens (tests/model/torch/goldens/hindsight-tiny.*): frame pairs, questions, and the text that
Qwen2VLForConditionalGeneration answers greedily, in fp32 with eager attention. Both ways also compare its logits with those
of architecture.py over packed rows, which proves masks, positions and patches of training.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from safetensors.numpy import load_file, save_file
from transformers import AutoTokenizer, Qwen2VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_qwen2_vl import Qwen2VLImageProcessor

from evaluate import load_model
from hindsight_training.packing import collate, pack
from hindsight_training.patches import CELL
from hindsight_training.records import PairFile
from hindsight_training.shards import seeded

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests/model/torch/goldens/hindsight-tiny"
NUM_PAIRS = 3
QUESTIONS_PER_PAIR = 5
MAX_NEW_TOKENS = 64
TOLERANCE = 2e-3  # of logits, absolute; fp32 both, other kernels


class Reference:
    """transformers' model with its own tokenizer, template and pixel processing."""

    def __init__(self, folder):
        self.model = Qwen2VLForConditionalGeneration.from_pretrained(
            folder, torch_dtype=torch.float32, attn_implementation="eager"
        ).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.pixels = Qwen2VLImageProcessor.from_pretrained(folder)

    def inputs(self, frames, question, answer=""):
        """frames [2, H, W, 3] uint8; the conversation up to the answer, or with it."""
        messages = [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": question}]}]
        text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) + answer
        processed = self.pixels(images=None, videos=[list(frames)], return_tensors="pt", do_resize=False)
        count = int(processed["video_grid_thw"].prod()) // 4
        ids = self.tokenizer(text.replace("<|video_pad|>", "<|video_pad|>" * count), return_tensors="pt")
        ids.pop("token_type_ids", None)
        return {**ids, "pixel_values_videos": processed["pixel_values_videos"], "video_grid_thw": processed["video_grid_thw"]}

    def answer(self, frames, question):
        inputs = self.inputs(frames, question)
        with torch.inference_mode():
            ids = self.model.generate(**inputs, max_new_tokens=MAX_NEW_TOKENS, do_sample=False)
        return self.tokenizer.decode(ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)

    def answer_logits(self, frames, question, answer):
        inputs = self.inputs(frames, question, answer)
        begin = self.inputs(frames, question)["input_ids"].shape[1]
        with torch.inference_mode():
            return self.model(**inputs).logits[0, begin - 1 :]


def largest_difference(reference, folder, frames, questions):
    """Between the logits of both programs at the answers' tokens."""
    model, language = load_model(folder)
    tasks = [{"question": q, "answer": a} for q, a in questions]
    grid = (frames.shape[1] // CELL, frames.shape[2] // CELL)
    row = pack(language, tasks, grid, 4000, seeded("check"), "alone")
    with torch.inference_mode():
        batch = collate(language, [frames], [row])
        ours = model(batch)[1]
    theirs = torch.cat([reference.answer_logits(frames, q, a) for q, a in questions])
    return float((ours - theirs).abs().max())


def choose(path):
    """NUM_PAIRS pairs of different families with a question of each skill first."""
    pairs, chosen, families = PairFile(path), [], set()
    for i in range(len(pairs)):
        pair = pairs[i]
        if len({t["skill"] for t in pair.truth["tasks"]}) < 3 or pair.truth["family"] in families:
            continue
        families.add(pair.truth["family"])
        by_skill = {t["skill"]: t for t in reversed(pair.truth["tasks"])}
        tasks = [*by_skill.values(), *(t for t in pair.truth["tasks"] if t not in by_skill.values())]
        chosen.append((np.array(pair.frames), tasks[:QUESTIONS_PER_PAIR]))
        if len(chosen) == NUM_PAIRS:
            break
    return chosen


def write(reference, pairs_path):
    frames, rows = {}, []
    for i, (picture, tasks) in enumerate(choose(pairs_path)):
        frames[f"pair{i}"] = picture
        for task in tasks:
            answer = reference.answer(picture, task["question"])
            rows.append({"pair": f"pair{i}", "question": task["question"], "answer": answer, "truth": task["answer"]})
    save_file(frames, f"{GOLDENS}.safetensors")
    lines = ",\n".join(json.dumps(row) for row in rows)
    pathlib.Path(f"{GOLDENS}.json").write_text(f"[\n{lines}\n]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--write", metavar="PAIRS", help="make the goldens anew from this file of pairs")
    arguments = parser.parse_args()
    reference = Reference(arguments.model)
    if arguments.write:
        write(reference, arguments.write)
    rows = json.loads(pathlib.Path(f"{GOLDENS}.json").read_text())
    wrong = 0
    for name, frames in load_file(f"{GOLDENS}.safetensors").items():
        questions = [(row["question"], row["answer"]) for row in rows if row["pair"] == name]
        for question, expected in questions:
            answer = reference.answer(frames, question)
            wrong += answer != expected
            print(f"{'ok' if answer == expected else 'DIFFERS'}  {name}  {question}  ->  {answer}")
        difference = largest_difference(reference, arguments.model, frames, questions)
        wrong += difference > TOLERANCE
        print(f"{'ok' if difference <= TOLERANCE else 'DIFFERS'}  {name}  largest difference of logits {difference:.1e}")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
