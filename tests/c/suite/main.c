/* Every function of the library does what the header says, on a disk, in memory and in a transaction. Usage: suite FOLDER */
#include "suite.h"

strongroom_key *raw_key(uint8_t number) {
    strongroom_error *error = NULL;
    strongroom_key *key = NULL;
    uint8_t raw[32];
    memset(raw, number, sizeof raw);
    OK(strongroom_key_raw(raw, sizeof raw, &key, &error));
    return key;
}

strongroom_store *new_store(const char *file) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    strongroom_key *key = raw_key(1);
    OK(strongroom_create(TEXT(file), key, NULL, &store, &error));
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    return store;
}

void close_store(strongroom_store *store) {
    strongroom_error *error = NULL;
    OK(strongroom_close(&store, &error));
    CHECK(store == NULL);
}

const char *in_folder(const char *folder, const char *name) {
    static char paths[4][4096];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void put(strongroom_store *on, const char *path, const char *value) {
    strongroom_error *error = NULL;
    OK(strongroom_put(on, TEXT(path), (const uint8_t *)value, strlen(value), NULL, NULL, &error));
}

void check_value(strongroom_store *on, const char *path, const char *value) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    OK(strongroom_get(on, TEXT(path), 0, &secret, &error));
    EQUAL(strongroom_secret_len(secret), strlen(value));
    CHECK(memcmp(strongroom_secret_data(secret), value, strlen(value)) == 0);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
}

/* What can be done with secrets is the same in a file, in memory and in a transaction. */
static void everywhere(void (*part)(strongroom_store *on), const char *file) {
    strongroom_error *error = NULL;
    strongroom_store *store = new_store(file);
    part(store);
    close_store(store);
    OK(strongroom_in_memory(NULL, &store, &error));
    part(store);
    close_store(store);
    OK(strongroom_in_memory(NULL, &store, &error));
    strongroom_store *transaction = NULL;
    OK(strongroom_begin(store, &transaction, &error));
    part(transaction);
    OK(strongroom_close(&transaction, &error));
    close_store(store);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    const char *folder = arguments[1];
    library_part();
    options_part(folder);
    everywhere(secrets_part, in_folder(folder, "secrets"));
    everywhere(versions_part, in_folder(folder, "versions"));
    everywhere(lists_part, in_folder(folder, "lists"));
    everywhere(rotation_part, in_folder(folder, "rotation"));
    everywhere(generators_part, in_folder(folder, "generators"));
    everywhere(signing_part, in_folder(folder, "signing"));
    trash_part();
    strongroom_store *store = new_store(in_folder(folder, "transactions"));
    transactions_part(store);
    policy_part(store);
    context_part(store);
    once_part(store);
    feed_part(store);
    close_store(store);
    slots_part(folder);
    copies_part(folder);
    health_part(folder);
    context_end_part();
    audit_part(folder);
    feed_inside_part();
    feed_end_part();
    EQUAL(strongroom_live_objects(), 0);
    puts("the suite passed");
    return 0;
}
