#include "CSimdjson.h"

#include <simdjson.h>

#include <memory>
#include <new>

struct integration_indexer {
    simdjson::dom::parser parser{};
};

extern "C" integration_indexer *integration_indexer_create(void) { return new (std::nothrow) integration_indexer(); }

extern "C" void integration_indexer_destroy(integration_indexer *indexer) { delete indexer; }

static int reserve(integration_indexer *indexer, size_t length) {
    // Grow in steps, so that a stream of slowly growing texts does not allocate for each.
    if (simdjson_likely(indexer->parser.implementation && length <= indexer->parser.capacity())) return INTEGRATION_INDEX_OK;
    size_t capacity = 16384;
    while (capacity < length) capacity *= 2;
    return indexer->parser.allocate(capacity, 1024) == simdjson::SUCCESS ? INTEGRATION_INDEX_OK
                                                                           : INTEGRATION_INDEX_OUT_OF_MEMORY;
}

extern "C" int integration_indexer_run(integration_indexer *indexer, const uint8_t *bytes, size_t length,
                                       const uint32_t **indexes, size_t *count) {
    int reserved = reserve(indexer, length);
    if (reserved != INTEGRATION_INDEX_OK) return reserved;
    auto &implementation = *indexer->parser.implementation;
    simdjson::error_code error = implementation.stage1(bytes, length, simdjson::stage1_mode::regular);
    *indexes = implementation.structural_indexes.get();
    *count = implementation.n_structural_indexes;
    if (simdjson_likely(error == simdjson::SUCCESS)) {
        // simdjson keeps room for these three behind the last index.
        uint32_t *end = implementation.structural_indexes.get() + implementation.n_structural_indexes;
        end[0] = end[1] = uint32_t(length);
        end[2] = 0;
        return INTEGRATION_INDEX_OK;
    }
    switch (error) {
    case simdjson::EMPTY: return INTEGRATION_INDEX_EMPTY;
    case simdjson::UNCLOSED_STRING: return INTEGRATION_INDEX_UNCLOSED_STRING;
    case simdjson::UNESCAPED_CHARS: return INTEGRATION_INDEX_CONTROL_CHARACTER;
    case simdjson::UTF8_ERROR: return INTEGRATION_INDEX_INVALID_UTF8;
    default: return INTEGRATION_INDEX_OTHER;
    }
}

extern "C" int integration_indexer_parse_dom(integration_indexer *indexer, const uint8_t *bytes, size_t length) {
    int reserved = reserve(indexer, length);
    if (reserved != INTEGRATION_INDEX_OK) return reserved;
    simdjson::dom::element element;
    return indexer->parser.parse(bytes, length, false).get(element) == simdjson::SUCCESS ? 0 : 1;
}

extern "C" int integration_validate_utf8(const uint8_t *bytes, size_t length) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length) ? 1 : 0;
}
