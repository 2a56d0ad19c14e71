#include "CKernels.h"
#include "Choose.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// The squared distance of the clusters in two slots, times n m / (n + m) for Ward.
static inline double exact_distance(const coterie_cluster_tree *tree, int64_t a, int64_t b) {
  int64_t column_count = tree->column_count;
  const double *left = tree->centroids + a * column_count;
  const double *right = tree->centroids + b * column_count;
  double sum = 0;
  for (int64_t column = 0; column < column_count; column++) {
    double difference = left[column] - right[column];
    sum += difference * difference;
  }
  if (!tree->is_ward) { return sum; }
  double size = tree->sizes[a], other = tree->sizes[b];
  return size * other / (size + other) * sum;
}

static inline void load_query(const coterie_cluster_tree *tree, int64_t slot, float *query) {
  const float *points = tree->points + slot / 16 * tree->column_count * 16 + slot % 16;
  for (int64_t column = 0; column < tree->column_count; column++) {
    query[column] = points[column * 16];
  }
}

/// Lowers the limit of a component, which other threads may do as well.
static inline void lower_limit(double *limit, double distance) {
  double found;
  __atomic_load(limit, &found, __ATOMIC_RELAXED);
  while (distance < found && !__atomic_compare_exchange(
    limit, &found, &distance, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {}
}

#define LANES 4
#define NAME(name) name##_baseline
#include "ClusterTree.inc"
#include "SpanningForest.inc"
#undef PART
#undef PARTS
#undef LANES
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define NAME(name) name##_avx2
#include "ClusterTree.inc"
#include "SpanningForest.inc"
#undef PART
#undef PARTS
#undef LANES
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define LANES 16
#define NAME(name) name##_avx512
#include "ClusterTree.inc"
#include "SpanningForest.inc"
#undef PART
#undef PARTS
#undef LANES
#undef NAME
#pragma clang attribute pop
#endif

int64_t coterie_nearest_clusters(
  coterie_instructions instructions, const coterie_cluster_tree *tree, const int32_t *queries,
  const int32_t *hints, int64_t count, double *distances, int32_t *nearest, float *scratch) {
  CHOOSE(nearest_clusters, tree, queries, hints, count, distances, nearest, scratch)
}

void coterie_compare_with_all(
  coterie_instructions instructions, const coterie_cluster_tree *tree, const int32_t *queries,
  int64_t count, double *distances, int32_t *nearest, float *scratch) {
  CHOOSE(compare_with_all, tree, queries, count, distances, nearest, scratch)
}

int64_t coterie_leave_components(
  coterie_instructions instructions, const coterie_forest *forest, const int32_t *queries,
  int64_t count, int32_t is_pruning, float *scratch) {
  CHOOSE(leave_components, forest, queries, count, is_pruning, scratch)
}
