/* Key slots: what opens a store, and what no longer does. */
#include "suite.h"

static const strongroom_kdf_cost cheap = {19 * 1024, 2, 1};

static strongroom_key *passphrase(const char *text) {
    strongroom_error *error = NULL;
    strongroom_key *key = NULL;
    OK(strongroom_key_passphrase((const uint8_t *)text, strlen(text), &key, &error));
    return key;
}

static void check_list(strongroom_store *store, size_t count) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_slot item = {.struct_size = sizeof item};
    OK(strongroom_slots_list(store, &page, &error));
    EQUAL(strongroom_page_len(page), count);
    OK(strongroom_page_slot(page, 0, &item, &error));
    EQUAL(item.kind, STRONGROOM_SLOT_RAW_KEY);
    EQUAL(item.unlocked_this_handle, 1);
    EQUAL(item.kdf_memory_kib, 0);
    OK(strongroom_page_slot(page, 1, &item, &error));
    EQUAL(item.kind, STRONGROOM_SLOT_PASSPHRASE);
    SAME(item.label.data, "person");
    EQUAL(item.kdf_memory_kib, 19 * 1024);
    EQUAL(item.kdf_passes, 2);
    EQUAL(item.kdf_lanes, 1);
    EQUAL(item.last_used_at, STRONGROOM_NO_TIME);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}

static void check_recovery(strongroom_store *store, const char *file) {
    strongroom_error *error = NULL;
    strongroom_slot_id id, found;
    strongroom_secret *code = NULL;
    strongroom_key *key = NULL;
    strongroom_secret_info info = {.struct_size = sizeof info};
    OK(strongroom_slots_add_recovery_code(store, TEXT("paper"), &id, &code, &error));
    CHECK(strongroom_secret_len(code) > 32);
    EQUAL(strongroom_secret_version(code), 0);
    EQUAL(strongroom_secret_version_created_at(code), STRONGROOM_NO_TIME);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_secret_describe(code, &info, &error));
    OK(strongroom_key_recovery_code(strongroom_secret_data(code), strongroom_secret_len(code), &key, &error));
    EQUAL(strongroom_secret_free(code), STRONGROOM_OK);
    OK(strongroom_slots_check(store, key, &found, &error));
    SAME(found.text, id.text);
    close_store(store);
    OK(strongroom_open(TEXT(file), key, NULL, &store, &error));
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    OK(strongroom_slots_remove(store, TEXT(id.text), 0, &error));
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_slots_remove(store, TEXT(id.text), 0, &error));
    close_store(store);
}

void slots_part(const char *folder) {
    strongroom_error *error = NULL;
    const char *file = in_folder(folder, "slots");
    strongroom_store *store = new_store(file);
    strongroom_key *first = passphrase("first"), *second = passphrase("second");
    strongroom_slot_id id, found;
    OK(strongroom_policy_set_kdf_floor(store, cheap.memory_kib, cheap.passes, cheap.lanes, &error));
    OK(strongroom_slots_add(store, first, TEXT("person"), &cheap, &id, &error));
    check_list(store, 2);
    OK(strongroom_slots_check(store, first, &found, &error));
    SAME(found.text, id.text);
    OK(strongroom_slots_change_passphrase(store, first, second, &error));
    FAILS(STRONGROOM_E_WRONG_KEY, strongroom_slots_check(store, first, &found, &error));
    OK(strongroom_slots_check(store, second, &found, &error));
    EQUAL(strongroom_key_free(first), STRONGROOM_OK);
    EQUAL(strongroom_key_free(second), STRONGROOM_OK);
    check_recovery(store, file);
    EQUAL(strongroom_live_objects(), 0);
}
