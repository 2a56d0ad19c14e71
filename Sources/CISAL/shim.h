// ISA-L, which decompresses gzip some three times as fast as zlib. Only EventLog may import this module.
#ifndef COTERIE_CISAL_SHIM_H
#define COTERIE_CISAL_SHIM_H
#include <isa-l/igzip_lib.h>
#endif
