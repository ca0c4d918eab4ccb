#include "ckernels.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Scans of message heads, sixteen bytes at a step where the processor family's baseline has such. No load goes beyond
// what is given: what is left of less than sixteen bytes is looked at by smaller or overlapping ones.

static int is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }

static int is_label(uint8_t byte) {
    return is_letter(byte) || (uint8_t)(byte - '0') < 10 || byte == '-';
}

/// tchar (RFC 9110, section 5.6.2).
static int is_token(uint8_t byte) {
    return is_label(byte) || (byte > 0x20 && byte < 0x7F && strchr("!#$%&'*+.^_`|~", byte) != NULL);
}

static int is_forbidden(uint8_t byte) { return (byte < 0x20 && byte != '\t') || byte == 0x7F; }

static uint64_t load64(const uint8_t *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static uint32_t load32(const uint8_t *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

#if defined(__SSE2__)

static __m128i load128(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

/// All ones in the bytes from `low` to `low + span`.
static __m128i within(__m128i bytes, char low, char span) {
    const __m128i offsets = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(offsets, _mm_set1_epi8(span)), offsets);
}

static __m128i letters(__m128i bytes) {
    return within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 25);
}

static unsigned labels(__m128i bytes) {
    const __m128i digits = within(bytes, '0', 9);
    const __m128i hyphens = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(letters(bytes), digits), hyphens));
}

static unsigned forbidden(__m128i bytes) {
    const __m128i low = within(bytes, 0, 0x1F);
    const __m128i tabs = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i deletes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tabs, low), deletes));
}

/// Equal, or letters that differ in nothing but the bit of their case.
static int is_equal_but_case(__m128i left, __m128i right) {
    const __m128i differing = _mm_xor_si128(left, right);
    const __m128i cases = _mm_and_si128(letters(left), _mm_set1_epi8(0x20));
    const __m128i faults = _mm_andnot_si128(cases, differing);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(faults, _mm_setzero_si128())) == 0xFFFF;
}

static __m128i pair64(const uint8_t *bytes, size_t count) {
    return _mm_set_epi64x((long long)load64(bytes + count - 8), (long long)load64(bytes));
}

static __m128i pair32(const uint8_t *bytes, size_t count) {
    return _mm_set_epi32(0, 0, (int)load32(bytes + count - 4), (int)load32(bytes));
}

#endif

size_t ossgate_end_of_label(const uint8_t *bytes, size_t count) {
    size_t index = 0;
#if defined(__SSE2__)
    for (; count - index >= 16; index += 16) {
        const unsigned others = ~labels(load128(bytes + index)) & 0xFFFF;
        if (others != 0) return index + (size_t)__builtin_ctz(others);
    }
#endif
    while (index < count && is_label(bytes[index])) index++;
    return index;
}

size_t ossgate_end_of_token(const uint8_t *bytes, size_t count) {
    // Nearly all of a name are letters, digits and hyphens, and what follows it is nearly always a colon.
    size_t index = ossgate_end_of_label(bytes, count);
    while (index < count && bytes[index] != ':' && is_token(bytes[index])) {
        index++;
        index += ossgate_end_of_label(bytes + index, count - index);
    }
    return index;
}

size_t ossgate_first_control(const uint8_t *bytes, size_t count) {
    size_t index = 0;
#if defined(__SSE2__)
    for (; count - index >= 16; index += 16) {
        const unsigned found = forbidden(load128(bytes + index));
        if (found != 0) return index + (size_t)__builtin_ctz(found);
    }
#endif
    while (index < count && !is_forbidden(bytes[index])) index++;
    return index;
}

ossgate_line_ends ossgate_field_line(const uint8_t *bytes, size_t count) {
    const size_t name = ossgate_end_of_token(bytes, count);
    const ossgate_line_ends ends = {name, name + ossgate_first_control(bytes + name, count - name)};
    return ends;
}

/// The LF at `index` ends an empty line, follows no CR, or is too near to the start to tell.
static int is_notable(const uint8_t *bytes, size_t index) {
    return index < 2 || bytes[index - 1] != '\r' || bytes[index - 2] == '\n';
}

size_t ossgate_end_of_lines(const uint8_t *bytes, size_t count, size_t start) {
    size_t index = start;
#if defined(__SSE2__)
    for (; count - index >= 16; index += 16) {
        const __m128i feeds = _mm_cmpeq_epi8(load128(bytes + index), _mm_set1_epi8('\n'));
        for (unsigned left = (unsigned)_mm_movemask_epi8(feeds); left != 0; left &= left - 1) {
            const size_t feed = index + (size_t)__builtin_ctz(left);
            if (is_notable(bytes, feed)) return feed;
        }
    }
#endif
    while (index < count && (bytes[index] != '\n' || !is_notable(bytes, index))) index++;
    return index;
}

int ossgate_is_equal_ignoring_case(const uint8_t *left, const uint8_t *right, size_t count) {
#if defined(__SSE2__)
    if (count >= 16) {
        for (size_t index = 0; index + 16 < count; index += 16) {
            if (!is_equal_but_case(load128(left + index), load128(right + index))) return 0;
        }
        return is_equal_but_case(load128(left + count - 16), load128(right + count - 16));
    }
    if (count >= 8) return is_equal_but_case(pair64(left, count), pair64(right, count));
    if (count >= 4) return is_equal_but_case(pair32(left, count), pair32(right, count));
#endif
    for (size_t index = 0; index < count; index++) {
        const uint8_t differing = left[index] ^ right[index];
        if (differing != 0 && (differing != 0x20 || !is_letter(left[index]))) return 0;
    }
    return 1;
}
