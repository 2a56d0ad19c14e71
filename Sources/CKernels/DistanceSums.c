#include "CKernels.h"
#include "Choose.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef double double8 __attribute__((ext_vector_type(8)));

#define NAME(name) name##_baseline
#include "DistanceSums.inc"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "DistanceSums.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define NAME(name) name##_avx512
#include "DistanceSums.inc"
#undef NAME
#pragma clang attribute pop
#endif

void coterie_distance_sums(
  coterie_instructions instructions, coterie_measure measure, int64_t column_count,
  const double *rows, int64_t count, const double *eights, int64_t eight_count,
  int64_t last_count, double *sums, int64_t stride) {
  CHOOSE(
    distance_sums, measure, column_count, rows, count, eights, eight_count, last_count, sums,
    stride)
}
