/* Deleting, restoring, destroying and sweeping, with a clock that goes forward at once. */
#include "suite.h"

#define DAY ((uint64_t)24 * 60 * 60 * 1000)

static void check_restoring(strongroom_store *on, int64_t now) {
    strongroom_error *error = NULL;
    strongroom_deleted deleted = {.struct_size = sizeof deleted};
    strongroom_written written = {.struct_size = sizeof written};
    put(on, "a", "1");
    OK(strongroom_delete(on, TEXT("a"), &deleted, &error));
    EQUAL(deleted.deleted_at, now);
    CHECK(deleted.purge_at > now);
    EQUAL(strncmp(deleted.id, "sec_", 4), 0);
    OK(strongroom_restore(on, TEXT("a"), NO_TEXT, &written, &error));
    SAME(written.path, "a");
    SAME(written.id, deleted.id);
    OK(strongroom_delete(on, TEXT("a"), NULL, &error));
    OK(strongroom_restore(on, TEXT(deleted.id), TEXT("b"), &written, &error));
    SAME(written.path, "b");
    check_value(on, "b", "1");
    OK(strongroom_delete(on, TEXT("b"), NULL, &error));
    OK(strongroom_destroy(on, TEXT(deleted.id), &error));
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_restore(on, TEXT(deleted.id), NO_TEXT, NULL, &error));
}

static void check_sweeping(strongroom_store *on, strongroom_clock *clock) {
    strongroom_error *error = NULL;
    strongroom_swept swept = {.struct_size = sizeof swept};
    put(on, "c", "1");
    put(on, "d", "1");
    OK(strongroom_delete(on, TEXT("c"), NULL, &error));
    OK(strongroom_delete(on, TEXT("d"), NULL, &error));
    OK(strongroom_sweep(on, 10, 0, &swept, &error));
    EQUAL(swept.secrets, 0);
    EQUAL(strongroom_clock_advance(clock, 40 * DAY), STRONGROOM_OK);
    OK(strongroom_sweep(on, 1, 0, &swept, &error));
    EQUAL(swept.secrets, 1);
    EQUAL(swept.versions, 1);
    EQUAL(swept.more, 1);
    EQUAL(swept.held_back, 0);
    EQUAL(swept.expiring + swept.expired, 0);
    OK(strongroom_sweep(on, 10, 1, &swept, &error));
    EQUAL(swept.secrets, 1);
    EQUAL(swept.more, 0);
}

void trash_part(void) {
    strongroom_error *error = NULL;
    strongroom_clock *clock = NULL;
    strongroom_options *options = NULL;
    strongroom_store *store = NULL;
    OK(strongroom_clock_new(1700000000000, &clock, &error));
    OK(strongroom_options_new(&options, &error));
    OK(strongroom_options_clock(options, clock, &error));
    OK(strongroom_in_memory(options, &store, &error));
    EQUAL(strongroom_options_free(options), STRONGROOM_OK);
    check_restoring(store, 1700000000000);
    check_sweeping(store, clock);
    close_store(store);
    EQUAL(strongroom_clock_free(clock), STRONGROOM_OK);
}
