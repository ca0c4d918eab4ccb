#include <string.h>

#include "md5_kernels.h"

static inline uint32_t word_at(const uint8_t *bytes, int index) {
    uint32_t word;
    memcpy(&word, bytes + 4 * index, 4);
    return word;
}

#if defined(__x86_64__)

// One stream is a chain of 64 dependent steps for each block, so only the length of the chain counts. What does not
// depend on the newest word, `b`, is computed beside the chain; the chain itself is written out, because a compiler
// regroups it into a longer one. G's two halves have no bit in common, so they can be added one after the other.
#define SCALAR_F(a, b, c, d, shift)                                                                                    \
    uint32_t x = c ^ d;                                                                                                \
    __asm__("andl %[newest], %[x]\n\txorl %[other], %[x]\n\taddl %[x], %[sum]\n\troll %[by], %[sum]\n\t"               \
            "addl %[newest], %[sum]"                                                                                   \
            : [sum] "+r"(a), [x] "+r"(x)                                                                               \
            : [newest] "r"(b), [other] "r"(d), [by] "i"(shift)                                                         \
            : "cc");
#define SCALAR_G(a, b, c, d, shift)                                                                                    \
    uint32_t x = d;                                                                                                    \
    a += ~d & c;                                                                                                       \
    __asm__("andl %[newest], %[x]\n\taddl %[x], %[sum]\n\troll %[by], %[sum]\n\taddl %[newest], %[sum]"                \
            : [sum] "+r"(a), [x] "+r"(x)                                                                               \
            : [newest] "r"(b), [by] "i"(shift)                                                                         \
            : "cc");
#define SCALAR_H(a, b, c, d, shift)                                                                                    \
    uint32_t x = c ^ d;                                                                                                \
    __asm__("xorl %[newest], %[x]\n\taddl %[x], %[sum]\n\troll %[by], %[sum]\n\taddl %[newest], %[sum]"                \
            : [sum] "+r"(a), [x] "+r"(x)                                                                               \
            : [newest] "r"(b), [by] "i"(shift)                                                                         \
            : "cc");
#define SCALAR_I(a, b, c, d, shift)                                                                                    \
    uint32_t x = ~d;                                                                                                   \
    __asm__("orl %[newest], %[x]\n\txorl %[other], %[x]\n\taddl %[x], %[sum]\n\troll %[by], %[sum]\n\t"                \
            "addl %[newest], %[sum]"                                                                                   \
            : [sum] "+r"(a), [x] "+r"(x)                                                                               \
            : [newest] "r"(b), [other] "r"(c), [by] "i"(shift)                                                         \
            : "cc");
#define SCALAR_STEP(function, a, b, c, d, index, shift, constant)                                                      \
    {                                                                                                                  \
        a += word_at(bytes, index) + constant;                                                                         \
        SCALAR_##function(a, b, c, d, shift)                                                                           \
    }

#else

#define SCALAR_F(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define SCALAR_G(b, c, d) (((d) & (b)) | (~(d) & (c)))
#define SCALAR_H(b, c, d) ((b) ^ ((c) ^ (d)))
#define SCALAR_I(b, c, d) ((c) ^ ((b) | ~(d)))
#define SCALAR_STEP(function, a, b, c, d, index, shift, constant)                                                      \
    a += word_at(bytes, index) + constant + SCALAR_##function(b, c, d);                                                \
    a = (a << shift | a >> (32 - shift)) + b;

#endif

void ossgate_md5_scalar_x1(uint32_t *const *states, const uint8_t *const *streams, size_t blocks) {
    uint32_t *state = states[0];
    const uint8_t *bytes = streams[0];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (size_t block = 0; block < blocks; block++) {
        uint32_t a0 = a, b0 = b, c0 = c, d0 = d;
        OSSGATE_MD5_STEPS(SCALAR_STEP)
        a += a0;
        b += b0;
        c += c0;
        d += d0;
        bytes += 64;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = d;
}
