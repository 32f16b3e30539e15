"""Muon for hidden matrices (momentum, made orthogonal by Newton-Schulz), AdamW for everything else."""

from collections import defaultdict

import torch

# Coefficients of the quintic iteration that pulls all singular values towards one (Jordan et al., 2024).
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def computes_bf16(device):
    """Whether products of bf16 are faster there than those of fp32."""
    return torch.device(device).type == "cuda" or torch.cpu._is_avx512_bf16_supported()


def orthogonalise(matrices):
    """[k, m, n] to matrices with the same singular vectors and singular values near one."""
    a, b, c = COEFFICIENTS
    x = matrices.bfloat16() if computes_bf16(matrices.device) else matrices
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.mT if tall else x).to(matrices.dtype)


class Muon(torch.optim.Optimizer):
    """params: matrices. A matrix of `parts` stacked projections (fused q, k, v) is made orthogonal part by part.

    The update is scaled by 0.2 * sqrt(longer side), so that its size is that of an AdamW update (Liu et al., 2025).
    """

    def __init__(self, params, lr, momentum=0.95, weight_decay=0.05, parts=None):
        self._parts = parts or {}
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            pieces = defaultdict(list)  # shape -> [(slice of parameter, slice of update)]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                state["momentum"].lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(state["momentum"], group["momentum"])
                parts = self._parts.get(p, 1)
                for target, part in zip(p.chunk(parts), update.chunk(parts)):
                    pieces[part.shape].append((target, part))
            for (rows, columns), members in pieces.items():
                updates = orthogonalise(torch.stack([part for _, part in members]))
                scale = group["lr"] * 0.2 * max(rows, columns) ** 0.5
                for (target, _), update in zip(members, updates):
                    target.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-scale)


def make_optimisers(model, heads, settings):
    """(Muon, AdamW) over what is to be trained of the model, and the auxiliary heads; settings: muon_lr, adam_lr, weight_decay."""
    hidden, parts, others = [], {}, []
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        inner = any(key in name for key in ("blocks.", "merger.", "layers."))
        if inner and p.ndim == 2:
            hidden.append(p)
            # The merger's first matrix mixes four patches: in one piece it would cost as much as all others together.
            if name.endswith(("qkv.weight", "merger.mlp.0.weight")):
                parts[p] = 3 if "qkv" in name else 4
        else:
            others.append(p)
    decay = settings["weight_decay"]
    muon = Muon(hidden, settings["muon_lr"], weight_decay=decay, parts=parts)
    groups = [
        {"params": [p for p in others if p.ndim >= 2] + [p for p in heads.parameters() if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for p in others if p.ndim < 2] + [p for p in heads.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    return muon, torch.optim.AdamW(groups, lr=settings["adam_lr"], betas=(0.9, 0.98))
