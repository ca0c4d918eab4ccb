// Included once for each kernel, with
//   LANES_NAME    the name of the kernel
//   LANES_WIDTH   streams, one in each 32-bit lane of its vectors: 4, 8 or 16
//   LANES_HOLD    a macro that keeps the compiler from regrouping what is added to the sum it is given, or that does nothing
//   LANES_TARGET  the attribute that chooses its instruction set, or nothing
// The vectors are the compiler's own: a width that the instruction set lacks becomes several registers that run side by
// side, and the text that is tested at one instruction set is the text that runs at another.

#define LANES_JOIN_(a, b) a##b
#define LANES_JOIN(a, b) LANES_JOIN_(a, b)
#define LANES_VECTOR LANES_JOIN(ossgate_vector, LANES_WIDTH)
#define LANES_TRANSPOSE LANES_JOIN(LANES_NAME, _transpose)

// Within each piece of 128 bits: words 0 and 1 of both, words 2 and 3 of both; the same for pairs of words.
#if LANES_WIDTH == 4
#define LANES_SHUFFLE_LOW(x, y) __builtin_shufflevector(x, y, 0, 4, 1, 5)
#define LANES_SHUFFLE_HIGH(x, y) __builtin_shufflevector(x, y, 2, 6, 3, 7)
#define LANES_SHUFFLE_LOW_PAIRS(x, y) __builtin_shufflevector(x, y, 0, 1, 4, 5)
#define LANES_SHUFFLE_HIGH_PAIRS(x, y) __builtin_shufflevector(x, y, 2, 3, 6, 7)
#elif LANES_WIDTH == 8
#define LANES_SHUFFLE_LOW(x, y) __builtin_shufflevector(x, y, 0, 8, 1, 9, 4, 12, 5, 13)
#define LANES_SHUFFLE_HIGH(x, y) __builtin_shufflevector(x, y, 2, 10, 3, 11, 6, 14, 7, 15)
#define LANES_SHUFFLE_LOW_PAIRS(x, y) __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13)
#define LANES_SHUFFLE_HIGH_PAIRS(x, y) __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15)
#elif LANES_WIDTH == 16
#define LANES_SHUFFLE_LOW(x, y) \
    __builtin_shufflevector(x, y, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define LANES_SHUFFLE_HIGH(x, y) \
    __builtin_shufflevector(x, y, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LANES_SHUFFLE_LOW_PAIRS(x, y) \
    __builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define LANES_SHUFFLE_HIGH_PAIRS(x, y) \
    __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#endif

/// Sixteen words of `LANES_WIDTH` streams into one vector for each word. Row n of a square is made of the streams
/// n, n + 4, n + 8, ... so that only pieces of 128 bits have to be turned.
LANES_TARGET static inline void LANES_TRANSPOSE(const uint8_t *const *bytes, size_t offset, LANES_VECTOR *words) {
    for (int part = 0; part < 4; part++) {
        union {
            ossgate_vector4 pieces[LANES_WIDTH / 4];
            LANES_VECTOR row;
        } rows[4];
        for (int row = 0; row < 4; row++) {
            for (int piece = 0; piece < LANES_WIDTH / 4; piece++) {
                const uint8_t *from = bytes[4 * piece + row] + offset + 16 * part;
                memcpy(&rows[row].pieces[piece], from, 16);
            }
        }
        LANES_VECTOR low01 = LANES_SHUFFLE_LOW(rows[0].row, rows[1].row);
        LANES_VECTOR high01 = LANES_SHUFFLE_HIGH(rows[0].row, rows[1].row);
        LANES_VECTOR low23 = LANES_SHUFFLE_LOW(rows[2].row, rows[3].row);
        LANES_VECTOR high23 = LANES_SHUFFLE_HIGH(rows[2].row, rows[3].row);
        words[4 * part] = LANES_SHUFFLE_LOW_PAIRS(low01, low23);
        words[4 * part + 1] = LANES_SHUFFLE_HIGH_PAIRS(low01, low23);
        words[4 * part + 2] = LANES_SHUFFLE_LOW_PAIRS(high01, high23);
        words[4 * part + 3] = LANES_SHUFFLE_HIGH_PAIRS(high01, high23);
    }
}

#define LANES_F(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define LANES_G(b, c, d) (((d) & (b)) | (~(d) & (c)))
#define LANES_H(b, c, d) ((b) ^ ((c) ^ (d)))
#define LANES_I(b, c, d) ((c) ^ ((b) | ~(d)))
#define LANES_STEP(function, a, b, c, d, word, shift, constant)                                                        \
    a += words[word] + (uint32_t)constant;                                                                             \
    LANES_HOLD(a);                                                                                                     \
    a += LANES_##function(b, c, d);                                                                                    \
    a = (a << shift | a >> (32 - shift)) + b;

LANES_TARGET void LANES_NAME(uint32_t *const *states, const uint8_t *const *bytes, size_t blocks) {
    LANES_VECTOR a, b, c, d, words[16];
    for (int lane = 0; lane < LANES_WIDTH; lane++) {
        a[lane] = states[lane][0];
        b[lane] = states[lane][1];
        c[lane] = states[lane][2];
        d[lane] = states[lane][3];
    }
    for (size_t block = 0; block < blocks; block++) {
        LANES_TRANSPOSE(bytes, 64 * block, words);
        LANES_VECTOR a0 = a, b0 = b, c0 = c, d0 = d;
        OSSGATE_MD5_STEPS(LANES_STEP)
        a += a0;
        b += b0;
        c += c0;
        d += d0;
    }
    for (int lane = 0; lane < LANES_WIDTH; lane++) {
        states[lane][0] = a[lane];
        states[lane][1] = b[lane];
        states[lane][2] = c[lane];
        states[lane][3] = d[lane];
    }
}

#undef LANES_JOIN_
#undef LANES_JOIN
#undef LANES_VECTOR
#undef LANES_TRANSPOSE
#undef LANES_F
#undef LANES_G
#undef LANES_H
#undef LANES_I
#undef LANES_STEP
#undef LANES_HOLD
#undef LANES_NAME
#undef LANES_WIDTH
#undef LANES_TARGET
#undef LANES_SHUFFLE_LOW
#undef LANES_SHUFFLE_HIGH
#undef LANES_SHUFFLE_LOW_PAIRS
#undef LANES_SHUFFLE_HIGH_PAIRS
