/* Transactions that end in each way there is. */
#include "suite.h"

void transactions_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_store *transaction = NULL;
    strongroom_store *copy = NULL;
    strongroom_secret *secret = NULL;
    put(store, "a", "before");

    OK(strongroom_begin(store, &transaction, &error));
    put(transaction, "a", "inside");
    put(transaction, "b", "inside");
    check_value(transaction, "a", "inside");
    check_value(store, "a", "before");
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_get(store, TEXT("b"), 0, &secret, &error));
    FAILS(STRONGROOM_E_REENTRANT, strongroom_put(store, TEXT("c"), BYTES("x"), NULL, NULL, &error));
    copy = store;
    FAILS(STRONGROOM_E_REENTRANT, strongroom_close(&copy, &error));
    CHECK(copy == store);
    copy = transaction;
    OK(strongroom_commit(&transaction, &error));
    CHECK(transaction == NULL);
    FAILS(STRONGROOM_E_CLOSED, strongroom_commit(&copy, &error));
    check_value(store, "a", "inside");
    check_value(store, "b", "inside");

    OK(strongroom_begin(store, &transaction, &error));
    put(transaction, "a", "rolled back");
    OK(strongroom_destroy(transaction, TEXT("b"), &error));
    OK(strongroom_close(&transaction, &error));
    CHECK(transaction == NULL);
    check_value(store, "a", "inside");
    check_value(store, "b", "inside");

    /* A change inside that failed may not be passed over. */
    OK(strongroom_begin(store, &transaction, &error));
    put(transaction, "a", "not committed");
    FAILS(STRONGROOM_E_ALREADY_EXISTS, strongroom_rename(transaction, TEXT("a"), TEXT("b"), 0, NULL, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_commit(&transaction, &error));
    CHECK(transaction == NULL);
    check_value(store, "a", "inside");

    copy = store;
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_commit(&copy, &error));
    CHECK(copy == store);
    OK(strongroom_close(&transaction, &error));
    OK(strongroom_close(NULL, &error));
}
