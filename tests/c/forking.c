/* A process that is forked while another of its threads is inside the library: the child is told so, and waits for nobody. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define FORKS 60
#define SECONDS 20

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
    int wrong = strongroom_get(transaction, TEXT("small"), 0, &secret, NULL) != STRONGROOM_E_FORKED;
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

int main(void) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    pthread_t thread;
    check_handles();
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
