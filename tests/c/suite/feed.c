/* Being told of what changes, and coming back for it. */
#include "suite.h"

/* What a callback was given, and what it did. */
struct told {
    strongroom_store *store;
    strongroom_subscription *subscription;
    char last[64];
    int events, destroyed, ends_itself;
};

static void tell(const strongroom_audit_event *event, void *user_data) {
    struct told *told = user_data;
    strongroom_error *error = NULL;
    EQUAL(event->struct_size, sizeof *event);
    EQUAL(event->durable, 1);
    snprintf(told->last, sizeof told->last, "%s %s", event->kind.data, event->path.data);
    told->events++;
    /* It may read, and not write. */
    check_value(told->store, event->path.data, "1");
    FAILS(STRONGROOM_E_REENTRANT, strongroom_put(told->store, TEXT("other"), BYTES("1"), NULL, NULL, &error));
    if (told->ends_itself)
        OK(strongroom_unsubscribe(&told->subscription, &error));
}

static void destroy(void *user_data) { ((struct told *)user_data)->destroyed++; }

static void subscribe_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    struct told told = {.store = store}, failed = {.store = store};
    const strongroom_text kinds[] = {{"secret.created", STRONGROOM_NUL_TERMINATED}, {"secret.rotated", 14}};
    const strongroom_text wrong[] = {{"secret", STRONGROOM_NUL_TERMINATED}};
    OK(strongroom_subscribe(store, TEXT("feed"), kinds, 2, tell, &told, destroy, &told.subscription, &error));
    put(store, "feed/a", "1");
    EQUAL(told.events, 1);
    SAME(told.last, "secret.created feed/a");
    put(store, "elsewhere", "1");
    put(store, "feed/a", "1");
    EQUAL(told.events, 1);
    EQUAL(told.destroyed, 0);
    OK(strongroom_unsubscribe(&told.subscription, &error));
    CHECK(told.subscription == NULL);
    EQUAL(told.destroyed, 1);
    OK(strongroom_unsubscribe(&told.subscription, &error));
    OK(strongroom_unsubscribe(NULL, &error));
    put(store, "feed/b", "1");
    EQUAL(told.events, 1);

    /* One that ends itself from inside. */
    told.ends_itself = 1;
    OK(strongroom_subscribe(store, NO_TEXT, NULL, 0, tell, &told, destroy, &told.subscription, &error));
    put(store, "feed/c", "1");
    put(store, "feed/d", "1");
    EQUAL(told.events, 2);
    EQUAL(told.destroyed, 2);
    CHECK(told.subscription == NULL);

    FAILS(STRONGROOM_E_INVALID_ARGUMENT,
          strongroom_subscribe(store, NO_TEXT, wrong, 1, tell, &failed, destroy, &failed.subscription, &error));
    EQUAL(failed.destroyed, 1);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT,
          strongroom_subscribe(store, NO_TEXT, NULL, 0, NULL, &failed, destroy, &failed.subscription, &error));
    EQUAL(failed.destroyed, 2);
    CHECK(failed.subscription == NULL);
}

void feed_part(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_audit_event event = {.struct_size = sizeof event};
    const strongroom_text kinds[] = {{"secret.created", STRONGROOM_NUL_TERMINATED}};
    uint64_t before = 0, after = 0;
    int32_t came = 7;
    OK(strongroom_feed_latest(store, &before, &error));
    OK(strongroom_feed_wait(store, before, 0, &came, &error));
    EQUAL(came, 0);
    subscribe_part(store);
    OK(strongroom_feed_wait(store, before, 60000, &came, &error));
    EQUAL(came, 1);
    OK(strongroom_feed_latest(store, &after, &error));
    CHECK(after > before);
    OK(strongroom_feed_read(store, before, 100, TEXT("feed"), kinds, 1, &page, &error));
    EQUAL(strongroom_page_len(page), 4);
    OK(strongroom_page_event(page, 0, &event, &error));
    SAME(event.path.data, "feed/a");
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_feed_read(store, after, 100, NO_TEXT, NULL, 0, &page, &error));
    EQUAL(strongroom_page_len(page), 0);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    FAILS(STRONGROOM_E_LIMIT_EXCEEDED, strongroom_feed_read(store, 0, 0, NO_TEXT, NULL, 0, &page, &error));
}

/* Closes the store of a commit under way, and reads what must be in the log first. */
struct closing {
    strongroom_store *root;
    int told, reads_strictly;
};

static void close_inside(const strongroom_audit_event *event, void *user_data) {
    struct closing *closing = user_data;
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    (void)event;
    closing->told++;
    if (closing->reads_strictly) {
        FAILS(STRONGROOM_E_REENTRANT, strongroom_get(closing->root, TEXT("a"), 0, &secret, &error));
        CHECK(secret == NULL);
        return;
    }
    FAILS(STRONGROOM_E_REENTRANT, strongroom_close(&closing->root, &error));
    CHECK(closing->root != NULL);
    check_value(closing->root, "a", "1");
}

void feed_inside_part(void) {
    strongroom_error *error = NULL;
    strongroom_context *context = NULL;
    strongroom_store *same = NULL;
    strongroom_subscription *subscription = NULL;
    struct closing closing = {0};
    OK(strongroom_in_memory(NULL, &closing.root, &error));
    OK(strongroom_context_new(&context, &error));
    OK(strongroom_with(closing.root, context, &same, &error));
    OK(strongroom_subscribe(closing.root, NO_TEXT, NULL, 0, close_inside, &closing, NULL, &subscription, &error));
    put(same, "a", "1");
    EQUAL(closing.told, 1);
    check_value(same, "a", "1");
    OK(strongroom_policy_set_audit(same, STRONGROOM_AUDIT_READS_STRICT, STRONGROOM_AUDIT_READS_UNCHANGED,
                                   STRONGROOM_AUDIT_READS_UNCHANGED, STRONGROOM_UNCHANGED, STRONGROOM_UNCHANGED, &error));
    closing.reads_strictly = 1;
    put(same, "a", "2");
    EQUAL(closing.told, 3);
    check_value(same, "a", "2");
    OK(strongroom_unsubscribe(&subscription, &error));
    close_store(closing.root);
    close_store(same);
    EQUAL(strongroom_context_free(context), STRONGROOM_OK);
}

/* A subscription may outlive its store, which tells it nothing more. */
void feed_end_part(void) {
    strongroom_error *error = NULL;
    struct told told = {0};
    OK(strongroom_in_memory(NULL, &told.store, &error));
    OK(strongroom_subscribe(told.store, NO_TEXT, NULL, 0, tell, &told, destroy, &told.subscription, &error));
    put(told.store, "a", "1");
    close_store(told.store);
    OK(strongroom_unsubscribe(&told.subscription, &error));
    EQUAL(told.events, 1);
    EQUAL(told.destroyed, 1);
}
