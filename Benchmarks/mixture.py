"""Matrices like those of members' engagement: a mixture of groups of unequal size and spread that overlap."""
import numpy as np


def mixture(rows, columns, groups, seed=0, dtype=np.float32):
    generator = np.random.default_rng(seed)
    shares = generator.dirichlet(np.full(groups, 2.0))
    group = generator.choice(groups, rows, p=shares)
    centers = generator.normal(0, 2.0, (groups, columns))
    spreads = generator.uniform(0.4, 1.2, (groups, columns))
    samples = np.empty((rows, columns), dtype)
    # In parts, which draw the same numbers as the whole would and need less memory.
    for first in range(0, rows, 1_000_000):
        part = group[first:first + 1_000_000]
        samples[first:first + len(part)] = centers[part] + spreads[part] * generator.normal(size=(len(part), columns))
    return samples
