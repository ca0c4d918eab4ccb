#include <nghttp2/nghttp2.h>

// Members of unions and fields that Swift does not reach otherwise.

static inline uint32_t ossgate_h2_reset_code(const nghttp2_frame *frame) { return frame->rst_stream.error_code; }
