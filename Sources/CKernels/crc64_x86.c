#include <string.h>

#include "crc64_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

// Folding as in Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (Intel,
// 2009), for a reflected CRC: of a 128-bit remainder the low half holds the higher powers. Moving a remainder
// ahead by n bits multiplies its low half by x^(n + 64) and its high half by x^n; a carry-less product of
// reflected factors comes out one bit low, hence exponents less one: each constant is x^(e - 1) modulo the
// polynomial, reflected, e = n + 64 in the low half and n in the high half of a pair.
#define FOLD_128_LOW 0xE05DD497CA393AE4
#define FOLD_128_HIGH 0xDABE95AFC7875F40
#define FOLD_256_LOW 0x60095B008A9EFA44
#define FOLD_256_HIGH 0x3BE653A30FE1AF51
#define FOLD_512_LOW 0x6AE3EFBB9DD441F3
#define FOLD_512_HIGH 0x081F6054A7842DF4
#define FOLD_1024_LOW 0x8757D71D4FCC1000
#define FOLD_1024_HIGH 0xD7D86B2AF73DE740
#define FOLD_2048_LOW 0x8260ADF2381AD81C
#define FOLD_2048_HIGH 0xF31FD9271E228B79
#define FOLD_4096_LOW 0x6B6563C31E5DF640
#define FOLD_4096_HIGH 0x430AF18F45BFEC70
// floor(x^128 / polynomial) and the polynomial, both of 65 bits, reflected, for the last (Barrett) reduction.
// The quotient's 65th bit is 0 here; the polynomial's is 1 and is added by hand.
#define QUOTIENT 0x9C3E466C172963D5
#define POLYNOMIAL_65 0x92D8AF2BAF0E1E85

#define CLMUL128 __attribute__((target("pclmul,sse4.1")))
#define CLMUL256 __attribute__((target("avx2,pclmul,vpclmulqdq")))
#define CLMUL512 __attribute__((target("avx512f,avx2,pclmul,vpclmulqdq")))

typedef unsigned long long word;

CLMUL128 static inline __m128i pair128(word low, word high) {
    return _mm_set_epi64x((long long)high, (long long)low);
}

/// `remainder` moved ahead by the distance of `constants`, plus `next`.
CLMUL128 static inline __m128i fold128(__m128i remainder, __m128i constants, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(remainder, constants, 0x00);
    __m128i high = _mm_clmulepi64_si128(remainder, constants, 0x11);
    return _mm_xor_si128(next, _mm_xor_si128(low, high));
}

CLMUL128 static inline __m128i load128(const uint8_t *bytes) {
    return _mm_loadu_si128((const __m128i *)bytes);
}

/// The 64-bit remainder of `remainder` times x^64, and then of the bytes that are left.
CLMUL128 static inline uint64_t finish(__m128i remainder, const uint8_t *bytes, size_t count) {
    const __m128i by128 = pair128(FOLD_128_LOW, FOLD_128_HIGH);
    while (count >= 16) {
        remainder = fold128(remainder, by128, load128(bytes));
        bytes += 16;
        count -= 16;
    }
    // The low half moves ahead by 64 bits (FOLD_128_HIGH is x^127), onto the high half.
    __m128i product = _mm_clmulepi64_si128(remainder, by128, 0x10);
    __m128i top = _mm_xor_si128(_mm_srli_si128(remainder, 8), product);
    // top's low half times x^64, reduced, plus what is above it.
    const __m128i barrett = pair128(QUOTIENT, POLYNOMIAL_65);
    __m128i quotient = _mm_clmulepi64_si128(top, barrett, 0x00);
    __m128i back = _mm_clmulepi64_si128(quotient, barrett, 0x10);
    back = _mm_xor_si128(back, _mm_slli_si128(quotient, 8));
    uint64_t state = (uint64_t)_mm_extract_epi64(_mm_xor_si128(back, product), 1);
    return ossgate_crc64_bare_portable(state, bytes, count);
}

CLMUL128 uint64_t ossgate_crc64_bare_clmul128(uint64_t state, const uint8_t *bytes, size_t count) {
    const __m128i start = pair128(state, 0);
    if (count < 256) {
        return finish(_mm_xor_si128(load128(bytes), start), bytes + 16, count - 16);
    }
    __m128i lanes[8];
    for (int lane = 0; lane < 8; lane++) {
        lanes[lane] = load128(bytes + 16 * lane);
    }
    lanes[0] = _mm_xor_si128(lanes[0], start);
    bytes += 128;
    count -= 128;
    const __m128i by1024 = pair128(FOLD_1024_LOW, FOLD_1024_HIGH);
    while (count >= 128) {
        for (int lane = 0; lane < 8; lane++) {
            lanes[lane] = fold128(lanes[lane], by1024, load128(bytes + 16 * lane));
        }
        bytes += 128;
        count -= 128;
    }
    const __m128i by128 = pair128(FOLD_128_LOW, FOLD_128_HIGH);
    for (int lane = 1; lane < 8; lane++) {
        lanes[lane] = fold128(lanes[lane - 1], by128, lanes[lane]);
    }
    return finish(lanes[7], bytes, count);
}

CLMUL256 static inline __m256i pair256(word low, word high) {
    return _mm256_set_epi64x((long long)high, (long long)low, (long long)high, (long long)low);
}

CLMUL256 static inline __m256i fold256(__m256i remainder, __m256i constants, __m256i next) {
    __m256i low = _mm256_clmulepi64_epi128(remainder, constants, 0x00);
    __m256i high = _mm256_clmulepi64_epi128(remainder, constants, 0x11);
    return _mm256_xor_si256(next, _mm256_xor_si256(low, high));
}

CLMUL256 static inline __m256i load256(const uint8_t *bytes) {
    return _mm256_loadu_si256((const __m256i *)bytes);
}

/// The remainders of the two halves of a vector, one behind the other, and then of the bytes that are left.
CLMUL256 static inline uint64_t finish256(__m256i remainder, const uint8_t *bytes, size_t count) {
    const __m128i by128 = pair128(FOLD_128_LOW, FOLD_128_HIGH);
    __m128i first = _mm256_castsi256_si128(remainder);
    __m128i second = _mm256_extracti128_si256(remainder, 1);
    return finish(fold128(first, by128, second), bytes, count);
}

CLMUL256 uint64_t ossgate_crc64_bare_clmul256(uint64_t state, const uint8_t *bytes, size_t count) {
    __m256i lanes[8];
    for (int lane = 0; lane < 8; lane++) {
        lanes[lane] = load256(bytes + 32 * lane);
    }
    lanes[0] = _mm256_xor_si256(lanes[0], _mm256_set_epi64x(0, 0, 0, (long long)state));
    bytes += 256;
    count -= 256;
    const __m256i by2048 = pair256(FOLD_2048_LOW, FOLD_2048_HIGH);
    while (count >= 256) {
        for (int lane = 0; lane < 8; lane++) {
            lanes[lane] = fold256(lanes[lane], by2048, load256(bytes + 32 * lane));
        }
        bytes += 256;
        count -= 256;
    }
    const __m256i by256 = pair256(FOLD_256_LOW, FOLD_256_HIGH);
    for (int lane = 1; lane < 8; lane++) {
        lanes[lane] = fold256(lanes[lane - 1], by256, lanes[lane]);
    }
    return finish256(lanes[7], bytes, count);
}

CLMUL512 static inline __m512i pair512(word low, word high) {
    return _mm512_broadcast_i32x4(_mm_set_epi64x((long long)high, (long long)low));
}

CLMUL512 static inline __m512i fold512(__m512i remainder, __m512i constants, __m512i next) {
    __m512i low = _mm512_clmulepi64_epi128(remainder, constants, 0x00);
    __m512i high = _mm512_clmulepi64_epi128(remainder, constants, 0x11);
    // 0x96: the sum of all three.
    return _mm512_ternarylogic_epi64(low, high, next, 0x96);
}

/// Copies what it loads to `copy`, unless that is null: a compiler makes two loops of this.
CLMUL512 static inline __m512i load512(const uint8_t *bytes, uint8_t *copy) {
    __m512i loaded = _mm512_loadu_si512(bytes);
    if (copy != NULL) {
        _mm512_storeu_si512(copy, loaded);
    }
    return loaded;
}

CLMUL512 static inline __attribute__((always_inline)) uint64_t clmul512(
    uint64_t state, const uint8_t *bytes, size_t count, uint8_t *copy
) {
    __m512i lanes[8];
    for (int lane = 0; lane < 8; lane++) {
        lanes[lane] = load512(bytes + 64 * lane, copy == NULL ? NULL : copy + 64 * lane);
    }
    lanes[0] = _mm512_xor_si512(lanes[0], _mm512_zextsi128_si512(pair128(state, 0)));
    const __m512i by4096 = pair512(FOLD_4096_LOW, FOLD_4096_HIGH);
    size_t done = 512;
    for (; count - done >= 512; done += 512) {
        for (int lane = 0; lane < 8; lane++) {
            size_t at = done + 64 * (size_t)lane;
            lanes[lane] = fold512(lanes[lane], by4096, load512(bytes + at, copy == NULL ? NULL : copy + at));
        }
    }
    bytes += done;
    count -= done;
    if (copy != NULL) {
        memcpy(copy + done, bytes, count);
    }
    const __m512i by512 = pair512(FOLD_512_LOW, FOLD_512_HIGH);
    for (int lane = 1; lane < 8; lane++) {
        lanes[lane] = fold512(lanes[lane - 1], by512, lanes[lane]);
    }
    const __m256i by256 = pair256(FOLD_256_LOW, FOLD_256_HIGH);
    __m256i first = _mm512_castsi512_si256(lanes[7]);
    __m256i second = _mm512_extracti64x4_epi64(lanes[7], 1);
    return finish256(fold256(first, by256, second), bytes, count);
}

CLMUL512 uint64_t ossgate_crc64_bare_clmul512(uint64_t state, const uint8_t *bytes, size_t count) {
    return clmul512(state, bytes, count, NULL);
}

CLMUL512 uint64_t ossgate_crc64_bare_copy512(uint64_t state, const uint8_t *bytes, size_t count, uint8_t *copy) {
    return clmul512(state, bytes, count, copy);
}

#endif
