/* XXH3-64 with a seed, after its specification (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md). */
#include "debar_bytes.h"
#include "debar_table.h"

#include <string.h>

#define P32_1 0x9E3779B1u
#define P32_2 0x85EBCA77u
#define P32_3 0xC2B2AE3Du
#define P64_1 0x9E3779B185EBCA87u
#define P64_2 0xC2B2AE3D27D4EB4Fu
#define P64_3 0x165667B19E3779F9u
#define P64_4 0x85EBCA77C2B2AE63u
#define P64_5 0x27D4EB2F165667C5u

enum { SECRET_BYTES = 192, STRIPE = 64, STRIPES_PER_BLOCK = 16 };

static const uint8_t secret_default[SECRET_BYTES] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
};

static uint64_t swapped64(uint64_t value) {
    uint64_t made = 0;
    for (int byte = 0; byte < 8; byte++)
        made = made << 8 | (value >> 8 * byte & 0xff);
    return made;
}

static uint64_t rotated(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

/* The 128-bit product's upper half, folded into its lower one. */
static uint64_t folded_product(uint64_t one, uint64_t other) {
    uint64_t one_low = one & 0xffffffff, one_high = one >> 32;
    uint64_t other_low = other & 0xffffffff, other_high = other >> 32;
    uint64_t cross = one_high * other_low;
    uint64_t carried = (one_low * other_low >> 32) + (cross & 0xffffffff) + one_low * other_high;
    return (one * other) ^ ((cross >> 32) + (carried >> 32) + one_high * other_high);
}

static uint64_t avalanche(uint64_t hash) {
    hash = (hash ^ hash >> 37) * 0x165667919E3779F9u;
    return hash ^ hash >> 32;
}

static uint64_t avalanche_short(uint64_t hash) {
    hash = (hash ^ hash >> 33) * P64_2;
    hash = (hash ^ hash >> 29) * P64_3;
    return hash ^ hash >> 32;
}

static uint64_t mixed(const uint8_t *data, const uint8_t *secret, uint64_t seed) {
    return folded_product(u64(data) ^ (u64(secret) + seed), u64(data + 8) ^ (u64(secret + 8) - seed));
}

static uint64_t upto_16(const uint8_t *data, size_t length, uint64_t seed) {
    const uint8_t *secret = secret_default;
    if (length == 0)
        return avalanche_short(seed ^ u64(secret + 56) ^ u64(secret + 64));
    if (length < 4) {
        uint32_t combined = (uint32_t)data[0] << 16 | (uint32_t)data[length >> 1] << 24 | data[length - 1]
                            | (uint32_t)length << 8;
        return avalanche_short(combined ^ ((u32(secret) ^ u32(secret + 4)) + seed));
    }
    if (length <= 8) {
        seed ^= swapped64(seed & 0xffffffff);
        uint64_t hash = u32(data + length - 4) + ((uint64_t)u32(data) << 32);
        hash ^= (u64(secret + 8) ^ u64(secret + 16)) - seed;
        hash ^= rotated(hash, 49) ^ rotated(hash, 24);
        hash *= 0x9FB21C651E98DF25u;
        hash = (hash ^ ((hash >> 35) + length)) * 0x9FB21C651E98DF25u;
        return hash ^ hash >> 28;
    }
    uint64_t low = u64(data) ^ ((u64(secret + 24) ^ u64(secret + 32)) + seed);
    uint64_t high = u64(data + length - 8) ^ ((u64(secret + 40) ^ u64(secret + 48)) - seed);
    return avalanche(length + swapped64(low) + high + folded_product(low, high));
}

static uint64_t upto_128(const uint8_t *data, size_t length, uint64_t seed) {
    uint64_t hash = length * P64_1;
    for (size_t place = (length - 1) / 32 + 1; place-- > 0;) {
        hash += mixed(data + 16 * place, secret_default + 32 * place, seed);
        hash += mixed(data + length - 16 * (place + 1), secret_default + 32 * place + 16, seed);
    }
    return avalanche(hash);
}

static uint64_t upto_240(const uint8_t *data, size_t length, uint64_t seed) {
    uint64_t hash = length * P64_1;
    for (size_t place = 0; place < 8; place++)
        hash += mixed(data + 16 * place, secret_default + 16 * place, seed);
    hash = avalanche(hash);
    for (size_t place = 8; place < length / 16; place++)
        hash += mixed(data + 16 * place, secret_default + 16 * (place - 8) + 3, seed);
    hash += mixed(data + length - 16, secret_default + 136 - 17, seed);
    return avalanche(hash);
}

static void accumulate(uint64_t *lanes, const uint8_t *data, const uint8_t *secret) {
    for (int lane = 0; lane < 8; lane++) {
        uint64_t value = u64(data + 8 * lane), keyed = value ^ u64(secret + 8 * lane);
        lanes[lane ^ 1] += value;
        lanes[lane] += (keyed & 0xffffffff) * (keyed >> 32);
    }
}

static uint64_t longer(const uint8_t *data, size_t length, uint64_t seed) {
    uint8_t secret[SECRET_BYTES];
    for (int place = 0; place < SECRET_BYTES; place += 16) {
        uint64_t low = u64(secret_default + place) + seed, high = u64(secret_default + place + 8) - seed;
        memcpy(secret + place, &low, 8);
        memcpy(secret + place + 8, &high, 8);
    }
    uint64_t lanes[8] = {P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1};
    size_t stripes = (length - 1) / STRIPE;
    for (size_t stripe = 0; stripe < stripes; stripe++) {
        size_t place = stripe % STRIPES_PER_BLOCK;
        accumulate(lanes, data + STRIPE * stripe, secret + 8 * place);
        if (place == STRIPES_PER_BLOCK - 1)
            for (int lane = 0; lane < 8; lane++) {
                uint64_t value = lanes[lane] ^ lanes[lane] >> 47 ^ u64(secret + SECRET_BYTES - STRIPE + 8 * lane);
                lanes[lane] = value * P32_1;
            }
    }
    accumulate(lanes, data + length - STRIPE, secret + SECRET_BYTES - STRIPE - 7);
    uint64_t hash = length * P64_1;
    for (int pair = 0; pair < 4; pair++)
        hash += folded_product(lanes[2 * pair] ^ u64(secret + 11 + 16 * pair),
                               lanes[2 * pair + 1] ^ u64(secret + 19 + 16 * pair));
    return avalanche(hash);
}

uint64_t debar_xxh3(const void *data, size_t length, uint64_t seed) {
    if (length <= 16)
        return upto_16(data, length, seed);
    if (length <= 128)
        return upto_128(data, length, seed);
    return length <= 240 ? upto_240(data, length, seed) : longer(data, length, seed);
}
