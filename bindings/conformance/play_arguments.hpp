// The arguments of a call as the C++ interface takes them. Part of play.cpp.
#ifndef PLAY_ARGUMENTS_HPP
#define PLAY_ARGUMENTS_HPP

#include "play_json.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom.hpp>

namespace play {

namespace sr = strongroom;

// When every scenario begins.
constexpr sr::time_point start{std::chrono::seconds(1'800'000'000)};

// What stood at a "$name" the first time.
using names = std::map<std::string, json>;

class arguments {
  public:
    arguments(node with, const names &known) : with_(with), known_(known) {}

    // nullptr for what was not given.
    node at(const char *name) const {
        node found = member(with_, name);
        if (!cJSON_IsString(found) || found->valuestring[0] != '$')
            return found;
        const auto known = known_.find(found->valuestring);
        if (known == known_.end())
            throw fault("a name is used before it is given");
        return known->second.get();
    }
    std::string_view text(const char *name) const { return text_of(at(name)); }
    sr::optional_text maybe_text(const char *name) const { return at(name) ? sr::optional_text(text(name)) : std::nullopt; }
    std::uint64_t number(const char *name, std::uint64_t otherwise = 0) const {
        node found = at(name);
        return found ? static_cast<std::uint64_t>(found->valuedouble) : otherwise;
    }
    // A number of a retention, for which null says that it is inherited.
    std::int64_t kept(const char *name) const {
        node found = at(name);
        if (!found)
            return STRONGROOM_UNCHANGED;
        return cJSON_IsNumber(found) ? static_cast<std::int64_t>(found->valuedouble) : STRONGROOM_INHERITED;
    }
    bool is_true(const char *name) const { return cJSON_IsTrue(at(name)); }
    bool is_false(const char *name) const { return cJSON_IsFalse(at(name)); }
    std::vector<node> all(const char *name) const { return children(at(name)); }
    buffer value(const char *name) const { return bytes_of(at(name)); }
    // The code of a word, which is its place in a list of them.
    std::uint32_t code(const char *name, const std::vector<std::string_view> &words) const {
        for (std::uint32_t code = 0; code < words.size(); code++)
            if (words[code] == text(name))
                return code;
        throw fault(std::string("what is this ") + name + "?");
    }

  private:
    node with_;
    const names &known_;
};

// In the order of STRONGROOM_TIER_…, STRONGROOM_STATE_…, STRONGROOM_LIST_…, STRONGROOM_SORT_… and STRONGROOM_ENVIRONMENT_….
inline const std::vector<std::string_view> tiers{"standard", "sensitive", "critical"};
inline const std::vector<std::string_view> version_states{"", "current", "superseded", "deleted", "destroyed"};
inline const std::vector<std::string_view> list_states{"live", "trash", "all"};
inline const std::vector<std::string_view> sorts{"path", "updated"};
inline const std::vector<std::string_view> environments{"live", "test"};

inline sr::changes changes_of(const arguments &with) {
    sr::changes to;
    if (cJSON_IsString(with.at("expect")))
        to.expect_absent();
    else if (with.at("expect"))
        to.expect_version(with.number("expect"));
    if (with.at("expect_meta_version"))
        to.expect_meta_version(with.number("expect_meta_version"));
    if (with.at("tags"))
        to.replace_tags();
    for (const char *name : {"tags", "add_tags"})
        for (node tag : with.all(name))
            to.tag(tag->string, text_of(tag));
    for (node tag : with.all("remove_tags"))
        to.remove_tag(text_of(tag));
    if (with.at("tier"))
        to.tier(with.code("tier", tiers));
    if (with.at("description"))
        to.description(with.text("description"));
    if (with.at("content_type"))
        to.content_type(with.text("content_type"));
    if (with.at("note"))
        to.note(with.text("note"));
    if (with.at("max_versions"))
        to.max_versions(with.kept("max_versions"));
    if (with.at("trash_days"))
        to.trash_days(with.kept("trash_days"));
    return to;
}

inline sr::query query_of(const arguments &with) {
    sr::query to(with.maybe_text("under"));
    if (with.is_false("recursive"))
        to.one_level();
    for (node tag : with.all("tags"))
        cJSON_IsString(tag) ? to.tag(tag->string, tag->valuestring) : to.has_tag(tag->string);
    for (node tag : with.all("without_tags"))
        to.without_tag(text_of(tag));
    if (with.at("tier"))
        to.tier(with.code("tier", tiers));
    if (with.at("updated_since"))
        to.updated_since(start + std::chrono::seconds(with.number("updated_since")));
    if (with.at("state"))
        to.state(with.code("state", list_states));
    if (with.at("sort"))
        to.sort(with.code("sort", sorts));
    if (with.at("limit"))
        to.limit(with.number("limit"));
    if (with.at("count"))
        to.count(with.is_true("count"));
    if (with.at("cursor"))
        to.after(with.text("cursor"));
    return to;
}

} // namespace play

#endif // PLAY_ARGUMENTS_HPP
