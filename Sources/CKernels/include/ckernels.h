#ifndef OSSGATE_CKERNELS_H
#define OSSGATE_CKERNELS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// CRC-64/XZ (ECMA-182 polynomial, reflected, all ones in and out) over `count` bytes, continuing from
/// `crc` (0 for the first call). Chosen at run time: carry-less multiply where the processor has it.
uint64_t ossgate_crc64(uint64_t crc, const void *bytes, size_t count);

/// The portable kernel, always available: what `ossgate_crc64` is checked against.
uint64_t ossgate_crc64_portable(uint64_t crc, const void *bytes, size_t count);

/// 1 if `ossgate_crc64` uses carry-less multiplication on this processor.
int ossgate_crc64_is_accelerated(void);

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
