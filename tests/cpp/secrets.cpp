// What is done with secrets, on a store and on a transaction alike.
#include "parts.hpp"

#include <type_traits>
#include <vector>

namespace sr = strongroom;

template <class T> constexpr bool owns = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
                                         std::is_nothrow_destructible_v<T> && !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;
static_assert(owns<sr::store> && owns<sr::transaction> && owns<sr::secret> && owns<sr::secrets> && owns<sr::key> && owns<sr::options> &&
              owns<sr::changes> && owns<sr::query> && owns<sr::copy_options> && owns<sr::manual_clock> && owns<sr::list_page> &&
              owns<sr::page<strongroom_slot>> && owns<sr::generator> && owns<sr::context>);
static_assert(std::is_nothrow_copy_constructible_v<sr::error>);
static_assert(!std::is_convertible_v<sr::secret, std::string_view>);

static void check_reading(sr::access &on) {
    const sr::secret found = on.get("team/token");
    CHECK(found.view() == "value" && found.size() == 5 && found.data()[0] == 'v' && found.version() == 1 && found.version_created_at());
    CHECK(sr::view(found.describe().path) == "team/token");
    CHECK(sr::equal(found, "value") && !sr::equal(found, "other"));
    std::uint8_t buffer[8] = {};
    CHECK(on.get_into("team/token", buffer, 2) == 5 && buffer[0] == 0);
    CHECK(on.get_into("team/token", buffer, sizeof buffer) == 5 && buffer[0] == 'v');
    sr::wipe(buffer, sizeof buffer);
    CHECK(buffer[0] == 0);
    std::size_t length = 0;
    std::uint8_t texts[512];
    strongroom_secret_info known{};
    known.struct_size = sizeof known;
    CHECK(!on.read("team/token", buffer, sizeof buffer, length, &known, texts, sizeof texts) && length == 5 && buffer[0] == 'v');
    CHECK(sr::view(known.path) == "team/token");
    const std::optional<sr::secret> large = on.read("team/token", buffer, 4, length);
    CHECK(large && sr::equal(*large, "value") && length == 5);
    strongroom_reading reading{};
    reading.struct_size = sizeof reading;
    reading.value_room = sizeof buffer;
    CHECK(!on.read_block("team/token", reading, buffer) && reading.value_len == 5 && reading.found_version == 1 && buffer[4] == 'e');
    reading.value_room = 4;
    const std::optional<sr::secret> long_one = on.read_block("team/token", reading, buffer);
    CHECK(long_one && sr::equal(*long_one, "value") && reading.value_len == 5);
    CHECK(on.matches("team/token", "value") && !on.matches("team/token", std::vector<std::uint8_t>{1, 2}));
    sr::secrets several = on.get_many({"team/token", "none"});
    CHECK(several.size() == 2 && several.take(0).size() == 5);
    CHECK(thrown([&] { several.take(1); }) == STRONGROOM_E_NOT_FOUND);
    CHECK(thrown([&] { on.get("none"); }) == STRONGROOM_E_NOT_FOUND);
}

static void check_describing(sr::access &on) {
    const auto info = on.info("team/token");
    CHECK(sr::view(info->description) == "a token" && info->tag_count == 1 && sr::view(info->tags[0].value) == "ann");
    CHECK(!sr::time(info->deleted_at) && sr::time(info->created_at));
    const auto updated = on.update("team/token", sr::changes().replace_tags().remove_tag("owner").tag("bare").expect_meta_version(info->meta_version));
    CHECK(updated->tag_count == 1 && sr::view(updated->tags[0].key) == "bare");
    const auto keys = on.tag_keys();
    CHECK(sr::view(keys[0].name) == "bare" && on.tag_values("bare").size() == 1);
}

static void check_lists(sr::access &on) {
    for (const char *path : {"list/a/1", "list/a/2", "list/b/3"})
        on.put(path, path);
    std::string cursor;
    std::size_t found = 0;
    do {
        sr::query query("list");
        query.limit(2).count().state(STRONGROOM_LIST_LIVE).sort(STRONGROOM_SORT_PATH).tier(STRONGROOM_TIER_STANDARD);
        if (!cursor.empty())
            query.after(cursor);
        const sr::list_page page = on.list(query);
        CHECK(page.total().has_value() == cursor.empty());
        for (const auto &info : page)
            found += sr::view(info.path).substr(0, 5) == "list/";
        cursor = page.next_cursor();
        CHECK(page.has_more() == !cursor.empty());
    } while (!cursor.empty());
    CHECK(found == 3);
    const auto level = on.list(sr::query("list").one_level().has_tag("x"));
    CHECK(level.size() == 0);
    const sr::list_page below = on.list(sr::query("list").one_level());
    CHECK(below.namespace_count() == 2 && sr::view(below.namespace_at(1).path) == std::string("list/b"));
    CHECK(on.list(sr::query().tag("bare").without_tag("x").updated_since(sr::time_point())).size() == 1);
    CHECK(on.namespaces("list").size() == 2 && on.namespaces().size() >= 2);
    const auto [counts, namespaces] = on.stats_by_namespace("list");
    CHECK(on.stats("list").live_secrets == 3 && counts.live_secrets == 3);
    CHECK(namespaces.size() == 2 && sr::view(namespaces[0].path) == "a" && namespaces[0].value_bytes == 16);
}

static void check_changing(sr::access &on) {
    CHECK(on.rename("team/token", "crew/token").version == 1);
    CHECK(on.rename_prefix("crew", "team") == 1);
    CHECK(on.put("team/token", "two", sr::changes().expect_version(1).note("second")).version == 2);
    CHECK(on.rollback_to("team/token", 1).version == 3);
    std::uint64_t number = 0;
    for (const auto &version : on.versions("team/token"))
        CHECK(version.number == ++number);
    CHECK(number == 3);
    CHECK(on.delete_version("team/token", 1)->state == STRONGROOM_STATE_DELETED);
    CHECK(on.restore_version("team/token", 1)->state == STRONGROOM_STATE_SUPERSEDED);
    CHECK((*on.destroy_version("team/token", 1).operator->()).state == STRONGROOM_STATE_DESTROYED);
    const strongroom_deleted deleted = on.remove("team/token");
    CHECK(std::string(on.restore(deleted.id, "team/back").path) == "team/back");
    on.remove("team/back");
    on.destroy(deleted.id);
    CHECK(on.sweep(10).secrets == 0);
    on.set_retention("team", 4, STRONGROOM_UNCHANGED);
    CHECK(on.retention("team").max_versions == 4 && on.retention().max_versions != 4 && on.retention_at("team/x").max_versions == 4);
}

void check_secrets(sr::access &on) {
    const strongroom_written written = on.put("team/token", std::string("value"),
                                              sr::changes()
                                                  .tier(STRONGROOM_TIER_CRITICAL)
                                                  .description("a token")
                                                  .content_type("text/plain")
                                                  .tag("owner", "ann")
                                                  .max_versions(7)
                                                  .trash_days(3)
                                                  .note("first")
                                                  .expect_absent());
    CHECK(written.version == 1 && std::string(written.path) == "team/token");
    check_reading(on);
    check_describing(on);
    check_lists(on);
    check_changing(on);
}
