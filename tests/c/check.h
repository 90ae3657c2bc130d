/* What the programs of this folder share: checks that say where they failed, and short ways to say texts. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <strongroom.h>

#define TEXT(text) (text), STRONGROOM_NUL_TERMINATED
#define NO_TEXT NULL, 0
#define BYTES(text) (const uint8_t *)(text), (sizeof(text) - 1)

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

#define EQUAL(found, expected) check_equal(__FILE__, __LINE__, #found, (int64_t)(found), (int64_t)(expected))
#define SAME(found, expected) check_same(__FILE__, __LINE__, #found, (found), (expected))

/* A call whose last argument is &error. */
#define OK(call) check_status(__FILE__, __LINE__, #call, STRONGROOM_OK, (call), &error)
#define FAILS(status, call) check_status(__FILE__, __LINE__, #call, (status), (call), &error)

static inline void check_equal(const char *file, int line, const char *what, int64_t found, int64_t expected) {
    if (found != expected) {
        fprintf(stderr, "%s:%d: %s is %" PRId64 " instead of %" PRId64 "\n", file, line, what, found, expected);
        exit(1);
    }
}

static inline void check_same(const char *file, int line, const char *what, const char *found, const char *expected) {
    if (found == NULL || strcmp(found, expected) != 0) {
        fprintf(stderr, "%s:%d: %s is \"%s\" instead of \"%s\"\n", file, line, what, found ? found : "(NULL)", expected);
        exit(1);
    }
}

/* The status is the expected one; the error object is there behind a failure alone, agrees with it, and is freed. */
static inline void check_status(const char *file, int line, const char *call, strongroom_status expected, strongroom_status found,
                                strongroom_error **error) {
    const char *message = *error ? strongroom_error_message(*error) : NULL;
    if (found != expected || (found == STRONGROOM_OK) != (*error == NULL) || strongroom_error_code(*error) != found ||
        (*error && (message == NULL || message[0] == '\0'))) {
        fprintf(stderr, "%s:%d: %s\n  gave %s instead of %s: %s\n", file, line, call, strongroom_status_name(found),
                strongroom_status_name(expected), message ? message : "(no message)");
        exit(1);
    }
    if (*error && strongroom_error_free(*error) != STRONGROOM_OK) {
        fprintf(stderr, "%s:%d: the error cannot be freed\n", file, line);
        exit(1);
    }
    *error = NULL;
}

#endif
