/* Answers questions about a table: check TABLE < questions > answers; check --hash < texts > hashes.
 *
 * A question is a line of fields with tabs between them, texts in hexadecimal: action, surface, territory,
 * microseconds, then kind and value of each key. An answer is a line: the code of debar_table_check, the revision,
 * the entry, the end, the decision and the statement. A text to hash is a line: its bytes and the seed, both
 * hexadecimal; its hash comes out as 16 digits.
 */
#define _POSIX_C_SOURCE 200809L

#include "debar_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 64 };

/* Decode a field in its own place: two digits become one byte before them. */
static debar_text decoded(char *field) {
    debar_text text = {field, strlen(field) / 2};
    for (size_t at = 0; at < text.length; at++) {
        unsigned byte = 0;
        sscanf(field + 2 * at, "%2x", &byte);
        field[at] = (char)byte;
    }
    return text;
}

static int split(char *line, char **fields) {
    int count = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *at = line; count < FIELDS_MAX; line = at + 1) {
        fields[count++] = line;
        at = strchr(line, '\t');
        if (at == NULL)
            break;
        *at = 0;
    }
    return count;
}

static void answer_line(const debar_table *table, char **fields, int count) {
    debar_key keys[FIELDS_MAX / 2];
    debar_question question = {decoded(fields[0]), decoded(fields[1]), decoded(fields[2]), strtoll(fields[3], NULL, 10)};
    debar_answer answer;
    size_t asked = (size_t)(count - 4) / 2;
    for (size_t key = 0; key < asked; key++)
        keys[key] = (debar_key){decoded(fields[4 + 2 * key]), decoded(fields[5 + 2 * key])};
    int code = debar_table_check(table, keys, asked, &question, &answer);
    printf("%d\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\t%.*s\t%.*s\n", code, answer.revision, answer.entry,
           answer.lapses_at, (int)answer.decision.length, answer.decision.length ? answer.decision.text : "",
           (int)answer.statement.length, answer.statement.length ? answer.statement.text : "");
}

int main(int count, char **words) {
    char *line = NULL, *fields[FIELDS_MAX];
    size_t room = 0;
    debar_table *table = NULL;
    int hashing = count == 2 && strcmp(words[1], "--hash") == 0, status = 0;
    if (count != 2) {
        fprintf(stderr, "usage: check TABLE | check --hash\n");
        return 2;
    }
    if (!hashing) {
        status = debar_table_open(words[1], &table);
        if (status == 0)
            status = debar_table_verify(table);
        if (status != 0)
            printf("%d\n", status);
    }
    while (status == 0 && getline(&line, &room, stdin) > 0) {
        int found = split(line, fields);
        if (hashing) {
            debar_text text = decoded(fields[0]);
            printf("%016" PRIx64 "\n", debar_xxh3(text.text, text.length, strtoull(fields[1], NULL, 16)));
        } else if (found >= 4) {
            answer_line(table, fields, found);
        }
    }
    free(line);
    debar_table_close(table);
    return status == 0 ? 0 : 1;
}
