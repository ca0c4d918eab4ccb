#include "ckernels.h"

#include <string.h>

#include "crc64_kernels.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the kernels load words in little-endian order"
#endif

/// The ECMA-182 polynomial, reflected: bit 63 is x^0. The x^64 term is implied.
static const uint64_t polynomial = 0xC96C5795D7870F42;

enum { slices = 16 };

/// tables[n][b]: what byte `b` becomes when n more zero bytes follow it.
static uint64_t tables[slices][256];

/// Powers of x for any number of bytes that 64 bits tell, in bits: three more than 64.
enum { powerCount = 67 };

/// powers[n]: x^(2^n) modulo the polynomial, reflected.
static uint64_t powers[powerCount];

/// Written once, before any other code of the program runs.
static int bestKernel = OSSGATE_CRC64_PORTABLE;

/// The product modulo the polynomial of two reflected remainders.
static uint64_t multiplied(uint64_t a, uint64_t b) {
    uint64_t product = 0;
    for (int bit = 63; bit >= 0; bit--) {
        if (a >> bit & 1) {
            product ^= b;
        }
        b = b >> 1 ^ (b & 1 ? polynomial : 0);
    }
    return product;
}

static int kernelOfProcessor(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("pclmul")) {
        return OSSGATE_CRC64_PORTABLE;
    }
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("vpclmulqdq")) {
        return OSSGATE_CRC64_CLMUL128;
    }
    return __builtin_cpu_supports("avx512f") ? OSSGATE_CRC64_CLMUL512 : OSSGATE_CRC64_CLMUL256;
#else
    return OSSGATE_CRC64_PORTABLE;
#endif
}

// A constructor runs while the program is still single-threaded, so nothing here needs a lock or a check.
__attribute__((constructor)) static void prepare(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t state = byte;
        for (int bit = 0; bit < 8; bit++) {
            state = state >> 1 ^ (state & 1 ? polynomial : 0);
        }
        tables[0][byte] = state;
    }
    for (int slice = 1; slice < slices; slice++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint64_t before = tables[slice - 1][byte];
            tables[slice][byte] = before >> 8 ^ tables[0][before & 0xFF];
        }
    }
    powers[0] = UINT64_C(1) << 62;
    for (int index = 1; index < powerCount; index++) {
        powers[index] = multiplied(powers[index - 1], powers[index - 1]);
    }
    bestKernel = kernelOfProcessor();
}

uint64_t ossgate_crc64_bare_portable(uint64_t state, const uint8_t *bytes, size_t count) {
    while (count >= 16) {
        uint64_t first, second;
        memcpy(&first, bytes, 8);
        memcpy(&second, bytes + 8, 8);
        first ^= state;
        state = 0;
        for (int index = 0; index < 8; index++) {
            state ^= tables[15 - index][first >> 8 * index & 0xFF];
            state ^= tables[7 - index][second >> 8 * index & 0xFF];
        }
        bytes += 16;
        count -= 16;
    }
    while (count > 0) {
        state = state >> 8 ^ tables[0][(state ^ *bytes) & 0xFF];
        bytes++;
        count--;
    }
    return state;
}

uint64_t ossgate_crc64_by(int kernel, uint64_t crc, const void *bytes, size_t count) {
    if (kernel > bestKernel) {
        kernel = bestKernel;
    }
#if defined(__x86_64__)
    if (kernel >= OSSGATE_CRC64_CLMUL512 && count >= OSSGATE_CLMUL512_COUNT_MIN) {
        return ~ossgate_crc64_bare_clmul512(~crc, bytes, count);
    }
    if (kernel >= OSSGATE_CRC64_CLMUL256 && count >= OSSGATE_CLMUL256_COUNT_MIN) {
        return ~ossgate_crc64_bare_clmul256(~crc, bytes, count);
    }
    if (kernel >= OSSGATE_CRC64_CLMUL128 && count >= OSSGATE_CLMUL128_COUNT_MIN) {
        return ~ossgate_crc64_bare_clmul128(~crc, bytes, count);
    }
#endif
    return ~ossgate_crc64_bare_portable(~crc, bytes, count);
}

uint64_t ossgate_crc64(uint64_t crc, const void *bytes, size_t count) {
    return ossgate_crc64_by(bestKernel, crc, bytes, count);
}

/// So much is copied, and its CRC computed while it lies in the first cache.
enum { copiedAtOnce = 8192 };

uint64_t ossgate_crc64_copy_by(int kernel, uint64_t crc, void *to, const void *from, size_t count) {
    if (kernel > bestKernel) {
        kernel = bestKernel;
    }
    const uint8_t *source = from;
    uint8_t *target = to;
#if defined(__x86_64__)
    if (kernel >= OSSGATE_CRC64_CLMUL512 && count >= OSSGATE_CLMUL512_COUNT_MIN) {
        return ~ossgate_crc64_bare_copy512(~crc, source, count, target);
    }
#endif
    while (count > 0) {
        size_t piece = count < copiedAtOnce ? count : copiedAtOnce;
        memcpy(target, source, piece);
        crc = ossgate_crc64_by(kernel, crc, source, piece);
        source += piece;
        target += piece;
        count -= piece;
    }
    return crc;
}

uint64_t ossgate_crc64_copy(uint64_t crc, void *to, const void *from, size_t count) {
    return ossgate_crc64_copy_by(bestKernel, crc, to, from, count);
}

uint64_t ossgate_crc64_portable(uint64_t crc, const void *bytes, size_t count) {
    return ossgate_crc64_by(OSSGATE_CRC64_PORTABLE, crc, bytes, count);
}

int ossgate_crc64_best_kernel(void) {
    return bestKernel;
}

int ossgate_crc64_is_accelerated(void) {
    return bestKernel != OSSGATE_CRC64_PORTABLE;
}

// The inversions before and after cancel out: crc(AB) = crc(A) * x^(8 * countB) + crc(B).
uint64_t ossgate_crc64_combine(uint64_t crcA, uint64_t crcB, uint64_t countB) {
    uint64_t shift = UINT64_C(1) << 63;
    for (int bit = 0; bit < 64; bit++) {
        if (countB >> bit & 1) {
            shift = multiplied(shift, powers[bit + 3]);
        }
    }
    return multiplied(shift, crcA) ^ crcB;
}
