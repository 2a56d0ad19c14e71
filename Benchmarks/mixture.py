"""Matrices like those of members' engagement: a mixture of groups of unequal size and spread that overlap."""
import numpy as np


def mixture(rows, columns, groups, seed=0, dtype=np.float32):
    generator = np.random.default_rng(seed)
    shares = generator.dirichlet(np.full(groups, 2.0))
    group = generator.choice(groups, rows, p=shares)
    centers = generator.normal(0, 2.0, (groups, columns))
    spreads = generator.uniform(0.4, 1.2, (groups, columns))
    return (centers[group] + spreads[group] * generator.normal(size=(rows, columns))).astype(dtype)
