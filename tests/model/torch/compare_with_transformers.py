#!/usr/bin/env python3
"""Compares `hindsight model run` with Hugging Face transformers on one checkpoint of any size.

    python compare_with_transformers.py make-input in.safetensors
    hindsight model run --model DIR --input in.safetensors --output out.safetensors --dtype fp32 --generate 8
    python compare_with_transformers.py compare DIR in.safetensors out.safetensors --dtype fp32

Needs torch 2.5.1, transformers 4.49.0, safetensors.  The model is loaded from the folder's bf16 weights, so fp32 needs
twice its size in memory.
"""

import argparse
import resource
import time

import torch
from safetensors.torch import load_file, save_file

VISION_START, VISION_END, IMAGE_PAD = 151652, 151653, 151655


def make_input(path):
    """One image of 10 x 14 patches between text ids."""
    generator = torch.Generator().manual_seed(0)
    grid = torch.tensor([[1, 10, 14]])
    pixels = torch.randn((140, 1176), generator=generator)
    ids = [151644, 872, 198, VISION_START] + [IMAGE_PAD] * 35 + [VISION_END, 3838, 374, 419, 30, 151645, 198]
    save_file({"pixel_values": pixels, "image_grid_thw": grid, "input_ids": torch.tensor(ids)}, path)


def error(actual, expected):
    return ((actual.float() - expected.float()).abs().max() / expected.float().abs().max()).item()


def compare(directory, inputs, outputs, dtype):
    from transformers import AutoConfig, Qwen2_5_VLForConditionalGeneration, Qwen2VLForConditionalGeneration
    family = AutoConfig.from_pretrained(directory).model_type
    cls = Qwen2VLForConditionalGeneration if family == "qwen2_vl" else Qwen2_5_VLForConditionalGeneration
    model = cls.from_pretrained(directory, torch_dtype=dtype, attn_implementation="eager").eval()
    model.generation_config.eos_token_id = None
    pixels, grid, ids = inputs["pixel_values"].to(dtype), inputs["image_grid_thw"], inputs["input_ids"][None]
    arguments = dict(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels, image_grid_thw=grid)
    with torch.no_grad():
        start = time.time()
        tokens = model.visual(pixels, grid_thw=grid)
        vision_seconds = time.time() - start
        positions, _ = model.get_rope_index(ids, grid, None, attention_mask=torch.ones_like(ids))
        start = time.time()
        logits = model(**arguments).logits[0]
        print(f"transformers: vision {vision_seconds:.2f} s, whole forward {time.time() - start:.2f} s")
        if "generated_ids" in outputs:
            count = len(outputs["generated_ids"])
            new = model.generate(**arguments, max_new_tokens=count, do_sample=False)[0, ids.shape[1]:]
            print(f"greedy tokens equal: {int((new == outputs['generated_ids']).sum())} of {count}")
    print(f"visual tokens: relative error {error(outputs['visual_tokens'], tokens):.2e}")
    print(f"positions equal: {torch.equal(outputs['position_ids'], positions[:, 0])}")
    print(f"logits: relative error {error(outputs['logits'], logits):.2e}, "
          f"best token equal at {int((outputs['logits'].argmax(-1) == logits.argmax(-1)).sum())} of {len(logits)}")
    print(f"peak memory of transformers: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make-input").add_argument("input")
    command = commands.add_parser("compare")
    for name in ("directory", "input", "output"):
        command.add_argument(name)
    command.add_argument("--dtype", choices=["fp32", "bf16"], default="fp32")
    arguments = parser.parse_args()
    if arguments.command == "make-input":
        make_input(arguments.input)
    else:
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[arguments.dtype]
        compare(arguments.directory, load_file(arguments.input), load_file(arguments.output), dtype)


if __name__ == "__main__":
    main()
