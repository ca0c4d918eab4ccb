#include "callocations.h"

#include <stdatomic.h>
#include <stdbool.h>

// The functions of Swift's runtime that change reference counts. The program that counts them is linked with --wrap for
// each of their names (see Package.swift): its calls come here, and __real_ is what they were meant for. The runtime has
// a way of its own to be listened to, but that one takes small strings for objects on this platform.
extern void *__real_swift_retain(void *object);
extern void __real_swift_release(void *object);
extern void *__real_swift_retain_n(void *object, uint32_t times);
extern void __real_swift_release_n(void *object, uint32_t times);
extern void *__real_swift_bridgeObjectRetain(void *object);
extern void __real_swift_bridgeObjectRelease(void *object);

static atomic_bool is_counting;
static atomic_uint_fast64_t references;

/// Those of nothing, and of what is no object, cost nothing.
static void count(const void *object) {
    if (atomic_load_explicit(&is_counting, memory_order_relaxed) && (intptr_t)object > 0) {
        atomic_fetch_add_explicit(&references, 1, memory_order_relaxed);
    }
}

void *__wrap_swift_retain(void *object) {
    count(object);
    return __real_swift_retain(object);
}

void __wrap_swift_release(void *object) {
    count(object);
    __real_swift_release(object);
}

void *__wrap_swift_retain_n(void *object, uint32_t times) {
    count(object);
    return __real_swift_retain_n(object, times);
}

void __wrap_swift_release_n(void *object, uint32_t times) {
    count(object);
    __real_swift_release_n(object, times);
}

void *__wrap_swift_bridgeObjectRetain(void *object) {
    count(object);
    return __real_swift_bridgeObjectRetain(object);
}

void __wrap_swift_bridgeObjectRelease(void *object) {
    count(object);
    __real_swift_bridgeObjectRelease(object);
}

void ossgate_count_references(void) {
    atomic_store_explicit(&is_counting, true, memory_order_relaxed);
}

uint64_t ossgate_references(void) {
    return atomic_load_explicit(&references, memory_order_relaxed);
}
