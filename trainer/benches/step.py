"""Seconds of a training step in PyTorch, for comparison with step.rs: pip install torch."""

import sys
import time

import torch
from torch import nn

# Maps and pooling of each block. As in trainer/src/arch/table.rs, narrow networks have dropout only
# after their last block.
NARROW = {"fcn5-compact"}
NETWORKS = {
    "fcn5-compact": [(32, 2, 4), (128, 2, 4), (128, 2, 4), (192, 3, 5), (256, 4, 4)],
    "fcn4": [(128, 2, 4), (384, 4, 5), (768, 3, 8), (2048, 4, 8)],
    "fcn5": [(128, 2, 4), (256, 2, 4), (512, 2, 4), (1024, 3, 5), (2048, 4, 4)],
}
CLIPS, TAGS, STEPS = 4, 50, 5

torch.manual_seed(0)
torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
for name, blocks in NETWORKS.items():
    layers, maps_in = [], 1
    for number, (maps, bands, frames) in enumerate(blocks, start=1):
        layers += [nn.Conv2d(maps_in, maps, 3, padding=1), nn.BatchNorm2d(maps), nn.ReLU()]
        layers += [nn.MaxPool2d((bands, frames))]
        if name not in NARROW or number == len(blocks):
            layers += [nn.Dropout(0.5)]
        maps_in = maps
    network = nn.Sequential(*layers, nn.Conv2d(maps_in, TAGS, 1), nn.Flatten())
    optimizer = torch.optim.Adam(network.parameters(), eps=1e-8)
    loss = nn.BCEWithLogitsLoss()
    windows = torch.rand(CLIPS, 1, 96, 1366) * 4 - 2
    labels = torch.rand(CLIPS, TAGS).round()
    seconds = []
    for _ in range(STEPS + 1):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss(network(windows), labels).backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    print(f"{name}: {min(seconds[1:]):.3f} s best, {sorted(seconds[1:])[STEPS // 2]:.3f} s median")
