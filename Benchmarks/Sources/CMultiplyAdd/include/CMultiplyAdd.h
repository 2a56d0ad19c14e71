#ifndef COTERIE_MULTIPLY_ADD_H
#define COTERIE_MULTIPLY_ADD_H

#include <stdint.h>

/// Makes at least `count` multiply-adds of floats with the widest instructions this processor has, on
/// numbers that stay in registers; returns their sum.
float coterie_multiply_adds(int64_t count);

#endif
