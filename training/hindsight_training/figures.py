"""Figures with 95 % intervals from answers to questions about pairs.

Questions about one world are not independent: intervals come from a bootstrap over worlds.
"""

import numpy as np

from hindsight_training.wording import stem

RESAMPLES = 400
BINS = 10
# What training knew of a question: all but the pixels, or less.
PARTS = {
    "seen_wording": lambda r: not r["held_out"] and not r["held_out_combination"],
    "held_out_phrasing": lambda r: r["held_out"] and not r["held_out_combination"],
    "held_out_combination": lambda r: r["held_out_combination"],
}


def auroc(scores, truths):
    """The chance that a true one scores above a false one, ties counting half; nan without both kinds."""
    truths = np.asarray(truths, bool)
    positives, negatives = truths.sum(), (~truths).sum()
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    return float((ranks[truths].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def false_alarms_at(scores, truths, recall=0.95):
    """The share of false ones at or above the score that at least `recall` of the true ones reach."""
    scores, truths = np.asarray(scores), np.asarray(truths, bool)
    if truths.all() or not truths.any():
        return float("nan")
    positives = np.sort(scores[truths])[::-1]
    threshold = positives[int(np.ceil(recall * len(positives))) - 1]
    return float((scores[~truths] >= threshold).mean())


def share(values):
    return float(np.mean(values)) if len(values) else float("nan")


def interval(statistic, worlds, *columns, seed=0):
    """95 % interval of statistic(*columns), bootstrapped over the worlds that rows belong to."""
    columns = [np.asarray(c) for c in columns]
    names, owner = np.unique(worlds, return_inverse=True)
    rows_of = np.split(np.argsort(owner, kind="stable"), np.cumsum(np.bincount(owner))[:-1])
    rng, values = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        rows = np.concatenate([rows_of[i] for i in rng.integers(0, len(names), len(names))])
        values.append(statistic(*(c[rows] for c in columns)))
    values = [v for v in values if v == v]
    return [round(float(q), 4) for q in np.quantile(values, (0.025, 0.975))] if values else [float("nan")] * 2


def figure(statistic, rows, *keys):
    columns = [[row[key] for row in rows] for key in keys]
    if not rows:
        return {"value": None, "n": 0, "interval": None}
    value = statistic(*columns)
    bounds = interval(statistic, [row["world"] for row in rows], *columns)
    return {"value": round(value, 4), "n": len(rows), "interval": bounds}


def reliability(rows):
    """Bins of p(yes): how many, the mean probability, and how often it was true."""
    table = []
    for i in range(BINS):
        inside = [r for r in rows if i / BINS <= r["p"] < (i + 1) / BINS or (i == BINS - 1 and r["p"] == 1)]
        if inside:
            row = {"from": i / BINS, "to": (i + 1) / BINS, "n": len(inside)}
            table.append({**row, "mean_p": round(share([r["p"] for r in inside]), 4), "true": round(share([r["truth"] for r in inside]), 4)})
    return table


def calibration_error(rows):
    table = reliability(rows)
    total = sum(b["n"] for b in table)
    return sum(b["n"] / total * abs(b["mean_p"] - b["true"]) for b in table) if total else float("nan")


def summarise(rows):
    """rows: dictionaries with world, skill, phrasing, correct, held_out, held_out_combination, family, and for judge p (of yes)
    and truth. `usual_` figures are of rows that are "usual": an unseen world in which nothing else is held out."""
    judged = [r for r in rows if r["skill"] == "judge"]
    result = {
        "judge_auroc": figure(auroc, judged, "p", "truth"),
        "judge_false_alarms_at_95_recall": figure(false_alarms_at, judged, "p", "truth"),
        "judge_calibration_error": {"value": round(calibration_error(judged), 4), "n": len(judged), "interval": None},
    }
    for skill in sorted({r["skill"] for r in rows}):
        result[f"{skill}_exact"] = figure(share, [r for r in rows if r["skill"] == skill], "correct")
        if skill != "judge":
            result[f"{skill}_majority"] = majority([r for r in rows if r["skill"] == skill])
    usual = [r for r in rows if r.get("usual")]
    result["usual_judge_auroc"] = figure(auroc, [r for r in usual if r["skill"] == "judge"], "p", "truth")
    result["usual_judge_false_alarms_at_95_recall"] = figure(false_alarms_at, [r for r in usual if r["skill"] == "judge"], "p", "truth")
    for skill in sorted({r["skill"] for r in usual} - {"judge"}):
        result[f"usual_{skill}_exact"] = figure(share, [r for r in usual if r["skill"] == skill], "correct")
    for name, belongs in PARTS.items():
        result[f"judge_auroc_{name}"] = figure(auroc, [r for r in judged if belongs(r)], "p", "truth")
        result[f"exact_{name}"] = figure(share, [r for r in rows if belongs(r)], "correct")
    for what in sorted({stem(r["phrasing"]) for r in judged}):
        asked = [r for r in judged if stem(r["phrasing"]) == what]
        result[f"judge_auroc_of_{what}"] = figure(auroc, asked, "p", "truth")
    for family in sorted({r["family"] for r in rows}):
        result[f"judge_auroc_{family}"] = figure(auroc, [r for r in judged if r["family"] == family], "p", "truth")
    return {"figures": result, "reliability": reliability(judged)}


def majority(rows):
    """What always giving the most frequent answer would score."""
    answers = [r["answer"] for r in rows]
    best = max(set(answers), key=answers.count)
    return {"value": round(answers.count(best) / len(answers), 4), "n": len(rows), "interval": None}
