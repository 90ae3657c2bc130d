/* Options, keys and clocks, and what they do to a store. */
#include "suite.h"

#define START 1700000000000

static void check_options(const char *folder) {
    strongroom_error *error = NULL;
    strongroom_options *options = NULL;
    strongroom_clock *clock = NULL;
    strongroom_store *store = NULL;
    strongroom_key *key = raw_key(1);
    OK(strongroom_options_new(&options, &error));
    OK(strongroom_clock_new(START, &clock, &error));
    OK(strongroom_options_wait_ms(options, 0, &error));
    OK(strongroom_options_write_wait_ms(options, 100, &error));
    OK(strongroom_options_verify_up_to(options, UINT64_MAX, &error));
    OK(strongroom_options_cache_bytes(options, 1024 * 1024, &error));
    OK(strongroom_options_clock(options, clock, &error));
    OK(strongroom_options_kdf_cost(options, 19 * 1024, 2, 1, &error));
    FAILS(STRONGROOM_E_KDF_LIMITS, strongroom_options_kdf_cost(options, 1, 1, 1, &error));
    OK(strongroom_options_environment(options, STRONGROOM_ENVIRONMENT_TEST, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_options_environment(options, 2, &error));
    OK(strongroom_options_allow_shared_mode(options, 0, &error));
    OK(strongroom_options_allow_network_fs(options, 1, &error));
    OK(strongroom_options_require_locked_memory(options, 0, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_options_read_only(options, 2, &error));

    const char *file = in_folder(folder, "options");
    OK(strongroom_create(TEXT(file), key, options, &store, &error));
    strongroom_written written = {.struct_size = sizeof written};
    OK(strongroom_put(store, TEXT("a"), BYTES("1"), NULL, &written, &error));
    EQUAL(written.created_at, START);
    EQUAL(strongroom_clock_advance(clock, 5000), STRONGROOM_OK);
    int64_t now = 0;
    EQUAL(strongroom_clock_now(clock, &now), STRONGROOM_OK);
    EQUAL(now, START + 5000);
    /* -1 ms in a type without a sign, and what is one too many. */
    EQUAL(strongroom_clock_advance(clock, UINT64_MAX), STRONGROOM_E_INVALID_ARGUMENT);
    EQUAL(strongroom_clock_advance(clock, (uint64_t)(INT64_MAX - now) + 1), STRONGROOM_E_INVALID_ARGUMENT);
    EQUAL(strongroom_clock_now(clock, &now), STRONGROOM_OK);
    EQUAL(now, START + 5000);
    EQUAL(strongroom_clock_advance(clock, (uint64_t)(INT64_MAX - now)), STRONGROOM_OK);
    EQUAL(strongroom_clock_now(clock, &now), STRONGROOM_OK);
    EQUAL(now, INT64_MAX);
    EQUAL(strongroom_clock_set(clock, START + 5000), STRONGROOM_OK);
    OK(strongroom_put(store, TEXT("a"), BYTES("2"), NULL, &written, &error));
    EQUAL(written.updated_at, START + 5000);
    EQUAL(strongroom_clock_set(clock, START + 9000), STRONGROOM_OK);
    OK(strongroom_put(store, TEXT("b"), BYTES("3"), NULL, &written, &error));
    EQUAL(written.created_at, START + 9000);

    char pin[STRONGROOM_PIN_LEN];
    size_t pin_len = 0;
    OK(strongroom_pin(store, pin, sizeof pin, &pin_len, &error));
    EQUAL(strlen(pin), pin_len);
    FAILS(STRONGROOM_E_BUFFER_TOO_SMALL, strongroom_pin(store, pin, 1, NULL, &error));
    OK(strongroom_pin(store, pin, sizeof pin, NULL, &error));
    close_store(store);

    OK(strongroom_options_pin(options, pin, pin_len, &error));
    OK(strongroom_options_read_only(options, 1, &error));
    OK(strongroom_open(TEXT(file), key, options, &store, &error));
    strongroom_opened opened = {.struct_size = sizeof opened};
    OK(strongroom_open_report(store, &opened, &error));
    EQUAL(opened.pin, STRONGROOM_PIN_IN_HISTORY);
    EQUAL(opened.verified, 1);
    check_value(store, "a", "2");
    uint32_t environment = STRONGROOM_ENVIRONMENT_LIVE;
    OK(strongroom_environment(store, &environment, &error));
    EQUAL(environment, STRONGROOM_ENVIRONMENT_TEST);
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_put(store, TEXT("a"), BYTES("3"), NULL, NULL, &error));
    close_store(store);
    EQUAL(strongroom_clock_free(clock), STRONGROOM_OK);
    EQUAL(strongroom_options_free(options), STRONGROOM_OK);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
}

/* A store that only this key opens. */
static void check_key(const char *file, strongroom_key *key) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    strongroom_options *options = NULL;
    strongroom_key *other = raw_key(99);
    OK(strongroom_options_new(&options, &error));
    OK(strongroom_options_kdf_cost(options, 19 * 1024, 2, 1, &error));
    OK(strongroom_create(TEXT(file), key, options, &store, &error));
    close_store(store);
    OK(strongroom_open(TEXT(file), key, NULL, &store, &error));
    close_store(store);
    FAILS(STRONGROOM_E_WRONG_KEY, strongroom_open(TEXT(file), other, NULL, &store, &error));
    EQUAL(strongroom_options_free(options), STRONGROOM_OK);
    EQUAL(strongroom_key_free(other), STRONGROOM_OK);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
}

static void check_keys(const char *folder) {
    strongroom_error *error = NULL;
    strongroom_key *key = NULL;
    OK(strongroom_key_passphrase(BYTES("correct horse"), &key, &error));
    check_key(in_folder(folder, "by-passphrase"), key);
    check_key(in_folder(folder, "by-raw-key"), raw_key(7));
    OK(strongroom_key_file_create(TEXT(in_folder(folder, "key-file")), &key, &error));
    check_key(in_folder(folder, "by-key-file"), key);
    OK(strongroom_key_file(TEXT(in_folder(folder, "key-file")), &key, &error));
    OK(strongroom_key_and_passphrase(key, BYTES("battery staple"), &error));
    check_key(in_folder(folder, "by-both"), key);
    FAILS(STRONGROOM_E_ALREADY_EXISTS, strongroom_key_file_create(TEXT(in_folder(folder, "key-file")), &key, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_key_raw(BYTES("too short"), &key, &error));
}

void options_part(const char *folder) {
    check_options(folder);
    check_keys(folder);
    EQUAL(strongroom_live_objects(), 0);
}
