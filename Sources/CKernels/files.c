#define _GNU_SOURCE
#include "ckernels.h"
#include <fcntl.h>

int ossgate_punch_hole(int descriptor, int64_t offset, int64_t count) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, count);
}
