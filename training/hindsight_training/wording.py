"""Questions in other words: the table of `hindsight-world wording`, so that a rendered pair is asked anew each time it is seen."""

import json
import re
import subprocess


class Wording:
    """table: the JSON object of `hindsight-world wording`. Phrasings that are held out are never drawn."""

    def __init__(self, table):
        self.texts = {p["name"]: p["text"] for p in table["phrasings"]}
        self.nouns = table["nouns"]
        self.usual = {}
        for p in table["phrasings"]:
            if not p["held_out"]:
                self.usual.setdefault(stem(p["name"]), []).append(p["name"])
        self._patterns = {name: pattern(text) for name, text in self.texts.items()}

    @classmethod
    def of_program(cls, program):
        return cls(json.loads(subprocess.run([program, "wording"], check=True, stdout=subprocess.PIPE).stdout))

    def words(self, task):
        """What fills the phrasing of a record's task, {"a": "a red car"}; None where the question is of no known phrasing."""
        found = self._patterns.get(task["phrasing"], re.compile(r"(?!)")).fullmatch(task["question"])
        if not found:
            return None
        words = found.groupdict()
        if "{A}" in self.texts[task["phrasing"]]:
            words["a"] = words["a"][0].lower() + words["a"][1:]
        return words

    def reword(self, task, words, rng):
        """The task asked in one of the usual phrasings of the same question; words: words() of it, rng: random.Random."""
        names = self.usual.get(stem(task["phrasing"]))
        if words is None or not names:
            return task
        name = rng.choice(names)
        return {**task, "phrasing": name, "question": fill(self.texts[name], words)}


def stem(name):
    """"visible" of "visible.2": what is asked."""
    return name.split(".")[0]


def pattern(text):
    # {c} is one word wherever it stands beside another placeholder.
    parts = {"{a}": "(?P<a>.+?)", "{A}": "(?P<a>.+?)", "{b}": "(?P<b>.+?)", "{c}": r"(?P<c>\w+)"}
    return re.compile("".join(parts.get(part) or re.escape(part) for part in re.split(r"(\{\w\})", text)))


def fill(text, words):
    capital = words.get("a", "")
    return text.format(**words, A=capital[:1].upper() + capital[1:])
