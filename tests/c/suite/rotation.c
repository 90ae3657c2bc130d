/* Rotation, expiry, and what is due. */
#include "suite.h"

#define HOUR 3600
#define DAY (24 * HOUR)

static void check_rotating(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_rotated rotated = {.struct_size = sizeof rotated};
    strongroom_page *page = NULL;
    strongroom_version_info item = {.struct_size = sizeof item};
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_rotate(on, TEXT("key"), BYTES("new"), HOUR, NULL, &rotated, &error));
    put(on, "key", "old");
    OK(strongroom_rotate(on, TEXT("key"), BYTES("new"), HOUR, NULL, &rotated, &error));
    EQUAL(rotated.version, 2);
    EQUAL(rotated.old_version, 1);
    EQUAL(rotated.old_expires_at, rotated.updated_at + 1000 * HOUR);
    EQUAL(rotated.tier, STRONGROOM_TIER_STANDARD);
    EQUAL(rotated.reserved, 0);
    CHECK(rotated.created_at <= rotated.updated_at);
    SAME(rotated.path, "key");
    EQUAL(strncmp(rotated.id, "sec_", 4), 0);
    check_value(on, "key", "new");
    OK(strongroom_versions(on, TEXT("key"), &page, &error));
    OK(strongroom_page_version(page, 0, &item, &error));
    EQUAL(item.state, STRONGROOM_STATE_GRACE);
    EQUAL(item.until, rotated.old_expires_at);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}

static void check_accepted(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secrets *secrets = NULL;
    strongroom_secret *secret = NULL;
    uint64_t version = 9;
    OK(strongroom_accepted(on, TEXT("key"), &secrets, &error));
    EQUAL(strongroom_secrets_len(secrets), 2);
    for (size_t index = 0; index < 2; index++) {
        OK(strongroom_secrets_take(secrets, index, &secret, &error));
        EQUAL(strongroom_secret_version(secret), 2 - index);
        EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    }
    EQUAL(strongroom_secrets_free(secrets), STRONGROOM_OK);
    OK(strongroom_verify_any(on, TEXT("key"), BYTES("old"), &version, &error));
    EQUAL(version, 1);
    OK(strongroom_verify_any(on, TEXT("key"), BYTES("other"), &version, &error));
    EQUAL(version, 0);
}

static void check_revoking(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_secret *secret = NULL;
    strongroom_version_info item = {.struct_size = sizeof item};
    uint64_t version = 9;
    OK(strongroom_revoke_version(on, TEXT("key"), 1, &page, &error));
    OK(strongroom_page_version(page, 0, &item, &error));
    EQUAL(item.number, 1);
    EQUAL(item.state, STRONGROOM_STATE_RETIRED);
    EQUAL(item.until, STRONGROOM_NO_TIME);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_verify_any(on, TEXT("key"), BYTES("old"), &version, &error));
    EQUAL(version, 0);
    FAILS(STRONGROOM_E_VERSION_EXPIRED, strongroom_get(on, TEXT("key"), 1, &secret, &error));
    OK(strongroom_revoke_version(on, TEXT("key"), 1, NULL, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_revoke_version(on, TEXT("key"), 2, NULL, &error));
}

static void check_schedule(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_changes *changes = NULL;
    strongroom_page *page = NULL;
    strongroom_secret_info info = {.struct_size = sizeof info};
    OK(strongroom_changes_new(&changes, &error));
    OK(strongroom_changes_expires_in(changes, 20 * DAY, &error));
    OK(strongroom_changes_on_expiry(changes, STRONGROOM_ON_EXPIRY_TRASH, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_changes_on_expiry(changes, 7, &error));
    OK(strongroom_changes_rotate_every(changes, 10 * DAY, &error));
    OK(strongroom_update(on, TEXT("key"), changes, &page, &error));
    OK(strongroom_page_secret(page, 0, &info, &error));
    EQUAL(info.expires_at, info.updated_at + (int64_t)20 * DAY * 1000);
    EQUAL(info.on_expiry, STRONGROOM_ON_EXPIRY_TRASH);
    EQUAL(info.rotate_every, 10 * DAY);
    CHECK(info.rotation_due_at > info.created_at && info.rotation_due_at < info.expires_at);
    EQUAL(info.reserved_too, 0);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);
}

static void check_due(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_due_item items[2];
    OK(strongroom_due(on, 30 * DAY, &page, &error));
    EQUAL(strongroom_page_len(page), 2);
    for (size_t index = 0; index < 2; index++) {
        items[index].struct_size = sizeof items[index];
        OK(strongroom_page_due(page, index, &items[index], &error));
        SAME(items[index].path.data, "key");
        EQUAL(strncmp(items[index].id.data, "sec_", 4), 0);
        EQUAL(items[index].reserved, 0);
    }
    EQUAL(items[0].reason, STRONGROOM_DUE_ROTATION);
    EQUAL(items[1].reason, STRONGROOM_DUE_EXPIRY);
    CHECK(items[0].at < items[1].at);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_page_due(page, 2, &items[0], &error));
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_due(on, 0, &page, &error));
    EQUAL(strongroom_page_len(page), 0);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}

static void check_taking_away(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_changes *changes = NULL;
    strongroom_page *page = NULL;
    strongroom_secret_info info = {.struct_size = sizeof info};
    OK(strongroom_changes_new(&changes, &error));
    OK(strongroom_changes_expires_at(changes, 1000, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_put(on, TEXT("past"), BYTES("1"), changes, NULL, &error));
    OK(strongroom_changes_expires_at(changes, STRONGROOM_NO_TIME, &error));
    OK(strongroom_changes_rotate_every(changes, 0, &error));
    OK(strongroom_rotate(on, TEXT("key"), BYTES("newer"), 0, changes, NULL, &error));
    OK(strongroom_info(on, TEXT("key"), &page, &error));
    OK(strongroom_page_secret(page, 0, &info, &error));
    EQUAL(info.expires_at, STRONGROOM_NO_TIME);
    EQUAL(info.rotation_due_at, STRONGROOM_NO_TIME);
    EQUAL(info.rotate_every, 0);
    EQUAL(info.on_expiry, STRONGROOM_ON_EXPIRY_BLOCK);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);
}

static void check_durations(void) {
    strongroom_error *error = NULL;
    uint64_t seconds = 0;
    OK(strongroom_parse_duration(TEXT("1h30m"), &seconds, &error));
    EQUAL(seconds, 5400);
    OK(strongroom_parse_duration(TEXT("P90D"), &seconds, &error));
    EQUAL(seconds, 90 * DAY);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_parse_duration(TEXT("P1Y"), &seconds, &error));
}

void rotation_part(strongroom_store *on) {
    check_rotating(on);
    check_accepted(on);
    check_revoking(on);
    check_schedule(on);
    check_due(on);
    check_taking_away(on);
    check_durations();
}
