#include "ckernels.h"

#include <stdbool.h>

#include "md5_kernels.h"

/// Written once, before any other code of the program runs.
static int bestKernel = OSSGATE_MD5_BASE;

/// One lane of AVX-512 is faster than scalar registers: its ternary logic makes each step of the chain shorter, but only if
/// a vector is rotated in one cycle. Intel's processors do that, AMD's take two (measured on Zen 4: 650 against 810 MB/s).
static bool isVectorRotatedInOneCycle = false;

__attribute__((constructor)) static void choose(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) {
        bestKernel = OSSGATE_MD5_AVX2;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        bestKernel = OSSGATE_MD5_AVX512;
    }
    isVectorRotatedInOneCycle = __builtin_cpu_is("intel");
#endif
}

typedef void (*kernelFunction)(uint32_t *const *, const uint8_t *const *, size_t);

typedef struct {
    kernelFunction function;
    size_t width;
} choice;

/// What takes `streams` streams at once, or the first of them when it cannot take all. A vector kernel costs the same
/// however many of its lanes are used, so the narrowest that fits is taken; one stream alone is a chain of dependent
/// steps, which is shortest in scalar registers in most cases.
static choice kernelFor(int kernel, size_t streams) {
    switch (kernel) {
#if defined(__x86_64__)
    case OSSGATE_MD5_AVX512:
        if (streams == 1 && !isVectorRotatedInOneCycle) {
            return (choice){ossgate_md5_scalar_x1, 1};
        }
        if (streams <= 4) {
            return (choice){ossgate_md5_avx512_x4, 4};
        }
        if (streams <= 8) {
            return (choice){ossgate_md5_avx512_x8, 8};
        }
        return (choice){ossgate_md5_avx512_x16, 16};
    case OSSGATE_MD5_AVX2:
        if (streams == 1) {
            return (choice){ossgate_md5_scalar_x1, 1};
        }
        if (streams <= 8) {
            return (choice){ossgate_md5_avx2_x8, 8};
        }
        return (choice){ossgate_md5_avx2_x16, 16};
#endif
    case OSSGATE_MD5_SCALAR:
        return (choice){ossgate_md5_scalar_x1, 1};
    default:
        if (streams == 1) {
            return (choice){ossgate_md5_scalar_x1, 1};
        }
        if (streams <= 4) {
            return (choice){ossgate_md5_base_x4, 4};
        }
        return (choice){ossgate_md5_base_x8, 8};
    }
}

void ossgate_md5_by(
    int kernel, uint32_t *states, const uint8_t *const *bytes, size_t streams, size_t blocks
) {
    if (kernel > bestKernel) {
        kernel = bestKernel;
    }
    uint32_t unused[4 * OSSGATE_MD5_LANES_MAX] = {0};
    while (streams > 0) {
        choice chosen = kernelFor(kernel, streams);
        size_t taken = streams < chosen.width ? streams : chosen.width;
        uint32_t *lanes[OSSGATE_MD5_LANES_MAX];
        const uint8_t *sources[OSSGATE_MD5_LANES_MAX];
        for (size_t lane = 0; lane < chosen.width; lane++) {
            // A lane without a stream hashes the first one's bytes, for nothing.
            lanes[lane] = lane < taken ? states + 4 * lane : unused + 4 * lane;
            sources[lane] = bytes[lane < taken ? lane : 0];
        }
        chosen.function(lanes, sources, blocks);
        states += 4 * taken;
        bytes += taken;
        streams -= taken;
    }
}

void ossgate_md5(uint32_t *states, const uint8_t *const *bytes, size_t streams, size_t blocks) {
    ossgate_md5_by(bestKernel, states, bytes, streams, blocks);
}

int ossgate_md5_best_kernel(void) {
    return bestKernel;
}
