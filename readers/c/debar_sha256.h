/* SHA-256, for a table's digests. */
#ifndef DEBAR_SHA256_H
#define DEBAR_SHA256_H

#include <stddef.h>
#include <stdint.h>

void debar_sha256(const uint8_t *data, size_t length, uint8_t digest[32]);

#endif
