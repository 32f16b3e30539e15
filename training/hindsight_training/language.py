"""Tokens and prompts, word for word as the product makes them (model/chat.cpp, query/prompt.cpp)."""

import random

from tokenizers import Tokenizer

SYSTEM = "You are a helpful assistant."
NOT_SEEN = "Not seen in this video."
# query/prompt.cpp, with the question after the last colon.
ASK_LINE = (
    "\nAnswer the question from what the pictures and subtitles show, and name the times in seconds.  If they do not show "
    f"it, answer exactly: {NOT_SEEN}\nQuestion:"
)
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# How a pair is shown: alone (a timeline scores pairs this way), after its time, or in the whole prompt of `ask`.
FORMS = ("alone", "timed", "asked")


class Language:
    """A tokenizer.json and what prompts need of it."""

    def __init__(self, path):
        self.tokenizer = Tokenizer.from_file(str(path))
        self.ids = {name: self.tokenizer.token_to_id(name) for name in SPECIAL}
        missing = [name for name, i in self.ids.items() if i is None]
        if missing:
            raise ValueError(f"{path} lacks the special tokens {', '.join(missing)}; make it with make_tokenizer.py")
        self.end = self.ids["<|im_end|>"]
        self.pad = self.ids["<|endoftext|>"]
        self.video_pad = self.ids["<|video_pad|>"]
        self.yes, self.no = (self.encode(word)[0] for word in ("yes", "no"))

    def __len__(self):
        return self.tokenizer.get_vocab_size()

    def encode(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def prefix(self, form, num_visual, rng):
        """Token ids up to the question, with num_visual video pads."""
        i = self.ids
        ids = [i["<|im_start|>"], *self.encode(f"system\n{SYSTEM}"), self.end, *self.encode("\n"), i["<|im_start|>"]]
        before, after = "user\n", ""
        if form != "alone":
            end = rng.uniform(10, 40000)
            if form == "asked":
                name = rng.choice(("gate", "camera", "clip", "video", "hall")) + str(rng.randrange(100))
                before += f'The video "{name}.mp4" lasts {end:.1f} seconds.  Pictures from 0.0 to {end:.1f} seconds, each after its time:\n'
                after = ASK_LINE
            before += f"<{rng.uniform(0, end):.1f} seconds>"
        return ids + self.encode(before) + [i["<|vision_start|>"], *[self.video_pad] * num_visual, i["<|vision_end|>"]] + self.encode(after)

    def question(self, form, text):
        """From the question to the opening of the answer."""
        lead = " " if form == "asked" else ""
        opening = [self.ids["<|im_start|>"], *self.encode("assistant\n")]
        return [*self.encode(lead + text), self.end, *self.encode("\n"), *opening]

    def answer(self, text):
        return [*self.encode(text), self.end]


def draw_form(rng: random.Random):
    return rng.choices(FORMS, weights=(6, 3, 1))[0]
