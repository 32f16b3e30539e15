#!/usr/bin/env python3
"""Fills card.md with what is known of a checkpoint: write_card.py --model models/hindsight-tiny --run RUN [--device TEXT]

Reads config.json, figures.json (evaluate.py) and the run, and writes README.md beside them, so that no figure is typed.
"""

import argparse
import json
import pathlib

from safetensors import safe_open

from export import MADE_OF
from hindsight_training.state import Run

AIMS = {
    "judge_auroc": (0.99, 1), "judge_false_alarms_at_95_recall": (0.02, -1), "describe_exact": (0.9, 1),
    "read_exact": (0.9, 1), "direction_exact": (0.97, 1), "count_exact": (0.97, 1),
}  # fmt: skip


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def figures_table(figures, blind):
    rows = []
    for name, row in figures.items():
        if row["value"] is None:
            continue
        bounds = "{:.3f} – {:.3f}".format(*row["interval"]) if row["interval"] else ""
        other = (blind or {}).get(name, {}).get("value")
        shown = "" if other is None or name.endswith("_majority") else f"{other:.3f}"
        rows.append([name, f"{row['value']:.3f}", bounds, row["n"], shown])
    return table(["figure", "value", "95 %", "n", "blind"], rows)


def verdict(figures):
    missed = [n for n, (aim, sign) in AIMS.items() if sign * ((figures[n]["value"] or 0) - aim) < 0]
    reached = [n for n in AIMS if n not in missed]
    return f"Reached: {', '.join(reached) or 'none'}. Not reached: {', '.join(missed) or 'none'}."


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--state", default="annealed.pt")
    parser.add_argument("--device", default="fp32 on one CPU core")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.model)
    config = json.loads((folder / "config.json").read_text())
    measured = json.loads((folder / "figures.json").read_text())
    run = Run(arguments.run)
    run.load(name=arguments.state)
    with safe_open(folder / "model.safetensors", "np") as file:
        parameters = sum(int(size_of(file.get_slice(name).get_shape())) for name in file.keys())
        made_of = file.metadata()[MADE_OF]
    earlier = run.pairs_seen - run.step * run.settings["batch_pairs"]
    vision, figures = config["vision_config"], measured["figures"]
    families = [n.removeprefix("judge_auroc_") for n in figures if n.startswith("judge_auroc_") and not n.startswith(NOT_FAMILIES)]
    rows = [[f"{b['from']:.1f} – {b['to']:.1f}", b["n"], f"{b['mean_p']:.3f}", f"{b['true']:.3f}"] for b in measured["reliability"]]
    text = (pathlib.Path(__file__).parent / "card.md").read_text()
    text = text.format(
        parameters=f"{parameters:,}",
        megabytes=f"{(folder / 'model.safetensors').stat().st_size / 1e6:.1f}",
        dtype=config["torch_dtype"],
        vision=f"{vision['depth']} blocks of width {vision['embed_dim']}, {vision['num_heads']} heads",
        text=f"{config['num_hidden_layers']} layers of width {config['hidden_size']}, {config['num_attention_heads']} heads",
        vocabulary=len(run.language),
        pairs_seen=f"{run.pairs_seen:,}",
        train_sizes=", ".join(sorted(set(run.settings["data"]["sizes"]))),
        families=", ".join(families),
        steps=f"{run.step:,}",
        before=f" that go on from runs that had seen {earlier:,} pairs" if earlier > 0 else "",
        made_of=made_of,
        device=arguments.device,
        test_pairs=f"{measured['pairs']:,}",
        test_sizes=", ".join(measured["sizes"]),
        figures=figures_table(figures, measured["blind"]),
        verdict=verdict(figures),
        reliability=table(["p(yes)", "n", "mean p", "share of yes"], rows),
    )
    (folder / "README.md").write_text(text)


NOT_FAMILIES = ("judge_auroc_seen_wording", "judge_auroc_held_out", "judge_auroc_of")


def size_of(shape):
    size = 1
    for side in shape:
        size *= side
    return size


if __name__ == "__main__":
    main()
