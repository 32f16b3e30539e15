"""A training run on disk: what train.py needs to go on, and what export.py needs to ship."""

import json
import os
import pathlib

import torch

from hindsight_training.architecture import HindsightModel
from hindsight_training.cells import CellHeads, Vocabulary
from hindsight_training.growth import grow
from hindsight_training.language import Language


def model_config(settings, language):
    """config.json of the checkpoint in the flat form of the released Qwen2-VL files."""
    vision, text = settings["vision"], settings["text"]
    ids = language.ids
    return {
        "architectures": ["Qwen2VLForConditionalGeneration"],
        "model_type": "qwen2_vl",
        "attention_dropout": 0.0,
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
        "vision_token_id": ids["<|vision_pad|>"],
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "hidden_act": "silu",
        "hidden_size": text["width"],
        "initializer_range": 0.02,
        "intermediate_size": text["mlp_width"],
        "max_position_embeddings": 32768,
        "max_window_layers": text["layers"],
        "num_attention_heads": text["heads"],
        "num_hidden_layers": text["layers"],
        "num_key_value_heads": text["kv_heads"],
        "rms_norm_eps": 1e-6,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": text["mrope_section"]},
        "sliding_window": 32768,
        "use_sliding_window": False,
        "use_cache": True,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        # Room to grow: a later run can add words without another shape.
        "vocab_size": -(-len(language) // 64) * 64,
        "vision_config": {
            "depth": vision["depth"],
            "embed_dim": vision["width"],
            "hidden_size": text["width"],
            "num_heads": vision["heads"],
            "mlp_ratio": 4,
            "hidden_act": "quick_gelu",
            "in_chans": 3,
            "in_channels": 3,
            "patch_size": 14,
            "spatial_patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
    }


AVERAGED_STEPS = 1500


class Run:
    """A folder with settings.json, tokenizer.json, vocabulary.json, state.pt and log.jsonl."""

    def __init__(self, folder, device="cpu"):
        self.folder = pathlib.Path(folder)
        self.device = device
        self.settings = json.loads((self.folder / "settings.json").read_text())
        self.language = Language(self.folder / "tokenizer.json")
        self.vocabulary = Vocabulary(json.loads((self.folder / "vocabulary.json").read_text()))
        torch.manual_seed(self.settings["seed"])
        self.config = model_config(self.settings, self.language)
        self.model = HindsightModel(self.config).to(device)
        self.heads = CellHeads(self.config["hidden_size"], self.vocabulary).to(device)
        self.average, self.has_average = self.weights(), True
        self.step = 0
        self.pairs_seen = 0

    def weights(self):
        """A copy, by name."""
        return {name: value.detach().clone() for name, value in self.model.state_dict().items()}

    def follow(self):
        """Moves `average` a little towards the weights. A constant rate leaves them wandering around what they would be annealed
        to; their exponential average (of the last AVERAGED_STEPS or so) does not wander."""
        for name, value in self.model.state_dict().items():
            self.average[name].lerp_(value.detach(), 1 / AVERAGED_STEPS)

    def load(self, optimisers=(), name="state.pt"):
        """Goes on where `name` was written; False when there is none."""
        path = self.folder / name
        if not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        # A head that is newer than the state starts anew, one that is no more is forgotten.
        heads = self.heads.state_dict()
        self.heads.load_state_dict({name: state["heads"].get(name, value) for name, value in heads.items()})
        self.average, self.has_average = state.get("average", self.weights()), "average" in state
        if len(state["optimisers"]) == len(optimisers) and state["heads"].keys() == heads.keys():
            for optimiser, saved in zip(optimisers, state["optimisers"]):
                # Rates belong to the settings, moments to the state.
                rates = [(g["lr"], g["weight_decay"]) for g in optimiser.param_groups]
                optimiser.load_state_dict(saved)
                for group, (lr, decay) in zip(optimiser.param_groups, rates):
                    group["lr"], group["weight_decay"] = lr, decay
        self.step, self.pairs_seen = state["step"], state["pairs_seen"]
        return True

    def take_over(self, folder):
        """Starts from another run's weights, grown where this network is larger (growth.py); of the embeddings those of the
        tokens that both know. Heads that are new or whose names differ start anew; the pairs that it saw count. Returns how many tensors were
        filled, of how many."""
        folder = pathlib.Path(folder)
        state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
        theirs, mine = state["model"], self.model.state_dict()
        embedding = "model.embed_tokens.weight"
        filled = grow(mine, theirs)
        if theirs[embedding].shape[1] == mine[embedding].shape[1]:
            known = Language(folder / "tokenizer.json").tokenizer.get_vocab()
            both = [(i, known[token]) for token, i in self.language.tokenizer.get_vocab().items() if token in known]
            to, source = (torch.tensor(column) for column in zip(*both))
            mine[embedding][to] = theirs[embedding][source]
            filled.append(embedding)
        names = json.loads((folder / "vocabulary.json").read_text())
        for name, value in self.heads.state_dict().items():
            known, kind = state["heads"].get(name), name.split(".")[0]
            if known is not None and known.shape == value.shape and self.vocabulary.names.get(kind) == names.get(kind):
                value.copy_(known)
        self.average = self.weights()
        self.pairs_seen = state["pairs_seen"]
        return len(filled), len(mine)

    def save(self, optimisers=(), name="state.pt"):
        partial = self.folder / (name + ".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "average": self.average,
                "heads": self.heads.state_dict(),
                "optimisers": [o.state_dict() for o in optimisers],
                "step": self.step,
                "pairs_seen": self.pairs_seen,
            },
            partial,
        )
        os.replace(partial, self.folder / name)

    def log(self, row):
        with open(self.folder / "log.jsonl", "a") as file:
            file.write(json.dumps(row) + "\n")


def start_run(folder, settings, tokenizer, truths):
    """Makes the folder; truths: a sample of records, for the names that the auxiliary heads tell apart."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer)
    (folder / "vocabulary.json").write_text(json.dumps(Vocabulary.collect(truths).names, indent=1) + "\n")
    (folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n")
