/* Versions and their states. */
#include "suite.h"

static void check_version(strongroom_page *page, size_t index, uint64_t number, uint32_t state, const char *note) {
    strongroom_error *error = NULL;
    strongroom_version_info item = {.struct_size = sizeof item};
    OK(strongroom_page_version(page, index, &item, &error));
    EQUAL(item.number, number);
    EQUAL(item.state, state);
    EQUAL(item.author, STRONGROOM_AUTHOR_OWNER);
    EQUAL(item.size, 3);
    SAME(item.note.data, note);
    CHECK(item.created_at > 0);
    CHECK((item.deleted_at == STRONGROOM_NO_TIME) == (state == STRONGROOM_STATE_CURRENT || state == STRONGROOM_STATE_SUPERSEDED));
}

static void check_one_version(strongroom_page *page, uint64_t number, uint32_t state) {
    EQUAL(strongroom_page_len(page), 1);
    check_version(page, 0, number, state, "");
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}

void versions_part(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_secret *secret = NULL;
    strongroom_changes *changes = NULL;
    put(on, "a", "one");
    OK(strongroom_changes_new(&changes, &error));
    OK(strongroom_changes_expect_version(changes, 1, &error));
    OK(strongroom_changes_note(changes, TEXT("second"), &error));
    OK(strongroom_put(on, TEXT("a"), BYTES("two"), changes, NULL, &error));
    FAILS(STRONGROOM_E_CONFLICT, strongroom_put(on, TEXT("a"), BYTES("two"), changes, NULL, &error));
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);

    OK(strongroom_versions(on, TEXT("a"), &page, &error));
    EQUAL(strongroom_page_len(page), 2);
    check_version(page, 0, 1, STRONGROOM_STATE_SUPERSEDED, "");
    check_version(page, 1, 2, STRONGROOM_STATE_CURRENT, "second");
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);

    strongroom_written written = {.struct_size = sizeof written};
    OK(strongroom_rollback(on, TEXT("a"), 1, &written, &error));
    EQUAL(written.version, 3);
    check_value(on, "a", "one");

    OK(strongroom_delete_version(on, TEXT("a"), 1, &page, &error));
    check_one_version(page, 1, STRONGROOM_STATE_DELETED);
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_get(on, TEXT("a"), 1, &secret, &error));
    OK(strongroom_restore_version(on, TEXT("a"), 1, &page, &error));
    check_one_version(page, 1, STRONGROOM_STATE_SUPERSEDED);
    OK(strongroom_get(on, TEXT("a"), 1, &secret, &error));
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    OK(strongroom_destroy_version(on, TEXT("a"), 1, &page, &error));
    check_one_version(page, 1, STRONGROOM_STATE_DESTROYED);
    FAILS(STRONGROOM_E_DESTROYED, strongroom_get(on, TEXT("a"), 1, &secret, &error));
    CHECK(secret == NULL);
}
