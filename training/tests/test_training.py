"""python -m unittest discover training/tests: what training relies on, without the real world and within seconds."""

import io
import json
import os
import pathlib
import random
import sys
import tempfile
import unittest

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent), str(FOLDER)]
# stand_in.py is started as a program: by this interpreter, which has numpy.
os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

from evaluate import is_held_out  # noqa: E402
from export import keep, shorten  # noqa: E402
from hindsight_training import figures  # noqa: E402
from hindsight_training.augment import MAX_GAIN, MAX_TINT, MAX_VEIL, tone_curves, vary  # noqa: E402
from hindsight_training.cells import CHARACTERS, SLOTS, Vocabulary, cell_targets  # noqa: E402
from hindsight_training.grounding import find_named, ground  # noqa: E402
from hindsight_training.language import SPECIAL  # noqa: E402
from hindsight_training.muon import make_optimisers, orthogonalise  # noqa: E402
from hindsight_training.packing import PREFIX, collate, pack  # noqa: E402
from hindsight_training.patches import MEAN, STD, to_patches  # noqa: E402
from hindsight_training.records import BadStream, PairFile, write_record  # noqa: E402
from hindsight_training.shards import Batches, Shards, seeded  # noqa: E402
from hindsight_training.wording import Wording  # noqa: E402
from hindsight_training.state import AVERAGED_STEPS, Run, start_run  # noqa: E402
from make_tokenizer import PROMPTS, make_tokenizer  # noqa: E402
from stand_in import make_pair, wording  # noqa: E402
from train import step_once  # noqa: E402

SETTINGS = {
    "seed": 1, "vision": {"depth": 2, "width": 32, "heads": 2}, "batch_pairs": 4, "row_tokens": 96, "cell_weight": 0.5, "agree_weight": 0.3,
    "text": {"layers": 2, "width": 48, "heads": 2, "kv_heads": 1, "mlp_width": 64, "mrope_section": [4, 4, 4]},
    "muon_lr": 0.002, "adam_lr": 0.002, "weight_decay": 0.05, "warmup_steps": 2, "log_every": 2, "save_minutes": 5,
}  # fmt: skip


def small_run(folder):
    rng = random.Random(1)
    pairs = [make_pair(rng, 112, 84) for _ in range(8)]
    texts = set(PROMPTS) | {text for truth, _ in pairs for t in truth["tasks"] for text in (t["question"], t["answer"])}
    start_run(folder, SETTINGS, make_tokenizer(sorted(texts)).to_str(), [truth for truth, _ in pairs])
    return Run(folder), pairs


class Records(unittest.TestCase):
    def file(self, content):
        self.enterContext(folder := tempfile.TemporaryDirectory())
        path = os.path.join(folder.name, "pairs.hswp")
        pathlib.Path(path).write_bytes(content)
        return path

    def content(self):
        stream = io.BytesIO()
        for i in range(3):
            write_record(stream, {"i": i}, np.full((2, 28, 56, 3), i, np.uint8))
        return stream.getvalue()

    def test_records_come_back_as_written(self):
        file = PairFile(self.file(self.content()))
        self.assertEqual([file.truth(i)["i"] for i in range(len(file))], [0, 1, 2])
        self.assertEqual(file[2].frames.shape, (2, 28, 56, 3))
        self.assertTrue((file[2].frames == 2).all())

    def test_what_is_no_stream_is_refused(self):
        whole = self.content()
        for name, content in {
            "empty": b"", "cut in a header": whole[:10], "cut in a picture": whole[:-1], "another format": b"RIFF" + whole[4:],
            "odd sides": whole[:8] + b"\x1d" + whole[9:],
        }.items():  # fmt: skip
            with self.subTest(name), self.assertRaises(BadStream):
                PairFile(self.file(content))


class Pixels(unittest.TestCase):
    def test_rows_and_columns_are_where_the_closed_form_puts_them(self):
        rng = np.random.default_rng(0)
        frames = rng.integers(0, 256, (2, 56, 84, 3), np.uint8)
        patches = to_patches(frames)
        for f, y, x, c in rng.integers(0, (2, 56, 84, 3), (200, 4)):
            py, px = y // 14, x // 14
            row = ((py // 2) * 3 + px // 2) * 4 + (py % 2) * 2 + px % 2
            column = ((c * 2 + f) * 14 + y % 14) * 14 + x % 14
            expected = (frames[f, y, x, c] / 255 - MEAN[c]) / STD[c]
            self.assertAlmostEqual(float(patches[row, column]), float(expected), places=5)


class Words(unittest.TestCase):
    def test_words_are_one_token_and_texts_are_spelled(self):
        tokenizer = make_tokenizer(["Is a red car visible?", *PROMPTS])
        pieces = [tokenizer.decode([i]) for i in tokenizer.encode("Is a red car visible? EXIT 42").ids]
        self.assertEqual(pieces, ["Is", " a", " red", " car", " visible", "?", " ", "E", "X", "I", "T", " ", "4", "2"])

    def test_every_text_survives(self):
        tokenizer = make_tokenizer(PROMPTS)
        for text in ("naïve 日本 🚗", "  two  spaces\n", "un­known wörds", "<|im_end|"):
            self.assertEqual(tokenizer.decode(tokenizer.encode(text).ids), text)

    def test_equal_input_gives_equal_bytes_and_specials_come_last(self):
        first, second = make_tokenizer(PROMPTS), make_tokenizer(list(PROMPTS))
        self.assertEqual(first.to_str(), second.to_str())
        ids = [first.token_to_id(name) for name in SPECIAL]
        self.assertEqual(ids, list(range(first.get_vocab_size() - len(SPECIAL), first.get_vocab_size())))


class Packing(unittest.TestCase):
    def setUp(self):
        self.enterContext(folder := tempfile.TemporaryDirectory())
        self.run_, self.pairs = small_run(folder.name)
        self.run_.model.eval()

    def logits(self, tasks, form="alone"):
        truth, frames = self.pairs[0]
        row = pack(self.run_.language, tasks, (3, 4), 200, seeded("x"), form)
        batch = collate(self.run_.language, [frames], [row])
        with torch.inference_mode():
            return self.run_.model(batch)[1], batch

    def test_a_question_does_not_see_its_neighbours(self):
        tasks = self.pairs[0][0]["tasks"]
        together, _ = self.logits(tasks)
        apart = torch.cat([self.logits([task])[0] for task in tasks])
        self.assertLess(float((together - apart).abs().max()), 1e-4)

    def test_an_answer_depends_on_the_picture(self):
        seen, batch = self.logits(self.pairs[0][0]["tasks"])
        with torch.inference_mode():
            blind = self.run_.model(batch, blind=True)[1]
        self.assertGreater(float((seen - blind).abs().max()), 1e-3)

    def test_what_does_not_fit_is_left_out_whole(self):
        tasks = self.pairs[0][0]["tasks"]
        row = pack(self.run_.language, tasks, (3, 4), 30, seeded("x"), "alone")
        self.assertLess(len(row.tasks), len(tasks))
        self.assertEqual(row.segments.max(), len(row.tasks))
        self.assertLessEqual(int((row.segments != PREFIX).sum()), 30)


    def test_a_claimed_text_is_followed_character_by_character(self):
        language = self.run_.language
        task = {"question": "Does the sign say BUS 68?", "answer": "no", "claimed": "BUS 68", "written": "BUN 67"}
        for form in ("alone", "asked"):
            row = pack(language, [task], (3, 4), 200, seeded("x"), form)
            asked = (row.segments == 1) & (row.targets >= 0)
            said = [language.tokenizer.decode([i]) for i in row.targets[asked]]
            self.assertEqual("".join(said[:6]), " BUN 67"[: len("".join(said[:6]))])
            # From the wrong letter on the texts differ, whatever comes behind it.
            self.assertEqual(row.agrees[row.agrees >= 0].tolist(), [1, 1, 1, 0, 0, 0, 0])
            self.assertTrue((row.weights[asked] > 0).all() and (row.weights[~asked] == 0).all())
        longer = {**task, "written": "BUN 679"}
        self.assertFalse((pack(language, [longer], (3, 4), 200, seeded("x"), "alone").agrees >= 0).any())

    def test_the_order_of_two_things_is_told_where_the_second_is_named(self):
        def orders(side, answer, x_of_box):
            places = {"car": 60, "box": x_of_box}
            named = [{"phrase": k, "matches": [{"boxes": [[x, 14, x, 14]] * 2}], "doubtful": []} for k, x in places.items()]
            task = {"question": f"Is the car to the {side} of the box?", "answer": answer, "named": named, "ordered": True}
            row = pack(self.run_.language, [task], (3, 4), 200, seeded("x"), "alone", Vocabulary({"color": [""], "motion": [""]}))
            told = np.nonzero(row.orders >= 0)[0]
            self.assertTrue(all(self.run_.language.tokenizer.decode([row.ids[i]]).endswith("x") for i in told))
            return row.orders[told].tolist()

        # 1: the car is left of the box; 2: what is asked holds.
        self.assertEqual(orders("left", "no", 10), [0])
        self.assertEqual(orders("right", "yes", 10), [2])
        self.assertEqual(orders("left", "yes", 100), [3])
        self.assertEqual(orders("right", "no", 100), [1])
        self.assertEqual(orders("left", "no", 60), [])


class OtherWords(unittest.TestCase):
    def setUp(self):
        self.wording = Wording(wording())

    def task(self, phrasing, question):
        return {"skill": "judge", "phrasing": phrasing, "question": question, "answer": "yes"}

    def test_a_question_is_put_into_other_words_and_never_into_held_out_ones(self):
        task = self.task("visible.0", "Is an orange car visible?")
        drawn = {self.wording.reword(task, self.wording.words(task), random.Random(i))["question"] for i in range(40)}
        self.assertEqual(drawn, {"Is an orange car visible?", "An orange car is visible."})
        back = self.wording.words(self.task("visible.1", "An orange car is visible."))
        self.assertEqual(back, {"a": "an orange car"})

    def test_side_by_side_words_are_told_apart(self):
        words = self.wording.words(self.task("left_of.0", "Is the red car left of the person in blue?"))
        self.assertEqual(words, {"a": "red car", "c": "left", "b": "person in blue"})

    def test_what_is_of_no_known_phrasing_stays(self):
        for task in (self.task("visible.9", "Any car?"), self.task("visible.0", "Any car?"), self.task("gone.0", "Is a car visible?")):
            self.assertEqual(self.wording.reword(task, self.wording.words(task), random.Random(1)), task)

    def test_emphasis_asks_a_question_more_often(self):
        settings = {**SETTINGS, "emphasis": {"says": 30}}
        self.enterContext(folder := tempfile.TemporaryDirectory())
        run, pairs = small_run(folder.name)
        data = {"folder": folder.name, "program": "", "seed": 1, "sizes": ["112x84"], "pairs_per_shard": 4, "num_shards": 1}
        batches = Batches(Shards(data), run.language, run.vocabulary, self.wording, settings)
        tasks = [self.task("visible.0", f"Is a {c} visible?") for c in ("car", "box", "person")]
        box = [30, 0, 58, 28]
        entities = [{"kind": "car", "color": "red", "visible": 1.0, "boxes": [box, box]}]
        truth = {"texts": [{"what": "sign", "text": "B7"}], "entities": entities, "tasks": [*tasks, self.task("says.0", "Does the sign say B1?")]}
        batches.vocabulary = Vocabulary.collect([{"entities": [*entities, {"kind": "box", "color": "blue"}]}])
        drawn = [batches.tasks(truth, random.Random(i)) for i in range(100)]
        first = [tasks[0] for tasks in drawn]
        says = [task for task in first if task["phrasing"] == "says.0"]
        self.assertGreater(len(says), 75)
        self.assertEqual({(task["claimed"], task["written"]) for task in says}, {("B1", "B7")})
        self.assertAlmostEqual(says[0]["weight"], 30**0.5)
        # What a question names is where its words are; of what is not there, no place is known.
        for task in drawn[0]:
            there = " car " in task["question"]
            row = pack(run.language, [task], (3, 4), 96, random.Random(1), "timed", batches.vocabulary)
            at = np.nonzero(row.middles[:, 0] >= 0)[0]
            self.assertEqual([run.language.tokenizer.decode([row.ids[i]]) for i in at], [" car"] * there)
            self.assertEqual(row.middles[at].tolist(), [[1, 3]] * there)
            known = [word for word in ("car", "box") if f" {word} " in task["question"]]
            last = [run.language.tokenizer.decode([row.ids[place]]).strip() for place, _ in row.named]
            self.assertTrue(len(last) == len(known) and all(word.endswith(token) for word, token in zip(known, last)), (last, known))
            self.assertEqual([targets["many"] for _, targets in row.named], [int(there)] * len(known))


class Grounding(unittest.TestCase):
    def entity(self, kind, color, x, **more):
        return {"kind": kind, "color": color, "visible": 1.0, "motion": "left", "boxes": [[0] * 4, [x, 30, x + 10, 50]], **more}

    def test_a_phrase_names_what_is_of_its_kind_and_colour(self):
        car, dim = self.entity("car", "red", 0), self.entity("car", "blue", 60, color_clear=False)
        person, half = self.entity("person", "red", 30, motion="unclear"), self.entity("person", "red", 60, clear=False)
        everything = [car, dim, person, half]
        vocabulary = Vocabulary.collect([{"entities": everything}])

        def told(phrase, entities):
            named = find_named(phrase, entities, vocabulary)
            return named and ground(named, (2, 3), vocabulary)

        self.assertIsNone(told("a sign", everything))
        self.assertEqual(find_named("a red car", everything, vocabulary)["phrase"], "red car")
        both = told("cars", everything)
        self.assertEqual((both["cells"].tolist(), both["many"]), ([0, 0, 0, 1, 0, 1], 2))
        # What may be red is neither a red car nor none; in which colour both are is not known.
        self.assertEqual(told("a red car", everything)["cells"].tolist(), [0, 0, 0, 1, 0, -1])
        self.assertEqual(told("a red car", everything)["many"], -1)
        self.assertEqual(set(both["properties"][: len(vocabulary.names["color"])]), {-1})
        self.assertEqual(told("people in red", everything)["cells"].tolist(), [0, 0, 0, 0, 1, -1])
        alone = told("a car", [car])
        names = vocabulary.names["color"] + vocabulary.names["motion"]
        self.assertEqual([names[i] for i in np.nonzero(alone["properties"] == 1)[0]], ["red", "left"])
        self.assertEqual(set(told("a person", [person])["properties"][len(vocabulary.names["color"]) :]), {-1})
        nothing = told("two trucks and a dog in green", [])
        self.assertIsNone(nothing)
        self.assertEqual((told("blue cars", [car])["cells"].sum(), told("blue cars", [car])["many"]), (0, 0))


class Cells(unittest.TestCase):
    def test_entities_and_characters_land_in_their_cells(self):
        entity = {"kind": "car", "color": "red", "motion": "left", "visible": 1.0, "boxes": [[0, 0, 1, 1], [28, 0, 56, 28]]}
        hidden = {**entity, "kind": "dog", "visible": 0.0, "boxes": [[0, 0, 1, 1], [0, 0, 28, 28]]}
        truth = {"entities": [entity, hidden], "texts": [{"text": "AB", "box": [0, 28, 28, 56]}], "states": []}
        vocabulary = Vocabulary.collect([truth])
        targets = cell_targets(truth, 2, 3, vocabulary)
        self.assertEqual(np.nonzero(targets["kind"].any(-1))[0].tolist(), [1])
        self.assertEqual(np.argwhere(targets["centre"]).tolist(), [[1, vocabulary.index["kind"]["car"]]])
        self.assertEqual(targets["place"].tolist(), [[0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]])
        self.assertEqual(vocabulary.names["motion"][targets["motion"][1]], "left")
        a, b = CHARACTERS.index("A"), CHARACTERS.index("B")
        self.assertEqual(targets["text"][3].tolist(), [a] * (SLOTS // 2) + [b] * (SLOTS // 2))
        self.assertEqual(int(targets["text"][[0, 1, 2, 4, 5]].sum()), 0)


class Variations(unittest.TestCase):
    def test_boxes_move_with_the_pixels_and_stay_inside(self):
        rng = random.Random(3)
        for _ in range(50):
            frames = np.zeros((2, 84, 112, 3), np.uint8)
            box = [rng.randrange(0, 80), rng.randrange(0, 60)]
            box += [box[0] + 20, box[1] + 20]
            frames[:, box[1] : box[3], box[0] : box[2]] = 200
            truth = {"entities": [{"boxes": [box, box]}], "texts": [{"text": "A", "box": box}]}
            varied, moved = vary(frames, truth, rng)
            x0, y0, x1, y1 = moved["entities"][0]["boxes"][1]
            self.assertEqual(moved["texts"][0]["box"], [x0, y0, x1, y1])
            shown = varied[1].mean(-1)
            bright = shown > (shown.min() + shown.max()) / 2
            inside = np.zeros_like(bright)
            inside[y0:y1, x0:x1] = True
            at_edge = 0 in (box[0], box[1]) or box[2] == 112 or box[3] == 84
            self.assertTrue(at_edge or np.array_equal(bright, inside))
            self.assertEqual(truth["entities"][0]["boxes"][0], box)

    def test_light_keeps_what_is_brighter_brighter(self):
        rng, lows = random.Random(4), []
        for _ in range(200):
            curves = tone_curves(rng)
            self.assertEqual(curves.shape, (3, 256))
            self.assertTrue((np.diff(curves) >= 0).all())
            self.assertGreater((curves[:, 255] - curves[:, 0]).min(), 255 * (1 - MAX_VEIL) * (1 - MAX_GAIN) * (1 - MAX_TINT) - 1e-3)
            lows.append(curves[0, 0])
        self.assertTrue(0 < np.count_nonzero(lows) < len(lows))  # some are veiled, and not all


class Figures(unittest.TestCase):
    def test_auroc(self):
        self.assertEqual(figures.auroc([0.1, 0.4, 0.6, 0.9], [0, 0, 1, 1]), 1.0)
        self.assertEqual(figures.auroc([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 1]), 0.5)
        self.assertEqual(figures.auroc([0.9, 0.1], [0, 1]), 0.0)
        self.assertNotEqual(figures.auroc([0.9], [1]), figures.auroc([0.9], [1]))  # nan: only one kind

    def test_false_alarms(self):
        self.assertEqual(figures.false_alarms_at([0.9, 0.8, 0.1, 0.85], [1, 1, 0, 0]), 0.5)
        self.assertEqual(figures.false_alarms_at([0.9, 0.8, 0.1, 0.2], [1, 1, 0, 0]), 0.0)

    def test_calibration(self):
        rows = [{"p": 0.75, "truth": i < 75} for i in range(100)]
        self.assertAlmostEqual(figures.calibration_error(rows), 0.0)
        self.assertEqual(figures.reliability(rows)[0]["n"], 100)


    def test_usual_rows_have_figures_of_their_own(self):
        row = {"skill": "count", "phrasing": "count.1", "correct": True, "answer": "1", "family": "table", "world": 1, "held_out": False}
        rows = [{**row, "usual": usual, "correct": usual, "held_out_combination": not usual, "world": usual} for usual in (True, True, False)]
        found = figures.summarise(rows)["figures"]
        self.assertEqual((found["usual_count_exact"]["value"], found["usual_count_exact"]["n"]), (1.0, 2))
        self.assertAlmostEqual(found["count_exact"]["value"], 2 / 3, places=3)
        for truth, held_out in (("table", False), ("parking", True)):
            self.assertEqual(is_held_out({"family": truth}), held_out)
        self.assertTrue(is_held_out({"family": "table", "style": "hazy"}))


class Export(unittest.TestCase):
    def test_matrices_are_rounded_to_the_nearest_of_five_bits(self):
        matrix = torch.linspace(-3, 3, 1001).bfloat16().view(7, 143)
        short = shorten(matrix)
        self.assertLess(((short - matrix).float().abs() / matrix.float().abs().clamp(min=1e-6)).max(), 1 / 60)
        self.assertFalse((short.view(torch.int16) & 3).any())
        for kept in (matrix[0], matrix.float()):
            self.assertIs(shorten(kept), kept)


class Optimiser(unittest.TestCase):
    def test_singular_values_come_near_one(self):
        torch.manual_seed(0)
        for shape in ((2, 16, 48), (2, 48, 16)):
            values = torch.linalg.svdvals(orthogonalise(torch.randn(shape)))
            self.assertGreater(float(values.min()), 0.5)
            self.assertLess(float(values.max()), 1.4)


class Steps(unittest.TestCase):
    def test_a_batch_is_a_function_of_its_step(self):
        self.enterContext(folder := tempfile.TemporaryDirectory())
        run, _ = small_run(folder.name)
        data = {
            "folder": f"{folder.name}/pairs", "program": str(FOLDER / "stand_in.py"), "seed": 3, "sizes": ["112x84", "140x84"],
            "pairs_per_shard": 12, "num_shards": 4, "open_shards": 2,
        }  # fmt: skip
        make = lambda: Batches(Shards(data), run.language, run.vocabulary, Wording(wording()), SETTINGS)  # noqa: E731
        one, two = make(), make()
        forwards = [one[step] for step in range(14)]
        for step in (13, 0, 7):
            self.assertTrue(torch.equal(two[step]["ids"], forwards[step]["ids"]))
            self.assertTrue(torch.equal(two[step]["patches"], forwards[step]["patches"]))
        # A pass takes every pair once: 4 shards of 12 in batches of 4 are 12 steps.
        seen = [json.dumps(row) for step in range(12) for row in forwards[step]["patches"].sum((1, 2)).tolist()]
        self.assertEqual(len(set(seen)), 48)

    def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(self):
        self.enterContext(folder := tempfile.TemporaryDirectory())
        data = {
            "folder": f"{folder.name}/pairs", "program": str(FOLDER / "stand_in.py"), "seed": 3, "sizes": ["112x84"],
            "pairs_per_shard": 16, "num_shards": 2, "open_shards": 1,
        }  # fmt: skip

        def train(run, steps, optimisers):
            batches = Batches(Shards(data), run.language, run.vocabulary, Wording(wording()), SETTINGS)
            for step in range(run.step, run.step + steps):
                step_once(run, batches[step], optimisers, look_only=False)
                run.step += 1

        def fresh():
            run = Run(folder.name)
            return run, make_optimisers(run.model, run.heads, SETTINGS)

        small_run(folder.name)
        whole, optimisers = fresh()
        train(whole, 4, optimisers)
        half, optimisers = fresh()
        train(half, 2, optimisers)
        half.save(optimisers)
        resumed, optimisers = fresh()
        self.assertTrue(resumed.load(optimisers))
        train(resumed, 2, optimisers)
        for (name, expected), actual in zip(whole.model.state_dict().items(), resumed.model.state_dict().values()):
            self.assertTrue(torch.equal(expected, actual), name)
            self.assertTrue(torch.equal(whole.average[name], resumed.average[name]), name)

    def test_heads_that_are_newer_than_a_state_start_anew(self):
        self.enterContext(folder := tempfile.TemporaryDirectory())
        run, _ = small_run(folder.name)
        with torch.no_grad():
            run.heads.kind.weight.fill_(0.5)
        run.save()
        state = torch.load(run.folder / "state.pt", weights_only=True)
        state["heads"] = {name: value for name, value in state["heads"].items() if not name.startswith("grounding.")}
        torch.save(state, run.folder / "state.pt")
        again = Run(folder.name)
        self.assertTrue(again.load())
        self.assertTrue((again.heads.kind.weight == 0.5).all())

    def test_the_average_is_the_exponential_mean_of_the_weights(self):
        with tempfile.TemporaryDirectory() as folder:
            small_run(folder)
            run = Run(folder)
            name, value = next(iter(run.model.named_parameters()))
            begin = value.detach().clone()
            with torch.no_grad():
                value += 1
            for _ in range(AVERAGED_STEPS):
                run.follow()
            kept = (1 - 1 / AVERAGED_STEPS) ** AVERAGED_STEPS
            self.assertTrue(torch.allclose(run.average[name], begin + 1 - kept, atol=1e-3))

    def test_a_new_run_takes_over_what_fits(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            old, pairs = small_run(first)
            old.save()
            texts = {*PROMPTS, "Is a zebra visible?", "yes", "a red car"}
            start_run(second, SETTINGS, make_tokenizer(sorted(texts)).to_str(), [truth for truth, _ in pairs])
            new = Run(second)
            self.assertNotEqual(new.language.encode(" zebra"), old.language.encode(" zebra"))
            with torch.no_grad():
                for p in new.model.parameters():
                    p.zero_()
            taken, of = new.take_over(first)
            self.assertEqual(taken, of)
            for name, value in old.model.visual.state_dict().items():
                self.assertTrue(torch.equal(value, new.model.visual.state_dict()[name]), name)
            rows = [run.model.model.embed_tokens.weight[run.language.yes] for run in (old, new)]
            self.assertTrue(torch.equal(*rows))
            self.assertTrue(torch.equal(old.heads.motion.weight, new.heads.motion.weight))

    def test_a_larger_run_begins_as_the_smaller_one(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            old, pairs = small_run(first)
            with torch.no_grad():  # biases start at zero, which would hide what becomes of them
                for p in old.model.parameters():
                    p.add_(0.05 * torch.randn(p.shape, generator=torch.Generator().manual_seed(p.numel())))
            old.save()
            larger = {**SETTINGS, "vision": {"depth": 3, "width": 80, "heads": 5}, "text": {**SETTINGS["text"], "layers": 3}}
            tokenizer = (pathlib.Path(first) / "tokenizer.json").read_text()
            start_run(second, larger, tokenizer, [truth for truth, _ in pairs])
            new = Run(second)
            filled, of = new.take_over(first)
            self.assertLess(filled, of)
            rows = [pack(new.language, truth["tasks"], (3, 4), 96, random.Random(1), "alone") for truth, _ in pairs]
            batch = collate(new.language, [frames for _, frames in pairs], rows)
            tokens = [run.model.visual(batch["patches"], *batch["grid"]) for run in (old, new)]
            self.assertTrue(torch.allclose(*tokens, atol=1e-4))
            self.assertTrue(torch.allclose(*(run.model.hidden(batch, t)[0] for run, t in zip((old, new), tokens)), atol=1e-3))
            # What is new learns: nothing of it is cut off from the loss.
            new.model.hidden(batch, tokens[1])[0].square().sum().backward()
            for name in ("visual.patch_embed.proj.weight", "visual.blocks.0.attn.proj.weight", "visual.blocks.2.mlp.fc2.weight"):
                self.assertGreater(new.model.get_parameter(name).grad.abs().sum(dim=-1).flatten().min().item(), 0, name)

    def test_a_language_model_of_another_width_cannot_be_grown(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            old, pairs = small_run(first)
            old.save()
            other = {**SETTINGS, "text": {**SETTINGS["text"], "mlp_width": 96}}
            start_run(second, other, (pathlib.Path(first) / "tokenizer.json").read_text(), [truth for truth, _ in pairs])
            with self.assertRaisesRegex(SystemExit, "only a tower may be wider"):
                Run(second).take_over(first)

    def test_what_is_kept_of_a_run_goes_on(self):
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            run, _ = small_run(first)
            run.step, run.pairs_seen = 7, 70
            run.log({"step": 7})
            run.save()
            keep(run, pathlib.Path(second))
            kept = Run(second)
            self.assertTrue(kept.load(make_optimisers(kept.model, kept.heads, SETTINGS)))
            self.assertEqual((kept.step, kept.pairs_seen), (7, 70))
            for (name, value), other in zip(run.model.state_dict().items(), kept.model.state_dict().values()):
                self.assertTrue(torch.equal(value.bfloat16().float(), other), name)
                self.assertTrue(torch.equal(kept.average[name], other), name)

    def test_a_run_without_a_state_says_so(self):
        self.enterContext(folder := tempfile.TemporaryDirectory())
        self.assertFalse(small_run(folder.name)[0].load())


if __name__ == "__main__":
    unittest.main()
