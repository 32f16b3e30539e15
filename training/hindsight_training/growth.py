"""A larger network that computes what a smaller one does: where more capacity is wanted, training goes on instead of anew.

What is new contributes nothing at first and still learns: of every product of two new matrices one starts at zero and the
other as the network starts it (Net2Net, Chen et al. 2016, has the idea). The residual stream of the tower is centred on
the way, which LayerNorm does not notice, so that a wider one has the same mean (zero) and a known deviation.
"""

RESIDUAL_WRITES = ("patch_embed.proj.weight", "attn.proj.weight", "attn.proj.bias", "mlp.fc2.weight", "mlp.fc2.bias")
WRITES_OF_A_LAYER = ("attn.proj.weight", "attn.proj.bias", "mlp.fc2.weight", "mlp.fc2.bias", "o_proj.weight", "down_proj.weight")


def grow(mine, theirs):
    """Fills `mine`, a freshly started state dictionary, from `theirs`, a smaller one with heads of the same size; embeddings
    are left alone. The tower may be wider, tower and language model deeper. Returns the names that were filled."""
    width, old = (s["visual.patch_embed.proj.weight"].shape[0] for s in (mine, theirs))
    filled = []
    for name, value in mine.items():
        if name == "model.embed_tokens.weight":
            continue
        if name not in theirs:
            if name.endswith(WRITES_OF_A_LAYER):
                value.zero_()  # a layer that is new adds nothing
            continue
        source = theirs[name]
        if name.startswith("visual.") and width != old:
            source = centred(source) if name.endswith(RESIDUAL_WRITES) else source
            widen(name, value, source, width, old)
        elif value.shape == source.shape:
            value.copy_(source)
        else:
            raise SystemExit(f"growth: {name} has {tuple(source.shape)} there and {tuple(value.shape)} here; only a tower may be wider")
        filled.append(name)
    return filled


def centred(write):
    """The mean over the residual stream taken off whatever is written to it."""
    return write - write.mean(dim=0, keepdim=True)


def widen(name, value, source, width, old):
    """One tensor of the tower; the first `old` places of the residual stream are the ones that were there."""
    if "norm" in name or "ln_q" in name:
        value.fill_(0 if name.endswith("bias") else 1)
        value[:old] = source
        if name.endswith("weight"):
            value.mul_((old / width) ** 0.5)  # of the same sum of squares the mean over more places is smaller
    elif "qkv" in name:
        for into, part in zip(value.chunk(3), source.chunk(3)):
            into[tuple(slice(n) for n in part.shape)] = part
    elif name.endswith("merger.mlp.0.weight"):
        for into, part in zip(value.chunk(4, dim=1), source.chunk(4, dim=1)):  # four patches side by side
            into[: part.shape[0], : part.shape[1]] = part
    else:
        if name.endswith((*RESIDUAL_WRITES, "merger.mlp.2.weight")):
            value.zero_()
        value[tuple(slice(n) for n in source.shape)] = source
