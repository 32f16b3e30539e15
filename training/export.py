#!/usr/bin/env python3
"""Writes a run's weights as a Hugging Face folder of the Qwen2-VL family.

    export.py --run RUN [--state annealed.pt] --out models/hindsight-tiny [--running-mean] [--average FOLDER] [--dtype bfloat16]

--running-mean takes the exponential average of the weights that a state keeps instead of the weights themselves. --average mixes in a checkpoint that the same run has left earlier (40 % of it): weights of one run that were annealed at
different times err differently, and their mean errs less. The auxiliary heads stay behind. write_card.py writes the model card.
--keep FOLDER also puts what another machine needs to go on there: settings, vocabulary, curves and the weights of state.pt in bf16, without
moments and mean.
"""

import argparse
import json
import os
import pathlib
import re
import shutil

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from hindsight_training.patches import MEAN, STD
from hindsight_training.records import PairFile
from hindsight_training.shards import Shards
from hindsight_training.state import Run
from hindsight_training.wording import Wording, stem


# The template of the released Qwen2-VL models, in words of our own: turns of text, images and videos.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' or 'image' in part or 'image_url' in part %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part['type'] == 'video' or 'video' in part %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def largest_area(sizes):
    """Pixels of the largest of "168x112", …: the model has seen nothing larger, and its folder says so."""
    return max(int(width) * int(height) for width, height in (size.split("x") for size in sizes))


def asked_words(settings, most_files=12):
    """The words of all questions in the shards at hand, however they are put; texts on signs are in capitals and digits and are no
    words."""
    wording = Wording.of_program(settings["data"]["program"])
    shards = Shards(settings["data"])
    files = [path for path in map(shards.path, range(settings["data"]["num_shards"])) if path.exists()]
    questions, asked = set(), set()
    for path in files[:: max(1, len(files) // most_files)] or [shards.make(0)]:
        pairs = PairFile(path)
        for i in range(len(pairs)):
            for task in pairs[i].truth["tasks"]:
                questions.add(task["question"])
                asked.add(stem(task["phrasing"]))
    questions.update(re.sub(r"{\w}", "", wording.texts[name]) for what in asked for name in wording.usual.get(what, ()))
    return sorted({word.lower() for question in questions for word in re.findall(r"\b[A-Za-z]?[a-z]+\b", question)})


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


MADE_OF = "made_of"  # in the metadata of model.safetensors
EARLIER_SHARE = 0.4  # of --average: of five mixtures of three checkpoints it erred least on unseen worlds


def mixed(weights, made_of, earlier):
    """weights: a state_dict, and what it is in words; earlier: a folder that export() has written, or none."""
    if earlier is None:
        return weights, made_of
    path = pathlib.Path(earlier) / "model.safetensors"
    other = load_file(path)
    with safe_open(path, "pt") as file:
        other_made_of = file.metadata().get(MADE_OF, "an earlier checkpoint")
    mean = {name: (1 - EARLIER_SHARE) * value.float() + EARLIER_SHARE * other[name].float() for name, value in weights.items()}
    return mean, f"{1 - EARLIER_SHARE:.0%} {made_of} and {EARLIER_SHARE:.0%} ({other_made_of})"


def shorten(value):
    """Rounds the matrices of a bf16 checkpoint to five bits of mantissa (0.5 % of a weight): packed, the file is a sixth smaller, and every
    model that ever shipped stays in the repository."""
    if value.dtype != torch.bfloat16 or value.ndim < 2:
        return value
    return ((value.view(torch.int16) + 2) & ~3).view(torch.bfloat16)


def export(run, out, dtype, earlier=None, running_mean=False):
    out.mkdir(parents=True, exist_ok=True)
    chosen = run.average if running_mean else run.model.state_dict()
    made_of = f"{'the running mean' if running_mean else 'the weights'} of step {run.step:,} ({run.pairs_seen:,} pairs)"
    chosen, made_of = mixed(chosen, made_of, earlier)
    weights = {name: shorten(value.detach().to(dtype).contiguous()) for name, value in chosen.items()}
    save_file(weights, out / "model.safetensors", metadata={"format": "pt", MADE_OF: made_of})
    os.chmod(out / "model.safetensors", 0o644)
    # What it was trained to reply to "What does the sign say?" is the text and nothing else, and it knows no other words.
    own = {"hindsight": {"bare_replies": True, "words": asked_words(run.settings)}}
    write_json(out / "config.json", {**run.config, **own, "torch_dtype": str(dtype).removeprefix("torch.")})
    (out / "tokenizer.json").write_text((run.folder / "tokenizer.json").read_text())
    ids = run.language.ids
    special = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
    write_json(
        out / "tokenizer_config.json",
        {
            "added_tokens_decoder": {str(i): {"content": name, **special} for name, i in ids.items()},
            "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None,
            "add_prefix_space": False, "clean_up_tokenization_spaces": False, "model_max_length": 32768,
            "tokenizer_class": "Qwen2Tokenizer", "chat_template": CHAT_TEMPLATE,
        },
    )  # fmt: skip
    write_json(out / "chat_template.json", {"chat_template": CHAT_TEMPLATE})
    end, text_end = ids["<|im_end|>"], ids["<|endoftext|>"]
    choice = {"bos_token_id": text_end, "pad_token_id": text_end, "eos_token_id": [end, text_end], "do_sample": False}
    write_json(out / "generation_config.json", choice)
    write_json(
        out / "preprocessor_config.json",
        {
            "min_pixels": 3136, "max_pixels": largest_area(run.settings["data"]["sizes"]), "patch_size": 14, "temporal_patch_size": 2, "merge_size": 2,
            "image_mean": [float(f"{v:.8g}") for v in MEAN], "image_std": [float(f"{v:.8g}") for v in STD],
            "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2VLProcessor",
        },
    )  # fmt: skip
    return sum(v.numel() for v in weights.values()), (out / "model.safetensors").stat().st_size


def keep(run, folder):
    """Training goes on from there as from a new start with these weights: `train.py --run FOLDER`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("log.jsonl", "tokenizer.json", "vocabulary.json"):
        shutil.copyfile(run.folder / name, folder / name)
    # Where pairs and program are is another machine's affair.
    usual = json.loads((pathlib.Path(__file__).parent / "configs/cpu.json").read_text())["data"]
    places = {key: usual[key] for key in ("folder", "program")}
    settings = {**run.settings, "data": {**run.settings.get("data", {}), **places}}
    (folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n")
    state = torch.load(run.folder / "state.pt", map_location="cpu", weights_only=True)
    small = {part: {name: value.bfloat16() for name, value in state[part].items()} for part in ("model", "heads")}
    torch.save({**small, "optimisers": [], "step": state["step"], "pairs_seen": state["pairs_seen"]}, folder / "state.pt")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True)
    parser.add_argument("--state", default="annealed.pt")
    parser.add_argument("--out", required=True)
    parser.add_argument("--running-mean", action="store_true", help="the state's average of the weights over its steps")
    parser.add_argument("--average", help="a folder with an earlier checkpoint of the same run")
    parser.add_argument("--dtype", default="bfloat16", choices=("bfloat16", "float16", "float32"))
    parser.add_argument("--keep", metavar="FOLDER", help="where the run is kept beside what ships")
    arguments = parser.parse_args()
    run = Run(arguments.run)
    if not run.load(name=arguments.state):
        raise SystemExit(f"export: {arguments.run} has no {arguments.state}; train.py --anneal N writes annealed.pt")
    if arguments.running_mean and not run.has_average:
        raise SystemExit(f"export: {arguments.state} was written before runs kept a mean; leave out --running-mean")
    parameters, size = export(run, pathlib.Path(arguments.out), getattr(torch, arguments.dtype), arguments.average, arguments.running_mean)
    if arguments.keep:
        keep(run, pathlib.Path(arguments.keep))
    print(f"{arguments.out}: {parameters:,} parameters, {size / 1e6:.1f} MB, step {run.step}, {run.pairs_seen} pairs seen")


if __name__ == "__main__":
    main()
