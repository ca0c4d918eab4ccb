#ifndef OSSGATE_CALLOCATIONS_H
#define OSSGATE_CALLOCATIONS_H

#include <stdint.h>

/// How often this process has asked for memory so far, through any function of the C library. A program that links
/// this module has its own malloc, calloc, realloc and aligned forms, which count and pass on.
uint64_t ossgate_allocations(void);

/// From now on changes of reference counts are counted.
void ossgate_count_references(void);

/// How often reference counts have been changed since then, each an atomic operation, however much they change at once.
uint64_t ossgate_references(void);

#endif
