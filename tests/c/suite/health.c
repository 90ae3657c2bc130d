/* What a store says of itself: verification, health, locks, memory. */
#include "suite.h"

static void check_lock(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    strongroom_key *key = raw_key(1), *wrong = raw_key(2);
    strongroom_condition condition = {.struct_size = sizeof condition};
    int32_t locked = -1;
    OK(strongroom_is_locked(store, &locked, &error));
    EQUAL(locked, 0);
    OK(strongroom_lock(store, &error));
    OK(strongroom_is_locked(store, &locked, &error));
    EQUAL(locked, 1);
    FAILS(STRONGROOM_E_LOCKED, strongroom_get(store, TEXT("a"), 0, &secret, &error));
    OK(strongroom_health(store, &condition, NULL, &error));
    EQUAL(condition.status, STRONGROOM_HEALTH_LOCKED);
    FAILS(STRONGROOM_E_WRONG_KEY, strongroom_unlock(store, wrong, &error));
    OK(strongroom_unlock(store, key, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_unlock(store, key, &error));
    check_value(store, "a", "value");
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    EQUAL(strongroom_key_free(wrong), STRONGROOM_OK);
}

static void check_condition(strongroom_store *store, const char *folder) {
    strongroom_error *error = NULL;
    strongroom_page *copies = NULL;
    strongroom_condition condition = {.struct_size = sizeof condition};
    strongroom_verified verified = {.struct_size = sizeof verified};
    OK(strongroom_verify(store, &verified, &error));
    EQUAL(verified.secrets, 1);
    EQUAL(verified.versions, 1);
    EQUAL(verified.trashed, 0);
    CHECK(verified.blocks > 0 && verified.events > 0);
    OK(strongroom_health(store, &condition, NULL, &error));
    EQUAL(condition.status, STRONGROOM_HEALTH_OK);
    EQUAL(condition.last_backup_at, STRONGROOM_NO_TIME);
    OK(strongroom_backup(store, TEXT(in_folder(folder, "health-copy")), NULL, NULL, &error));
    OK(strongroom_health(store, &condition, &copies, &error));
    EQUAL(condition.status, STRONGROOM_HEALTH_DEGRADED);
    EQUAL(condition.in_place, 1);
    EQUAL(condition.clock_jumped, 0);
    CHECK(condition.last_verified_at > 0 && condition.last_backup_at > 0 && condition.generation > 0 && condition.free_bytes > 0);
    EQUAL(strongroom_page_len(copies), 1);
    CHECK(strstr(strongroom_page_file(copies, 0), "health-copy") != NULL);
    CHECK(strongroom_page_file(copies, 1) == NULL);
    EQUAL(strongroom_page_free(copies), STRONGROOM_OK);
}

void health_part(const char *folder) {
    strongroom_error *error = NULL;
    strongroom_store *store = new_store(in_folder(folder, "health"));
    strongroom_opened opened = {.struct_size = sizeof opened};
    strongroom_memory memory = {.struct_size = sizeof memory};
    uint64_t idle_ms = UINT64_MAX;
    put(store, "a", "value");
    OK(strongroom_open_report(store, &opened, &error));
    EQUAL(opened.pin, STRONGROOM_PIN_NONE);
    EQUAL(opened.discarded_generation, 0);
    EQUAL(opened.unreadable_superblock, 0);
    EQUAL(opened.unreadable_header, 0);
    EQUAL(opened.reserved, 0);
    EQUAL(opened.kdf_upgrade, 0);
    OK(strongroom_memory_status(store, &memory, &error));
    CHECK((memory.locked == 0 || memory.locked == 1) && (memory.wiped_on_fork == 0 || memory.wiped_on_fork == 1));
    EQUAL(memory.reserved, 0);
    OK(strongroom_idle_ms(store, &idle_ms, &error));
    CHECK(idle_ms < 60 * 1000);
    check_condition(store, folder);
    check_lock(store);
    close_store(store);
}
