"""Writes the fixtures beside this file: answers of SciPy and scikit-learn on seeded random data.

Run with Python 3 and numpy, scipy and scikit-learn:  python generate.py
The versions used are recorded in every file. The data are made here; nothing is read.
"""

import json
import pathlib
import platform

import numpy
import scipy
import sklearn
from scipy.cluster import hierarchy
from scipy.optimize import linear_sum_assignment
from scipy.spatial import distance
from sklearn import metrics
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.decomposition import PCA

FOLDER = pathlib.Path(__file__).parent
VERSIONS = {
    "python": platform.python_version(),
    "numpy": numpy.__version__,
    "scipy": scipy.__version__,
    "scikit_learn": sklearn.__version__,
}
METRICS = {
    "euclidean": "euclidean",
    "squaredEuclidean": "sqeuclidean",
    "cityblock": "cityblock",
    "chebyshev": "chebyshev",
    "cosine": "cosine",
    "correlation": "correlation",
}


def blobs(generator, count, columns, centers, spread, offset=0.0):
    points = generator.normal(size=(centers, columns)) * 4
    rows = points[generator.integers(centers, size=count)]
    return rows + generator.normal(size=(count, columns)) * spread + offset


def sets():
    generator = numpy.random.default_rng(20260301)
    return {
        "blobs": blobs(generator, 60, 2, 4, 0.8),
        "uniform": generator.uniform(size=(40, 5)),
        "far": blobs(generator, 50, 3, 3, 0.7, offset=1e6),
        "wide": blobs(generator, 24, 30, 3, 1.5),
    }


def write(name, content):
    text = json.dumps({"versions": VERSIONS, **content}, indent=None, separators=(",", ":"))
    (FOLDER / name).write_text(text + "\n", encoding="utf-8")


def trees(data):
    result = []
    for name, rows in data.items():
        for method in ["single", "complete", "average", "weighted", "centroid", "median", "ward"]:
            euclidean_only = method in ("centroid", "median", "ward")
            for metric, scipy_metric in METRICS.items():
                if metric != "euclidean" and (euclidean_only or name != "uniform"):
                    continue
                pairs = distance.pdist(rows, scipy_metric)
                merges = hierarchy.linkage(pairs, method)
                result.append(
                    {
                        "set": name,
                        "linkage": method,
                        "metric": metric,
                        "merges": merges.tolist(),
                        "cophenetic_correlation": float(hierarchy.cophenet(merges, pairs)[0]),
                    }
                )
    return result


def kmeans(data):
    result = []
    for name, rows in data.items():
        for k in (1, 2, 3, 5):
            for seed in (0, 1):
                start, _ = kmeans_plusplus(rows, k, random_state=seed)
                weights = numpy.random.default_rng(seed).uniform(0.5, 2, len(rows))
                for is_weighted in (False, True):
                    fit = KMeans(k, init=start, n_init=1, tol=0, max_iter=1000, algorithm="lloyd")
                    fit.fit(rows, sample_weight=weights if is_weighted else None)
                    result.append(
                        {
                            "set": name,
                            "k": k,
                            "start": start.tolist(),
                            "weights": weights.tolist() if is_weighted else None,
                            "centroids": fit.cluster_centers_.tolist(),
                            "labels": fit.labels_.tolist(),
                            "inertia": float(fit.inertia_),
                            "iterations": int(fit.n_iter_),
                        }
                    )
    return result


def scores(data):
    generator = numpy.random.default_rng(7)
    result = []
    for name, rows in data.items():
        n = len(rows)
        truth = KMeans(3, n_init=1, random_state=0).fit_predict(rows)
        others = {
            "same": truth,
            "renamed": (truth + 5) * 3,
            "random": generator.integers(4, size=n),
            "halves": numpy.arange(n) // ((n + 1) // 2),
            "one": numpy.zeros(n, dtype=int),
            "singletons": numpy.arange(n),
        }
        for kind, other in others.items():
            entry = {
                "set": name,
                "kind": kind,
                "first": truth.tolist(),
                "second": other.tolist(),
                "rand": metrics.rand_score(truth, other),
                "adjusted_rand": metrics.adjusted_rand_score(truth, other),
                "mutual_information": metrics.mutual_info_score(truth, other),
                "normalized_mutual_information": metrics.normalized_mutual_info_score(truth, other),
                "adjusted_mutual_information": metrics.adjusted_mutual_info_score(truth, other),
                "homogeneity": metrics.homogeneity_score(truth, other),
                "completeness": metrics.completeness_score(truth, other),
                "v_measure": metrics.v_measure_score(truth, other),
                "fowlkes_mallows": metrics.fowlkes_mallows_score(truth, other),
                "silhouettes": None,
                "squared_silhouettes": None,
                "calinski_harabasz": None,
                "davies_bouldin": None,
            }
            if 2 <= len(set(other.tolist())) < n:
                # Differences are unchanged by a shift, and scikit-learn's expanded distances are not.
                near = rows - rows.mean(axis=0)
                plain = distance.squareform(distance.pdist(near))
                entry["silhouettes"] = metrics.silhouette_samples(
                    plain, other, metric="precomputed"
                ).tolist()
                entry["squared_silhouettes"] = metrics.silhouette_samples(
                    plain**2, other, metric="precomputed"
                ).tolist()
                entry["calinski_harabasz"] = metrics.calinski_harabasz_score(near, other)
                entry["davies_bouldin"] = metrics.davies_bouldin_score(near, other)
            result.append({key: to_float(value) for key, value in entry.items()})
    return result


def to_float(value):
    return float(value) if isinstance(value, numpy.floating) else value


def components(data):
    result = []
    for name, rows in data.items():
        fit = PCA(svd_solver="full").fit(rows)
        result.append(
            {
                "set": name,
                "mean": fit.mean_.tolist(),
                "explained_variance": fit.explained_variance_.tolist(),
                "explained_variance_ratio": fit.explained_variance_ratio_.tolist(),
                "components": fit.components_.tolist(),
            }
        )
    return result


def assignments():
    generator = numpy.random.default_rng(11)
    result = []
    for shape in [(1, 1), (3, 3), (5, 8), (8, 5), (20, 20), (1, 6)]:
        cost = generator.normal(size=shape)
        rows, columns = linear_sum_assignment(cost)
        result.append({"cost": cost.tolist(), "least": float(cost[rows, columns].sum())})
    return result


def main():
    data = sets()
    write("sets.json", {"sets": {name: rows.tolist() for name, rows in data.items()}})
    write("linkage.json", {"trees": trees(data)})
    write("kmeans.json", {"runs": kmeans({name: data[name] for name in ("blobs", "uniform", "far")})})
    write("scores.json", {"scores": scores(data)})
    write("components.json", {"analyses": components({n: r for n, r in data.items() if n != "wide"})})
    write("assignments.json", {"assignments": assignments()})


main()
