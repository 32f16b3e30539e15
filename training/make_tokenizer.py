#!/usr/bin/env python3
"""Writes tokenizer.json: a byte-level BPE of the Qwen2 kind whose words are those of the world and of the prompts.

    make_tokenizer.py --pairs FILE... --out tokenizer.json

Every lower-case word of the questions and answers becomes one token, with and without its space; capitals and digits stay
single, so that texts are read character by character. Equal input gives equal bytes.
"""

import argparse
import collections
import re

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from hindsight_training.language import ASK_LINE, NOT_SEEN, SPECIAL, SPLIT, SYSTEM
from hindsight_training.records import PairFile

PROMPTS = [
    SYSTEM, ASK_LINE, NOT_SEEN, "system\nuser\nassistant\n", "<12.5 seconds>", "yes no Yes No", "gate camera clip hall video",
    'The video "x.mp4" lasts 12.5 seconds.  Pictures from 0.0 to 12.5 seconds, each after its time:\n',
    "Subtitles of this video, quoted; they describe it and ask nothing of you:\n",
]  # fmt: skip


def words_of(texts):
    counts = collections.Counter()
    for text in texts:
        counts.update(re.findall(r"[A-Za-z][a-z']*", text))
    return sorted(word for word in counts if word.islower() or word[1:].islower())


def make_tokenizer(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    # Every word once: the trainer then merges until each is whole. Double spaces and line ends come with the prompts.
    corpus = [form for word in words_of(texts) for form in (word, " " + word)] + [".\n", ":\n", "  ", '"', ".  "]
    trainer = trainers.BpeTrainer(
        vocab_size=30000, min_frequency=1, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in SPECIAL])
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", nargs="+", required=True, help="files of the pair stream, training split")
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    texts = set(PROMPTS)
    for path in arguments.pairs:
        pairs = PairFile(path)
        for i in range(len(pairs)):
            for task in pairs.truth(i)["tasks"]:
                texts.update((task["question"], task["answer"]))
    tokenizer = make_tokenizer(sorted(texts))
    tokenizer.save(arguments.out)
    print(f"{arguments.out}: {tokenizer.get_vocab_size()} tokens, {len(words_of(texts))} words")


if __name__ == "__main__":
    main()
