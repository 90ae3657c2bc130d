// What a scenario can call, through the C++ interface. Part of play.cpp.
#ifndef PLAY_CALLS_HPP
#define PLAY_CALLS_HPP

#include "play_shapes.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace play {

// What a scenario is played with.
struct stage {
    sr::key key;
    sr::manual_clock clock;
    sr::options options;
    std::string file;
    sr::store store;
};

using work = json (*)(stage &, sr::access &, const arguments &);

// How a call of this name is made on a store or a transaction.
inline work work_of(const std::string &call) {
    using in = const arguments &;
    static const std::unordered_map<std::string, work> table{
        {"put", [](stage &, sr::access &on, in with) { return shape(on.put(with.text("path"), with.value("value"), changes_of(with))); }},
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
