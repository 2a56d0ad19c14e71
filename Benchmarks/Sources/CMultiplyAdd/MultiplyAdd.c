#include "CMultiplyAdd.h"

#pragma STDC FP_CONTRACT ON

// 20 sums that do not wait for one another: more than any processor has in flight.
#define SUMS 20
#define LOOP(lanes)                                                                              \
  typedef float floats __attribute__((ext_vector_type(lanes)));                                  \
  floats sums[SUMS], factor = 0.5f;                                                              \
  for (int i = 0; i < SUMS; i++) { sums[i] = (float)i; }                                         \
  for (int64_t done = 0; done < count; done += SUMS * (lanes)) {                                 \
    _Pragma("clang loop unroll(full)")                                                           \
    for (int i = 0; i < SUMS; i++) { sums[i] = sums[i] * factor + factor; }                      \
    __asm__ volatile("" : : : "memory");                                                         \
  }                                                                                              \
  float total = 0;                                                                               \
  for (int i = 0; i < SUMS; i++) { total += sums[i][0]; }                                        \
  return total;

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static float avx512(int64_t count) { LOOP(16) }
__attribute__((target("avx2,fma"))) static float avx2(int64_t count) { LOOP(8) }
#endif

static float baseline(int64_t count) { LOOP(4) }

float coterie_multiply_adds(int64_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) { return avx512(count); }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) { return avx2(count); }
#endif
  return baseline(count);
}
