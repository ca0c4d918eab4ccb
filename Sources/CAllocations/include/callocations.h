#ifndef OSSGATE_CALLOCATIONS_H
#define OSSGATE_CALLOCATIONS_H

#include <stdint.h>

/// How often this process has asked for memory so far, through any function of the C library. A program that links
/// this module has its own malloc, calloc, realloc and aligned forms, which count and pass on.
uint64_t ossgate_allocations(void);

#endif
