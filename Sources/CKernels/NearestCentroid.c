#include "CKernels.h"
#include "Choose.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef float float4 __attribute__((ext_vector_type(4)));
typedef float float8 __attribute__((ext_vector_type(8)));
typedef double double4 __attribute__((ext_vector_type(4)));
typedef double double8 __attribute__((ext_vector_type(8)));

/// The nearest centroid by direct differences, summed in the order of the columns, and its factor;
/// ties to the first.
static __attribute__((noinline)) int32_t nearest_exactly(
  const coterie_samples *samples, const coterie_centroids *centroids, int64_t position) {
  int64_t column_count = samples->column_count;
  double least = INFINITY;
  int32_t label = 0;
  for (int64_t cluster = 0; cluster < centroids->cluster_count; cluster++) {
    const double *centroid = centroids->exact + cluster * column_count;
    double distance = 0;
    for (int64_t column = 0; column < column_count; column++) {
      double element = samples->is_double
                         ? ((const double *)samples->elements)[position + column]
                         : (double)((const float *)samples->elements)[position + column];
      double difference = (element - samples->shift[column]) - centroid[column];
      distance += difference * difference;
    }
    if (centroids->factors) { distance = centroids->factors[cluster] * sqrt(distance); }
    if (distance < least) {
      least = distance;
      label = (int32_t)cluster;
    }
  }
  return label;
}

#define LANES 4
#define NAME(name) name##_baseline
#include "NearestCentroid.inc"
#undef LANES
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define NAME(name) name##_avx2
#include "NearestCentroid.inc"
#undef LANES
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define LANES 16
#define NAME(name) name##_avx512
#include "NearestCentroid.inc"
#undef LANES
#undef NAME
#pragma clang attribute pop
#endif

int32_t coterie_supports(coterie_instructions instructions) {
  switch (instructions) {
  case COTERIE_BASELINE: return 1;
#if defined(__x86_64__)
  case COTERIE_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  case COTERIE_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
  default: return 0;
  }
}

int64_t coterie_lowered_count(int64_t cluster_count) { return (cluster_count + 3) / 4 * 4; }

int64_t coterie_packed_count(int64_t cluster_count, int64_t column_count) {
  return coterie_lowered_count(cluster_count) * column_count;
}

int64_t coterie_scratch_count(int64_t column_count) { return 32 * column_count + 16; }

float coterie_pack(
  const coterie_samples *samples, const double *exact, const double *weights,
  int64_t cluster_count, float *packed, float *lowered, float *rises) {
  int64_t column_count = samples->column_count, padded = coterie_lowered_count(cluster_count);
  // Of a score: column_count + 1 steps of u = 2^-24, and the roundings of row, centroid and norm.
  // The norm of the row, which weights add, has as many steps at most as the rest.
  double steps = (double)(column_count + 8) * (weights ? 0x1p-23 : 0x1p-24);
  double error = steps < 0.01 ? steps * 1.02 : 1;
  for (int64_t cluster = 0; cluster < padded; cluster++) {
    float *target = packed + cluster / 4 * 4 * column_count + cluster % 4;
    double norm = 0, weight = weights && cluster < cluster_count ? weights[cluster] : 1;
    for (int64_t column = 0; column < column_count; column++) {
      double value = 0;
      if (cluster < cluster_count) {
        value = exact[cluster * column_count + column] * samples->scale +
                (samples->shift[column] * samples->scale - samples->center[column]);
      }
      norm += value * value;
      target[4 * column] = (float)(weight * value);
    }
    lowered[cluster] = cluster < cluster_count
                         ? nextafterf((float)(weight * (norm / 2 - error * norm)), -INFINITY)
                         : INFINITY;
    if (weights) { rises[cluster] = (float)(weight - 1); }
  }
  return (float)error;
}

int64_t coterie_assign(
  coterie_instructions instructions, const coterie_samples *samples,
  const coterie_centroids *centroids, int64_t first, const int32_t *offsets, int64_t count,
  int32_t *labels, float *keys, const float *spent, int32_t *moved, int32_t *previous,
  float *scratch) {
  CHOOSE(
    assign, samples, centroids, first, offsets, count, labels, keys, spent, moved, previous,
    scratch)
}

int64_t coterie_expired(
  coterie_instructions instructions, int64_t first, int64_t count, const int32_t *labels,
  const float *keys, const float *spent, float reach, int32_t *expired, int32_t *watched,
  int64_t *watched_count) {
  CHOOSE(expired, first, count, labels, keys, spent, reach, expired, watched, watched_count)
}

double coterie_largest_size(
  coterie_instructions instructions, const coterie_samples *samples, int64_t first,
  int64_t count) {
  CHOOSE(largest_size, samples, first, count)
}

void coterie_move(
  coterie_instructions instructions, const coterie_samples *samples, int64_t first,
  const int32_t *offsets, const int32_t *previous, int64_t count, const int32_t *labels,
  double *sums) {
  CHOOSE(move, samples, first, offsets, previous, count, labels, sums)
}

void coterie_add_sums(
  int64_t cluster_count, int64_t column_count, const double *sums, double *totals) {
  int64_t width = column_count + 2;
  for (int64_t cluster = 0; cluster < cluster_count; cluster++) {
    const double *source = sums + 2 * cluster * width;
    double *target = totals + 2 * cluster * width;
    for (int64_t column = 0; column < width; column++) {
      double sum = target[column], term = source[column], total = sum + term, part = total - sum;
      target[width + column] +=
        ((sum - (total - part)) + (term - part)) + source[width + column];
      target[column] = total;
    }
  }
}

double coterie_inertia(
  coterie_instructions instructions, const coterie_samples *samples, const double *exact,
  int64_t first, int64_t count, const int32_t *labels) {
  CHOOSE(inertia, samples, exact, first, count, labels)
}

void coterie_moments(
  coterie_instructions instructions, const coterie_samples *samples, const double *base,
  int64_t first, int64_t count, double *sums, double *squares) {
  CHOOSE(moments, samples, base, first, count, sums, squares)
}

void coterie_summarize(
  coterie_instructions instructions, const coterie_samples *samples, int64_t first, int64_t count,
  double *least, double *largest, double *mean, double *squares) {
  CHOOSE(summarize, samples, first, count, least, largest, mean, squares)
}
