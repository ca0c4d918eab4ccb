#define _GNU_SOURCE
#include "ckernels.h"
#include <sys/socket.h>

int ossgate_accept(int descriptor) {
    return accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
