#ifndef OSSGATE_CKERNELS_H
#define OSSGATE_CKERNELS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

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
};

/// The best kernel that this processor has; it has all those below, too.
int ossgate_crc64_best_kernel(void);

/// As `ossgate_crc64`, by the named kernel, or by the best one if the processor lacks it.
uint64_t ossgate_crc64_by(int kernel, uint64_t crc, const void *bytes, size_t count);

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

#endif
