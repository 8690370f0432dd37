// A C door to simdjson's stage 1: structure indexing and UTF-8 validation, nothing else.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that must be readable after the end of every input (simdjson reads ahead).
#define CSIMDJSON_PADDING 64

/// Reusable state of stage 1. Not thread-safe: one indexer per thread of work.
typedef struct integration_indexer integration_indexer;

/// Result codes of `integration_indexer_run`.
enum {
    INTEGRATION_INDEX_OK = 0,
    INTEGRATION_INDEX_EMPTY = 1,
    INTEGRATION_INDEX_UNCLOSED_STRING = 2,
    INTEGRATION_INDEX_CONTROL_CHARACTER = 3,
    INTEGRATION_INDEX_INVALID_UTF8 = 4,
    INTEGRATION_INDEX_OUT_OF_MEMORY = 5,
    INTEGRATION_INDEX_OTHER = 6
};

integration_indexer *_Nullable integration_indexer_create(void);
void integration_indexer_destroy(integration_indexer *_Nullable indexer);

/// Indexes one JSON text. On success `*indexes` holds `*count` offsets of structural characters and scalar starts,
/// followed by three sentinels, `length`, `length` and 0; they stay valid until the next call.
int integration_indexer_run(integration_indexer *_Nonnull indexer, const uint8_t *_Nonnull bytes, size_t length,
                            const uint32_t *_Nullable *_Nonnull indexes, size_t *_Nonnull count);

/// The whole of simdjson's own parse (stages 1 and 2 into its DOM), for benchmarks. Returns 0 on success.
int integration_indexer_parse_dom(integration_indexer *_Nonnull indexer, const uint8_t *_Nonnull bytes, size_t length);

/// Validates UTF-8 (RFC 3629). Returns 1 when valid.
int integration_validate_utf8(const uint8_t *_Nonnull bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
