/* A wait ends although signals never do: some hosts have timers, and some runtimes send signals until a call returns. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "check.h"

#define WAIT_MS 200
#define STORM_SECONDS 120

static pthread_t waiter;
static atomic_int stop;
static atomic_long handled;

static void handle(int number) {
    (void)number;
    atomic_fetch_add(&handled, 1);
}

static double seconds(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void *interrupt(void *unused) {
    (void)unused;
    double begun = seconds();
    while (!atomic_load(&stop) && seconds() - begun < STORM_SECONDS)
        CHECK(pthread_kill(waiter, SIGUSR1) == 0);
    return NULL;
}

int main(int argc, char **argv) {
    CHECK(argc == 2);
    strongroom_error *error = NULL;
    strongroom_key *key = NULL;
    strongroom_options *options = NULL;
    strongroom_store *holder = NULL, *store = NULL;
    OK(strongroom_key_raw((const uint8_t[32]){7}, 32, &key, &error));
    OK(strongroom_create(TEXT(argv[1]), key, NULL, &holder, &error));
    OK(strongroom_options_new(&options, &error));
    OK(strongroom_options_wait_ms(options, WAIT_MS, &error));

    struct sigaction action = {.sa_handler = handle};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    waiter = pthread_self();
    pthread_t interrupter;
    CHECK(pthread_create(&interrupter, NULL, interrupt, NULL) == 0);
    double begun = seconds(), waited;
    /* Again, if the system let the other thread send but few. */
    do {
        double tried = seconds();
        FAILS(STRONGROOM_E_IN_USE, strongroom_open(TEXT(argv[1]), key, options, &store, &error));
        waited = seconds() - tried;
    } while (atomic_load(&handled) <= 1000 && seconds() - begun < STORM_SECONDS);
    atomic_store(&stop, 1);
    CHECK(pthread_join(interrupter, NULL) == 0);

    CHECK(atomic_load(&handled) > 1000);
    if (waited >= STORM_SECONDS / 2) {
        fprintf(stderr, "a wait of %d ms took %.1f s, as long as there were signals\n", WAIT_MS, waited);
        return 1;
    }
    OK(strongroom_close(&holder, &error));
    EQUAL(strongroom_options_free(options), STRONGROOM_OK);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    puts("the wait ended");
    return 0;
}
