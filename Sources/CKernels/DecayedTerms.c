#include "CKernels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define NAME(name) name##_baseline
#include "DecayedTerms.inc"
#undef NAME

#if defined(__x86_64__)
// Vectors of whole numbers of 64 bits come with AVX-512; without them plain code is the fastest.
#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define NAME(name) name##_avx512
#include "DecayedTerms.inc"
#undef NAME
#pragma clang attribute pop
#endif

void coterie_decayed_terms(
  coterie_instructions instructions, const int64_t *times, const double *weights, int64_t count,
  int64_t half_life, const double *powers, double *terms, int64_t *blocks) {
#if defined(__x86_64__)
  if (instructions == COTERIE_AVX512) {
    decayed_terms_avx512(times, weights, count, half_life, powers, terms, blocks);
    return;
  }
#endif
  decayed_terms_baseline(times, weights, count, half_life, powers, terms, blocks);
}
