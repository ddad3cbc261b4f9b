/* The table's reader; debar_table.h says what it promises. */
#define _POSIX_C_SOURCE 200809L

#include "debar_table.h"
#include "debar_bytes.h"
#include "debar_sha256.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 4096, HEAD = 72, SECTION = 48, DIGEST = 32, VERSION = 1, MARK = 0x01020304 };
enum { KEYS, TERMS, PLACES, FINGERPRINTS, DIRECTORY, FILTER, SECTIONS };
enum { KEY_HEAD = 8, KEY_DECISION = 12, TERMS_HEAD = 28, DIRECTORY_LAG = 8, FILTER_BITS_MIN = 10 };
enum { DECISION, BECAUSE, REASON, STATEMENT, SINGLE_TEXTS };

typedef struct {
    const uint8_t *data;
    uint64_t length;
} section;

struct debar_table {
    const uint8_t *map;
    size_t length;
    uint64_t seed, revision, key_count;
    uint32_t filter_bits, directory_bits;
    section sections[SECTIONS];
};

static uint32_t filter_bits_for(uint64_t key_count) {
    uint32_t bits = FILTER_BITS_MIN;
    while (bits < 63 && (uint64_t)1 << bits < 16 * key_count)
        bits++;
    return bits;
}

/* Take the header apart; every length must follow from the counts, and the sections must fill the file. */
static int read_header(debar_table *table) {
    const uint8_t *page = table->map;
    uint8_t digest[DIGEST];
    uint64_t ends = PAGE, wanted[SECTIONS] = {0};
    if (memcmp(page, "DEBARTBL", 8) != 0 || u32(page + 8) != VERSION || u32(page + 12) != MARK)
        return DEBAR_NO_TABLE;
    debar_sha256(page, PAGE - DIGEST, digest);
    if (memcmp(digest, page + PAGE - DIGEST, DIGEST) != 0)
        return DEBAR_NO_TABLE;
    table->seed = u64(page + 16);
    table->revision = u64(page + 24);
    table->key_count = u64(page + 40);
    table->filter_bits = u32(page + 64);
    table->directory_bits = u32(page + 68);
    if (table->key_count >= (uint64_t)1 << 32 || table->filter_bits != filter_bits_for(table->key_count)
        || table->directory_bits != table->filter_bits - DIRECTORY_LAG)
        return DEBAR_NO_TABLE;
    wanted[PLACES] = wanted[FINGERPRINTS] = 4 * table->key_count;
    wanted[DIRECTORY] = 4 * (((uint64_t)1 << table->directory_bits) + 1);
    wanted[FILTER] = (uint64_t)1 << (table->filter_bits - 3);
    for (int name = 0; name < SECTIONS; name++) {
        uint64_t offset = u64(page + HEAD + SECTION * name), length = u64(page + HEAD + SECTION * name + 8);
        if (offset % PAGE != 0 || offset < ends || offset > table->length || length > table->length - offset)
            return DEBAR_NO_TABLE;
        if (name >= PLACES && length != wanted[name])
            return DEBAR_NO_TABLE;
        table->sections[name] = (section){page + offset, length};
        ends = offset + length;
    }
    return ends == table->length ? 0 : DEBAR_NO_TABLE;
}

int debar_table_open(const char *path, debar_table **opened) {
    const uint32_t mark = MARK;
    struct stat state;
    debar_table *table;
    int status = DEBAR_CANNOT_READ, file;
    *opened = NULL;
    if (*(const uint8_t *)&mark != 0x04) /* a big-endian machine */
        return DEBAR_NO_TABLE;
    file = open(path, O_RDONLY);
    if (file < 0)
        return DEBAR_CANNOT_READ;
    table = calloc(1, sizeof *table);
    if (table != NULL && fstat(file, &state) == 0) {
        table->length = (size_t)state.st_size;
        if (state.st_size < PAGE) {
            status = DEBAR_NO_TABLE;
        } else {
            void *map = mmap(NULL, table->length, PROT_READ, MAP_SHARED, file, 0);
            if (map != MAP_FAILED) {
                table->map = map;
                status = read_header(table);
            }
        }
    }
    close(file);
    if (status == 0)
        *opened = table;
    else
        debar_table_close(table);
    return status;
}

void debar_table_close(debar_table *table) {
    if (table == NULL)
        return;
    if (table->map != NULL)
        munmap((void *)table->map, table->length);
    free(table);
}

uint64_t debar_table_revision(const debar_table *table) { return table->revision; }

int debar_table_verify(const debar_table *table) {
    for (int name = 0; name < SECTIONS; name++) {
        uint8_t digest[DIGEST];
        debar_sha256(table->sections[name].data, table->sections[name].length, digest);
        if (memcmp(digest, table->map + HEAD + SECTION * name + 16, DIGEST) != 0)
            return DEBAR_DAMAGED;
    }
    return 0;
}

static int same(debar_text one, const uint8_t *other, uint64_t length) {
    return one.length == length && memcmp(one.text, other, length) == 0;
}

/* A text of terms, with its length before it; returns the place after it, or 0 where it runs over the end. */
static uint64_t next_text(const section *terms, uint64_t at, uint64_t end, debar_text *text) {
    if (end - at < 4 || u32(terms->data + at) > end - at - 4)
        return 0;
    text->length = u32(terms->data + at);
    text->text = (const char *)terms->data + at + 4;
    return at + 4 + text->length;
}

/* Tell whether `wanted` is among the next texts, or `all` is, or nothing in particular is wanted. */
static uint64_t among(const section *terms, uint64_t at, uint64_t end, int count, debar_text wanted,
                      const char *all, int *found) {
    debar_text text;
    *found = all != NULL && wanted.length == 0;
    for (int place = 0; place < count; place++) {
        at = next_text(terms, at, end, &text);
        if (at == 0)
            return 0;
        if (same(wanted, (const uint8_t *)text.text, text.length)
            || (all != NULL && text.length == strlen(all) && memcmp(text.text, all, text.length) == 0))
            *found = 1;
    }
    return at;
}

/* Judge one decision: keep it in `answer` if it denies for longer than what is there. */
static int judge(const debar_table *table, uint64_t start, uint64_t entry, const debar_question *question,
                 debar_answer *answer, int *denied) {
    const section *terms = &table->sections[TERMS];
    debar_text texts[SINGLE_TEXTS];
    int scope, surface, territory;
    if (start > terms->length || terms->length - start < TERMS_HEAD)
        return DEBAR_DAMAGED;
    const uint8_t *head = terms->data + start;
    uint64_t size = u32(head), at = start + TERMS_HEAD, end = start + size;
    int64_t starts = (int64_t)u64(head + 12), lapses = (int64_t)u64(head + 20);
    if (size < TERMS_HEAD || size > terms->length - start || u16(head + 10) != 0)
        return DEBAR_DAMAGED;
    for (int name = 0; name < SINGLE_TEXTS; name++)
        if ((at = next_text(terms, at, end, &texts[name])) == 0)
            return DEBAR_DAMAGED;
    if ((at = among(terms, at, end, u16(head + 4), question->action, NULL, &scope)) == 0
        || (at = among(terms, at, end, u16(head + 6), question->surface, "all", &surface)) == 0
        || (at = among(terms, at, end, u16(head + 8), question->territory, "worldwide", &territory)) == 0 || at != end)
        return DEBAR_DAMAGED;
    if (!scope || !surface || !territory || question->now < starts
        || (lapses != DEBAR_NO_END && question->now >= lapses))
        return 0;
    if (*denied && (lapses < answer->lapses_at || (lapses == answer->lapses_at && entry > answer->entry)))
        return 0;
    *denied = 1;
    answer->entry = entry;
    answer->lapses_at = lapses;
    answer->decision = texts[DECISION];
    answer->reason = texts[REASON];
    answer->statement = texts[STATEMENT];
    return 0;
}

/* Judge the decisions of the key that stands at a place, if it is the key that is asked about. */
static int exact(const debar_table *table, uint64_t start, const debar_key *key, const debar_question *question,
                 debar_answer *answer, int *denied, int *found) {
    const section *keys = &table->sections[KEYS];
    if (start > keys->length || keys->length - start < KEY_HEAD)
        return DEBAR_DAMAGED;
    const uint8_t *head = keys->data + start;
    uint64_t kind = u16(head), count = u16(head + 2), value = u32(head + 4);
    uint64_t texts = KEY_HEAD + count * KEY_DECISION;
    if (keys->length - start < texts + kind + value)
        return DEBAR_DAMAGED;
    *found = same(key->kind, head + texts, kind) && same(key->value, head + texts + kind, value);
    for (uint64_t place = 0; *found && place < count; place++) {
        const uint8_t *decision = head + KEY_HEAD + place * KEY_DECISION;
        int status = judge(table, 8 * (uint64_t)u32(decision), u64(decision + 4), question, answer, denied);
        if (status != 0)
            return status;
    }
    return 0;
}

static int check_key(const debar_table *table, const debar_key *key, const debar_question *question,
                     debar_answer *answer, int *denied) {
    uint64_t seed = debar_xxh3(key->kind.text, key->kind.length, table->seed);
    uint64_t hash = debar_xxh3(key->value.text, key->value.length, seed);
    if (!(table->sections[FILTER].data[hash >> (64 - table->filter_bits + 3)] >> (hash & 7) & 1))
        return 0;
    const uint8_t *directory = table->sections[DIRECTORY].data + 4 * (hash >> (64 - table->directory_bits));
    const uint8_t *fingerprints = table->sections[FINGERPRINTS].data;
    uint64_t slot = u32(directory), end = u32(directory + 4);
    if (slot > end || end > table->key_count)
        return DEBAR_DAMAGED;
    for (; slot < end && u32(fingerprints + 4 * slot) <= (uint32_t)hash; slot++) {
        int found = 0, status;
        if (u32(fingerprints + 4 * slot) < (uint32_t)hash)
            continue;
        status = exact(table, 4 * (uint64_t)u32(table->sections[PLACES].data + 4 * slot), key, question, answer,
                       denied, &found);
        if (status != 0 || found)
            return status;
    }
    return 0;
}

static int is_action(debar_text action) {
    static const char *const actions[] = {"create", "buy", "serve", "charge"};
    for (size_t place = 0; place < sizeof actions / sizeof *actions; place++)
        if (same(action, (const uint8_t *)actions[place], strlen(actions[place])))
            return 1;
    return 0;
}

int debar_table_check(const debar_table *table, const debar_key *keys, size_t count,
                      const debar_question *question, debar_answer *answer) {
    int denied = 0;
    memset(answer, 0, sizeof *answer);
    answer->revision = table->revision;
    if (count == 0 || !is_action(question->action))
        return DEBAR_BAD_QUESTION;
    for (size_t place = 0; place < count; place++) {
        int status = DEBAR_BAD_QUESTION;
        if (keys[place].kind.length != 0 && keys[place].value.length != 0)
            status = check_key(table, &keys[place], question, answer, &denied);
        if (status != 0)
            return status;
    }
    return denied ? DEBAR_DENIED : DEBAR_ALLOWED;
}
