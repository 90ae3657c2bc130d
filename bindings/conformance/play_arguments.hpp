// The arguments of a call as the C++ interface takes them. Part of play.cpp.
#ifndef PLAY_ARGUMENTS_HPP
#define PLAY_ARGUMENTS_HPP

#include "play_json.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
    // Seconds, or a text that says how long; zero for what is null or not there.
    std::chrono::seconds duration(const char *name) const {
        node found = at(name);
        return cJSON_IsString(found) ? sr::parse_duration(found->valuestring)
                                     : std::chrono::seconds(cJSON_IsNumber(found) ? static_cast<std::int64_t>(found->valuedouble) : 0);
    }
    // Seconds since the beginning; nothing for what is null.
    std::optional<sr::time_point> time(const char *name) const {
        node found = at(name);
        return cJSON_IsNumber(found) ? std::optional(start + std::chrono::seconds(static_cast<std::int64_t>(found->valuedouble)))
                                     : std::nullopt;
    }
    bool is_true(const char *name) const { return cJSON_IsTrue(at(name)); }
    bool is_false(const char *name) const { return cJSON_IsFalse(at(name)); }
    std::vector<node> all(const char *name) const { return children(at(name)); }
    buffer value(const char *name) const { return bytes_of(at(name)); }
    const names &known() const noexcept { return known_; }
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

// In the order of the codes of STRONGROOM_TIER_…, _STATE_…, _LIST_…, _SORT_…, _ENVIRONMENT_…, _ON_EXPIRY_…, _DUE_…, _SIGNATURE_…,
// _AUDIT_READS_… and _ENCODING_….
inline const std::vector<std::string_view> tiers{"standard", "sensitive", "critical"};
inline const std::vector<std::string_view> version_states{"",          "current", "superseded", "deleted",
                                                          "destroyed", "grace",   "retired"};
inline const std::vector<std::string_view> list_states{"live", "trash", "all"};
inline const std::vector<std::string_view> sorts{"path", "updated"};
inline const std::vector<std::string_view> environments{"live", "test"};
inline const std::vector<std::string_view> expiry_actions{"block", "trash"};
inline const std::vector<std::string_view> due_reasons{"", "expiry", "rotation", "purge"};
inline const std::vector<std::string_view> signature_checks{"", "valid", "wrong", "too_old", "too_early"};
inline const std::vector<std::string_view> audit_reads{"", "batched", "strict", "off"};
inline const std::vector<std::string_view> encodings{"base64url", "base32", "hex", "raw"};

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
    if (with.at("expires_in"))
        to.expires_in(with.duration("expires_in"));
    if (with.at("expires_at"))
        to.expires_at(with.time("expires_at"));
    if (with.at("on_expiry"))
        to.on_expiry(with.code("on_expiry", expiry_actions));
    if (with.at("rotate_every"))
        to.rotate_every(with.duration("rotate_every"));
    return to;
}

// Which characters passwords have, as a sum.
inline std::uint32_t characters_of(const arguments &how) {
    std::uint32_t sum = STRONGROOM_CHARACTERS_ALL;
    const std::pair<const char *, std::uint32_t> classes[] = {{"lower", STRONGROOM_CHARACTERS_LOWER},
                                                              {"upper", STRONGROOM_CHARACTERS_UPPER},
                                                              {"digits", STRONGROOM_CHARACTERS_DIGITS},
                                                              {"symbols", STRONGROOM_CHARACTERS_SYMBOLS}};
    for (const auto &[name, code] : classes)
        if (how.is_false(name))
            sum -= code;
    if (how.is_false("look_alikes"))
        sum += STRONGROOM_CHARACTERS_NO_LOOK_ALIKES;
    if (how.is_true("each_class"))
        sum += STRONGROOM_CHARACTERS_EACH_CLASS;
    return sum;
}

inline sr::generator generator_of(node said, const names &known) {
    if (node token = member(said, "token")) {
        const arguments how(token, known);
        sr::generator to = sr::generator::token(static_cast<std::uint32_t>(how.number("bytes", 32)));
        if (how.at("encoding"))
            to.encoding(how.code("encoding", encodings));
        return to;
    }
    if (node passphrase = member(said, "passphrase")) {
        const arguments how(passphrase, known);
        sr::generator to = sr::generator::passphrase(static_cast<std::uint32_t>(how.number("words", 6)));
        if (how.at("separator"))
            to.separator(how.text("separator"));
        return to;
    }
    const arguments how(member(said, "password"), known);
    sr::generator to = sr::generator::password(static_cast<std::uint32_t>(how.number("length", 24)));
    to.characters(characters_of(how));
    return to;
}

inline sr::context context_of(const arguments &with) {
    sr::context to;
    for (node label : with.all("labels"))
        to.label(label->string, text_of(label));
    if (with.at("reason"))
        to.reason(with.text("reason"));
    if (with.at("request_id"))
        to.request_id(with.text("request_id"));
    return to;
}

inline sr::audit_query audit_query_of(const arguments &with) {
    sr::audit_query to;
    if (with.at("under"))
        to.under(with.text("under"));
    if (with.at("actor"))
        to.actor(with.text("actor"));
    if (with.at("secret"))
        to.secret(with.text("secret"));
    if (with.at("request_id"))
        to.request_id(with.text("request_id"));
    for (node kind : with.all("kinds"))
        to.kind(text_of(kind));
    if (const auto time = with.time("since"))
        to.since(*time);
    if (const auto time = with.time("until"))
        to.until(*time);
    if (with.at("success"))
        to.success(with.is_true("success"));
    if (with.is_true("newest_first"))
        to.newest_first();
    if (with.at("limit"))
        to.limit(with.number("limit"));
    if (with.at("cursor"))
        to.after(with.text("cursor"));
    return to;
}

inline sr::event_filter filter_of(const arguments &with) {
    sr::event_filter to{with.maybe_text("under"), {}};
    for (node kind : with.all("kinds"))
        to.kinds.emplace_back(text_of(kind));
    return to;
}

// What of the policy of audit is said; the rest stays.
inline strongroom_audit_policy audit_policy_of(strongroom_audit_policy to, const arguments &with) {
    const auto number = [&](const char *name, std::int64_t otherwise) {
        node found = with.at(name);
        return !found ? otherwise : cJSON_IsNumber(found) ? static_cast<std::int64_t>(found->valuedouble) : STRONGROOM_FOR_GOOD;
    };
    const std::pair<const char *, std::uint32_t *> of_tiers[] = {
        {"standard", &to.standard}, {"sensitive", &to.sensitive}, {"critical", &to.critical}};
    node reads = with.at("reads");
    for (const auto &[tier, code] : of_tiers) {
        if (cJSON_IsString(reads))
            *code = with.code("reads", audit_reads);
        else if (member(reads, tier))
            *code = arguments(reads, with.known()).code(tier, audit_reads);
    }
    to.keep_days = number("days", to.keep_days);
    to.keep_bytes = number("bytes", to.keep_bytes);
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
