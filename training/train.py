#!/usr/bin/env python3
"""Trains the small model that ships.

    train.py --config configs/cpu.json --run RUN [--program PATH/hindsight-world] [--minutes M] [--device cuda]

The first call makes RUN: shards of pairs, tokenizer, settings. Every later call goes on where the last one stopped, with
the same batches as if it had not. The rate is constant; --anneal N runs N steps down to a twentieth of it and writes
RUN/annealed.pt, which is what ships, and leaves state.pt, which goes on. Curves: RUN/log.jsonl, one object a line.
"""

import argparse
import json
import os
import pathlib
import re
import signal
import time

import torch
import torch.nn.functional as F

from hindsight_training.muon import computes_bf16, make_optimisers
from hindsight_training.packing import to_device
from hindsight_training.records import PairFile
from hindsight_training.shards import Batches, Shards
from hindsight_training.state import Run, start_run
from hindsight_training.wording import Wording, stem
from make_tokenizer import PROMPTS, make_tokenizer

def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", help="settings of a new run (a run keeps its own)")
    parser.add_argument("--run", required=True, help="folder of the run")
    parser.add_argument("--program", help="hindsight-world; replaces the one in the settings")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after this time, saved")
    parser.add_argument("--steps", type=int, default=1 << 40, help="stop at this step, saved")
    parser.add_argument("--anneal", type=int, default=0, help="run this many steps down to a small rate")
    parser.add_argument("--start-from", metavar="RUN", help="a new run takes over the weights of this one, grown where it is larger")
    parser.add_argument("--only", metavar="REGEX", default="", help="of the model, train the tensors whose names match and leave the others as they are")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS", 1)))
    parser.add_argument("--compile", action="store_true", help="torch.compile the network: minutes at the start, a faster step after")
    parser.add_argument("--look-only", type=int, default=0, help="until this step, the tower and its dense heads alone")
    return parser.parse_args()

def prepare(arguments):
    """Makes the run's folder from its first shards."""
    if not arguments.config:
        raise SystemExit(f"train: {arguments.run} is new: say --config FILE")
    settings = json.loads(pathlib.Path(arguments.config).read_text())
    if arguments.program:
        settings["data"]["program"] = arguments.program
    shards = Shards(settings["data"])
    wording = Wording.of_program(settings["data"]["program"])
    texts, truths, asked = {*PROMPTS, *wording.nouns}, [], set()
    for shard in range(min(settings["vocabulary_shards"], settings["data"]["num_shards"])):
        pairs = PairFile(shards.make(shard))
        for i in range(len(pairs)):
            truths.append(pairs.truth(i))
            texts.update(text for task in truths[-1]["tasks"] for text in (task["question"], task["answer"]))
            asked.update(stem(task["phrasing"]) for task in truths[-1]["tasks"])
    texts.update(text for name, text in wording.texts.items() if stem(name) in asked)
    start_run(arguments.run, settings, make_tokenizer(sorted(texts)).to_str(), truths)
    if arguments.start_from:
        run = Run(arguments.run)
        taken, of = run.take_over(arguments.start_from)
        run.save()
        print(f"took over {taken} of {of} tensors from {arguments.start_from}", flush=True)

def forward_loss(run, batch, look_only):
    """The loss to minimise, and its parts for the log."""
    tokens = run.model.visual(batch["patches"], *batch["grid"])
    parts = run.heads.losses(tokens, batch["cells"])
    if look_only:
        return weigh_cells(run, parts)
    hidden, layers = run.model.hidden(batch, tokens)
    parts["place"] = run.heads.place_loss(layers[0][batch["is_visual"]].view_as(tokens), batch["cells"])
    named = batch["middles"][..., 0] >= 0
    parts["mention"] = run.heads.mention_loss(layers[len(layers) // 2 - 1][named], batch["middles"][named])
    second = batch["orders"] >= 0
    parts["order"] = run.heads.order_loss(layers[-2][second], batch["orders"][second])
    parts |= grounding_losses(run, batch, layers)
    loss, logged = weigh_cells(run, parts)
    losses = F.cross_entropy(run.model.logits(hidden[batch["target_at"]]).float(), batch["targets"], reduction="none")
    answer = (losses * batch["weights"]).sum() / batch["weights"].sum()
    logged["answer"] = answer.detach()
    # Yes and no by themselves: this is the curve that shows whether the model looks (log 2 is the blind plateau).
    decided = (batch["targets"] == run.language.yes) | (batch["targets"] == run.language.no)
    logged["yes_no"] = losses.detach()[decided].mean() if decided.any() else torch.tensor(float("nan"))
    agree = agreement_loss(run, batch, hidden)
    logged["agree"] = agree.detach()
    return loss + answer + run.settings["agree_weight"] * agree, logged


def grounding_losses(run, batch, layers):
    """Of the words that name things (grounding.py)."""
    named = batch["named"]
    if not named:
        return {}
    half, later = layers[len(layers) // 2 - 1], layers[-2]
    at = (named["row"], named["place"])
    pictures = half[batch["is_visual"]].view(len(half), -1, half.shape[-1])
    return run.heads.grounding.losses(half[at], pictures, later[at], named)


def weigh_cells(run, parts):
    return run.settings["cell_weight"] * sum(parts.values()), {f"cell_{key}": value.detach() for key, value in parts.items()}


def agreement_loss(run, batch, hidden):
    """Yes against no while a text is read that the question says is written (packing.follow_text)."""
    at = batch["agrees"] >= 0
    yes, no = run.model.logits(hidden[at])[:, [run.language.yes, run.language.no]].float().unbind(-1)
    loss = F.binary_cross_entropy_with_logits(yes - no, batch["agrees"][at].float(), reduction="sum")
    return loss / at.sum().clamp(min=1)


def ignore_stops(_):
    """A loader lives as long as the program: a stop that the whole process group gets must not end it in mid-batch."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)

def step_once(run, batch, optimisers, look_only):
    with torch.autocast(torch.device(run.device).type, torch.bfloat16, enabled=computes_bf16(run.device)):
        loss, logged = forward_loss(run, batch, look_only)
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    loss.backward()
    parameters = [p for o in optimisers for g in o.param_groups for p in g["params"] if p.grad is not None]
    logged["gradient"] = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    for optimiser in optimisers:
        optimiser.step()
    run.follow()
    return logged

def train(run, arguments):
    settings = run.settings
    for name, parameter in run.model.named_parameters():
        parameter.requires_grad_(re.search(arguments.only, name) is not None)
    if arguments.compile:
        for part in (run.model.visual, run.model.model):
            part.compute = torch.compile(part.compute, dynamic=True)
    optimisers = make_optimisers(run.model, run.heads, settings)
    resumed = run.load(optimisers)
    base = [[g["lr"] for g in o.param_groups] for o in optimisers]
    first, began, stopped = run.step, time.monotonic(), []
    last = first + arguments.anneal if arguments.anneal else arguments.steps
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.append(True))
    shards = Shards(settings["data"])
    wording = Wording.of_program(settings["data"]["program"])
    batches = Batches(shards, run.language, run.vocabulary, wording, settings)
    loader = torch.utils.data.DataLoader(
        batches, batch_size=None, sampler=range(run.step, min(last, 1 << 30)), num_workers=settings.get("workers", 0),
        pin_memory=run.device.startswith("cuda"), worker_init_fn=ignore_stops,
    )  # fmt: skip
    print(f"{'going on' if resumed else 'starting'} at step {first}: {sum(p.numel() for p in run.model.parameters()):,} parameters", flush=True)
    name = "annealed.pt" if arguments.anneal else "state.pt"
    sums, marked, saved = {}, time.monotonic(), time.monotonic()
    for batch in loader:
        warm = min(1.0, (run.step + 1) / settings["warmup_steps"])
        fall = 1 - 0.95 * (run.step - first) / arguments.anneal if arguments.anneal else 1.0
        for optimiser, rates in zip(optimisers, base):
            for group, rate in zip(optimiser.param_groups, rates):
                group["lr"] = rate * warm * fall
        tasks = batch.pop("tasks")
        logged = step_once(run, to_device(batch, run.device), optimisers, run.step < arguments.look_only)
        run.step += 1
        run.pairs_seen += len(tasks)
        for key, value in {**logged, "questions": sum(map(len, tasks))}.items():
            sums.setdefault(key, []).append(float(value))
        now = time.monotonic()
        if run.step % settings["log_every"] == 0:
            count = len(sums["questions"])
            row = {key: round(sum(v) / len(v), 4) for key, v in sums.items()}
            row = {"step": run.step, "pairs": run.pairs_seen, "pairs_per_s": round(count * len(tasks) / (now - marked), 1), **row}
            run.log({**row, "anneal": True} if arguments.anneal else row)
            print(json.dumps(row), flush=True)
            sums, marked = {}, now
        if now - saved > 60 * settings["save_minutes"]:
            run.save(optimisers, name)
            saved = now
        if stopped or now - began > 60 * arguments.minutes:
            break
    run.save([] if arguments.anneal else optimisers, name)
    print(f"saved {run.folder / name} at step {run.step}, {run.pairs_seen} pairs seen", flush=True)

def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    if not (pathlib.Path(arguments.run) / "settings.json").exists():
        prepare(arguments)
    run = Run(arguments.run, arguments.device)
    if arguments.program:
        run.settings["data"]["program"] = arguments.program
    train(run, arguments)

if __name__ == "__main__":
    main()
