"""Qwen2-VL, parameter names as in the released files, arranged for training on packed pairs.

All pairs of a batch have one size, so the tower needs no mask; all questions about a pair share its prefix, so the
language model gets a mask and positions from packing.py. transformers is the reference: check_transformers.py.
"""

import torch
import torch.nn.functional as F
from torch import nn


def rotate(x, cos, sin):
    """Rotate-half; x [B, heads, N, d], cos and sin (tables_of) broadcast to it."""
    # Halves change places by an index, not by torch.cat, of which the compiler makes a loop without vectors.
    return x * cos + x.unflatten(-1, (2, -1)).flip(-2).flatten(-2) * sin


ROWS = 256


def by_rows(function, x):
    """function of x [n, width], given a multiple of ROWS rows: oneDNN prepares every number of rows anew, which takes longer than the
    product where that number is never the same."""
    return function(F.pad(x, (0, 0, 0, -len(x) % ROWS)))[: len(x)]


def tables_of(angles):
    """cos and sin [..., d] of angles [..., d / 2] for rotate; the first half of sin has the minus sign."""
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


def attend(q, k, v, bias=None):
    """Scaled dot-product attention of [B, heads, N, d]; bias is added to the scores."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    # torch's fused kernel spends three times as long on its backward pass as these products at our lengths.
    scores = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-2, -1))
    return torch.matmul((scores if bias is None else scores + bias).softmax(dim=-1), v)


class VisionAttention(nn.Module):
    def __init__(self, width, num_heads):
        super().__init__()
        self.num_heads = num_heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x, cos, sin):
        batch, length, width = x.shape
        # Three products instead of one: the gradient of a view of all three is put together without vectors.
        parts = zip(self.qkv.weight.chunk(3), self.qkv.bias.chunk(3))
        q, k, v = (F.linear(x, weight, bias).view(batch, length, self.num_heads, -1).transpose(1, 2) for weight, bias in parts)
        y = attend(rotate(q, cos, sin).to(v), rotate(k, cos, sin).to(v), v)
        return self.proj(y.transpose(1, 2).reshape(batch, length, width))


class VisionMlp(nn.Module):
    def __init__(self, width, mlp_width):
        super().__init__()
        self.fc1 = nn.Linear(width, mlp_width)
        self.fc2 = nn.Linear(mlp_width, width)

    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(x * torch.sigmoid(1.702 * x))


class VisionBlock(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["embed_dim"]
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.attn = VisionAttention(width, config["num_heads"])
        self.mlp = VisionMlp(width, int(width * config["mlp_ratio"]))

    def forward(self, x, cos, sin):
        x = x + self.attn(self.norm1(x), cos, sin)
        return x + self.mlp(self.norm2(x))


class PatchEmbed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Conv3d(3, width, (2, 14, 14), (2, 14, 14), bias=False)

    def forward(self, patches):
        return F.linear(patches, self.proj.weight.flatten(1))


class Merger(nn.Module):
    def __init__(self, width, out_width):
        super().__init__()
        self.ln_q = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(4 * width, 4 * width), nn.GELU(), nn.Linear(4 * width, out_width))

    def forward(self, x):
        batch, length, width = x.shape
        return self.mlp(self.ln_q(x).view(batch, length // 4, 4 * width))


class VisionTower(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.head_dim = config["embed_dim"] // config["num_heads"]
        self.patch_embed = PatchEmbed(config["embed_dim"])
        self.blocks = nn.ModuleList(VisionBlock(config) for _ in range(config["depth"]))
        self.merger = Merger(config["embed_dim"], config["hidden_size"])

    def rotary(self, rows, columns, device):
        """cos and sin [rows * columns, head_dim] of a picture of that many patches, in merge order."""
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        ids = torch.stack((y, x)).view(2, rows // 2, 2, columns // 2, 2).permute(0, 1, 3, 2, 4).reshape(2, -1)
        inverse = 10000.0 ** (-torch.arange(0, self.head_dim // 2, 2, dtype=torch.float32) / (self.head_dim // 2))
        return tables_of(torch.cat((ids[0, :, None] * inverse, ids[1, :, None] * inverse), dim=-1).to(device))

    def forward(self, patches, rows, columns):
        """patches [B, rows * columns, 1176], rows and columns in patches; returns [B, rows * columns / 4, out_width]."""
        return self.compute(patches, *self.rotary(rows, columns, patches.device))

    def compute(self, patches, cos, sin):
        """What is worth compiling: the tables are made outside, or every layer would compute them again for every head."""
        x = self.patch_embed(patches)
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.merger(x)


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        y = x.float()
        return self.weight * (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + self.eps)).to(x.dtype)


class TextAttention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.num_heads, self.num_kv = config["hidden_size"], config["num_attention_heads"], config["num_key_value_heads"]
        self.head_dim = width // self.num_heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, self.num_kv * self.head_dim)
        self.v_proj = nn.Linear(width, self.num_kv * self.head_dim)
        self.o_proj = nn.Linear(width, width, bias=False)

    def forward(self, x, cos, sin, bias):
        batch, length, width = x.shape
        q, k, v = (f(x).view(batch, length, -1, self.head_dim).transpose(1, 2) for f in (self.q_proj, self.k_proj, self.v_proj))
        q, k = rotate(q, cos, sin).to(v), rotate(k, cos, sin).to(v)
        if self.num_kv != self.num_heads:
            k, v = (t.repeat_interleave(self.num_heads // self.num_kv, dim=1) for t in (k, v))
        y = attend(q, k, v, bias.to(v.dtype))
        return self.o_proj(y.transpose(1, 2).reshape(batch, length, width))


class TextMlp(nn.Module):
    def __init__(self, width, mlp_width):
        super().__init__()
        self.gate_proj = nn.Linear(width, mlp_width, bias=False)
        self.up_proj = nn.Linear(width, mlp_width, bias=False)
        self.down_proj = nn.Linear(mlp_width, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class TextLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["hidden_size"]
        self.input_layernorm = RmsNorm(width, config["rms_norm_eps"])
        self.post_attention_layernorm = RmsNorm(width, config["rms_norm_eps"])
        self.self_attn = TextAttention(config)
        self.mlp = TextMlp(width, config["intermediate_size"])

    def forward(self, x, cos, sin, bias):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, bias)
        return x + self.mlp(self.post_attention_layernorm(x))


class TextModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = nn.ModuleList(TextLayer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RmsNorm(config["hidden_size"], config["rms_norm_eps"])
        self.head_dim = config["hidden_size"] // config["num_attention_heads"]
        self.theta = config["rope_theta"]
        self.sections = config["rope_scaling"]["mrope_section"]

    def rotary(self, positions):
        """positions [3, B, N] to cos and sin [B, 1, N, head_dim]; frequency k turns with the axis of its section."""
        exponents = torch.arange(0, self.head_dim, 2, dtype=torch.float32, device=positions.device) / self.head_dim
        angles = positions[..., None].float() * self.theta**-exponents  # [3, B, N, head_dim / 2]
        angles = torch.cat([part[axis] for axis, part in enumerate(angles.split(self.sections, dim=-1))], dim=-1)
        return tables_of(angles[:, None])

    def forward(self, x, positions, mask):
        """mask [B, N, N]: true where a row may look. Returns the output, and those of the single layers."""
        bias = torch.zeros(mask.shape, device=x.device).masked_fill_(~mask, float("-inf"))[:, None]
        return self.compute(x, *self.rotary(positions), bias)

    def compute(self, x, cos, sin, bias):
        outputs = []
        for layer in self.layers:
            x = layer(x, cos, sin, bias)
            outputs.append(x)
        return self.norm(x), outputs


class HindsightModel(nn.Module):
    """config: the dictionary of config.json."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.visual = VisionTower(config["vision_config"])
        self.model = TextModel(config)
        self.apply(self._start)
        depth = config["vision_config"]["depth"]
        for name, p in self.named_parameters():
            # Residual branches start small, so that depth does not add up.
            if name.endswith(("attn.proj.weight", "fc2.weight")):
                p.data.mul_((2 * depth) ** -0.5)
            elif name.endswith(("o_proj.weight", "down_proj.weight")):
                p.data.mul_((2 * config["num_hidden_layers"]) ** -0.5)

    @staticmethod
    def _start(module):
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=module.in_features**-0.5 * 0.7)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.05)
        elif isinstance(module, nn.Conv3d):
            nn.init.normal_(module.weight, std=0.02)

    def hidden(self, batch, visual_tokens):
        """The language model's output [B, N, width] over a packed batch (packing.py), and those of its layers."""
        x = self.model.embed_tokens(batch["ids"])
        x = x.masked_scatter(batch["is_visual"][..., None], visual_tokens.to(x.dtype))
        return self.model(x, batch["positions"], batch["mask"])

    def logits(self, hidden):
        """hidden [n, width] to [n, vocabulary]."""
        return by_rows(lambda rows: F.linear(rows, self.model.embed_tokens.weight), hidden)

    def forward(self, batch, blind=False):
        """Visual tokens [B, n, width], and logits [targets, vocabulary] where batch["target_at"] says so."""
        visual_tokens = self.visual(batch["patches"], *batch["grid"])
        seen = torch.zeros_like(visual_tokens) if blind else visual_tokens
        return visual_tokens, self.logits(self.hidden(batch, seen)[0][batch["target_at"]])
