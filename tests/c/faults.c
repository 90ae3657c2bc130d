/* What the tools that watch the suite must see. Usage: faults leak|freed */
#include "check.h"

/* So that the compiler does not see the faults first. */
static uint8_t *volatile copy;

int main(int count, char **arguments) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    CHECK(count == 2);
    OK(strongroom_in_memory(NULL, &store, &error));
    OK(strongroom_put(store, TEXT("a"), BYTES("value"), NULL, NULL, &error));
    copy = malloc(8);
    size_t len = 0;
    CHECK(copy != NULL);
    OK(strongroom_get_into(store, TEXT("a"), 0, copy, 8, &len, &error));
    int first = copy[0];
    if (strcmp(arguments[1], "freed") == 0) {
        free(copy);
        first = copy[0];
    }
    copy = NULL;
    OK(strongroom_close(&store, &error));
    return first == 1 || copy != NULL;
}
