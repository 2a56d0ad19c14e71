// Calls the copy of a function that was compiled for `instructions`.

#if defined(__x86_64__)
#define CHOOSE(function, ...)                                                                    \
  switch (instructions) {                                                                        \
  case COTERIE_AVX512: return function##_avx512(__VA_ARGS__);                                    \
  case COTERIE_AVX2: return function##_avx2(__VA_ARGS__);                                        \
  case COTERIE_BASELINE: return function##_baseline(__VA_ARGS__);                                \
  }
#else
#define CHOOSE(function, ...) return function##_baseline(__VA_ARGS__);
#endif
