/* What needs no store. */
#include "suite.h"

#include <errno.h>

static void check_versions(void) {
    SAME(strongroom_version(), STRONGROOM_VERSION_STRING);
    EQUAL(strongroom_version_number(), STRONGROOM_VERSION_NUMBER);
    EQUAL(strongroom_abi_version(), STRONGROOM_ABI_VERSION);
    EQUAL(STRONGROOM_VERSION_MAJOR * 1000000 + STRONGROOM_VERSION_MINOR * 1000 + STRONGROOM_VERSION_PATCH, STRONGROOM_VERSION_NUMBER);
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", STRONGROOM_VERSION_MAJOR, STRONGROOM_VERSION_MINOR, STRONGROOM_VERSION_PATCH);
    SAME(version, STRONGROOM_VERSION_STRING);
    SAME(strongroom_status_name(STRONGROOM_OK), "STRONGROOM_OK");
    SAME(strongroom_status_name(STRONGROOM_E_NOT_FOUND), "STRONGROOM_E_NOT_FOUND");
    SAME(strongroom_status_name(12345), "STRONGROOM_E_UNKNOWN");
}

static void check_capabilities(void) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    OK(strongroom_capabilities(&page, &error));
    size_t limits = 0;
    CHECK(strongroom_page_len(page) > 1);
    for (size_t index = 0; index < strongroom_page_len(page); index++) {
        strongroom_capability item = {.struct_size = sizeof item};
        OK(strongroom_page_capability(page, index, &item, &error));
        EQUAL(strlen(item.name.data), item.name.len);
        CHECK(item.name.len > 0 && (item.is_limit || item.value == 1));
        limits += (size_t)item.is_limit;
    }
    CHECK(limits > 0 && limits < strongroom_page_len(page));
    strongroom_capability item = {.struct_size = sizeof item};
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_page_capability(page, strongroom_page_len(page), &item, &error));
    item.struct_size = 0;
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_page_capability(page, 0, &item, &error));
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}

/* A reader that was compiled with a shorter struct, and one with a longer. */
static void check_struct_sizes(void) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    OK(strongroom_in_memory(NULL, &store, &error));
    struct {
        strongroom_written known;
        unsigned char later[16];
    } item;
    memset(&item, 0xa5, sizeof item);
    item.known.struct_size = sizeof(size_t) + sizeof(uint64_t);
    OK(strongroom_put(store, TEXT("a"), BYTES("1"), NULL, &item.known, &error));
    EQUAL(item.known.version, 1);
    EQUAL(((unsigned char *)&item.known.created_at)[0], 0xa5);
    item.known.struct_size = sizeof item;
    OK(strongroom_put(store, TEXT("a"), BYTES("2"), NULL, &item.known, &error));
    SAME(item.known.path, "a");
    EQUAL(item.later[0], 0);
    EQUAL(item.later[15], 0);
    close_store(store);
}

static void check_bytes(void) {
    uint8_t data[] = {1, 2, 3, 4};
    EQUAL(strongroom_equal(data, 4, data, 4), 1);
    EQUAL(strongroom_equal(data, 4, data, 3), 0);
    EQUAL(strongroom_equal(data, 2, data + 2, 2), 0);
    EQUAL(strongroom_equal(NULL, 0, NULL, 0), 1);
    EQUAL(strongroom_wipe(data + 1, 2), STRONGROOM_OK);
    CHECK(data[0] == 1 && data[1] == 0 && data[2] == 0 && data[3] == 4);
    EQUAL(strongroom_wipe(NULL, 0), STRONGROOM_OK);
    EQUAL(strongroom_wipe(NULL, 1), STRONGROOM_E_INVALID_ARGUMENT);
}

static void check_errors(void) {
    strongroom_error *error = NULL;
    strongroom_key *key = raw_key(1);
    strongroom_store *store = NULL;
    EQUAL(strongroom_open(TEXT("/nowhere/store"), key, NULL, &store, &error), STRONGROOM_E_NOT_FOUND);
    CHECK(store == NULL && error != NULL);
    EQUAL(strongroom_error_code(error), STRONGROOM_E_NOT_FOUND);
    CHECK(strlen(strongroom_error_message(error)) > 10);
    CHECK(strstr(strongroom_error_details(error), "\"name\":\"not_found\"") != NULL);
    CHECK(strstr(strongroom_error_details(error), "\"code\":10,") != NULL);
    EQUAL(strongroom_error_retryable(error), 0);
    EQUAL(strongroom_error_os_error(error), 0);
    EQUAL(strongroom_live_objects(), 2);
    EQUAL(strongroom_error_free(error), STRONGROOM_OK);
    EQUAL(strongroom_error_free(NULL), STRONGROOM_OK);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    EQUAL(strongroom_key_file_create(TEXT("/dev/null/key"), &key, &error), STRONGROOM_E_IO);
    EQUAL(strongroom_error_os_error(error), ENOTDIR);
    EQUAL(strongroom_error_free(error), STRONGROOM_OK);
    /* Nobody has to want the error. */
    EQUAL(strongroom_open(TEXT("/nowhere/store"), NULL, NULL, &store, NULL), STRONGROOM_E_INVALID_ARGUMENT);
    EQUAL(strongroom_live_objects(), 0);
}

static void check_calibration(void) {
    strongroom_error *error = NULL;
    strongroom_kdf_cost cost = {0, 0, 0};
    uint64_t measured = 0;
    OK(strongroom_calibrate(1, 64 * 1024, &cost, &measured, &error));
    CHECK(cost.memory_kib >= 19 * 1024 && cost.memory_kib <= 64 * 1024 && cost.passes >= 1 && cost.lanes >= 1 && measured > 0);
}

void library_part(void) {
    check_versions();
    check_capabilities();
    check_struct_sizes();
    check_bytes();
    check_errors();
    check_calibration();
    EQUAL(strongroom_live_objects(), 0);
}
