/* Copies, told of and stopped by a callback. */
#include "suite.h"

struct watch {
    uint64_t calls;
    uint64_t stop_at;
    strongroom_store *store;
    const strongroom_key *key;
};

/* A callback may call the library, also on this store and with the key of the call. */
static int32_t watched(uint64_t done, uint64_t total, void *user_data) {
    struct watch *watch = user_data;
    CHECK(done <= total);
    watch->calls++;
    check_value(watch->store, "a", "value");
    if (watch->key) {
        strongroom_slot_id id;
        (void)!strongroom_slots_check(watch->store, watch->key, &id, NULL);
    }
    return watch->stop_at > 0 && watch->calls >= watch->stop_at;
}

static void check_cancel(strongroom_store *store, const char *file, strongroom_copy_options *options, struct watch *watch) {
    strongroom_error *error = NULL;
    strongroom_copied copied = {.struct_size = sizeof copied};
    watch->stop_at = 1;
    FAILS(STRONGROOM_E_CANCELLED, strongroom_backup(store, TEXT(file), options, &copied, &error));
    CHECK(fopen(file, "rb") == NULL);
    FAILS(STRONGROOM_E_CANCELLED, strongroom_compact(store, options, NULL, &error));
    check_value(store, "a", "value");
    watch->calls = watch->stop_at = 0;
}

static void check_backup(strongroom_store *store, const char *file, strongroom_copy_options *options, struct watch *watch) {
    strongroom_error *error = NULL;
    strongroom_copied copied = {.struct_size = sizeof copied};
    strongroom_key *key = raw_key(1);
    OK(strongroom_backup(store, TEXT(file), options, &copied, &error));
    CHECK(watch->calls > 0);
    EQUAL(copied.secrets, 1);
    EQUAL(copied.versions, 1);
    CHECK(copied.file_len > 0 && copied.blocks > 0 && copied.generation > 0 && copied.events > 0);
    FAILS(STRONGROOM_E_ALREADY_EXISTS, strongroom_backup(store, TEXT(file), NULL, NULL, &error));
    strongroom_store *backup = NULL;
    OK(strongroom_open(TEXT(file), key, NULL, &backup, &error));
    check_value(backup, "a", "value");
    close_store(backup);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
}

static void check_replacing(strongroom_store *store, const char *file, strongroom_copy_options *options, struct watch *watch) {
    strongroom_error *error = NULL;
    strongroom_copied copied = {.struct_size = sizeof copied};
    const strongroom_kdf_cost cost = {19 * 1024, 2, 1};
    strongroom_key *old = raw_key(1), *other = raw_key(2);
    strongroom_slot_id id;
    OK(strongroom_policy_set_kdf_floor(store, cost.memory_kib, cost.passes, cost.lanes, &error));
    OK(strongroom_compact(store, options, &copied, &error));
    EQUAL(copied.secrets, 1);
    OK(strongroom_slots_add(store, other, NO_TEXT, NULL, &id, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_purge(store, options, NULL, &error));
    OK(strongroom_copy_options_drop_other_slots(options, 1, &error));
    OK(strongroom_purge(store, options, &copied, &error));
    FAILS(STRONGROOM_E_WRONG_KEY, strongroom_slots_check(store, other, &id, &error));
    OK(strongroom_copy_options_new_slot(options, TEXT("the only one"), &cost, &error));
    watch->key = other;
    OK(strongroom_rekey(store, other, options, &copied, &error));
    watch->key = NULL;
    close_store(store);
    FAILS(STRONGROOM_E_WRONG_KEY, strongroom_open(TEXT(file), old, NULL, &store, &error));
    OK(strongroom_open(TEXT(file), other, NULL, &store, &error));
    check_value(store, "a", "value");
    close_store(store);
    EQUAL(strongroom_key_free(old), STRONGROOM_OK);
    EQUAL(strongroom_key_free(other), STRONGROOM_OK);
}

void copies_part(const char *folder) {
    strongroom_error *error = NULL;
    strongroom_copy_options *options = NULL;
    const char *file = in_folder(folder, "copied"), *backup = in_folder(folder, "backup");
    strongroom_store *store = new_store(file);
    struct watch watch = {0, 0, store, NULL};
    put(store, "a", "value");
    OK(strongroom_copy_options_new(&options, &error));
    OK(strongroom_copy_options_progress(options, watched, &watch, &error));
    check_cancel(store, backup, options, &watch);
    check_backup(store, backup, options, &watch);
    check_replacing(store, file, options, &watch);
    EQUAL(strongroom_copy_options_free(options), STRONGROOM_OK);
}
