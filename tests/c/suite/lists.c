/* Lists with filters and cursors, namespaces, tags and counts. */
#include "suite.h"

static void fill(strongroom_store *on) {
    strongroom_error *error = NULL;
    for (int index = 0; index < 5; index++) {
        char path[32];
        strongroom_changes *changes = NULL;
        snprintf(path, sizeof path, "list/%s/s%d", index < 3 ? "one" : "two", index);
        OK(strongroom_changes_new(&changes, &error));
        OK(strongroom_changes_tag(changes, TEXT("kind"), TEXT(index % 2 ? "odd" : "even"), &error));
        if (index == 4) {
            OK(strongroom_changes_tier(changes, STRONGROOM_TIER_SENSITIVE, &error));
            OK(strongroom_changes_tag(changes, TEXT("last"), NO_TEXT, &error));
        }
        OK(strongroom_put(on, TEXT(path), BYTES("12345"), changes, NULL, &error));
        EQUAL(strongroom_changes_free(changes), STRONGROOM_OK);
    }
    put(on, "list/direct", "x");
}

static strongroom_query *below_list(void) {
    strongroom_error *error = NULL;
    strongroom_query *query = NULL;
    OK(strongroom_query_new(TEXT("list"), &query, &error));
    return query;
}

/* The query finds so many, of which the first is `first`. Frees the query. */
static void check_found(strongroom_store *on, strongroom_query *query, size_t count, const char *first) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    OK(strongroom_list(on, query, &page, &error));
    EQUAL(strongroom_page_len(page), count);
    if (count > 0) {
        strongroom_secret_info info = {.struct_size = sizeof info};
        OK(strongroom_page_secret(page, 0, &info, &error));
        SAME(info.path.data, first);
    }
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_query_free(query), STRONGROOM_OK);
}

static void check_filters(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_query *query = below_list();
    OK(strongroom_query_tag(query, TEXT("kind"), TEXT("odd"), &error));
    check_found(on, query, 2, "list/one/s1");
    query = below_list();
    OK(strongroom_query_has_tag(query, TEXT("last"), &error));
    check_found(on, query, 1, "list/two/s4");
    query = below_list();
    OK(strongroom_query_without_tag(query, TEXT("kind"), &error));
    check_found(on, query, 1, "list/direct");
    query = below_list();
    OK(strongroom_query_tier(query, STRONGROOM_TIER_SENSITIVE, &error));
    check_found(on, query, 1, "list/two/s4");
    query = below_list();
    OK(strongroom_query_updated_since(query, INT64_C(4102444800000), &error));
    check_found(on, query, 0, NULL);
    query = below_list();
    OK(strongroom_query_sort(query, STRONGROOM_SORT_UPDATED, &error));
    OK(strongroom_query_state(query, STRONGROOM_LIST_ALL, &error));
    check_found(on, query, 6, "list/direct");
    OK(strongroom_delete(on, TEXT("list/direct"), NULL, &error));
    query = below_list();
    OK(strongroom_query_state(query, STRONGROOM_LIST_TRASH, &error));
    check_found(on, query, 1, "list/direct");
    OK(strongroom_restore(on, TEXT("list/direct"), NO_TEXT, NULL, &error));
}

/* Page after page of two, to the end. */
static void check_cursor(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_query *query = below_list();
    size_t found = 0;
    int32_t more = 1;
    OK(strongroom_query_limit(query, 2, &error));
    OK(strongroom_query_count(query, 1, &error));
    for (int round = 0; more; round++) {
        strongroom_page *page = NULL;
        uint64_t total = 0;
        OK(strongroom_list(on, query, &page, &error));
        found += strongroom_page_len(page);
        more = strongroom_page_has_more(page);
        if (round == 0) {
            OK(strongroom_page_total(page, &total, &error));
            EQUAL(total, 6);
        } else {
            FAILS(STRONGROOM_E_NOT_FOUND, strongroom_page_total(page, &total, &error));
        }
        CHECK((strongroom_page_next_cursor(page) != NULL) == (more == 1));
        if (more)
            OK(strongroom_query_after(query, TEXT(strongroom_page_next_cursor(page)), &error));
        EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    }
    EQUAL(found, 6);
    EQUAL(strongroom_query_free(query), STRONGROOM_OK);
}

static void check_namespace(strongroom_page *page, size_t index, const char *path, uint64_t secrets, uint64_t value_bytes) {
    strongroom_error *error = NULL;
    strongroom_namespace item = {.struct_size = sizeof item};
    OK(strongroom_page_namespace(page, index, &item, &error));
    SAME(item.path.data, path);
    EQUAL(item.secrets, secrets);
    EQUAL(item.value_bytes, value_bytes);
}

static void check_namespaces(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    strongroom_query *query = below_list();
    OK(strongroom_query_one_level(query, &error));
    OK(strongroom_list(on, query, &page, &error));
    EQUAL(strongroom_page_len(page), 1);
    EQUAL(strongroom_page_namespaces(page), 2);
    check_namespace(page, 0, "list/one", 3, 0);
    check_namespace(page, 1, "list/two", 2, 0);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_query_free(query), STRONGROOM_OK);

    OK(strongroom_namespaces(on, TEXT("list"), &page, &error));
    EQUAL(strongroom_page_namespaces(page), 2);
    check_namespace(page, 1, "list/two", 2, 0);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_namespaces(on, NO_TEXT, &page, &error));
    check_namespace(page, 0, "list", 6, 0);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);

    strongroom_counts counts = {.struct_size = sizeof counts};
    OK(strongroom_stats(on, TEXT("list"), &counts, &page, &error));
    EQUAL(counts.live_secrets, 6);
    EQUAL(counts.live_versions, 6);
    EQUAL(counts.live_value_bytes, 26);
    EQUAL(counts.trash_secrets, 0);
    EQUAL(strongroom_page_namespaces(page), 2);
    check_namespace(page, 0, "one", 3, 15);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_stats(on, NO_TEXT, NULL, NULL, &error));
}

static void check_tag_count(strongroom_page *page, size_t index, const char *name, uint64_t secrets) {
    strongroom_error *error = NULL;
    strongroom_tag_count item = {.struct_size = sizeof item};
    OK(strongroom_page_tag_count(page, index, &item, &error));
    SAME(item.name.data, name);
    EQUAL(item.secrets, secrets);
}

static void check_tags(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    OK(strongroom_tag_keys(on, &page, &error));
    EQUAL(strongroom_page_len(page), 2);
    check_tag_count(page, 0, "kind", 5);
    check_tag_count(page, 1, "last", 1);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    OK(strongroom_tag_values(on, TEXT("kind"), &page, &error));
    EQUAL(strongroom_page_len(page), 2);
    check_tag_count(page, 0, "even", 3);
    check_tag_count(page, 1, "odd", 2);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}

void lists_part(strongroom_store *on) {
    fill(on);
    check_filters(on);
    check_cursor(on);
    check_namespaces(on);
    check_tags(on);
    strongroom_error *error = NULL;
    strongroom_page *page = NULL;
    OK(strongroom_list(on, NULL, &page, &error));
    EQUAL(strongroom_page_len(page), 6);
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
}
