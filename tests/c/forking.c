/* A process that is forked while another of its threads is inside the library: the child is told so, and waits for nobody. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define FORKS 60
#define SECONDS 60

static strongroom_store *transaction;
static strongroom_key *key;
static strongroom_query *query;
static strongroom_changes *changes;
static atomic_int stop;
static uint8_t value[256 * 1024];

static void *write_on(void *unused) {
    strongroom_error *error = NULL;
    (void)unused;
    while (!atomic_load(&stop)) {
        OK(strongroom_put(transaction, TEXT("large"), value, sizeof value, changes, NULL, &error));
        OK(strongroom_changes_note(changes, TEXT("a note"), &error));
        OK(strongroom_query_limit(query, 10, &error));
    }
    return NULL;
}

static int told(strongroom_status status) {
    return status == STRONGROOM_E_FORKED || status == STRONGROOM_OK;
}

/* Every call ends; the alarm ends a child that waits. */
static int in_the_child(void) {
    strongroom_secret *secret = NULL;
    strongroom_store *copy = transaction;
    alarm(SECONDS);
    strongroom_error *error = NULL;
    int wrong = strongroom_get(transaction, TEXT("small"), 0, &secret, NULL) != STRONGROOM_E_FORKED;
    /* An error is an object of the child's own. */
    wrong += strongroom_get(transaction, TEXT("small"), 0, &secret, &error) != STRONGROOM_E_FORKED;
    wrong += strongroom_error_code(error) != STRONGROOM_E_FORKED || strongroom_error_free(error) != STRONGROOM_OK;
    wrong += !told(strongroom_changes_note(changes, TEXT("a note"), NULL));
    wrong += !told(strongroom_query_limit(query, 10, NULL));
    wrong += strongroom_commit(&copy, NULL) != STRONGROOM_E_FORKED;
    return wrong;
}

#define REUSES 4096

/* A store, after so many objects that came and went. */
static strongroom_store *store_after(long objects) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    for (long made = 0; made < objects; made++) {
        strongroom_clock *clock = NULL;
        OK(strongroom_clock_new(0, &clock, &error));
        EQUAL(strongroom_clock_free(clock), STRONGROOM_OK);
    }
    OK(strongroom_in_memory(NULL, &store, &error));
    return store;
}

static int in_a_grandchild(const strongroom_store *first, strongroom_store *second) {
    const strongroom_store *own = store_after(1);
    int wrong = own == first || own == second;
    wrong += strongroom_put(second, TEXT("a"), BYTES("b"), NULL, NULL, NULL) != STRONGROOM_E_FORKED;
    return wrong;
}

/* However often what is freed makes room, and whatever the numbers of the processes are. */
static int in_a_child_that_goes_on(strongroom_store *parents, pid_t parent) {
    int wrong = 0;
    strongroom_store *own = store_after(REUSES - (getpid() - parent));
    wrong += own == parents;
    wrong += strongroom_put(parents, TEXT("a"), BYTES("b"), NULL, NULL, NULL) != STRONGROOM_E_FORKED;
    wrong += strongroom_put(own, TEXT("a"), BYTES("b"), NULL, NULL, NULL) != STRONGROOM_OK;
    pid_t child = fork();
    if (child == 0)
        _exit(in_a_grandchild(parents, own));
    int status = 1;
    wrong += child < 0 || waitpid(child, &status, 0) != child || status != 0;
    return wrong;
}

/* Before anything else, so that all of it has the same place. */
static void check_handles(void) {
    strongroom_error *error = NULL;
    pid_t parent = getpid();
    strongroom_store *store = store_after(REUSES);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(in_a_child_that_goes_on(store, parent));
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    EQUAL(WEXITSTATUS(status), 0);
    OK(strongroom_close(&store, &error));
}

/* Its memory has what the parent read: that is there until the child wipes it, whatever else the child makes. */
static int uses_what_was_read(strongroom_secret *secret, strongroom_key *raw, strongroom_secrets *found) {
    strongroom_error *error = NULL;
    strongroom_clock *clock = NULL;
    strongroom_secret *taken = NULL;
    alarm(SECONDS);
    int wrong = strongroom_secret_len(secret) != 5;
    uint64_t before = strongroom_live_objects();
    OK(strongroom_clock_new(0, &clock, &error));
    wrong += strongroom_live_objects() != before + 1;
    wrong += strongroom_secret_len(secret) != 5 || memcmp(strongroom_secret_data(secret), "value", 5) != 0;
    wrong += strongroom_secrets_take(found, 0, &taken, NULL) != STRONGROOM_OK || strongroom_secret_len(taken) != 5;
    wrong += strongroom_secret_free(taken) != STRONGROOM_OK || strongroom_secrets_free(found) != STRONGROOM_OK;
    wrong += strongroom_secret_free(secret) != STRONGROOM_OK;
    wrong += strongroom_secret_len(secret) != 0 || strongroom_secret_free(secret) != STRONGROOM_E_CLOSED;
    wrong += strongroom_key_free(raw) != STRONGROOM_OK;
    wrong += strongroom_clock_free(clock) != STRONGROOM_OK;
    wrong += strongroom_live_objects() != before - 3;
    return wrong;
}

static void check_values(void) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    strongroom_secrets *found = NULL;
    strongroom_key *raw = NULL;
    const strongroom_text paths[] = {{"small", 5}};
    strongroom_store *store = store_after(0);
    OK(strongroom_put(store, TEXT("small"), BYTES("value"), NULL, NULL, &error));
    OK(strongroom_get(store, TEXT("small"), 0, &secret, &error));
    OK(strongroom_get_many(store, paths, 1, &found, &error));
    OK(strongroom_key_raw(value, 32, &raw, &error));
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        _exit(uses_what_was_read(secret, raw, found));
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    EQUAL(WEXITSTATUS(status), 0);
    EQUAL(strongroom_secret_len(secret), 5);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    EQUAL(strongroom_secrets_free(found), STRONGROOM_OK);
    EQUAL(strongroom_key_free(raw), STRONGROOM_OK);
    OK(strongroom_close(&store, &error));
}

int main(void) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    pthread_t thread;
    check_handles();
    check_values();
    OK(strongroom_in_memory(NULL, &store, &error));
    OK(strongroom_put(store, TEXT("small"), BYTES("value"), NULL, NULL, &error));
    OK(strongroom_begin(store, &transaction, &error));
    OK(strongroom_key_raw(value, 32, &key, &error));
    OK(strongroom_query_new(NO_TEXT, &query, &error));
    OK(strongroom_changes_new(&changes, &error));
    CHECK(pthread_create(&thread, NULL, write_on, NULL) == 0);
    for (int round = 0; round < FORKS; round++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            _exit(in_the_child());
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        EQUAL(WEXITSTATUS(status), 0);
    }
    atomic_store(&stop, 1);
    CHECK(pthread_join(thread, NULL) == 0);
    OK(strongroom_close(&transaction, &error));
    OK(strongroom_close(&store, &error));
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    EQUAL(strongroom_query_free(query), STRONGROOM_OK);
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);
    EQUAL(strongroom_live_objects(), 0);
    puts("no child waited");
    return 0;
}
