#!/usr/bin/env python3
"""Which pairs to look at first: what different choices find of what a look at every pair finds.

choose_looks.py --store S.db        # a store with one run, of which questions looked at every pair

For each predicate "Is a ... visible?" of the store that every pair was asked about, an interval is pairs in a row of at
least 0.9, one of them above 0.99 (simpler than query/timeline.h).  A choice finds it when it looks at one of its pairs.

activity         a twentieth of each stretch by rank, then the pairs with the strongest activity
representatives  greedy k-center on the pairs' vectors; then the pairs for which one stands that says 0.5 or more

Cost counts a bisection of every change too.  Needs numpy.
"""

import argparse
import sqlite3

import numpy as np

LIKE = 0.5


def read_run(db):
    """Vectors [pairs, width], times, stretches, ranks, activity and token ids of the pairs, by time."""
    (run,) = db.execute("SELECT id FROM runs").fetchone()
    rows = []
    for (stretch,) in db.execute("SELECT id FROM stretches WHERE run_id = ? ORDER BY number", (run,)).fetchall():
        pairs = db.execute("SELECT covers_begin_ns, covers_end_ns, rank, tokens_id FROM pairs WHERE stretch_id = ?"
                           " ORDER BY rank", (stretch,)).fetchall()
        (blob,) = db.execute("SELECT data FROM vectors WHERE owner_id = ?", (stretch,)).fetchone()
        if not pairs:
            continue
        scales = np.frombuffer(blob[:4 * len(pairs)], np.float32)
        codes = np.frombuffer(blob[4 * len(pairs):], np.int8).reshape(len(pairs), -1)
        for (begin, end, rank, tokens), code, scale in zip(pairs, codes, scales):
            if end > begin:
                rows.append((begin, end, stretch, rank, tokens, code * scale))
    rows.sort(key=lambda row: row[0])
    begin, end, stretch, rank, tokens = (np.array(column) for column in list(zip(*rows))[:5])
    activity = np.zeros(len(rows))
    for a, b, score in db.execute("SELECT a.begin_ns, a.end_ns, a.score FROM activity a JOIN stretches s"
                                  " ON s.id = a.stretch_id WHERE s.run_id = ?", (run,)):
        inside = (begin < b) & (end > a)
        activity[inside] = np.maximum(activity[inside], score)
    return np.stack([row[5] for row in rows]).astype(np.float32), stretch, rank, tokens, activity


def read_looks(db, tokens):
    """Probability of yes of every pair, by predicate."""
    looks = {}
    for key, question in db.execute("SELECT id, question FROM look_keys WHERE question LIKE 'Is a % visible?'"):
        scores = dict(db.execute("SELECT tokens_id, score FROM looks WHERE key_id = ?", (key,)))
        if all(t in scores for t in tokens):
            looks[question] = np.array([scores[t] for t in tokens])
    return looks


def intervals_of(p):
    found, i = [], 0
    while i < len(p):
        j = i
        while j < len(p) and p[j] >= 0.9:
            j += 1
        if j > i and p[i:j].max() > 0.99:
            found.append((i, j))
        i = max(j, i + 1)
    return found


def representatives(vectors, count):
    """Of each pair the one that stands for it (query/representatives.h)."""
    nearest = np.zeros(len(vectors), int)
    distance = np.full(len(vectors), np.inf)
    chosen = 0
    for _ in range(count):
        d = 2 - 2 * vectors @ vectors[chosen]
        closer = d < distance
        distance[closer], nearest[closer] = d[closer], chosen
        distance[chosen], nearest[chosen] = 0, chosen
        chosen = int(distance.argmax())
        if distance[chosen] < 1e-5:
            break
    return nearest


def with_changes(looked, p):
    looked = looked.copy()
    while True:
        at = np.flatnonzero(looked)
        holds = p[at] >= 0.9
        more = [(a + b) // 2 for a, b, x, y in zip(at, at[1:], holds, holds[1:]) if x != y and b - a > 1]
        if not more:
            return looked
        looked[more] = True


def by_activity(share, stretch, rank, activity):
    looked = np.zeros(len(rank), bool)
    for s in np.unique(stretch):
        members = np.flatnonzero(stretch == s)
        looked[members[np.argsort(rank[members])[:max(1, int(0.05 * len(members)))]]] = True
    for i in np.argsort(-activity):
        if looked.mean() >= share:
            break
        looked[i] = True
    return looked


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True)
    db = sqlite3.connect(f"file:{parser.parse_args().store}?mode=ro", uri=True)
    vectors, stretch, rank, tokens, activity = read_run(db)
    looks = read_looks(db, tokens)
    shown = {question: p for question, p in looks.items() if intervals_of(p)}
    print(f"{len(tokens)} pairs, {len(looks)} predicates, {len(shown)} of them with intervals")
    print(f"{'first looks':>12} {'choice':<16} {'found':>6} {'cost':>6} {'cost, absent':>13}")
    for share in (0.05, 0.1, 0.2, 0.4):
        nearest = representatives(vectors, int(share * len(tokens)))
        stands = nearest == np.arange(len(tokens))
        choices = {"activity": lambda p: by_activity(share, stretch, rank, activity),
                   "representatives": lambda p: stands | (p[nearest] >= LIKE)}
        for name, choose in choices.items():
            looked = {question: choose(p) for question, p in looks.items()}
            found = [np.mean([looked[question][a:b].any() for a, b in intervals_of(p)]) for question, p in shown.items()]
            cost = {question: with_changes(looked[question], p).mean() for question, p in looks.items()}
            absent = [cost[question] for question in looks if question not in shown]
            print(f"{share:12.0%} {name:<16} {np.mean(found):6.3f} {np.mean(list(cost.values())):6.3f}"
                  f" {np.mean(absent) if absent else float('nan'):13.3f}")


if __name__ == "__main__":
    main()
