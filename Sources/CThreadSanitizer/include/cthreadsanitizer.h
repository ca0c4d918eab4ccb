#ifndef OSSGATE_CTHREADSANITIZER_H
#define OSSGATE_CTHREADSANITIZER_H

/// Linked into the tests so that the thread sanitizer knows the locks of Swift's `Mutex`. 1 in a build for that sanitizer, 0 in
/// all others, where this module does nothing.
int ossgate_thread_sanitizer(void);

#endif
