/* Changes that happen once, and the audit log. */
#include "suite.h"

void once_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_context *context = NULL;
    strongroom_store *once = NULL;
    strongroom_written written = {.struct_size = sizeof written};
    uint64_t seconds = 0;
    int32_t replayed = 7;
    OK(strongroom_context_new(&context, &error));
    OK(strongroom_context_idempotency_key(context, TEXT("order-1"), &error));
    OK(strongroom_with(store, context, &once, &error));
    for (int32_t round = 0; round < 2; round++) {
        OK(strongroom_put(once, TEXT("once/a"), BYTES("1"), NULL, &written, &error));
        EQUAL(written.version, 1);
        OK(strongroom_was_replayed(once, &replayed, &error));
        EQUAL(replayed, round);
    }
    FAILS(STRONGROOM_E_IDEMPOTENCY_CONFLICT, strongroom_put(once, TEXT("once/a"), BYTES("2"), NULL, NULL, &error));
    close_store(once);
    EQUAL(strongroom_context_free(context), STRONGROOM_OK);
    check_value(store, "once/a", "1");
    OK(strongroom_was_replayed(store, &replayed, &error));
    EQUAL(replayed, 0);

    OK(strongroom_policy_idempotency_window(store, &seconds, &error));
    EQUAL(seconds, 86400);
    OK(strongroom_policy_set_idempotency_window(store, 60, &error));
    OK(strongroom_policy_idempotency_window(store, &seconds, &error));
    EQUAL(seconds, 60);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_policy_set_idempotency_window(store, 59, &error));
}

/* Every condition, of which the good one stays: the write of audit/a through this handle. */
static void query_part(strongroom_store *store, const strongroom_audit_event *event) {
    strongroom_error *error = NULL;
    strongroom_audit_query *query = NULL;
    strongroom_page *page = NULL, *next = NULL;
    OK(strongroom_audit_query_new(&query, &error));
    OK(strongroom_audit_query_under(query, TEXT("audit"), &error));
    OK(strongroom_audit_query_actor(query, event->actor.data + strlen("owner:"), event->actor.len - strlen("owner:"), &error));
    OK(strongroom_audit_query_secret(query, event->secret_id.data, event->secret_id.len, &error));
    OK(strongroom_audit_query_kind(query, TEXT("secret.*"), &error));
    OK(strongroom_audit_query_since(query, event->time, &error));
    OK(strongroom_audit_query_until(query, event->time + 3600000, &error));
    OK(strongroom_audit_query_success(query, 1, &error));
    OK(strongroom_audit_query_newest_first(query, &error));
    OK(strongroom_audit_query_limit(query, 1, &error));
    OK(strongroom_audit_list(store, query, &page, &error));
    EQUAL(strongroom_page_len(page), 1);
    EQUAL(strongroom_page_has_more(page), 1);
    OK(strongroom_audit_query_after(query, strongroom_page_next_cursor(page), STRONGROOM_NUL_TERMINATED, &error));
    OK(strongroom_audit_list(store, query, &next, &error));
    EQUAL(strongroom_page_len(next), 1);
    CHECK(strongroom_page_next_cursor(next) == NULL);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_page_free(next), STRONGROOM_OK);
    OK(strongroom_audit_query_request_id(query, TEXT("none"), &error));
    FAILS(STRONGROOM_E_INVALID_CURSOR, strongroom_audit_list(store, query, &page, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_audit_query_actor(query, TEXT("nobody"), &error));
    EQUAL(strongroom_audit_query_free(query), STRONGROOM_OK);
    EQUAL(strongroom_audit_query_free(NULL), STRONGROOM_OK);
}

static void reads_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_audit_policy policy = {.struct_size = sizeof policy};
    OK(strongroom_policy_set_audit(store, STRONGROOM_AUDIT_READS_OFF, STRONGROOM_AUDIT_READS_STRICT,
                                   STRONGROOM_AUDIT_READS_UNCHANGED, 30, STRONGROOM_UNCHANGED, &error));
    OK(strongroom_policy_audit(store, &policy, &error));
    EQUAL(policy.standard, STRONGROOM_AUDIT_READS_OFF);
    EQUAL(policy.sensitive, STRONGROOM_AUDIT_READS_STRICT);
    EQUAL(policy.critical, STRONGROOM_AUDIT_READS_BATCHED);
    EQUAL(policy.keep_days, 30);
    EQUAL(policy.keep_bytes, STRONGROOM_FOR_GOOD);
    OK(strongroom_policy_set_audit(store, STRONGROOM_AUDIT_READS_BATCHED, STRONGROOM_AUDIT_READS_BATCHED,
                                   STRONGROOM_AUDIT_READS_BATCHED, STRONGROOM_FOR_GOOD, 1 << 20, &error));
    OK(strongroom_policy_audit(store, &policy, &error));
    EQUAL(policy.keep_days, STRONGROOM_FOR_GOOD);
    EQUAL(policy.keep_bytes, 1 << 20);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_policy_set_audit(store, 9, 1, 1, 1, 1, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_policy_set_audit(store, 1, 1, 1, 0, 1, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_policy_set_audit(store, 1, 1, 1, -7, 1, &error));
}

/* What must be in the log before it is released is not read where nothing can be written. */
static void strict_part(const char *file) {
    strongroom_error *error = NULL;
    strongroom_store *store = new_store(file);
    strongroom_key *key = raw_key(1);
    strongroom_options *options = NULL;
    strongroom_secret *secret = NULL;
    strongroom_secrets *secrets = NULL;
    const strongroom_text paths[] = {{"a", 1}};
    strongroom_reading reading = {sizeof reading, 0, 8, 0, 0, 0, 0};
    uint8_t value[8] = {0};
    size_t len = 0;
    uint64_t version = 0;
    int32_t matches = 0;
    char signature[STRONGROOM_SIGNATURE_LEN];
    put(store, "a", "1");
    OK(strongroom_policy_set_audit(store, STRONGROOM_AUDIT_READS_STRICT, STRONGROOM_AUDIT_READS_UNCHANGED,
                                   STRONGROOM_AUDIT_READS_UNCHANGED, STRONGROOM_UNCHANGED, STRONGROOM_UNCHANGED, &error));
    check_value(store, "a", "1");
    close_store(store);
    OK(strongroom_options_new(&options, &error));
    OK(strongroom_options_read_only(options, 1, &error));
    OK(strongroom_open(TEXT(file), key, options, &store, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_get(store, TEXT("a"), 0, &secret, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_get_into(store, TEXT("a"), 0, value, sizeof value, &len, &error));
    FAILS(STRONGROOM_E_READ_ONLY,
          strongroom_read(store, TEXT("a"), 0, value, sizeof value, &len, NULL, NULL, 0, &secret, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_read_block(store, TEXT("a"), &reading, value, &secret, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_accepted(store, TEXT("a"), &secrets, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_matches(store, TEXT("a"), BYTES("1"), &matches, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_verify_any(store, TEXT("a"), BYTES("1"), &version, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_sign_payload(store, TEXT("a"), BYTES("x"), signature, sizeof signature, &error));
    CHECK(secret == NULL && secrets == NULL && value[0] == 0 && len == 0);
    OK(strongroom_get_many(store, paths, 1, &secrets, &error));
    FAILS(STRONGROOM_E_READ_ONLY, strongroom_secrets_take(secrets, 0, &secret, &error));
    EQUAL(strongroom_secrets_free(secrets), STRONGROOM_OK);
    close_store(store);
    EQUAL(strongroom_options_free(options), STRONGROOM_OK);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
}

void audit_part(const char *folder) {
    strongroom_error *error = NULL;
    strongroom_store *store = new_store(in_folder(folder, "audit"));
    strongroom_page *page = NULL;
    strongroom_audit_event event = {.struct_size = sizeof event}, same = {.struct_size = sizeof same};
    strongroom_audit_verified verified = {.struct_size = sizeof verified};
    strongroom_audit_exported exported = {.struct_size = sizeof exported};
    char head[STRONGROOM_AUDIT_HEAD_LEN];
    put(store, "audit/a", "1");
    OK(strongroom_audit_head(store, head, sizeof head, &error));
    FAILS(STRONGROOM_E_BUFFER_TOO_SMALL, strongroom_audit_head(store, head, 10, &error));
    put(store, "audit/a", "2");
    OK(strongroom_audit_list(store, NULL, &page, &error));
    EQUAL(strongroom_page_len(page), 2);
    OK(strongroom_page_event(page, 0, &event, &error));
    SAME(event.kind.data, "secret.created");
    SAME(event.path.data, "audit/a");
    EQUAL(event.version, 1);
    EQUAL(event.count, 1);
    EQUAL(event.status, STRONGROOM_OK);
    EQUAL(event.durable, 1);
    EQUAL(event.label_count, 0);
    CHECK(event.labels == NULL && event.reason.len == 0 && event.slot_id.len == 0);
    query_part(store, &event);
    strongroom_page *one = NULL;
    OK(strongroom_audit_get(store, event.id.data, event.id.len, &one, &error));
    OK(strongroom_page_event(one, 0, &same, &error));
    EQUAL(same.sequence, event.sequence);
    SAME(same.id.data, event.id.data);
    EQUAL(strongroom_page_free(one), STRONGROOM_OK);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);

    OK(strongroom_audit_head(store, head, sizeof head, &error));
    OK(strongroom_audit_verify(store, head, STRONGROOM_NUL_TERMINATED, &verified, &error));
    EQUAL(verified.events, 2);
    EQUAL(verified.first, 1);
    EQUAL(verified.kept, STRONGROOM_PIN_IN_HISTORY);
    SAME(verified.head, head);
    OK(strongroom_audit_verify(store, NULL, 0, NULL, &error));
    OK(strongroom_audit_export(store, TEXT(in_folder(folder, "audit.jsonl")), &exported, &error));
    EQUAL(exported.events, 2);
    SAME(exported.head, head);
    FAILS(STRONGROOM_E_ALREADY_EXISTS,
          strongroom_audit_export(store, TEXT(in_folder(folder, "audit.jsonl")), NULL, &error));
    reads_part(store);
    close_store(store);
    strict_part(in_folder(folder, "strict"));
}
