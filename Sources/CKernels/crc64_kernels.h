#ifndef OSSGATE_CRC64_KERNELS_H
#define OSSGATE_CRC64_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Inside the kernels a CRC is the bare remainder: all ones before the first byte, not yet inverted.

/// Any count, one byte or sixteen at a time, by tables.
uint64_t ossgate_crc64_bare_portable(uint64_t state, const uint8_t *bytes, size_t count);

#if defined(__x86_64__)
/// The least count that the kernel of 128-bit folds is worth calling for, and that it needs.
enum { OSSGATE_CLMUL128_COUNT_MIN = 16 };
/// The same for the kernel of 256-bit folds.
enum { OSSGATE_CLMUL256_COUNT_MIN = 512 };
/// The same for the kernel of 512-bit folds.
enum { OSSGATE_CLMUL512_COUNT_MIN = 1024 };

uint64_t ossgate_crc64_bare_clmul128(uint64_t state, const uint8_t *bytes, size_t count);
uint64_t ossgate_crc64_bare_clmul256(uint64_t state, const uint8_t *bytes, size_t count);
uint64_t ossgate_crc64_bare_clmul512(uint64_t state, const uint8_t *bytes, size_t count);
/// The same, and the bytes are copied to `copy` on the way.
uint64_t ossgate_crc64_bare_copy512(uint64_t state, const uint8_t *bytes, size_t count, uint8_t *copy);
#endif

#endif
