#!/usr/bin/env python3
"""What the query engine would answer if every look were right: an upper bound, and the share of the loss that is the model's.

    hindsight eval --store s.db --questions *.questions.jsonl       # leaves its looks in the store
    bench/truth_looks.py --store s.db --out truth.db --events *.events.jsonl
    hindsight eval --store truth.db --questions *.questions.jsonl

Prints first how well the model's own looks "Is a red car visible?" agree with the log, at the pairs that the sampler chose (a pair within 0.7 s of
a begin or end says nothing and is left out). Then copies the store and sets the kept looks about entities to what the world's event log says: whether one is
plainly visible in one of the pair's frames, and of the second one how many are (at least), and the colour of the first. Looks about texts, states, directions and places stay the model's.
For experiments alone: nothing that a user runs reads an event log. Needs Python's standard library.
"""

import argparse
import itertools
import json
import pathlib
import re
import sqlite3

PLURALS = {"people": "person", "boxes": "box"}
COLORS = "black blue brown gray green orange purple red white yellow".split()
KINDS = "person car truck bicycle dog box bag ball bottle hand".split()
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SURE = 0.99
MARGIN_S = 0.7
FORMS = {
    "visible": re.compile(r"Is (an? .+) visible\?"),
    "at_least": re.compile(r"read: (Are .+) visible\?"),
    "count": re.compile(r"reply: How many (.+) are visible\?"),
    "color": re.compile(r"reply: What colour is the (.+)\?"),
}


def named(phrase):
    """(kind, colour or None) of "a person in red" or "red cars"; (None, ...) for what is no entity."""
    words = [PLURALS.get(word, word) for word in phrase.split()]
    kind = next((k for k in KINDS for word in words if word in (k, k + "s")), None)
    return kind, next((word for word in words if word in COLORS), None)


def seen_entities(path):
    """[(begin, end, entity)] of the log: when each was plainly visible, in seconds."""
    events = [json.loads(line) for line in open(path)]
    return [(e["begin"], e["end"], e["entity"]) for e in events if e["event"] == "visible"]


def true_look(form, kind, color, least, there):
    """(score, reply) of a look at a moment at which the entities `there` are visible; None keeps the model's."""
    fit = [e for e in there if e["kind"] == kind and color in (None, e["color"])]
    if form == "visible":
        return (SURE if fit else 1 - SURE), None
    number = len({e["id"] for e in fit})
    if form == "at_least":
        return (SURE if number >= least else 1 - SURE), None
    if form == "count":
        return SURE, str(number)
    return (SURE, fit[0]["color"]) if fit else None


def auroc(scores):
    """Of [(score, whether it is true)], by ranks; ties count half."""
    rank_sum, seen, positives = 0.0, 0, 0
    for _, group in itertools.groupby(sorted(scores), key=lambda s: s[0]):
        truths = [truth for _, truth in group]
        rank_sum += sum(truths) * (seen + (len(truths) + 1) / 2)
        seen, positives = seen + len(truths), positives + sum(truths)
    negatives = seen - positives
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives) if positives and negatives else float("nan")


def judged_looks(store, video_id, entities):
    """[(score, truth)] of the looks whether something is visible."""
    times = dict(store.execute("SELECT id, second_ns / 1e9 FROM tokens WHERE video_id = ?", (video_id,)))
    scores = []
    for key, question in store.execute("SELECT id, question FROM look_keys").fetchall():
        match = FORMS["visible"].fullmatch(question)
        kind, color = named(match[1]) if match else (None, None)
        if not kind:
            continue
        seen = [(begin, end) for begin, end, e in entities if e["kind"] == kind and color in (None, e["color"])]
        for id_, score in store.execute("SELECT tokens_id, score FROM looks WHERE key_id = ?", (key,)).fetchall():
            if id_ in times and not any(min(abs(times[id_] - begin), abs(times[id_] - end)) < MARGIN_S for begin, end in seen):
                scores.append((score, any(begin <= times[id_] < end for begin, end in seen)))
    return scores


def report(name, scores, threshold=0.9):
    """One line: how many looks, how many true, AUROC, what is missed and what is invented at the engine's threshold."""
    true, false = ([score for score, truth in scores if truth == wanted] for wanted in (True, False))
    missed = sum(score < threshold for score in true) / max(len(true), 1)
    invented = sum(score >= threshold for score in false) / max(len(false), 1)
    print(f"{name:24} {len(scores):7} looks {len(true):6} true  AUROC {auroc(scores):.4f}  missed {missed:.3f}  invented {invented:.4f}")


def correct_video(store, video_id, entities):
    """How many looks were set."""
    tokens = store.execute("SELECT id, first_ns / 1e9, second_ns / 1e9 FROM tokens WHERE video_id = ?", (video_id,)).fetchall()
    there = {id_: [e for begin, end, e in entities if begin <= second < end] for id_, _, second in tokens}
    either = {id_: [e for begin, end, e in entities if begin <= second and first < end] for id_, first, second in tokens}
    count = 0
    for key, question in store.execute("SELECT id, question FROM look_keys").fetchall():
        form, phrase = next(((f, m[1]) for f, p in FORMS.items() if (m := p.fullmatch(question))), (None, ""))
        kind, color = named(phrase)
        least = next((i for i, word in enumerate(NUMBERS) if word in phrase.split()), 1)
        if not form or not kind:
            continue
        for (id_,) in store.execute("SELECT tokens_id FROM looks WHERE key_id = ?", (key,)).fetchall():
            seen = either if form == "visible" else there
            look = true_look(form, kind, color, least, seen[id_]) if id_ in there else None
            if look:
                store.execute(
                    "UPDATE looks SET score = ?, reply = coalesce(?, reply) WHERE key_id = ? AND tokens_id = ?", (*look, key, id_)
                )
                count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True)
    parser.add_argument("--out", required=True, help="the copy; must not exist")
    parser.add_argument("--events", nargs="+", required=True, help="V.events.jsonl of the videos V.mp4 in the store")
    arguments = parser.parse_args()
    if pathlib.Path(arguments.out).exists():
        raise SystemExit(f"truth_looks: {arguments.out} exists; choose another --out")
    store = sqlite3.connect(arguments.out)
    sqlite3.connect(f"file:{arguments.store}?mode=ro", uri=True).backup(store)
    logs = {pathlib.Path(path).name.removesuffix(".events.jsonl"): path for path in arguments.events}
    everything, count = [], 0
    for video_id, name in store.execute("SELECT video_id, name FROM video_names").fetchall():
        log = logs.pop(pathlib.Path(name).stem, None)
        if log:
            entities = seen_entities(log)
            scores = judged_looks(store, video_id, entities)
            report(name, scores)
            everything += scores
            count += correct_video(store, video_id, entities)
    report("all", everything)
    print(f"{count} looks set in {arguments.out}")
    if logs:
        raise SystemExit(f"truth_looks: no video in {arguments.store} for {', '.join(sorted(logs))}; ingest it first")
    store.commit()


if __name__ == "__main__":
    main()
