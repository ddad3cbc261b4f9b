/* Whole numbers of a little-endian machine at places that need not be aligned. */
#ifndef DEBAR_BYTES_H
#define DEBAR_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t u16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

#endif
