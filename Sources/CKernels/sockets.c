#define _GNU_SOURCE
#include "ckernels.h"
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int ossgate_accept(int descriptor) {
    return accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int ossgate_unsent(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) == 0 ? count : 0;
}

int ossgate_unread(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCINQ, &count) == 0 ? count : 0;
}

int ossgate_pipe(int ends[2], int bytes) {
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
        return -1;
    }
    // Where a pipe of this size may not be had, one of the usual size works too.
    (void)fcntl(ends[0], F_SETPIPE_SZ, bytes);
    return 0;
}

ssize_t ossgate_splice(int from, int to, size_t count) {
    // More: a socket need not make a small segment of the end, which goes with what follows or the next acknowledgement.
    return splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE);
}

ssize_t ossgate_tee(int from, int to, size_t count) {
    return tee(from, to, count, SPLICE_F_NONBLOCK);
}
