#ifndef OSSGATE_CKERNELS_H
#define OSSGATE_CKERNELS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/types.h>

/// CRC-64/XZ (ECMA-182 polynomial, reflected, all ones in and out) over `count` bytes, continuing from
/// `crc` (0 for the first call). Chosen at run time: carry-less multiply where the processor has it.
/// `bytes` may be null when `count` is 0.
uint64_t ossgate_crc64(uint64_t crc, const void *bytes, size_t count);

/// The portable kernel, always available: what `ossgate_crc64` is checked against.
uint64_t ossgate_crc64_portable(uint64_t crc, const void *bytes, size_t count);

/// 1 if `ossgate_crc64` uses carry-less multiplication on this processor.
int ossgate_crc64_is_accelerated(void);

/// The CRC of A followed by B, from the CRCs of both and the number of bytes in B.
uint64_t ossgate_crc64_combine(uint64_t crcA, uint64_t crcB, uint64_t countB);

/// The kernels of `ossgate_crc64`, best last; named one by one so that tests reach those that the processor
/// has but that are not its best.
enum {
    OSSGATE_CRC64_PORTABLE = 0,
    OSSGATE_CRC64_CLMUL128 = 1,
    OSSGATE_CRC64_CLMUL256 = 2,
    OSSGATE_CRC64_CLMUL512 = 3,
};

/// The best kernel that this processor has; it has all those below, too.
int ossgate_crc64_best_kernel(void);

/// As `ossgate_crc64`, by the named kernel, or by the best one if the processor lacks it.
uint64_t ossgate_crc64_by(int kernel, uint64_t crc, const void *bytes, size_t count);

/// As `ossgate_crc64` over `from`, which is copied to `to` on the way; the two do not overlap. Chosen at run time.
uint64_t ossgate_crc64_copy(uint64_t crc, void *to, const void *from, size_t count);

/// As `ossgate_crc64_copy`, by the named kernel, or by the best one if the processor lacks it.
uint64_t ossgate_crc64_copy_by(int kernel, uint64_t crc, void *to, const void *from, size_t count);

/// The kernels of `ossgate_md5`, best last: C for one stream; vectors of the processor family's baseline (SSE2, NEON);
/// AVX2; AVX-512. Named so that tests reach those that the processor has but that are not its best.
enum {
    OSSGATE_MD5_SCALAR = 0,
    OSSGATE_MD5_BASE = 1,
    OSSGATE_MD5_AVX2 = 2,
    OSSGATE_MD5_AVX512 = 3,
};

/// As many streams are hashed in lock-step at most.
enum { OSSGATE_MD5_LANES_MAX = 16 };

/// The best kernel that this processor has; it has all those below, too.
int ossgate_md5_best_kernel(void);

/// Advances MD5 (RFC 1321) of `streams` independent streams by `blocks` blocks of 64 bytes each, up to
/// `OSSGATE_MD5_LANES_MAX` of them in lock-step. `states` has the four words of each stream one after the other,
/// `bytes` where each stream goes on. Chosen at run time.
void ossgate_md5(uint32_t *states, const uint8_t *const *bytes, size_t streams, size_t blocks);

/// As `ossgate_md5`, by the named kernel, or by the best one if the processor lacks it.
void ossgate_md5_by(int kernel, uint32_t *states, const uint8_t *const *bytes, size_t streams, size_t blocks);

/// How many of the bytes are ASCII letters, digits or hyphens before the first that is none.
size_t ossgate_end_of_label(const uint8_t *bytes, size_t count);

/// How many of the bytes are `tchar`s (RFC 9110, section 5.6.2) before the first that is none.
size_t ossgate_end_of_token(const uint8_t *bytes, size_t count);

/// How many of the bytes come before the first control byte (C0 or DEL) that is not HTAB.
size_t ossgate_first_control(const uint8_t *bytes, size_t count);

/// Of a field line: as `ossgate_end_of_token`, and from there on as `ossgate_first_control`, both counted from `bytes`.
typedef struct {
    size_t name;
    size_t value;
} ossgate_line_ends;

ossgate_line_ends ossgate_field_line(const uint8_t *bytes, size_t count);

/// The first LF at or after `start` that ends an empty line (LF CR LF), or follows no CR, or is one of the first two
/// bytes; else `count`. `start` is at most `count`.
size_t ossgate_end_of_lines(const uint8_t *bytes, size_t count, size_t start);

/// 1 if both have the same bytes but for ASCII case.
int ossgate_is_equal_ignoring_case(const uint8_t *left, const uint8_t *right, size_t count);

/// Flags of <sys/epoll.h> that Swift's Glibc module does not export as plain integers.
enum {
    OSSGATE_EPOLLIN = EPOLLIN,
    OSSGATE_EPOLLOUT = EPOLLOUT,
    OSSGATE_EPOLLRDHUP = EPOLLRDHUP,
    OSSGATE_EPOLLHUP = EPOLLHUP,
    OSSGATE_EPOLLERR = EPOLLERR,
};
static const uint32_t OSSGATE_EPOLLET = EPOLLET;

/// A non-blocking event descriptor that no child inherits, -1 on failure: Swift's Glibc module lacks <sys/eventfd.h>.
static inline int ossgate_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// Takes one connection from a listening socket, non-blocking and not inherited; -1 with errno when there is none.
int ossgate_accept(int descriptor);

/// Bytes that the kernel has taken of a stream socket and the peer has not acknowledged; 0 if that is not known.
int ossgate_unsent(int descriptor);

/// Bytes of a stream socket that can be read now; 0 if that is not known.
int ossgate_unread(int descriptor);

/// A non-blocking pipe that no child inherits, of room for `bytes` if the kernel grants it; -1 with errno.
int ossgate_pipe(int ends[2], int bytes);

/// Moves up to `count` bytes between a pipe and something else by reference where it can be, without blocking; as
/// splice(2).
ssize_t ossgate_splice(int from, int to, size_t count);

/// Puts the first `count` bytes of one pipe into another as well, by reference, without blocking; as tee(2).
ssize_t ossgate_tee(int from, int to, size_t count);

/// Bounds how many heaps malloc makes for threads; has no effect where malloc is not glibc's.
void ossgate_bound_heaps(int count);

/// Gives the room of some bytes of a file back to its file system; -1 with errno where that cannot be.
int ossgate_punch_hole(int descriptor, int64_t offset, int64_t count);

#endif
