#include "CKernels.h"
#include "Choose.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef double double8 __attribute__((ext_vector_type(8)));
typedef int64_t long8 __attribute__((ext_vector_type(8)));
typedef int32_t int8 __attribute__((ext_vector_type(8)));

static inline __attribute__((always_inline)) double sum_of_eight(const double8 *v) {
  const double *x = (const double *)v;
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

#define NAME(name) name##_baseline
#include "SeedingSample.inc"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "SeedingSample.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define NAME(name) name##_avx512
#include "SeedingSample.inc"
#undef NAME
#pragma clang attribute pop
#endif

void coterie_gather(
  const coterie_samples *samples, const int64_t *rows, int64_t count, int64_t stride,
  double *values) {
  int64_t column_count = samples->column_count;
  int64_t row_size = column_count * (samples->is_double ? 8 : 4);
  for (int64_t index = 0; index < count; index++) {
    if (index + 16 < count) {
      const char *ahead = (const char *)samples->elements + rows[index + 16] * row_size;
      for (int64_t byte = 0; byte < row_size; byte += 64) { __builtin_prefetch(ahead + byte); }
    }
    int64_t position = rows[index] * column_count;
    for (int64_t column = 0; column < column_count; column++) {
      double element = samples->is_double
                         ? ((const double *)samples->elements)[position + column]
                         : (double)((const float *)samples->elements)[position + column];
      values[column * stride + index] = element - samples->shift[column];
    }
  }
}

double coterie_nearest_two(
  coterie_instructions instructions, const coterie_sample *sample, int64_t first, int64_t count,
  const double *centroids, int64_t first_cluster, int64_t cluster_count, double *nearest,
  double *second, int32_t *labels) {
  CHOOSE(
    nearest_two, sample, first, count, centroids, first_cluster, cluster_count, nearest, second,
    labels)
}

double coterie_trial(
  coterie_instructions instructions, const coterie_sample *sample, int64_t first, int64_t count,
  const double *point, const double *nearest, const double *second, const int32_t *labels,
  double *removals) {
  CHOOSE(trial, sample, first, count, point, nearest, second, labels, removals)
}

void coterie_sample_sums(
  coterie_instructions instructions, const coterie_sample *sample, int64_t first, int64_t count,
  const int32_t *labels, int32_t *summed, double *sums) {
  CHOOSE(sample_sums, sample, first, count, labels, summed, sums)
}
