"""Batches by their number: a batch is a function of the settings and its step, so training can stop anywhere and go on.

Pairs come from shards, files of one picture size that `hindsight-world pairs` writes on first use. With `num_shards` of
them a pass takes every pair once, in an order of its own.
"""

import os
import pathlib
import random
import subprocess
import zlib

import torch

from hindsight_training.augment import vary
from hindsight_training.cells import cell_targets, stack
from hindsight_training.grounding import find_named
from hindsight_training.language import draw_form
from hindsight_training.packing import collate, pack
from hindsight_training.patches import CELL
from hindsight_training.records import Pair, PairFile
from hindsight_training.wording import stem


class Shards:
    """settings: folder, program, sizes ("112x112", …), pairs_per_shard, num_shards, seed, and keep (else a shard is
    deleted when a later one of its turn has been opened), families (take turns; "mix" draws one for each world)."""

    def __init__(self, settings, split="train"):
        self.settings, self.split = settings, split
        self.folder = pathlib.Path(settings["folder"])
        self.folder.mkdir(parents=True, exist_ok=True)

    def size_of(self, shard):
        sizes = self.settings["sizes"]
        return sizes[shard % len(sizes)]

    def family_of(self, shard):
        families = self.settings.get("families", ["mix"])
        return families[shard % len(families)]

    def path(self, shard):
        s = self.settings
        return self.folder / f"{self.split}-{s['seed']}-{shard:05d}-{self.size_of(shard)}-{s['pairs_per_shard']}.hswp"

    def make(self, shard):
        """The shard's file; written under another name first, so that a killed writer leaves none."""
        path = self.path(shard)
        if path.exists():
            return path
        partial = path.with_suffix(f".{os.getpid()}.part")
        command = [self.settings["program"], "pairs", "--seed", str(self.settings["seed"] * 100_000 + shard)]
        command += ["--count", str(self.settings["pairs_per_shard"]), "--family", self.family_of(shard)]
        command += ["--split", self.split, "--sizes", self.size_of(shard), "--threads", "1", "--out", str(partial)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        os.replace(partial, path)
        return path


class Batches(torch.utils.data.Dataset):
    """Item `step` is the batch of that step. settings: batch_pairs, row_tokens (of questions and answers, for each pair), and
    emphasis: how much more often than others a question is asked, by the stem of its phrasing; it also weighs the square
    root of that more in the loss."""

    def __init__(self, shards, language, vocabulary, wording, settings):
        self.shards, self.language, self.vocabulary, self.wording = shards, language, vocabulary, wording
        self.batch_pairs, self.row_tokens = settings["batch_pairs"], settings["row_tokens"]
        self.emphasis = settings.get("emphasis", {})
        self.per_shard = shards.settings["pairs_per_shard"] // self.batch_pairs
        self._open = {}

    def __len__(self):
        return 1 << 40

    def __getitem__(self, step):
        s = self.shards.settings
        # `group` shards are open at a time and take turns, so that sizes and worlds mix.
        group = min(s.get("open_shards", len(s["sizes"])), s["num_shards"])
        round_, within = divmod(step, group * self.per_shard)
        first_turn = round_ * group
        position, turn = divmod(within, group)
        cycle, place = divmod(first_turn + turn, s["num_shards"])
        shard = seeded(s["seed"], "order", cycle).sample(range(s["num_shards"]), s["num_shards"])[place]
        pairs = self._file(shard)
        order = seeded(s["seed"], "pairs", cycle, shard).sample(range(len(pairs)), len(pairs))
        chosen = order[position * self.batch_pairs : (position + 1) * self.batch_pairs]
        return self.batch([pairs[i] for i in chosen], seeded(s["seed"], "step", step))

    def batch(self, pairs, rng):
        _, height, width, _ = pairs[0].frames.shape
        grid = (height // CELL, width // CELL)
        form = draw_form(rng)
        pairs = [Pair(*reversed(vary(pair.frames, pair.truth, rng))) for pair in pairs]
        rows = []
        for pair in pairs:
            tasks = self.tasks(pair.truth, rng)
            rows.append(pack(self.language, tasks, grid, self.row_tokens, rng, form, self.vocabulary))
        batch = collate(self.language, [pair.frames for pair in pairs], rows)
        batch["cells"] = stack([cell_targets(pair.truth, *grid, self.vocabulary) for pair in pairs])
        batch["tasks"] = [row.tasks for row in rows]
        return batch

    def tasks(self, truth, rng):
        """In other words, in the order in which they are to be asked."""
        written = {t["what"]: t["text"] for t in truth.get("texts", ())}
        drawn = []
        for task in truth["tasks"]:
            emphasis = self.emphasis.get(stem(task["phrasing"]), 1)
            words = self.wording.words(task)
            task = {**self.wording.reword(task, words, rng), "weight": emphasis**0.5}
            if stem(task["phrasing"]) == "says" and words and words["a"] in written:
                task |= {"claimed": words["b"], "written": written[words["a"]]}
            task["named"] = [n for word in (words or {}).values() if (n := find_named(word, truth["entities"], self.vocabulary))]
            task["ordered"] = stem(task["phrasing"]) == "left_of"
            # A weighted sample without replacement (Efraimidis and Spirakis 2006).
            drawn.append((rng.random() ** (1 / emphasis), task))
        return [task for _, task in sorted(drawn, key=lambda d: -d[0])]

    def _file(self, shard):
        if shard not in self._open:
            self._open[shard] = PairFile(self.shards.make(shard))
            keep = self.shards.settings.get("open_shards", len(self.shards.settings["sizes"])) * 2
            for old in list(self._open)[: max(len(self._open) - keep, 0)]:
                del self._open[old]
                if not self.shards.settings.get("keep", True):
                    self.shards.path(old).unlink(missing_ok=True)
        return self._open[shard]


def seeded(*parts):
    return random.Random(zlib.crc32(repr(parts).encode()))
