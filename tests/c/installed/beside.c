/* Two static libraries in Rust in one program, each with its own standard library: both panic, and both catch it. */
#define STRONGROOM_TEST_PANIC
#include "../check.h"

int other_catches(void);

int main(void) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    strongroom_secret *secret = NULL;
    EQUAL(other_catches(), 1);
    FAILS(STRONGROOM_E_INTERNAL, strongroom_test_panic(&error));
    EQUAL(other_catches(), 1);
    OK(strongroom_in_memory(NULL, &store, &error));
    OK(strongroom_put(store, TEXT("a"), BYTES("value"), NULL, NULL, &error));
    OK(strongroom_get(store, TEXT("a"), 0, &secret, &error));
    EQUAL(strongroom_secret_len(secret), 5);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    OK(strongroom_close(&store, &error));
    puts("both work");
    return 0;
}
