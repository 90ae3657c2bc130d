/* What a store says of retention and of the cost of passphrases. */
#include "suite.h"

static void check_retention(strongroom_store *on, const char *under, int64_t max_versions, int64_t trash_days) {
    strongroom_error *error = NULL;
    strongroom_retention retention = {.struct_size = sizeof retention};
    OK(strongroom_policy_retention(on, under, under ? strlen(under) : 0, &retention, &error));
    EQUAL(retention.under.len, 0);
    EQUAL(retention.max_versions, max_versions);
    EQUAL(retention.trash_days, trash_days);
}

void policy_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_retention retention = {.struct_size = sizeof retention};
    strongroom_store *transaction = NULL;
    strongroom_page *page = NULL;
    OK(strongroom_policy_set_retention(store, NO_TEXT, 9, 8, &error));
    check_retention(store, NULL, 9, 8);
    OK(strongroom_begin(store, &transaction, &error));
    OK(strongroom_policy_set_retention(transaction, TEXT("team"), 4, STRONGROOM_INHERITED, &error));
    check_retention(transaction, "team", 4, STRONGROOM_INHERITED);
    OK(strongroom_policy_retention_at(transaction, TEXT("team/x"), &retention, &error));
    OK(strongroom_commit(&transaction, &error));
    OK(strongroom_policy_set_retention(store, TEXT("team"), STRONGROOM_UNCHANGED, 2, &error));
    check_retention(store, "team", 4, 2);
    OK(strongroom_policy_retention_at(store, TEXT("other/x"), &retention, &error));
    EQUAL(retention.max_versions, 9);

    OK(strongroom_policy_retentions(store, &page, &error));
    EQUAL(strongroom_page_len(page), 2);
    OK(strongroom_page_retention(page, 0, &retention, &error));
    EQUAL(retention.under.len, 0);
    EQUAL(retention.trash_days, 8);
    OK(strongroom_page_retention(page, 1, &retention, &error));
    SAME(retention.under.data, "team");
    EQUAL(retention.trash_days, 2);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);

    strongroom_kdf_cost floor_cost = {0, 0, 0};
    OK(strongroom_policy_set_kdf_floor(store, 20 * 1024, 2, 1, &error));
    OK(strongroom_policy_kdf_floor(store, &floor_cost, &error));
    EQUAL(floor_cost.memory_kib, 20 * 1024);
    EQUAL(floor_cost.passes, 2);
    EQUAL(floor_cost.lanes, 1);
    FAILS(STRONGROOM_E_KDF_LIMITS, strongroom_policy_set_kdf_floor(store, 1, 1, 1, &error));
}
