// What a scenario can call, through the C++ interface. Part of play.cpp.
#ifndef PLAY_CALLS_HPP
#define PLAY_CALLS_HPP

#include "play_shapes.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace play {

// A subscription, and what it was told of and nobody asked for yet, at an address that stays.
struct listener {
    std::shared_ptr<json> events;
    sr::subscription subscription;
};

// What a scenario is played with.
struct stage {
    sr::key key;
    sr::manual_clock clock;
    sr::options options;
    std::string file;
    sr::store store;
    // Of subscriptions that are under way, by name.
    std::map<std::string, listener> listeners;
    int exports;
};

// The timestamp of a request, in seconds since the Unix epoch.
inline std::int64_t unix_time(const arguments &with) {
    return std::chrono::duration_cast<std::chrono::seconds>(with.time("timestamp").value().time_since_epoch()).count();
}

using work = json (*)(stage &, sr::access &, const arguments &);

// How a call of this name is made on a store or a transaction.
inline work work_of(const std::string &call) {
    using in = const arguments &;
    static const std::unordered_map<std::string, work> table{
        {"put",
         [](stage &, sr::access &on, in with) {
             if (node how = with.at("generate"))
                 return shape(on.put_generated(with.text("path"), generator_of(how, with.known()), changes_of(with)));
             return shape(on.put(with.text("path"), with.value("value"), changes_of(with)));
         }},
        {"get", [](stage &, sr::access &on, in with) { return shape(on.get(with.text("path"), with.number("version"))); }},
        {"info", [](stage &, sr::access &on, in with) { return shape(on.info(with.text("path"))); }},
        {"update", [](stage &, sr::access &on, in with) { return shape(on.update(with.text("path"), changes_of(with))); }},
        {"versions", [](stage &, sr::access &on, in with) { return shape(on.versions(with.text("path"))); }},
        {"rollback", [](stage &, sr::access &on, in with) { return shape(on.rollback_to(with.text("path"), with.number("version"))); }},
        {"rename", [](stage &, sr::access &on, in with) { return shape(on.rename(with.text("path"), with.text("to"))); }},
        {"rename_prefix", [](stage &, sr::access &on, in with) { return json(on.rename_prefix(with.text("path"), with.text("to"))); }},
        {"delete", [](stage &, sr::access &on, in with) { return shape(on.remove(with.text("path"))); }},
        {"restore", [](stage &, sr::access &on, in with) { return shape(on.restore(with.text("secret"), with.maybe_text("to"))); }},
        {"destroy",
         [](stage &, sr::access &on, in with) {
             on.destroy(with.text("secret"));
             return json();
         }},
        {"delete_version",
         [](stage &, sr::access &on, in with) { return shape(on.delete_version(with.text("path"), with.number("version"))); }},
        {"restore_version",
         [](stage &, sr::access &on, in with) { return shape(on.restore_version(with.text("path"), with.number("version"))); }},
        {"destroy_version",
         [](stage &, sr::access &on, in with) { return shape(on.destroy_version(with.text("path"), with.number("version"))); }},
        {"rotate",
         [](stage &, sr::access &on, in with) {
             const std::chrono::seconds grace = with.duration("grace_seconds");
             if (node how = with.at("generate"))
                 return shape(on.rotate_generated(with.text("path"), generator_of(how, with.known()), grace, changes_of(with)));
             return shape(on.rotate(with.text("path"), with.value("value"), grace, changes_of(with)));
         }},
        {"accepted", [](stage &, sr::access &on, in with) { return shape(on.accepted(with.text("path"))); }},
        {"verify_any", [](stage &, sr::access &on, in with) { return json(on.verify_any(with.text("path"), with.value("candidate"))); }},
        {"revoke_version",
         [](stage &, sr::access &on, in with) { return shape(on.revoke_version(with.text("path"), with.number("version"))); }},
        {"due", [](stage &, sr::access &on, in with) { return shape(on.due(with.duration("within"))); }},
        {"sign_payload",
         [](stage &, sr::access &on, in with) { return json(on.sign_payload(with.text("path"), with.value("payload")).c_str()); }},
        {"verify_payload",
         [](stage &, sr::access &on, in with) {
             return shape(on.verify_payload(with.text("path"), with.value("payload"), with.text("signature")));
         }},
        {"sign_request",
         [](stage &, sr::access &on, in with) {
             return json(on.sign_request(with.text("path"), unix_time(with), with.value("body")).c_str());
         }},
        {"verify_request",
         [](stage &, sr::access &on, in with) {
             return shape(on.verify_request(with.text("path"), unix_time(with), with.value("body"), with.text("signature")));
         }},
        {"generate",
         [](stage &, sr::access &, in with) {
             const sr::generator how = generator_of(with.at("generate"), with.known());
             return json::object().add("length", how.generate().size()).add("entropy_bits", std::floor(how.entropy_bits()));
         }},
        {"parse_duration", [](stage &, sr::access &, in with) { return json(sr::parse_duration(with.text("text")).count()); }},
        {"list", [](stage &, sr::access &on, in with) { return shape(on.list(query_of(with))); }},
        {"get_many",
         [](stage &, sr::access &on, in with) {
             std::vector<std::string_view> paths;
             for (node path : with.all("paths"))
                 paths.emplace_back(text_of(path));
             return shape(on.get_many(paths));
         }},
        {"matches", [](stage &, sr::access &on, in with) { return json(on.matches(with.text("path"), with.value("candidate"))); }},
        {"namespaces", [](stage &, sr::access &on, in with) { return shape(on.namespaces(with.maybe_text("under"))); }},
        {"tag_keys", [](stage &, sr::access &on, in) { return shape(on.tag_keys()); }},
        {"tag_values", [](stage &, sr::access &on, in with) { return shape(on.tag_values(with.text("key"))); }},
        {"sweep",
         [](stage &, sr::access &on, in with) { return shape(on.sweep(with.number("items", 1000), with.is_true("confirm_clock"))); }},
        {"stats", [](stage &, sr::access &on, in with) { return shape(on.stats(with.maybe_text("under"))); }},
        {"policy_get", [](stage &, sr::access &on, in with) { return shape(on.retention(with.maybe_text("under"))); }},
        {"policy_at", [](stage &, sr::access &on, in with) { return shape(on.retention_at(with.text("path"))); }},
        {"policy_set",
         [](stage &, sr::access &on, in with) {
             on.set_retention(with.maybe_text("under"), with.kept("max_versions"), with.kept("trash_days"));
             return json();
         }},
        {"idempotency_window", [](stage &, sr::access &on, in) { return json(on.idempotency_window().count()); }},
        {"set_idempotency_window",
         [](stage &, sr::access &on, in with) {
             on.set_idempotency_window(with.duration("seconds"));
             return json();
         }},
        {"audit", [](stage &own, sr::access &, in with) { return shape(own.store.audit().list(audit_query_of(with))); }},
        {"audit_get", [](stage &own, sr::access &, in with) { return shape(own.store.audit().get(with.text("id"))); }},
        {"audit_head", [](stage &own, sr::access &, in) { return json(own.store.audit().head().c_str()); }},
        {"audit_verify", [](stage &own, sr::access &, in with) { return shape(own.store.audit().verify(with.maybe_text("head"))); }},
        {"audit_export",
         [](stage &own, sr::access &, in) {
             return shape(own.store.audit().export_to(own.file + '.' + std::to_string(++own.exports) + ".jsonl"));
         }},
        {"audit_policy", [](stage &, sr::access &on, in) { return shape(on.audit_policy()); }},
        {"set_audit_policy",
         [](stage &, sr::access &on, in with) {
             on.set_audit_policy(audit_policy_of(on.audit_policy(), with));
             return json();
         }},
        {"changes",
         [](stage &own, sr::access &, in with) {
             return shape(own.store.changes_after(with.number("after"), with.number("limit", 100), filter_of(with)));
         }},
        {"latest_change", [](stage &own, sr::access &, in) { return json(own.store.latest_change()); }},
        {"wait_changes",
         [](stage &own, sr::access &, in with) {
             return json(own.store.wait_for_change(with.number("after"), std::chrono::milliseconds(with.number("timeout_ms"))));
         }},
        {"subscribe",
         [](stage &own, sr::access &, in with) {
             const auto events = std::make_shared<json>(json::array());
             sr::subscription begun = own.store.subscribe(
                 filter_of(with), [events](const strongroom_audit_event &event) { events->append(shape(event)); });
             own.listeners.insert_or_assign(std::string(with.text("name")), listener{events, std::move(begun)});
             return json();
         }},
        {"told",
         [](stage &own, sr::access &, in with) {
             return std::exchange(*own.listeners.at(std::string(with.text("name"))).events, json::array());
         }},
        {"unsubscribe",
         [](stage &own, sr::access &, in with) {
             own.listeners.at(std::string(with.text("name"))).subscription.end();
             own.listeners.erase(std::string(with.text("name")));
             return json();
         }},
        {"verify", [](stage &own, sr::access &, in) { return shape(own.store.verify()); }},
        {"environment", [](stage &own, sr::access &, in) { return word_of(environments, own.store.environment()); }},
        {"lock",
         [](stage &own, sr::access &, in) {
             own.store.lock();
             return json();
         }},
        {"unlock",
         [](stage &own, sr::access &, in) {
             own.store.unlock(own.key);
             return json();
         }},
        {"begin_again", [](stage &own, sr::access &, in) { return shape(own.store.put("begin/again", "x")); }},
        {"reopen",
         [](stage &own, sr::access &, in) {
             own.store.close();
             own.store = sr::store::open(own.file, own.key, own.options);
             return json();
         }},
        {"advance",
         [](stage &own, sr::access &, in with) {
             own.clock.advance(std::chrono::seconds(with.number("seconds")));
             return json();
         }},
    };
    const auto found = table.find(call);
    if (found == table.end())
        throw fault("no such call: " + call);
    return found->second;
}

} // namespace play

#endif // PLAY_CALLS_HPP
