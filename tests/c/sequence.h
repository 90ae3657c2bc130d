/*
 * A sequence of calls that bytes decide: which function, with which handles (also freed ones, others' and none), texts, numbers and
 * rooms. sequence_table.h is generated from the header, so that every function takes part.
 *
 * Whatever is called: nothing is touched that was not lent (every argument is a block of its own, for the address sanitizer), a
 * failure has an error and gives nothing, a value that is read is one that was put, and at the end nothing is left.
 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

#define CALLS 100
#define NO_ERROR_ASKED no_error_asked

enum type { STORE, SECRET, ERROR, KEY, OPTIONS, CHANGES, QUERY, PAGE, SECRETS, CLOCK, COPY_OPTIONS, CONTEXT, GENERATOR, AUDIT_QUERY, SUBSCRIPTION, TYPES };

struct text {
    char *data;
    size_t len;
};

struct bytes {
    uint8_t *data;
    size_t len;
};

/* What decides: when it is used up, it goes on with zeros. */
static const uint8_t *input, *input_end;
static const char *sequence_folder;
/* Every handle that was given, freed or not. */
static void *handles[TYPES][3 * CALLS];
static size_t handle_count[TYPES];
/* What was lent to the call under way. */
static void *lent[64];
static size_t lent_count;
/* Values that may be read; one that was refused has no data. */
static struct bytes put_values[4 * CALLS];
static size_t put_count;
/* Calls under way that make a value, which a callback may read before anybody knows it. */
static size_t generating;
/* Not all values that may be read are known. */
static bool any_value;
static size_t depth, made, done_well;
static void *no_error_asked = (void *)&no_error_asked;

static uint8_t byte(void) { return input < input_end ? *input++ : 0; }

static void *lend(size_t size) {
    CHECK(lent_count < sizeof lent / sizeof lent[0]);
    /* Of no more than was asked for: a byte beyond it is nobody's. */
    return lent[lent_count++] = calloc(1, size ? size : 1);
}

static void *pick(enum type type) {
    uint8_t which = byte();
    if (which >= 250) return NULL;
    if (which >= 245) return (void *)(uintptr_t)(which * 0x1234567u);
    if (which >= 240) type = (enum type)(byte() % TYPES);
    if (which < 100 && handle_count[type]) return handles[type][0];
    return handle_count[type] ? handles[type][handle_count[type] - 1 - which % handle_count[type]] : NULL;
}

static void keep(enum type type, strongroom_status status, void *handle) {
    CHECK((status == STRONGROOM_OK) == (handle != NULL));
    if (!handle) return;
    CHECK(handle_count[type] < sizeof handles[type] / sizeof handles[type][0]);
    handles[type][handle_count[type]++] = handle;
}

static struct text text_of(const char *data, size_t len, bool ended) {
    struct text text = {lend(len + ended), len};
    memcpy(text.data, data, len);
    if (ended) text.len = STRONGROOM_NUL_TERMINATED;
    return text;
}

/* An id or a cursor that the library gave, a pin, or a text of its own. */
static struct text a_found_text(void) {
    strongroom_secret_info info = {.struct_size = sizeof info};
    strongroom_slot slot = {.struct_size = sizeof slot};
    const char *cursor;
    static char pin[STRONGROOM_PIN_LEN];
    switch (byte() % 4) {
    case 0:
        if (strongroom_page_slot(pick(PAGE), byte() % 4, &slot, NULL) == STRONGROOM_OK)
            return text_of(slot.id.data, strlen(slot.id.data), true);
        break;
    case 1:
        if (strongroom_page_secret(pick(PAGE), byte() % 4, &info, NULL) == STRONGROOM_OK)
            return text_of(info.id.data, strlen(info.id.data), true);
        break;
    case 2:
        cursor = strongroom_page_next_cursor(pick(PAGE));
        if (cursor) return text_of(cursor, strlen(cursor), true);
        break;
    default:
        if (strongroom_pin(pick(STORE), pin, sizeof pin, NULL, NULL) == STRONGROOM_OK) return text_of(pin, strlen(pin), true);
    }
    return text_of("a", 1, false);
}

static struct text a_text(void) {
    static const char *const usual[] = {"a", "a/b", "a/b/c", "b", "team/key", "env", "prod", "", "A", "a//b", "..", "\xff\xfe", "a\nb"};
    size_t len;
    uint8_t which = byte(), which_of = which % 16;
    if (which >= 250) return (struct text){NULL, which % 2 ? 0 : 5};
    if (which_of < sizeof usual / sizeof usual[0]) return text_of(usual[which_of], strlen(usual[which_of]), which & 16);
    if (which_of == 13) return a_found_text();
    len = which_of == 14 ? 3000 : byte() % 32;
    struct text text = {lend(len), len};
    for (size_t at = 0; at < len; at++) text.data[at] = (char)(which_of == 14 ? 'x' : byte());
    return text;
}

/* Mostly what begin_with put there. */
static struct text a_path(void) {
    uint8_t which = byte();
    return which >= 160 ? a_text() : text_of(which % 3 ? "a" : "a/b", which % 3 ? 1 : 3, which & 16);
}

/* A file in the folder; nothing else is written. */
static struct text a_file(void) {
    char file[4200];
    uint8_t which = byte();
    if (which >= 250) return (struct text){NULL, which % 2 ? 0 : 5};
    if (which >= 240) return text_of("", 0, true);
    int len = snprintf(file, sizeof file, "%s/%s%d", sequence_folder, which >= 230 ? "no/such/" : "", which % 3);
    return text_of(file, (size_t)len, which & 16);
}

static struct bytes some_bytes(void) {
    uint8_t which = byte();
    size_t len = which < 200 ? which % 40 : which < 240 ? (size_t)which * 100 : which < 250 ? 32 : 0;
    if (which >= 253) return (struct bytes){NULL, which % 2 ? 0 : 5};
    struct bytes bytes = {lend(len), len};
    for (size_t at = 0; at < len && at < 32; at++) bytes.data[at] = which >= 240 ? 7 : byte();
    return bytes;
}

static struct bytes some_texts(void) {
    size_t count = byte() % 5;
    struct bytes bytes = {lend(count * sizeof(strongroom_text)), count};
    for (size_t at = 0; at < count; at++) {
        struct text text = a_text();
        ((strongroom_text *)(void *)bytes.data)[at] = (strongroom_text){text.data, text.len};
    }
    return bytes;
}

static struct bytes some_room(void) {
    static const size_t sizes[] = {0, 1, 32, 100, 5000, 30000};
    size_t len = sizes[byte() % 6];
    return (struct bytes){lend(len), len};
}

static strongroom_kdf_cost a_cost(void) {
    static const strongroom_kdf_cost costs[] = {{19 * 1024, 1, 1}, {19 * 1024, 1, 1}, {UINT32_MAX, UINT32_MAX, UINT32_MAX}, {8, 1, 0}};
    return costs[byte() % 4];
}

/* What says how much room a block has: at most that of a_block. */
static strongroom_reading a_reading(void) {
    static const size_t values[] = {0, 8, 30, 256}, texts[] = {0, 100, 512, 5000};
    strongroom_reading reading = {.struct_size = sizeof reading};
    uint8_t which = byte(), info = byte();
    if (which >= 240) reading.struct_size = which - 240;
    reading.version = which % 8 == 7 ? byte() % 4 : 0;
    reading.value_room = info == 255 ? SIZE_MAX : values[which % 4];
    reading.info_room = info < 100 ? sizeof(strongroom_secret_info) : info < 200 ? 0 : info;
    reading.texts_room = texts[which / 4 % 4];
    return reading;
}

static void *a_block(void) { return byte() >= 250 ? NULL : lend(256 + 255 + 5000); }

static uint64_t a_little(void) { return byte() % 4; }

/* In KiB; nothing that takes long. */
static uint64_t a_memory(void) {
    uint8_t which = byte();
    return which < 200 ? 19 * 1024 : which < 250 ? which : UINT32_MAX;
}

static uint64_t a_number(void) {
    static const uint64_t large[] = {1000,      86400000,  1800000000000, INT32_MAX,      UINT32_MAX,
                                     INT64_MAX, INT64_MIN, UINT64_MAX,    UINT64_MAX - 1, 65536};
    uint8_t which = byte();
    return which < 240 ? which % 12 : large[which % 10];
}

/* Room for a result that is written whole. */
static void *whole(size_t size) { return byte() >= 250 ? NULL : lend(size); }

/* Room for a struct that says its size first, which may be less than the library has to tell. */
static void *sized(size_t size) {
    uint8_t which = byte();
    size_t said = which < 220 ? size : which % (size + 1);
    if (which >= 250) return NULL;
    void *room = lend(said < sizeof said ? sizeof said : said);
    memcpy(room, &said, sizeof said);
    return room;
}

static void touch_text(const char *text) {
    if (text) CHECK(strlen(text) < 100000);
}

static void judge(const char *name, strongroom_status status, void *error) {
    const char *message;
    made++;
    done_well += status == STRONGROOM_OK;
    if (status == STRONGROOM_E_INTERNAL || strcmp(strongroom_status_name(status), "STRONGROOM_E_UNKNOWN") == 0) {
        message = error == NO_ERROR_ASKED ? NULL : strongroom_error_message(error);
        fprintf(stderr, "%s gave %s: %s\n", name, strongroom_status_name(status), message ? message : "");
        abort();
    }
    if (error == NO_ERROR_ASKED) return;
    CHECK((status == STRONGROOM_OK) == (error == NULL));
    if (!error) return;
    CHECK(strongroom_error_code(error) == status);
    message = strongroom_error_message(error);
    CHECK(message && message[0]);
    if (handle_count[ERROR] < CALLS / 2)
        keep(ERROR, STRONGROOM_OK, error);
    else
        CHECK(strongroom_error_free(error) == STRONGROOM_OK);
}

/* A value that may be read from now on, also by a callback within the call. Which of them it is. */
static size_t expect_value(struct bytes value) {
    /* Is refused, and cannot be read either. */
    if (!value.data && value.len) return SIZE_MAX;
    if (put_count == sizeof put_values / sizeof put_values[0]) {
        any_value = true;
        return SIZE_MAX;
    }
    struct bytes *note = &put_values[put_count];
    *note = (struct bytes){malloc(value.len ? value.len : 1), value.len};
    if (value.len) memcpy(note->data, value.data, value.len);
    return put_count++;
}

static void forget_unless_put(strongroom_status status, size_t expected) {
    if (status == STRONGROOM_OK || expected == SIZE_MAX) return;
    free(put_values[expected].data);
    put_values[expected].data = NULL;
    if (expected + 1 == put_count) put_count--;
}

/* A value that was made is one that was put as well. */
static void note_generated(strongroom_status status, void *store, struct text path) {
    strongroom_secret *secret = NULL;
    generating--;
    if (status != STRONGROOM_OK) return;
    if (strongroom_get(store, path.data, path.len, 0, &secret, NULL) != STRONGROOM_OK) {
        any_value = true;
        return;
    }
    (void)expect_value((struct bytes){(uint8_t *)(uintptr_t)strongroom_secret_data(secret), strongroom_secret_len(secret)});
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
}

/* A value that is read is one that was put. */
static void judge_value(strongroom_status status, void *secret) {
    if (status != STRONGROOM_OK || any_value || generating) return;
    const uint8_t *data = strongroom_secret_data(secret);
    size_t len = strongroom_secret_len(secret);
    for (size_t at = 0; at < put_count; at++)
        if (put_values[at].data && strongroom_equal(data, len, put_values[at].data, put_values[at].len)) return;
    fprintf(stderr, "a value of %zu bytes was read that nobody put\n", len);
    abort();
}

static void a_call(void);

/* Calls the library from within, and cancels now and then. */
static int32_t progress(uint64_t done, uint64_t total, void *user_data) {
    (void)user_data;
    CHECK(done <= total);
    if (depth < 3 && byte() % 4 == 0) a_call();
    return byte() >= 240;
}

static strongroom_progress_fn a_progress(void) { return byte() % 4 ? progress : NULL; }

/* As above, while a commit is told of. */
static void event_told(const strongroom_audit_event *event, void *user_data) {
    (void)user_data;
    CHECK(event->struct_size == sizeof *event && event->durable == 1);
    touch_text(event->id.data);
    if (depth < 3 && byte() % 4 == 0) a_call();
}

static strongroom_event_callback a_callback(void) { return byte() % 8 ? event_told : NULL; }

static void forgotten(void *user_data) { (void)user_data; }

static strongroom_destroy_callback a_destroy(void) { return byte() % 2 ? forgotten : NULL; }

#include "sequence_table.h"

static void a_call(void) {
    size_t lent_before = lent_count;
    depth++;
    calls[(byte() | byte() << 8) % (sizeof calls / sizeof calls[0])]();
    depth--;
    while (lent_count > lent_before) free(lent[--lent_count]);
}

static void clear_folder(void) {
    DIR *folder = opendir(sequence_folder);
    CHECK(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char file[4500];
        snprintf(file, sizeof file, "%s/%s", sequence_folder, entry->d_name);
        if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2) CHECK(unlink(file) == 0);
    }
    closedir(folder);
}

/* One of each, so that calls have something to work on. */
static void begin_with(void) {
    strongroom_error *error = NULL;
    void *given = NULL;
#define GIVEN(type, call) \
    do { \
        OK(call); \
        keep(type, STRONGROOM_OK, given); \
        given = NULL; \
    } while (0)
    GIVEN(KEY, strongroom_key_raw((const uint8_t *)"0123456789abcdef0123456789abcdef", 32, (strongroom_key **)&given, &error));
    GIVEN(OPTIONS, strongroom_options_new((strongroom_options **)&given, &error));
    GIVEN(CHANGES, strongroom_changes_new((strongroom_changes **)&given, &error));
    GIVEN(QUERY, strongroom_query_new(NO_TEXT, (strongroom_query **)&given, &error));
    GIVEN(CLOCK, strongroom_clock_new(1800000000000, (strongroom_clock **)&given, &error));
    GIVEN(COPY_OPTIONS, strongroom_copy_options_new((strongroom_copy_options **)&given, &error));
    GIVEN(CONTEXT, strongroom_context_new((strongroom_context **)&given, &error));
    GIVEN(GENERATOR, strongroom_generator_password(24, (strongroom_generator **)&given, &error));
    GIVEN(AUDIT_QUERY, strongroom_audit_query_new((strongroom_audit_query **)&given, &error));
    struct text file = a_file();
    if (strongroom_create(file.data, file.len, handles[KEY][0], NULL, (strongroom_store **)&given, NULL) != STRONGROOM_OK)
        GIVEN(STORE, strongroom_in_memory(NULL, (strongroom_store **)&given, &error));
    else
        keep(STORE, STRONGROOM_OK, given);
    given = NULL;
    strongroom_store *store = handles[STORE][0];
    OK(strongroom_changes_tag(handles[CHANGES][0], TEXT("env"), TEXT("prod"), &error));
    static const char *const values[] = {"1", "2", ""};
    for (size_t at = 0; at < 3; at++) {
        struct bytes value = {(uint8_t *)(uintptr_t)values[at], strlen(values[at])};
        OK(strongroom_put(store, TEXT(at < 2 ? "a" : "a/b"), value.data, value.len, handles[CHANGES][0], NULL, &error));
        (void)expect_value(value);
    }
    GIVEN(PAGE, strongroom_list(store, NULL, (strongroom_page **)&given, &error));
    GIVEN(PAGE, strongroom_slots_list(store, (strongroom_page **)&given, &error));
    GIVEN(PAGE, strongroom_versions(store, TEXT("a"), (strongroom_page **)&given, &error));
    GIVEN(PAGE, strongroom_audit_list(store, NULL, (strongroom_page **)&given, &error));
    GIVEN(SUBSCRIPTION, strongroom_subscribe(store, NO_TEXT, NULL, 0, event_told, NULL, NULL, (strongroom_subscription **)&given, &error));
#undef GIVEN
    while (lent_count) free(lent[--lent_count]);
}

/* Transactions were begun behind their stores, and end before them. */
static void close_stores(void) {
    while (handle_count[STORE]) {
        void *store = handles[STORE][--handle_count[STORE]];
        strongroom_status status = strongroom_close((strongroom_store **)&store, NULL);
        CHECK(status == STRONGROOM_OK || status == STRONGROOM_E_CLOSED);
    }
}

static strongroom_status end_subscription(void *subscription) {
    return strongroom_unsubscribe((strongroom_subscription **)&subscription, NULL);
}

static void free_all(void) {
    static strongroom_status (*const frees[TYPES])(void *) = {
#define FREE(type, name) [type] = (strongroom_status(*)(void *))strongroom_##name##_free
        FREE(SECRET, secret),
        FREE(ERROR, error),
        FREE(KEY, key),
        FREE(OPTIONS, options),
        FREE(CHANGES, changes),
        FREE(QUERY, query),
        FREE(PAGE, page),
        FREE(SECRETS, secrets),
        FREE(CLOCK, clock),
        FREE(COPY_OPTIONS, copy_options),
        FREE(CONTEXT, context),
        FREE(GENERATOR, generator),
        FREE(AUDIT_QUERY, audit_query),
#undef FREE
        [SUBSCRIPTION] = end_subscription,
    };
    close_stores();
    for (int type = SECRET; type < TYPES; type++)
        while (handle_count[type]) {
            strongroom_status status = frees[type](handles[type][--handle_count[type]]);
            CHECK(status == STRONGROOM_OK || status == STRONGROOM_E_CLOSED);
        }
    while (put_count) free(put_values[--put_count].data);
    any_value = false;
}

static void sequence(const uint8_t *bytes, size_t len, const char *folder) {
    input = bytes;
    input_end = bytes + len;
    sequence_folder = folder;
    clear_folder();
    begin_with();
    for (size_t call = 0; call < CALLS && input < input_end; call++) a_call();
    free_all();
    EQUAL(strongroom_live_objects(), 0);
}

#endif
