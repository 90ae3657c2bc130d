/* Calls that say something of themselves. */
#include "suite.h"

void context_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_context *context = NULL;
    strongroom_store *same = NULL, *transaction = NULL, *none = NULL;
    OK(strongroom_context_new(&context, &error));
    OK(strongroom_context_label(context, TEXT("app"), TEXT("backup"), &error));
    OK(strongroom_context_label(context, TEXT("nightly"), NO_TEXT, &error));
    OK(strongroom_context_reason(context, TEXT("nightly rotation"), &error));
    OK(strongroom_context_request_id(context, TEXT("r-17"), &error));
    OK(strongroom_with(store, context, &same, &error));
    put(same, "said/a", "1");
    check_value(store, "said/a", "1");
    OK(strongroom_begin(same, &transaction, &error));
    put(transaction, "said/a", "2");
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_with(transaction, context, &none, &error));
    FAILS(STRONGROOM_E_REENTRANT, strongroom_close(&same, &error));
    OK(strongroom_commit(&transaction, &error));
    close_store(same);
    /* A transaction of the store needs no other handle of it. */
    OK(strongroom_begin(store, &transaction, &error));
    OK(strongroom_with(store, context, &same, &error));
    close_store(same);
    OK(strongroom_close(&transaction, &error));
    check_value(store, "said/a", "2");

    OK(strongroom_context_reason(context, TEXT("two\nlines"), &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_with(store, context, &none, &error));
    CHECK(none == NULL);
    EQUAL(strongroom_context_free(context), STRONGROOM_OK);
    EQUAL(strongroom_context_free(NULL), STRONGROOM_OK);
    FAILS(STRONGROOM_E_CLOSED, strongroom_with(store, context, &none, &error));
}

/* Closing a store closes what strongroom_with made of it. */
void context_end_part(void) {
    strongroom_error *error = NULL;
    strongroom_context *context = NULL;
    strongroom_store *store = NULL, *same = NULL, *transaction = NULL;
    strongroom_secret *secret = NULL;
    OK(strongroom_in_memory(NULL, &store, &error));
    OK(strongroom_context_new(&context, &error));
    OK(strongroom_with(store, context, &same, &error));
    EQUAL(strongroom_context_free(context), STRONGROOM_OK);
    OK(strongroom_begin(same, &transaction, &error));
    FAILS(STRONGROOM_E_REENTRANT, strongroom_close(&store, &error));
    OK(strongroom_close(&transaction, &error));
    close_store(store);
    FAILS(STRONGROOM_E_CLOSED, strongroom_get(same, TEXT("a"), 0, &secret, &error));
    close_store(same);
}
