// Changes that happen once, the audit log, and being told of it.
#include "parts.hpp"

#include <stdexcept>
#include <vector>

namespace sr = strongroom;

static void check_once(sr::store &store) {
    for (const bool again : {false, true}) {
        sr::store once = store.with(sr::context().reason("an order").idempotency_key("order-1"));
        CHECK(once.put("once/a", "1").version == 1 && once.was_replayed() == again);
        CHECK(thrown([&] { once.put("once/a", "2"); }) == STRONGROOM_E_IDEMPOTENCY_CONFLICT);
    }
    CHECK(store.idempotency_window() == std::chrono::hours(24));
    store.set_idempotency_window(std::chrono::minutes(1));
    CHECK(store.idempotency_window() == std::chrono::minutes(1));
    CHECK(thrown([&] { store.set_idempotency_window(std::chrono::seconds(-1)); }) == STRONGROOM_E_INVALID_ARGUMENT);
}

static void check_log(sr::store &store, const std::string &file) {
    const std::string kept = store.audit().head();
    const auto all = store.audit().list(sr::audit_query().success(true));
    CHECK(all.size() == 2 && !all.has_more() && all.next_cursor().empty());
    const strongroom_audit_event first = all[0];
    CHECK(sr::view(first.kind) == "secret.created" && sr::view(first.reason) == "an order" && first.status == STRONGROOM_OK);
    CHECK(store.audit().get(sr::view(first.id))->sequence == first.sequence);
    const std::string slot(sr::view(first.actor).substr(std::string("owner:").size()));
    const auto time = sr::time(first.time).value();
    sr::audit_query narrow;
    narrow.under("once").actor(slot).secret(sr::view(first.secret_id)).kind("secret.*").success(true);
    CHECK(store.audit().list(narrow.since(time).until(time + std::chrono::hours(1))).size() == 1);
    CHECK(store.audit().list(sr::audit_query().request_id("none")).size() == 0);
    const auto page = store.audit().list(sr::audit_query().success(true).newest_first().limit(1));
    CHECK(page.size() == 1 && page.has_more());
    const auto next = store.audit().list(sr::audit_query().success(true).newest_first().limit(1).after(page.next_cursor()));
    CHECK(next.size() == 1 && next[0].sequence == first.sequence);
    const auto verified = store.audit().verify(kept);
    CHECK(verified.events == store.audit().list().size() && verified.first == 1 && verified.kept == STRONGROOM_PIN_IN_HISTORY && verified.head == kept);
    CHECK(store.audit().verify().kept == STRONGROOM_PIN_NONE);
    CHECK(store.audit().export_to(file).events == verified.events);
    CHECK(thrown([&] { store.audit().export_to(file); }) == STRONGROOM_E_ALREADY_EXISTS);
    strongroom_audit_policy policy = store.audit_policy();
    CHECK(policy.critical == STRONGROOM_AUDIT_READS_BATCHED && policy.keep_days == STRONGROOM_FOR_GOOD);
    policy.critical = STRONGROOM_AUDIT_READS_STRICT;
    policy.keep_days = 365;
    store.set_audit_policy(policy);
    CHECK(store.audit_policy().critical == STRONGROOM_AUDIT_READS_STRICT && store.audit_policy().keep_days == 365);
}

static void check_feed(sr::store &store) {
    const std::uint64_t before = store.latest_change();
    CHECK(!store.wait_for_change(before, std::chrono::milliseconds(0)));
    std::vector<std::string> told;
    const auto listener = [&told, &store](const strongroom_audit_event &event) {
        CHECK(store.matches(sr::view(event.path), "1"));
        CHECK(thrown([&] { store.put("other", "1"); }) == STRONGROOM_E_REENTRANT);
        told.emplace_back(sr::view(event.path));
        throw std::runtime_error("this is dropped");
    };
    sr::subscription begun = store.subscribe({"feed", {"secret.created"}}, listener);
    store.put("feed/a", "1");
    store.put("elsewhere", "1");
    sr::subscription moved = std::move(begun);
    store.put("feed/b", "1");
    CHECK((told == std::vector<std::string>{"feed/a", "feed/b"}));
    moved.end();
    moved.end();
    store.put("feed/c", "1");
    CHECK(told.size() == 2);
    {
        moved = store.subscribe({}, listener);
        const sr::subscription ended = std::move(moved);
    }
    store.put("feed/d", "1");
    CHECK(told.size() == 2);
    CHECK(thrown([&] { (void)store.subscribe({{}, {"secret"}}, listener); }) == STRONGROOM_E_INVALID_ARGUMENT);
    CHECK(thrown([&] { (void)store.subscribe({}, nullptr); }) == STRONGROOM_E_INVALID_ARGUMENT);
    CHECK(store.wait_for_change(before, std::chrono::minutes(1)));
    CHECK(store.changes_after(before, 100, {"feed", {"secret.*"}}).size() >= 4);
    CHECK(store.changes_after(store.latest_change(), 100).size() == 0);
}

void check_audited(const std::string &folder) {
    sr::store store = sr::store::in_memory();
    check_once(store);
    check_log(store, folder + "export.jsonl");
    check_feed(store);
    // A subscription that outlives its store is told nothing more.
    const sr::subscription left = store.subscribe({}, [](const strongroom_audit_event &) {});
    store.close();
}
