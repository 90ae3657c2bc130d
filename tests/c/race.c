/* Two threads let the library write into one buffer: a fault of this program, which a tool that finds races must find in the
   library's code. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "check.h"

#define ROUNDS 1000

static strongroom_store *store;
static pthread_barrier_t both;
static uint8_t shared[64];

static void *read_into_the_same(void *unused) {
    (void)unused;
    strongroom_error *error = NULL;
    /* Or the first might be done before the second is there. */
    int waited = pthread_barrier_wait(&both);
    CHECK(waited == 0 || waited == PTHREAD_BARRIER_SERIAL_THREAD);
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t len = 0;
        OK(strongroom_get_into(store, TEXT("name"), 0, shared, sizeof shared, &len, &error));
    }
    return NULL;
}

int main(void) {
    strongroom_error *error = NULL;
    pthread_t threads[2];
    OK(strongroom_in_memory(NULL, &store, &error));
    OK(strongroom_put(store, TEXT("name"), (const uint8_t[64]){1}, 64, NULL, NULL, &error));
    CHECK(pthread_barrier_init(&both, NULL, 2) == 0);
    for (unsigned index = 0; index < 2; index++)
        CHECK(pthread_create(&threads[index], NULL, read_into_the_same, NULL) == 0);
    for (unsigned index = 0; index < 2; index++)
        CHECK(pthread_join(threads[index], NULL) == 0);
    OK(strongroom_close(&store, &error));
    return 0;
}
