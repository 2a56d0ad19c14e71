// zlib, for gzip streams. Only EventLog may import this module.
#ifndef COTERIE_CZLIB_SHIM_H
#define COTERIE_CZLIB_SHIM_H
#include <zlib.h>
#include <string.h>

// inflateInit2 and deflateInit2 are macros, which Swift cannot call. 15 + 16: gzip format only.
static inline int coterie_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
static inline int coterie_deflate_init(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
#endif
