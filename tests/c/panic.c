/* A panic inside the library is a status, and what it says stays inside. */
#define STRONGROOM_TEST_PANIC
#include "check.h"

int main(void) {
    strongroom_error *error = NULL;
    EQUAL(strongroom_test_panic(&error), STRONGROOM_E_INTERNAL);
    EQUAL(strongroom_error_code(error), STRONGROOM_E_INTERNAL);
    CHECK(strlen(strongroom_error_message(error)) > 10);
    CHECK(strstr(strongroom_error_message(error), "on purpose") == NULL);
    CHECK(strstr(strongroom_error_details(error), "on purpose") == NULL);
    CHECK(strstr(strongroom_error_details(error), "\"name\":\"internal\"") != NULL);
    EQUAL(strongroom_error_free(error), STRONGROOM_OK);
    EQUAL(strongroom_test_panic(NULL), STRONGROOM_E_INTERNAL);
    /* The library goes on. */
    strongroom_store *store = NULL;
    OK(strongroom_in_memory(NULL, &store, &error));
    OK(strongroom_close(&store, &error));
    EQUAL(strongroom_live_objects(), 0);
    puts("the panic was caught");
    return 0;
}
