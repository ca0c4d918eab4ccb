#define _GNU_SOURCE
#include "ckernels.h"
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int ossgate_accept(int descriptor) {
    return accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int ossgate_unsent(int descriptor) {
    int count = 0;
    return ioctl(descriptor, SIOCOUTQ, &count) == 0 ? count : 0;
}
