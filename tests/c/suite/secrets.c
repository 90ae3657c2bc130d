/* Writing, reading, describing and renaming. */
#include "suite.h"

static strongroom_changes *some_changes(void) {
    strongroom_error *error = NULL;
    strongroom_changes *changes = NULL;
    OK(strongroom_changes_new(&changes, &error));
    OK(strongroom_changes_tier(changes, STRONGROOM_TIER_CRITICAL, &error));
    OK(strongroom_changes_description(changes, TEXT("the token of the robot"), &error));
    OK(strongroom_changes_content_type(changes, TEXT("text/plain"), &error));
    OK(strongroom_changes_tag(changes, TEXT("owner"), TEXT("ann"), &error));
    OK(strongroom_changes_tag(changes, TEXT("bare"), NO_TEXT, &error));
    OK(strongroom_changes_max_versions(changes, 7, &error));
    OK(strongroom_changes_trash_days(changes, 3, &error));
    OK(strongroom_changes_note(changes, TEXT("from the vendor"), &error));
    OK(strongroom_changes_expect_absent(changes, &error));
    return changes;
}

static void check_described(const strongroom_secret_info *info) {
    SAME(info->path.data, "team/token");
    SAME(info->description.data, "the token of the robot");
    SAME(info->content_type.data, "text/plain");
    EQUAL(strncmp(info->id.data, "sec_", 4), 0);
    EQUAL(info->tag_count, 2);
    SAME(info->tags[0].key.data, "bare");
    EQUAL(info->tags[0].value.len, 0);
    SAME(info->tags[1].value.data, "ann");
    EQUAL(info->version, 1);
    EQUAL(info->tier, STRONGROOM_TIER_CRITICAL);
    EQUAL(info->max_versions, 7);
    EQUAL(info->trash_days, 3);
    EQUAL(info->deleted_at, STRONGROOM_NO_TIME);
    CHECK(info->created_at > 0 && info->size_class >= 5);
}

static void check_reading(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    strongroom_secret_info info = {.struct_size = sizeof info};
    OK(strongroom_get(on, TEXT("team/token"), 1, &secret, &error));
    EQUAL(strongroom_secret_version(secret), 1);
    CHECK(strongroom_secret_version_created_at(secret) > 0);
    EQUAL(strongroom_secret_len(secret), 5);
    CHECK(memcmp(strongroom_secret_data(secret), "value", 5) == 0);
    OK(strongroom_secret_describe(secret, &info, &error));
    check_described(&info);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);

    uint8_t buffer[8];
    size_t len = 0;
    OK(strongroom_get_into(on, TEXT("team/token"), 0, buffer, sizeof buffer, &len, &error));
    EQUAL(len, 5);
    CHECK(memcmp(buffer, "value", 5) == 0);
    FAILS(STRONGROOM_E_BUFFER_TOO_SMALL, strongroom_get_into(on, TEXT("team/token"), 0, buffer, 4, &len, &error));
    EQUAL(len, 5);
    int32_t matches = -1;
    OK(strongroom_matches(on, TEXT("team/token"), BYTES("value"), &matches, &error));
    EQUAL(matches, 1);
    OK(strongroom_matches(on, TEXT("team/token"), BYTES("other"), &matches, &error));
    EQUAL(matches, 0);
}

/* Everything that strongroom_read leaves alone is filled with this. */
enum { UNTOUCHED = 0x5a };

static void check_reading_what_fits(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    strongroom_secret_info info = {.struct_size = sizeof info};
    uint8_t buffer[5], texts[512];
    size_t len = 0;
    OK(strongroom_read(on, TEXT("team/token"), 1, buffer, sizeof buffer, &len, &info, texts, sizeof texts, &secret, &error));
    CHECK(secret == NULL && len == 5 && memcmp(buffer, "value", 5) == 0);
    check_described(&info);
    CHECK((const uint8_t *)info.id.data >= texts && (const uint8_t *)info.tags < texts + sizeof texts);

    memset(buffer, 0, sizeof buffer);
    OK(strongroom_read(on, TEXT("team/token"), 0, buffer, sizeof buffer, &len, NULL, NULL, 0, &secret, &error));
    CHECK(secret == NULL && len == 5 && memcmp(buffer, "value", 5) == 0);
}

/* However little room there is, nothing behind it is written, and the object has all there is. */
static void check_reading_what_does_not_fit(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    uint8_t buffer[8], texts[512];
    size_t fitting = 0;
    for (size_t room = 0; room < sizeof texts; room++) {
        strongroom_secret_info info = {.struct_size = sizeof info};
        size_t len = 0;
        memset(buffer, UNTOUCHED, sizeof buffer);
        memset(texts, UNTOUCHED, sizeof texts);
        OK(strongroom_read(on, TEXT("team/token"), 0, buffer, 5, &len, &info, texts, room, &secret, &error));
        EQUAL(len, 5);
        for (size_t place = room; place < sizeof texts; place++)
            EQUAL(texts[place], UNTOUCHED);
        EQUAL(buffer[5], UNTOUCHED);
        if (secret == NULL) {
            check_described(&info);
            fitting++;
            continue;
        }
        EQUAL(fitting, 0);
        EQUAL(buffer[0], UNTOUCHED);
        EQUAL(strongroom_secret_len(secret), 5);
        info.struct_size = sizeof info;
        OK(strongroom_secret_describe(secret, &info, &error));
        check_described(&info);
        EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    }
    CHECK(fitting > 0 && fitting < sizeof texts);

    size_t len = 0;
    OK(strongroom_read(on, TEXT("team/token"), 0, buffer, 4, &len, NULL, NULL, 0, &secret, &error));
    EQUAL(len, 5);
    CHECK(memcmp(strongroom_secret_data(secret), "value", 5) == 0);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_read(on, TEXT("none"), 0, buffer, 8, &len, NULL, NULL, 0, &secret, &error));
    CHECK(secret == NULL);
}

/* The same in one block, which has as much room as the reading says. */
static void check_reading_blocks(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    struct {
        uint8_t value[8];
        strongroom_secret_info info;
        uint8_t texts[512];
    } block;
    uint8_t *const start = (uint8_t *)&block;
    strongroom_reading reading = {sizeof reading, 1, sizeof block.value, sizeof block.info, sizeof block.texts, 0, 0};
    OK(strongroom_read_block(on, TEXT("team/token"), &reading, start, &secret, &error));
    CHECK(secret == NULL && reading.value_len == 5 && reading.found_version == 1);
    CHECK(memcmp(block.value, "value", 5) == 0);
    EQUAL(block.info.struct_size, sizeof block.info);
    check_described(&block.info);
    CHECK((const uint8_t *)block.info.id.data >= block.texts && (const uint8_t *)block.info.tags < start + sizeof block);

    size_t fitting = 0;
    reading.version = 0;
    for (size_t room = 0; room < sizeof block.texts; room++) {
        memset(&block, UNTOUCHED, sizeof block);
        reading.texts_room = room;
        reading.value_len = reading.found_version = 0;
        OK(strongroom_read_block(on, TEXT("team/token"), &reading, start, &secret, &error));
        EQUAL(reading.value_len, 5);
        EQUAL(reading.found_version, 1);
        for (size_t place = room; place < sizeof block.texts; place++)
            EQUAL(block.texts[place], UNTOUCHED);
        if (secret == NULL) {
            check_described(&block.info);
            fitting++;
            continue;
        }
        EQUAL(fitting, 0);
        EQUAL(block.value[0], UNTOUCHED);
        EQUAL(strongroom_secret_len(secret), 5);
        EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    }
    CHECK(fitting > 0 && fitting < sizeof block.texts);

    memset(&block, UNTOUCHED, sizeof block);
    reading.info_room = reading.texts_room = 0;
    reading.value_room = 5;
    OK(strongroom_read_block(on, TEXT("team/token"), &reading, start, &secret, &error));
    CHECK(secret == NULL && memcmp(block.value, "value", 5) == 0 && block.value[5] == UNTOUCHED);
    reading.value_room = 4;
    memset(&block, UNTOUCHED, sizeof block);
    OK(strongroom_read_block(on, TEXT("team/token"), &reading, start, &secret, &error));
    CHECK(block.value[0] == UNTOUCHED && memcmp(strongroom_secret_data(secret), "value", 5) == 0);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_read_block(on, TEXT("none"), &reading, start, &secret, &error));
    CHECK(secret == NULL);
}

/* A caller that was compiled with a longer struct: what this library does not know of it is 0. */
static void check_a_longer_reading(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    uint8_t value[8];
    struct longer {
        strongroom_reading known;
        uint8_t later[16];
        uint8_t behind;
    } reading;
    memset(&reading, UNTOUCHED, sizeof reading);
    reading.known = (strongroom_reading){offsetof(struct longer, behind), 0, sizeof value, 0, 0, 0, 0};
    OK(strongroom_read_block(on, TEXT("team/token"), &reading.known, value, &secret, &error));
    CHECK(secret == NULL && memcmp(value, "value", 5) == 0);
    CHECK(reading.known.value_len == 5 && reading.known.found_version == 1 && reading.known.value_room == sizeof value);
    for (size_t place = 0; place < sizeof reading.later; place++)
        EQUAL(reading.later[place], 0);
    EQUAL(reading.behind, UNTOUCHED);
}

/* What no block can be is refused. */
static void check_blocks_that_cannot_be(strongroom_store *on) {
    static const strongroom_reading wrong[] = {
        {sizeof(strongroom_reading) - 1, 0, 8, 0, 0, 0, 0},
        {sizeof(strongroom_reading), 0, SIZE_MAX, 8, 8, 0, 0},
        {sizeof(strongroom_reading), 0, SIZE_MAX / 2 + 1, 0, 0, 0, 0},
        {sizeof(strongroom_reading), 0, 5, sizeof(strongroom_secret_info), 8, 0, 0},
        {sizeof(strongroom_reading), 0, 8, sizeof(size_t) - 1, 8, 0, 0},
        {sizeof(strongroom_reading), 0, 8, sizeof(size_t), 8, 0, 0},
        {sizeof(strongroom_reading), 0, 8, 100000, 8, 0, 0},
    };
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    strongroom_secret_info block[3];
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        strongroom_reading reading = wrong[index];
        FAILS(STRONGROOM_E_INVALID_ARGUMENT,
              strongroom_read_block(on, TEXT("team/token"), &reading, (uint8_t *)block, &secret, &error));
        CHECK(secret == NULL && reading.value_len == 0);
    }
    strongroom_reading reading = {sizeof reading, 0, 8, 0, 0, 0, 0};
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_read_block(on, TEXT("team/token"), &reading, NULL, &secret, &error));
}

static void check_several(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_secrets *secrets = NULL;
    strongroom_secret *secret = NULL;
    const strongroom_text paths[] = {{"team/token", 10}, {"team/none", 9}, {"empty", STRONGROOM_NUL_TERMINATED}};
    put(on, "empty", "");
    OK(strongroom_get_many(on, paths, 3, &secrets, &error));
    EQUAL(strongroom_secrets_len(secrets), 3);
    OK(strongroom_secrets_take(secrets, 0, &secret, &error));
    EQUAL(strongroom_secret_len(secret), 5);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    FAILS(STRONGROOM_E_CLOSED, strongroom_secrets_take(secrets, 0, &secret, &error));
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_secrets_take(secrets, 1, &secret, &error));
    OK(strongroom_secrets_take(secrets, 2, &secret, &error));
    EQUAL(strongroom_secret_len(secret), 0);
    CHECK(strongroom_secret_data(secret) != NULL);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_secrets_take(secrets, 3, &secret, &error));
    EQUAL(strongroom_secrets_free(secrets), STRONGROOM_OK);
}

static void check_update(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_changes *changes = NULL;
    strongroom_page *page = NULL;
    strongroom_secret_info info = {.struct_size = sizeof info};
    OK(strongroom_info(on, TEXT("team/token"), &page, &error));
    EQUAL(strongroom_page_len(page), 1);
    OK(strongroom_page_secret(page, 0, &info, &error));
    check_described(&info);
    OK(strongroom_changes_new(&changes, &error));
    OK(strongroom_changes_expect_meta_version(changes, info.meta_version, &error));
    OK(strongroom_changes_remove_tag(changes, TEXT("bare"), &error));
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_update(on, TEXT("team/token"), changes, &page, &error));
    OK(strongroom_page_secret(page, 0, &info, &error));
    EQUAL(info.tag_count, 1);
    SAME(info.tags[0].key.data, "owner");
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    FAILS(STRONGROOM_E_CONFLICT, strongroom_update(on, TEXT("team/token"), changes, NULL, &error));
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);

    OK(strongroom_changes_new(&changes, &error));
    OK(strongroom_changes_replace_tags(changes, &error));
    OK(strongroom_changes_tag(changes, TEXT("new"), TEXT("1"), &error));
    OK(strongroom_update(on, TEXT("team/token"), changes, &page, &error));
    OK(strongroom_page_secret(page, 0, &info, &error));
    EQUAL(info.tag_count, 1);
    SAME(info.tags[0].key.data, "new");
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);
}

static void check_renaming(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_written written = {.struct_size = sizeof written};
    uint64_t renamed = 0;
    OK(strongroom_rename(on, TEXT("team/token"), TEXT("group/token"), 0, &written, &error));
    SAME(written.path, "group/token");
    OK(strongroom_rename_prefix(on, TEXT("group"), TEXT("crew/one"), 0, &renamed, &error));
    EQUAL(renamed, 1);
    check_value(on, "crew/one/token", "value");
    FAILS(STRONGROOM_E_ALREADY_EXISTS, strongroom_rename(on, TEXT("crew/one/token"), TEXT("empty"), 0, NULL, &error));
}

void secrets_part(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_changes *changes = some_changes();
    strongroom_written written = {.struct_size = sizeof written};
    OK(strongroom_put(on, TEXT("team/token"), BYTES("value"), changes, &written, &error));
    EQUAL(written.version, 1);
    EQUAL(written.tier, STRONGROOM_TIER_CRITICAL);
    SAME(written.path, "team/token");
    EQUAL(strncmp(written.id, "sec_", 4), 0);
    FAILS(STRONGROOM_E_ALREADY_EXISTS, strongroom_put(on, TEXT("team/token"), BYTES("value"), changes, NULL, &error));
    EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);
    check_reading(on);
    check_reading_what_fits(on);
    check_reading_what_does_not_fit(on);
    check_reading_blocks(on);
    check_a_longer_reading(on);
    check_blocks_that_cannot_be(on);
    check_several(on);
    check_update(on);
    check_renaming(on);
}
