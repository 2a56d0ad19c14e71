#include "CKernels.h"
#include "Choose.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef double double8 __attribute__((ext_vector_type(8)));

/// Halves, squares or roots of what was summed over the columns.
static inline __attribute__((always_inline)) double measured(
  coterie_measure measure, double value) {
  switch (measure) {
  case COTERIE_ROOT_OF_SQUARES: return sqrt(value);
  case COTERIE_HALF_OF_SQUARES: return value / 2;
  default: return value;
  }
}

#define NAME(name) name##_baseline
#include "ExemplarDissimilarity.inc"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "ExemplarDissimilarity.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define NAME(name) name##_avx512
#include "ExemplarDissimilarity.inc"
#undef NAME
#pragma clang attribute pop
#endif

void coterie_dissimilarities(
  coterie_instructions instructions, const coterie_exemplars *exemplars, const double *rows,
  int64_t count, double *dissimilarities) {
  CHOOSE(dissimilarities, exemplars, rows, count, dissimilarities)
}

void coterie_least_dissimilar(
  coterie_instructions instructions, const coterie_exemplars *exemplars, const double *rows,
  int64_t count, int64_t *labels, double *scratch) {
  CHOOSE(least_dissimilar, exemplars, rows, count, labels, scratch)
}
