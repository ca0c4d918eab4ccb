#include "ckernels.h"
#include <malloc.h>

void ossgate_bound_heaps(int count) {
#ifdef M_ARENA_MAX
    (void)mallopt(M_ARENA_MAX, count);
#else
    (void)count;
#endif
}
