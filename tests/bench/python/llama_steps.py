"""The same steps in PyTorch, as a good user of it would write them; prints one line of JSON."""

import argparse
import json
import math
import os
import resource
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

# vocabulary, length, layers, heads, hidden, intermediate, batch, steps: as in Size.java
SIZES = {
    "A": (4096, 256, 4, 8, 256, 704, 8, 24),
    "N": (65, 64, 4, 4, 128, 384, 12, 150),
    "M": (8192, 512, 8, 8, 512, 1408, 4, 6),
}
WARM_UP = 4
VALIDATION_BATCHES = 20


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, 1e-5)


def turn(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-second, first), dim=-1) * sine


class Block(nn.Module):
    def __init__(self, hidden, heads, intermediate):
        super().__init__()
        self.heads = heads
        self.norm_in = Norm(hidden)
        self.norm_attention = Norm(hidden)
        self.qkv = nn.Linear(hidden, 3 * hidden, bias=False)
        self.o = nn.Linear(hidden, hidden, bias=False)
        self.gate_up = nn.Linear(hidden, 2 * intermediate, bias=False)
        self.down = nn.Linear(intermediate, hidden, bias=False)

    def forward(self, x, cosine, sine):
        rows, length, hidden = x.shape
        qkv = self.qkv(self.norm_in(x)).view(rows, length, 3, self.heads, hidden // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        q, k = turn(q, cosine, sine), turn(k, cosine, sine)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(mixed.transpose(1, 2).reshape(rows, length, hidden))
        gate, up = self.gate_up(self.norm_attention(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


class Llama(nn.Module):
    def __init__(self, vocabulary, length, layers, heads, hidden, intermediate):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, hidden)
        self.blocks = nn.ModuleList(Block(hidden, heads, intermediate) for _ in range(layers))
        self.norm = Norm(hidden)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                residual = name.endswith(("o.weight", "down.weight"))
                std = 0.02 / math.sqrt(2 * layers) if residual else 0.02
                nn.init.normal_(parameter, std=std)
        size = hidden // heads
        frequency = 1 / 10000 ** (torch.arange(0, size, 2).float() / size)
        angle = torch.outer(torch.arange(length).float(), frequency)
        self.register_buffer("cosine", torch.cat((angle, angle), -1).cos(), persistent=False)
        self.register_buffer("sine", torch.cat((angle, angle), -1).sin(), persistent=False)

    def forward(self, tokens, targets):
        x = self.embed(tokens)
        for block in self.blocks:
            x = block(x, self.cosine, self.sine)
        logits = F.linear(self.norm(x), self.embed.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def mixed(counter):
    """SplitMix64, as in Text.java."""
    mask = (1 << 64) - 1
    z = ((counter + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)


class Windows:
    def __init__(self, path, vocabulary, length):
        self.vocabulary, self.length, self.tokens = vocabulary, length, None
        if path:
            text = open(path, encoding="utf-8").read()
            number = {c: i for i, c in enumerate(sorted(set(text)))}
            self.tokens = torch.tensor([number[c] for c in text])
            self.boundary = int(len(text) * 0.9)

    def batch(self, indices, validation=False):
        rows = torch.stack([self.window(i, validation) for i in indices])
        return rows[:, :-1].contiguous(), rows[:, 1:].contiguous()

    def window(self, index, validation):
        if self.tokens is None:
            generator = torch.Generator().manual_seed(index)
            return torch.randint(self.vocabulary, (self.length + 1,), generator=generator)
        first = self.boundary if validation else 0
        room = (len(self.tokens) - self.boundary if validation else self.boundary) - self.length - 1
        begin = first + mixed(2 * index + int(validation)) % room
        return self.tokens[begin : begin + self.length + 1]


def rate(step, steps):
    """Linear warm-up over 5 % of the steps, then cosine from 1e-3 to 1e-4."""
    warm = max(1, round(0.05 * steps))
    if step < warm:
        return 1e-3 * (step + 1) / warm
    return 1e-4 + 0.5 * (1e-3 - 1e-4) * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="A", choices=SIZES)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--text")
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.manual_seed(1)
    vocabulary, length, layers, heads, hidden, intermediate, batch, steps = SIZES[arguments.size]
    steps = arguments.steps or steps
    warm = 0 if arguments.text else WARM_UP
    rank, ranks = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    windows = Windows(arguments.text, vocabulary, length)
    plain = Llama(vocabulary, length, layers, heads, hidden, intermediate)
    model = torch.compile(plain) if arguments.compile else plain
    if ranks > 1:
        torch.distributed.init_process_group("gloo")
        model = nn.parallel.DistributedDataParallel(model)
    groups = [
        {"params": [p for p in plain.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in plain.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), eps=1e-8, fused=True)
    cpu = wall = 0.0
    for step in range(warm + steps):
        if step == warm:
            cpu, wall = time.process_time(), time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = rate(step, warm + steps)
        first = (step * ranks + rank) * batch
        loss = model(*windows.batch(range(first, first + batch)))
        loss.backward()
        nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        last = loss.item()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    validation = 0.0
    if arguments.text:
        with torch.no_grad():
            losses = [
                plain(*windows.batch(range(i * batch, (i + 1) * batch), True)).item()
                for i in range(VALIDATION_BATCHES)
            ]
        validation = sum(losses) / len(losses)
    print(
        json.dumps(
            {
                "tokens": steps * ranks * batch * length,
                "cpuSeconds": cpu,
                "wallSeconds": wall,
                "peakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "loss": last,
                "validation": validation,
            }
        )
    )
    if ranks > 1:
        torch.distributed.destroy_process_group()


main()
