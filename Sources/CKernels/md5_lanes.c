#include "ckernels.h"

#include <string.h>

#include "md5_kernels.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the kernels load words in little-endian order"
#endif

typedef uint32_t ossgate_vector4 __attribute__((vector_size(16)));
typedef uint32_t ossgate_vector8 __attribute__((vector_size(32)));
typedef uint32_t ossgate_vector16 __attribute__((vector_size(64)));

// A compiler joins the word, the constant and the function of a step in whatever order it likes, which puts one more
// addition behind the newest word and so lengthens the chain. Where a vector is one register it is held back.
#define HOLD(sum) __asm__("" : "+v"(sum))
#define DO_NOT_HOLD(sum)

// Baseline of the processor's family: SSE2 on x86, NEON on ARM.
#define LANES_NAME ossgate_md5_base_x4
#define LANES_HOLD DO_NOT_HOLD
#define LANES_WIDTH 4
#define LANES_TARGET
#include "md5_lanes_template.h"

#define LANES_NAME ossgate_md5_base_x8
#define LANES_HOLD DO_NOT_HOLD
#define LANES_WIDTH 8
#define LANES_TARGET
#include "md5_lanes_template.h"

#if defined(__x86_64__)

#define LANES_NAME ossgate_md5_avx2_x8
#define LANES_HOLD DO_NOT_HOLD
#define LANES_WIDTH 8
#define LANES_TARGET __attribute__((target("avx2")))
#include "md5_lanes_template.h"

#define LANES_NAME ossgate_md5_avx2_x16
#define LANES_HOLD DO_NOT_HOLD
#define LANES_WIDTH 16
#define LANES_TARGET __attribute__((target("avx2")))
#include "md5_lanes_template.h"

#define LANES_NAME ossgate_md5_avx512_x4
#define LANES_HOLD HOLD
#define LANES_WIDTH 4
#define LANES_TARGET __attribute__((target("avx512f,avx512vl")))
#include "md5_lanes_template.h"

#define LANES_NAME ossgate_md5_avx512_x8
#define LANES_HOLD HOLD
#define LANES_WIDTH 8
#define LANES_TARGET __attribute__((target("avx512f,avx512vl")))
#include "md5_lanes_template.h"

#define LANES_NAME ossgate_md5_avx512_x16
#define LANES_HOLD HOLD
#define LANES_WIDTH 16
#define LANES_TARGET __attribute__((target("avx512f,avx512vl")))
#include "md5_lanes_template.h"

#endif
