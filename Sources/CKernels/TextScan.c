#include "CKernels.h"
#include "Choose.h"

#include <string.h>

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef char mask64 __attribute__((ext_vector_type(64)));
typedef _Bool bits64 __attribute__((ext_vector_type(64)));

/// A bit for each lane that is set.
#define bits(mask)                                                                                \
  ({                                                                                              \
    bits64 lanes = __builtin_convertvector(mask, bits64);                                         \
    uint64_t word;                                                                                \
    memcpy(&word, &lanes, sizeof word);                                                           \
    word;                                                                                         \
  })

#define NAME(name) name##_baseline
#include "TextScan.inc"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(name) name##_avx2
#include "TextScan.inc"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(                                                                     \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define NAME(name) name##_avx512
#include "TextScan.inc"
#undef NAME
#pragma clang attribute pop
#endif

int64_t coterie_find_separators(
  coterie_instructions instructions, const uint8_t *text, int64_t count, uint8_t separator,
  uint8_t line_end, uint32_t *places, uint32_t *contents) {
  CHOOSE(find_separators, text, count, separator, line_end, places, contents)
}
