// Tells Thread Sanitizer what a contended `Synchronization.Mutex` orders.
//
// Its uncontended path is compiled into the program and instrumented. The contended one lives in
// libswiftSynchronization.so, which is not: the kernel hands the lock over, and the sanitizer sees no happens-before.
// These definitions take the library's place at link time, call it, and say what it ordered.
#define _GNU_SOURCE
#include "SanitizedMutex.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define TRY_LOCK_SLOW "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"

extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);

typedef SWIFT void (*Lock)(uint32_t thread, SELF void *handle);
typedef SWIFT void (*Unlock)(SELF void *handle);
typedef SWIFT bool (*TryLock)(SELF void *handle);

SWIFT void sanitized_lock(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void sanitized_unlock(SELF void *handle) __asm__(UNLOCK_SLOW);
SWIFT bool sanitized_try_lock(SELF void *handle) __asm__(TRY_LOCK_SLOW);

static void *library(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        fprintf(stderr, "%s is not in libswiftSynchronization.so: has its Mutex changed?\n", name);
        abort();
    }
    return function;
}

SWIFT void sanitized_lock(uint32_t thread, SELF void *handle) {
    static _Atomic(Lock) real;
    if (real == NULL) real = (Lock)library(LOCK_SLOW);
    real(thread, handle);
    __tsan_acquire(handle);
}

SWIFT void sanitized_unlock(SELF void *handle) {
    static _Atomic(Unlock) real;
    if (real == NULL) real = (Unlock)library(UNLOCK_SLOW);
    __tsan_release(handle);
    real(handle);
}

SWIFT bool sanitized_try_lock(SELF void *handle) {
    static _Atomic(TryLock) real;
    if (real == NULL) real = (TryLock)library(TRY_LOCK_SLOW);
    bool isLocked = real(handle);
    if (isLocked) __tsan_acquire(handle);
    return isLocked;
}
