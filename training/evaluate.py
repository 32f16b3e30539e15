#!/usr/bin/env python3
"""Figures of a checkpoint on worlds it never saw.

    evaluate.py --model models/hindsight-tiny --program PATH/hindsight-world [--count N] [--json FILE] [--folder DIR]

Every answer token is scored with the right ones before it; an answer counts only when all of them, the end included, come
first, which is when greedy decoding gives the same text. p(yes) is the softmax of the tokens `yes` and `no`. Each pair is
shown alone and every one of its tasks is asked. The blind figures come from the same weights with zero visual tokens.
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import load_file

from hindsight_training.architecture import HindsightModel
from hindsight_training.figures import summarise
from hindsight_training.language import Language
from hindsight_training.packing import collate, pack, to_device
from hindsight_training.patches import CELL
from hindsight_training.records import PairFile
from hindsight_training.shards import Shards, seeded

BATCH = 32
HELD_OUT_FAMILIES, HELD_OUT_STYLES = {"parking"}, {"hazy"}
ALL = 1 << 20  # tokens: every task fits


def load_model(folder, device="cpu"):
    folder = pathlib.Path(folder)
    model = HindsightModel(json.loads((folder / "config.json").read_text()))
    weights = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
    model.load_state_dict(weights)
    return model.to(device).eval(), Language(folder / "tokenizer.json")


def is_held_out(truth):
    """Whether a record's family or style is one that no training world has (world/README.md)."""
    return truth["family"] in HELD_OUT_FAMILIES or truth.get("style", "plain") in HELD_OUT_STYLES


def score_batch(model, language, pairs, numbers, device, blind):
    """A dictionary a task, see figures.summarise()."""
    _, height, width, _ = pairs[0].frames.shape
    grid = (height // CELL, width // CELL)
    rng = seeded("evaluate", numbers[0])
    rows = [pack(language, pair.truth["tasks"], grid, ALL, rng, "alone") for pair in pairs]
    batch = to_device(collate(language, [pair.frames for pair in pairs], rows), device)
    with torch.inference_mode():
        _, logits = model(batch, blind)
    logits = logits.float().cpu()
    right = (logits.argmax(-1) == batch["targets"].cpu()).tolist()
    margin = (logits[:, language.yes] - logits[:, language.no]).sigmoid().tolist()
    results = {}
    owners = zip(batch["row_of_target"].tolist(), batch["segment_of_target"].tolist())
    for i, (row, segment) in enumerate(owners):
        if (row, segment) not in results:
            task, truth = rows[row].tasks[segment - 1], pairs[row].truth
            results[row, segment] = {
                "world": truth["seed"], "skill": task["skill"], "answer": task["answer"], "phrasing": task.get("phrasing", ""),
                "held_out": bool(task.get("held_out")), "held_out_combination": bool(task.get("held_out_combination")),
                "usual": not (task.get("held_out") or task.get("held_out_combination") or is_held_out(truth)),
                "family": truth["family"], "truth": task["answer"] == "yes",
                "p": margin[i], "correct": True,
            }  # fmt: skip
        results[row, segment]["correct"] &= right[i]
    return list(results.values())


def evaluate(model, language, files, device="cpu", blind=False):
    results, number = [], 0
    for file in files:
        for first in range(0, len(file), BATCH):
            pairs = [file[i] for i in range(first, min(first + BATCH, len(file)))]
            results += score_batch(model, language, pairs, list(range(number, number + len(pairs))), device, blind)
            number += len(pairs)
    return results


def print_table(seen, blind):
    print(f"{'figure':34} {'value':>7}  {'95 %':>16} {'n':>6}  {'blind':>7}")
    for name, row in seen["figures"].items():
        bounds = "{:.3f} – {:.3f}".format(*row["interval"]) if row["interval"] else ""
        value = f"{row['value']:.3f}" if row["value"] is not None else "–"
        other = blind["figures"].get(name, {}).get("value") if blind else None
        print(f"{name:34} {value:>7}  {bounds:>16} {row['n']:>6}  {'' if other is None else f'{other:.3f}':>7}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--program", required=True, help="hindsight-world")
    parser.add_argument("--count", type=int, default=1536, help="pairs, shared out over the sizes")
    parser.add_argument("--sizes", default="112x112,168x112,196x112,252x140")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", default="build/training/test-pairs", help="where the pairs are kept")
    parser.add_argument("--split", default="test", help="test; train gives the gap between both")
    parser.add_argument("--json", help="write the figures here")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--no-blind", action="store_true")
    arguments = parser.parse_args()
    sizes = arguments.sizes.split(",")
    data = {"folder": arguments.folder, "program": arguments.program, "seed": arguments.seed, "sizes": sizes}
    shards = Shards({**data, "pairs_per_shard": arguments.count // len(sizes), "num_shards": len(sizes)}, arguments.split)
    files = [PairFile(shards.make(i)) for i in range(len(sizes))]
    model, language = load_model(arguments.model, arguments.device)
    seen = summarise(evaluate(model, language, files, arguments.device))
    blind = None if arguments.no_blind else summarise(evaluate(model, language, files, arguments.device, blind=True))
    print_table(seen, blind)
    if arguments.json:
        about = {"split": arguments.split, "pairs": sum(map(len, files)), "sizes": sizes, "seed": arguments.seed}
        text = json.dumps({**about, **seen, "blind": blind and blind["figures"]}, indent=1)
        pathlib.Path(arguments.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
