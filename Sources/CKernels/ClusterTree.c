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

static inline void add(double x, double *sum, double *rest) {
  double total = *sum + x, part = total - *sum;
  *rest += (*sum - (total - part)) + (x - part);
  *sum = total;
}

static inline void add_scaled(double high, double low, double weight, double *sum, double *rest) {
  if (weight == 1) {
    add(high, sum, rest);
    *rest += low;
    return;
  }
  double product = high * weight;
  *rest += fma(high, weight, -product) + low * weight;
  add(product, sum, rest);
}

void coterie_add_scaled(double high, double low, double weight, double *sum, double *rest) {
  add_scaled(high, low, weight, sum, rest);
}

double coterie_mean(double high, double low, double weight) {
  double sum = high + low, rest = low - (sum - high), mean = sum / weight;
  return mean + (fma(-mean, weight, sum) + rest) / weight;
}

/// Whether bounds in double precision let the distance of two clusters be at most `limit`.
static inline int may_be_within(
  const coterie_cluster_tree *tree, int64_t a, int64_t b, double limit) {
  const coterie_cluster_members *members = tree->members;
  if (members->totals[a] == 1 && members->totals[b] == 1) { return 1; }
  double bound = 0;
  for (int64_t column = 0; column < tree->column_count; column++) {
    double difference = tree->centroids[a * tree->column_count + column]
      - tree->centroids[b * tree->column_count + column];
    bound += difference * difference;
  }
  if (!members->is_average) { bound += members->variances[a] + members->variances[b]; }
  return bound <= limit * limit * (1 + 0x1p-9) + members->error;
}

/// Copies the rows of a cluster in eights: columns of 8 coordinates, then 8 weights.
static void gather(const coterie_cluster_tree *tree, int64_t slot, double *gathered) {
  const coterie_cluster_members *members = tree->members;
  int64_t column_count = tree->column_count, place = 0;
  int64_t last = members->firsts[slot];
  for (int64_t run = slot; run >= 0; run = members->next[run]) {
    int64_t end = members->firsts[run] + members->counts[run];
    for (int64_t row = members->firsts[run]; row < end || (members->next[run] < 0 && place % 8);
         row++) {
      // Rows that fill up the last eight repeat one.
      int64_t from = row < end ? row : last;
      double *eight = gathered + place / 8 * 8 * (column_count + 1) + place % 8;
      for (int64_t column = 0; column < column_count; column++) {
        eight[column * 8] = members->rows[from * column_count + column];
      }
      eight[column_count * 8] = members->weights ? members->weights[from] : 1;
      place++;
    }
  }
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
#include "MemberDistance.inc"
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
#include "MemberDistance.inc"
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
#include "MemberDistance.inc"
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
  const int32_t *hints, int64_t count, double *distances, int32_t *nearest, float *scratch,
  double *query_rows) {
  CHOOSE(nearest_clusters, tree, queries, hints, count, distances, nearest, scratch, query_rows)
}

void coterie_compare_with_all(
  coterie_instructions instructions, const coterie_cluster_tree *tree, const int32_t *queries,
  int64_t count, double *distances, int32_t *nearest, float *scratch,
  double *query_rows) {
  CHOOSE(compare_with_all, tree, queries, count, distances, nearest, scratch, query_rows)
}

void coterie_distances_to_later(
  coterie_instructions instructions, const coterie_grouped_rows *groups, int64_t group,
  int32_t is_average, double *highs, double *lows) {
  CHOOSE(distances_to_later, groups, group, is_average, highs, lows)
}

void coterie_largest_to_later(
  coterie_instructions instructions, const coterie_grouped_rows *groups, int64_t group,
  double *largest, double *scratch) {
  CHOOSE(largest_to_later, groups, group, largest, scratch)
}

int64_t coterie_leave_components(
  coterie_instructions instructions, const coterie_forest *forest, const int32_t *queries,
  int64_t count, int32_t is_pruning, float *scratch) {
  CHOOSE(leave_components, forest, queries, count, is_pruning, scratch)
}
