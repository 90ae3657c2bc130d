/*
 * Every function, with every wrong handle and pointer in every place. Usage: misuse FOLDER [control]
 *
 * misuse_table.h is generated from the header. A crash, a hang or a wrong status fails; with "control" one expectation is wrong on
 * purpose, to show that it would.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* One of each type. */
struct objects {
    strongroom_store *store;
    strongroom_secret *secret;
    strongroom_error *error;
    strongroom_key *key;
    strongroom_options *options;
    strongroom_changes *changes;
    strongroom_query *query;
    strongroom_page *page;
    strongroom_secrets *secrets;
    strongroom_clock *clock;
    strongroom_copy_options *copy_options;
    strongroom_context *context;
    strongroom_generator *generator;
    strongroom_audit_query *audit_query;
    strongroom_subscription *subscription;
};

/* What calls are made with, what was freed, and where results go. */
static struct objects live, stale, given;
/* For what refuses other keys before it looks at the store. */
static strongroom_key *good_passphrase;
static int local;
static struct {
    size_t align;
    unsigned char raw[4096];
} out;
static uint8_t good_bytes[32] = "0123456789abcdef0123456789abcde";
static char good_file[4096], good_cursor[4096], good_pin[STRONGROOM_PIN_LEN], good_id[64];
static char good_event[64], good_head[STRONGROOM_AUDIT_HEAD_LEN];
static const strongroom_text good_paths[1] = {{"a", 1}};
static const strongroom_kdf_cost good_cost = {19 * 1024, 2, 1};
static int failures, cases;
static bool control;

static void good_callback(const strongroom_audit_event *event, void *user_data) {
    (void)event;
    (void)user_data;
}

/* Room for a result whose first member says `size`. */
static void *sized(size_t size) {
    memset(&out, 0, sizeof out);
    out.align = size;
    return &out;
}

enum expected { OK_ONLY, ANY, INVALID, CLOSED, BAD_HANDLE, FORKED, FORKED_OR_OK, FORKED_OR_CLOSED };

static bool meets(enum expected expected, strongroom_status status) {
    if (strcmp(strongroom_status_name(status), "STRONGROOM_E_UNKNOWN") == 0 || status == STRONGROOM_E_INTERNAL)
        return false;
    switch (expected) {
    case OK_ONLY: return status == STRONGROOM_OK;
    case INVALID: return status == STRONGROOM_E_INVALID_ARGUMENT;
    case CLOSED: return status == STRONGROOM_E_CLOSED;
    case BAD_HANDLE: return status == STRONGROOM_E_BAD_HANDLE;
    case FORKED: return status == STRONGROOM_E_FORKED;
    case FORKED_OR_OK: return status == STRONGROOM_E_FORKED || status == STRONGROOM_OK;
    case FORKED_OR_CLOSED: return status == STRONGROOM_E_FORKED || status == STRONGROOM_E_CLOSED;
    case ANY: break;
    }
    return true;
}

static void judge(const char *function, const char *what, enum expected expected, strongroom_status status) {
    cases++;
    if (!meets(expected, status)) {
        fprintf(stderr, "%s, %s: %s\n", function, what, strongroom_status_name(status));
        failures++;
    }
}

static void make(struct objects *to) {
    strongroom_error *error = NULL;
    OK(strongroom_in_memory(NULL, &to->store, &error));
    OK(strongroom_put(to->store, TEXT("a"), BYTES("value"), NULL, NULL, &error));
    OK(strongroom_get(to->store, TEXT("a"), 0, &to->secret, &error));
    CHECK(strongroom_get(to->store, TEXT("none"), 0, &given.secret, &to->error) == STRONGROOM_E_NOT_FOUND);
    OK(strongroom_key_raw(good_bytes, sizeof good_bytes, &to->key, &error));
    OK(strongroom_options_new(&to->options, &error));
    OK(strongroom_changes_new(&to->changes, &error));
    OK(strongroom_query_new(NO_TEXT, &to->query, &error));
    OK(strongroom_list(to->store, NULL, &to->page, &error));
    OK(strongroom_get_many(to->store, good_paths, 1, &to->secrets, &error));
    OK(strongroom_clock_new(1700000000000, &to->clock, &error));
    OK(strongroom_copy_options_new(&to->copy_options, &error));
    OK(strongroom_context_new(&to->context, &error));
    OK(strongroom_generator_password(24, &to->generator, &error));
    OK(strongroom_audit_query_new(&to->audit_query, &error));
    OK(strongroom_subscribe(to->store, NO_TEXT, NULL, 0, good_callback, NULL, NULL, &to->subscription, &error));
}

/* What a call took or was given may be gone already. */
static void clear(struct objects *of) {
    (void)!strongroom_close(&of->store, NULL);
    (void)strongroom_secret_free(of->secret);
    (void)strongroom_error_free(of->error);
    (void)strongroom_key_free(of->key);
    (void)strongroom_options_free(of->options);
    (void)strongroom_changes_free(of->changes);
    (void)strongroom_query_free(of->query);
    (void)strongroom_page_free(of->page);
    (void)strongroom_secrets_free(of->secrets);
    (void)strongroom_clock_free(of->clock);
    (void)strongroom_copy_options_free(of->copy_options);
    (void)strongroom_context_free(of->context);
    (void)strongroom_generator_free(of->generator);
    (void)strongroom_audit_query_free(of->audit_query);
    (void)!strongroom_unsubscribe(&of->subscription, NULL);
    memset(of, 0, sizeof *of);
}

/* The same state before every case. */
static void anew(void) {
    clear(&given);
    clear(&live);
    unlink(good_file);
    make(&live);
}

struct on_store {
    const char *name;
    enum expected forked;
    strongroom_status (*call)(strongroom_store *store);
};

#include "misuse_table.h"

static void good_texts(void) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_slot slot = {.struct_size = sizeof slot};
    strongroom_store *store = NULL;
    strongroom_query *query = NULL;
    OK(strongroom_create(TEXT(good_file), live.key, NULL, &store, &error));
    OK(strongroom_pin(store, good_pin, sizeof good_pin, NULL, &error));
    OK(strongroom_slots_list(store, &page, &error));
    OK(strongroom_page_slot(page, 0, &slot, &error));
    snprintf(good_id, sizeof good_id, "%s", slot.id.data);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_put(store, TEXT("a"), BYTES("1"), NULL, NULL, &error));
    OK(strongroom_put(store, TEXT("b"), BYTES("1"), NULL, NULL, &error));
    OK(strongroom_audit_head(store, good_head, sizeof good_head, &error));
    strongroom_audit_event event = {.struct_size = sizeof event};
    OK(strongroom_audit_list(store, NULL, &page, &error));
    OK(strongroom_page_event(page, 0, &event, &error));
    snprintf(good_event, sizeof good_event, "%s", event.id.data);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_query_new(NO_TEXT, &query, &error));
    OK(strongroom_query_limit(query, 1, &error));
    OK(strongroom_list(store, query, &page, &error));
    snprintf(good_cursor, sizeof good_cursor, "%s", strongroom_page_next_cursor(page));
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_query_free(query), STRONGROOM_OK);
    OK(strongroom_close(&store, &error));
}

static void after_the_end(void) {
    strongroom_error *error = NULL;
    strongroom_store *transaction = NULL, *ended = NULL;
    OK(strongroom_begin(live.store, &transaction, &error));
    ended = transaction;
    OK(strongroom_commit(&transaction, &error));
    for (size_t index = 0; index < sizeof on_stores / sizeof on_stores[0]; index++) {
        judge(on_stores[index].name, "on a closed store", CLOSED, on_stores[index].call(stale.store));
        clear(&given);
        judge(on_stores[index].name, "on an ended transaction", CLOSED, on_stores[index].call(ended));
        clear(&given);
    }
}

/* The child of a process with an open store uses it, and so does the parent behind it. */
static void in_a_child(strongroom_store *store, const char *what) {
    strongroom_store *copy = store;
    fflush(NULL);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        failures = 0;
        for (size_t index = 0; index < sizeof on_stores / sizeof on_stores[0]; index++)
            judge(on_stores[index].name, what, on_stores[index].forked, on_stores[index].call(store));
        judge("strongroom_close", what, FORKED_OR_OK, strongroom_close(&store, NULL));
        judge("strongroom_begin behind strongroom_close", what, FORKED_OR_CLOSED, strongroom_begin(copy, &given.store, NULL));
        _exit(failures > 100 ? 100 : failures);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s: signal %d\n", what, WTERMSIG(status));
    failures += WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    strongroom_error *error = NULL;
    OK(strongroom_put(store, TEXT("after"), BYTES("1"), NULL, NULL, &error));
}

static void forked(void) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    anew();
    OK(strongroom_create(TEXT(good_file), live.key, NULL, &store, &error));
    OK(strongroom_put(store, TEXT("a"), BYTES("1"), NULL, NULL, &error));
    in_a_child(store, "in a forked child");
    OK(strongroom_close(&store, &error));
    in_a_child(live.store, "in a forked child, in memory");
}

int main(int count, char **arguments) {
    CHECK(count >= 2);
    control = count > 2;
    snprintf(good_file, sizeof good_file, "%s/store", arguments[1]);
    make(&stale);
    struct objects copy = stale;
    clear(&stale);
    stale = copy;
    make(&live);
    strongroom_error *error = NULL;
    OK(strongroom_key_passphrase(good_bytes, sizeof good_bytes, &good_passphrase, &error));
    good_texts();
    misuse_all();
    anew();
    after_the_end();
    forked();
    if (control)
        judge("the control", "a good call", CLOSED, strongroom_wipe(NULL, 0));
    clear(&given);
    clear(&live);
    EQUAL(strongroom_key_free(good_passphrase), STRONGROOM_OK);
    EQUAL(strongroom_live_objects(), 0);
    printf("%d cases, %d failures\n", cases, failures);
    return failures > 0;
}
