/* A reader of debar's table of debarred keys, version 1, as docs/gate-table.md specifies it.
 *
 * Law: only a clear yes is a yes: every error is a negative number, and whoever gets one sells nothing. An open
 * table is not changed by reading and may be shared by threads. Keys are given in their one spelling (docs/gate.md);
 * another spelling of a debarred key would match nothing. C99 and POSIX, no other library; little-endian machines.
 */
#ifndef DEBAR_TABLE_H
#define DEBAR_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    DEBAR_ALLOWED = 0,
    DEBAR_DENIED = 1,
    DEBAR_CANNOT_READ = -1, /* the file is missing or cannot be mapped */
    DEBAR_NO_TABLE = -2,    /* not a table, another version, damaged or cut short */
    DEBAR_DAMAGED = -3,     /* a section is damaged */
    DEBAR_BAD_QUESTION = -4 /* no keys, an empty one, or an unknown action */
};

#define DEBAR_NO_END INT64_MAX

typedef struct debar_table debar_table;

typedef struct {
    const char *text; /* UTF-8, not ended by a zero */
    size_t length;
} debar_text;

typedef struct {
    debar_text kind;
    debar_text value;
} debar_key;

typedef struct {
    debar_text action;    /* create, buy, serve or charge */
    debar_text surface;   /* length 0: every one counts */
    debar_text territory; /* length 0: every one counts */
    int64_t now;          /* microseconds since 1970-01-01T00:00:00Z */
} debar_question;

typedef struct {
    uint64_t revision; /* that the answer knows */
    uint64_t entry;    /* the entry that denies */
    int64_t lapses_at; /* when the denial ends; DEBAR_NO_END if it does not */
    debar_text decision, reason, statement; /* they stay valid until the table is closed */
} debar_answer;

/* Map a table and check its header. */
int debar_table_open(const char *path, debar_table **table);

/* Check every section against its digest: before a table is put in its place. */
int debar_table_verify(const debar_table *table);

/* Answer about several keys: one that is debarred denies. `answer` tells of the denial that holds longest. */
int debar_table_check(const debar_table *table, const debar_key *keys, size_t count,
                      const debar_question *question, debar_answer *answer);

uint64_t debar_table_revision(const debar_table *table);
void debar_table_close(debar_table *table);

/* XXH3 with 64 bits and a seed. */
uint64_t debar_xxh3(const void *data, size_t length, uint64_t seed);

#endif
