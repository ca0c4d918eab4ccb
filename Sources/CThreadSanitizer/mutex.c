#define _GNU_SOURCE
#include "cthreadsanitizer.h"

#if !defined(__has_feature)
#define __has_feature(name) 0
#endif

#if !__has_feature(thread_sanitizer)

int ossgate_thread_sanitizer(void) { return 0; }

#else

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdint.h>

// Taking a free Mutex is inlined into what is compiled for the sanitizer, which sees the atomic operation. Where two
// threads meet, one goes into Swift's library, which is not compiled for it: there the sanitizer would see no order between
// them, and call what both do under the lock a race. These two functions stand before those of the library, pass on, and say
// what happened.

extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);

#define MUTEX_SELF __attribute__((swift_context)) void *mutex
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void lock_function(uint32_t thread, MUTEX_SELF);
typedef __attribute__((swiftcall)) void unlock_function(MUTEX_SELF);

__attribute__((swiftcall)) void ossgate_lock_slow(uint32_t thread, MUTEX_SELF) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void ossgate_unlock_slow(MUTEX_SELF) __asm__(UNLOCK_SLOW);

/// The library's own function, found once.
static void *next(_Atomic(void *) *known, const char *name) {
    void *found = atomic_load_explicit(known, memory_order_relaxed);
    if (found == 0) {
        found = dlsym(RTLD_NEXT, name);
        atomic_store_explicit(known, found, memory_order_relaxed);
    }
    return found;
}

__attribute__((swiftcall)) void ossgate_lock_slow(uint32_t thread, MUTEX_SELF) {
    static _Atomic(void *) known;
    ((lock_function *)next(&known, LOCK_SLOW))(thread, mutex);
    __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void ossgate_unlock_slow(MUTEX_SELF) {
    static _Atomic(void *) known;
    __tsan_release(mutex);
    ((unlock_function *)next(&known, UNLOCK_SLOW))(mutex);
}

int ossgate_thread_sanitizer(void) { return 1; }

#endif
