/* Many threads on one store, and one that closes it under them: every call is done, refused or told that the store is closed. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define READERS 8
#define WRITERS 2
#define MILLISECONDS 1500
#define PATIENCE_SECONDS 120
#define CALLS_BEHIND 1000

static strongroom_store *store;
static atomic_int stop;
static atomic_long reads, writes, refused, closed;

static void count(atomic_long *what, strongroom_status status, strongroom_error *error) {
    CHECK((status == STRONGROOM_OK) == (error == NULL));
    EQUAL(strongroom_error_free(error), STRONGROOM_OK);
    if (status == STRONGROOM_OK) {
        atomic_fetch_add(what, 1);
        return;
    }
    atomic_fetch_add(&refused, 1);
    if (status == STRONGROOM_E_CLOSED)
        atomic_fetch_add(&closed, 1);
    else if (status != STRONGROOM_E_IN_USE) {
        fprintf(stderr, "a call gave %s\n", strongroom_status_name(status));
        exit(1);
    }
}

/* Both halves of a value are the same, or a reader saw half of a write. */
static void check_whole(strongroom_secret *secret) {
    const uint8_t *data = strongroom_secret_data(secret);
    EQUAL(strongroom_secret_len(secret), 64);
    CHECK(strongroom_equal(data, 32, data + 32, 32));
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
}

static void *read_on(void *unused) {
    (void)unused;
    while (!atomic_load(&stop)) {
        strongroom_error *error = NULL;
        strongroom_secret *secret = NULL;
        strongroom_status status = strongroom_get(store, TEXT("team/key"), 0, &secret, &error);
        count(&reads, status, error);
        if (secret)
            check_whole(secret);
        strongroom_page *page = NULL;
        status = strongroom_list(store, NULL, &page, &error);
        count(&reads, status, error);
        EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    }
    return NULL;
}

static void *write_on(void *number) {
    uint8_t value[64];
    for (unsigned round = 0; !atomic_load(&stop); round++) {
        strongroom_error *error = NULL;
        strongroom_store *transaction = NULL;
        memset(value, (int)(round * WRITERS + *(unsigned *)number), sizeof value);
        if (round % 8) {
            strongroom_status status = strongroom_put(store, TEXT("team/key"), value, sizeof value, NULL, NULL, &error);
            count(&writes, status, error);
            continue;
        }
        strongroom_status status = strongroom_begin(store, &transaction, &error);
        count(&writes, status, error);
        if (status != STRONGROOM_OK)
            continue;
        status = strongroom_put(transaction, TEXT("team/other"), value, sizeof value, NULL, NULL, &error);
        count(&writes, status, error);
        status = round % 16 ? strongroom_commit(&transaction, &error) : strongroom_close(&transaction, &error);
        count(&writes, status, error);
    }
    return NULL;
}

static void pause_for(long milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    CHECK(nanosleep(&time, NULL) == 0);
}

/* Closes under everybody. While a transaction is under way that is refused. */
static void close_now(void) {
    strongroom_error *error = NULL;
    strongroom_store *closing = store;
    for (;;) {
        strongroom_status status = strongroom_close(&closing, &error);
        EQUAL(strongroom_error_free(error), STRONGROOM_OK);
        if (status == STRONGROOM_OK)
            return;
        EQUAL(status, STRONGROOM_E_REENTRANT);
    }
}

int main(int argument_count, char **arguments) {
    CHECK(argument_count == 2);
    strongroom_error *error = NULL;
    strongroom_key *key = NULL;
    uint8_t raw[32] = {1};
    pthread_t threads[READERS + WRITERS];
    unsigned numbers[WRITERS] = {0, 1};
    OK(strongroom_key_raw(raw, sizeof raw, &key, &error));
    strongroom_options *options = NULL;
    OK(strongroom_options_new(&options, &error));
    OK(strongroom_options_write_wait_ms(options, 1000 * PATIENCE_SECONDS, &error));
    OK(strongroom_create(TEXT(arguments[1]), key, options, &store, &error));
    EQUAL(strongroom_options_free(options), STRONGROOM_OK);
    OK(strongroom_put(store, TEXT("team/key"), (const uint8_t[64]){0}, 64, NULL, NULL, &error));
    for (unsigned index = 0; index < READERS + WRITERS; index++) {
        void *(*work)(void *) = index < READERS ? read_on : write_on;
        void *number = index < READERS ? NULL : &numbers[index - READERS];
        CHECK(pthread_create(&threads[index], NULL, work, number) == 0);
    }
    pause_for(MILLISECONDS);
    EQUAL(atomic_load(&closed), 0);
    /* What never comes to an end, the alarm ends. */
    alarm(PATIENCE_SECONDS);
    close_now();
    /* Until there were many calls behind the close. */
    long told = atomic_load(&closed);
    while (atomic_load(&closed) < told + CALLS_BEHIND)
        pause_for(1);
    atomic_store(&stop, 1);
    for (unsigned index = 0; index < READERS + WRITERS; index++)
        CHECK(pthread_join(threads[index], NULL) == 0);
    /* The last call under way has closed the file: it can be opened. */
    strongroom_store *again = NULL;
    OK(strongroom_open(TEXT(arguments[1]), key, NULL, &again, &error));
    OK(strongroom_verify(again, NULL, &error));
    OK(strongroom_close(&again, &error));
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    EQUAL(strongroom_live_objects(), 0);
    printf("%ld reads, %ld writes, %ld refused\n", atomic_load(&reads), atomic_load(&writes), atomic_load(&refused));
    return 0;
}
