// What calls give, as a scenario writes it. Part of play.cpp.
#ifndef PLAY_SHAPES_HPP
#define PLAY_SHAPES_HPP

#include "play_arguments.hpp"

#include <algorithm>
#include <cctype>

namespace play {

// Seconds since the beginning, or null.
inline json time_of(std::int64_t milliseconds) {
    const auto time = sr::time(milliseconds);
    return time ? json(std::chrono::duration_cast<std::chrono::seconds>(*time - start).count()) : json(nullptr);
}

inline json kept_of(std::int64_t number) { return number == STRONGROOM_INHERITED ? json(nullptr) : json(number); }

inline json word_of(const std::vector<std::string_view> &words, std::uint32_t code) { return json(words.at(code)); }

// The name of an error in a scenario.
inline std::string name_of(const sr::error &error) {
    std::string name = std::string(error.name()).substr(std::string_view("STRONGROOM_E_").size());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return name;
}

inline json shape(const strongroom_written &from) {
    return json::object()
        .add("id", from.id)
        .add("path", from.path)
        .add("version", from.version)
        .add("tier", word_of(tiers, from.tier))
        .add("created_at", time_of(from.created_at))
        .add("updated_at", time_of(from.updated_at));
}

inline json shape(const strongroom_rotated &from) {
    return json::object()
        .add("id", from.id)
        .add("path", from.path)
        .add("tier", word_of(tiers, from.tier))
        .add("old_version", from.old_version)
        .add("new_version", from.version)
        .add("old_expires_at", time_of(from.old_expires_at));
}

inline json shape(const strongroom_due_item &from) {
    return json::object()
        .add("path", sr::view(from.path))
        .add("id", sr::view(from.id))
        .add("reason", word_of(due_reasons, from.reason))
        .add("at", time_of(from.at));
}

inline json shape(const sr::signature_check &from) {
    return json::object()
        .add("found", word_of(signature_checks, from.found))
        .add("version", from.is_valid() ? json(from.version) : json(nullptr));
}

inline json shape(const strongroom_deleted &from) {
    return json::object().add("id", from.id).add("deleted_at", time_of(from.deleted_at)).add("purge_at", time_of(from.purge_at));
}

inline json shape(const strongroom_secret_info &from) {
    json tags = json::object();
    for (std::size_t i = 0; i < from.tag_count; i++)
        std::move(tags).add(from.tags[i].key.data, sr::view(from.tags[i].value));
    return json::object()
        .add("id", sr::view(from.id))
        .add("path", sr::view(from.path))
        .add("version", from.version)
        .add("meta_version", from.meta_version)
        .add("tier", word_of(tiers, from.tier))
        .add("description", sr::view(from.description))
        .add("tags", std::move(tags))
        .add("content_type", sr::view(from.content_type))
        .add("size_class", from.size_class)
        .add("created_at", time_of(from.created_at))
        .add("updated_at", time_of(from.updated_at))
        .add("accessed_at", time_of(from.accessed_at))
        .add("deleted_at", time_of(from.deleted_at))
        .add("purge_at", time_of(from.purge_at))
        .add("max_versions", kept_of(from.max_versions))
        .add("trash_days", kept_of(from.trash_days))
        .add("expires_at", time_of(from.expires_at))
        .add("on_expiry", word_of(expiry_actions, from.on_expiry))
        .add("rotate_every", from.rotate_every == 0 ? json(nullptr) : json(from.rotate_every))
        .add("rotation_due_at", time_of(from.rotation_due_at));
}

inline json shape(const strongroom_version_info &from) {
    return json::object()
        .add("number", from.number)
        .add("state", word_of(version_states, from.state))
        .add("size", from.size)
        .add("note", sr::view(from.note))
        .add("created_at", time_of(from.created_at))
        .add("deleted_at", time_of(from.deleted_at))
        .add("until", time_of(from.until));
}

inline json shape(const strongroom_namespace &from) {
    return json::object().add("path", sr::view(from.path)).add("secrets", from.secrets);
}

inline json shape(const strongroom_tag_count &from) {
    return json::object().add("name", sr::view(from.name)).add("secrets", from.secrets);
}

inline json shape(const strongroom_swept &from) {
    return json::object()
        .add("secrets", from.secrets)
        .add("versions", from.versions)
        .add("expiring", from.expiring)
        .add("expired", from.expired)
        .add("audit_events", from.audit_events)
        .add("more", from.more != 0)
        .add("held_back", from.held_back != 0);
}

// A text that is empty is null.
inline json filled(const strongroom_text &text) { return text.len == 0 ? json(nullptr) : json(sr::view(text)); }

inline json shape(const strongroom_audit_event &from) {
    json labels = json::object();
    for (std::size_t i = 0; i < from.label_count; i++)
        std::move(labels).add(from.labels[i].key.data, sr::view(from.labels[i].value));
    const sr::error failed(from.status, "", "", 0, false);
    return json::object()
        .add("sequence", from.sequence)
        .add("id", sr::view(from.id))
        .add("kind", sr::view(from.kind))
        .add("path", filled(from.path))
        .add("secret_id", filled(from.secret_id))
        .add("slot_id", filled(from.slot_id))
        .add("actor", filled(from.actor))
        .add("reason", filled(from.reason))
        .add("request_id", filled(from.request_id))
        .add("labels", std::move(labels))
        .add("version", from.version)
        .add("time", static_cast<double>(from.time - start.time_since_epoch().count()) / 1000)
        .add("count", from.count)
        .add("error", from.status == STRONGROOM_OK ? json(nullptr) : json(name_of(failed).c_str()))
        .add("durable", from.durable != 0);
}

inline json shape(const strongroom_audit_verified &from) {
    static const std::vector<std::string_view> kept{"", "in_history", "older_than_log"};
    return json::object()
        .add("events", from.events)
        .add("first", from.first)
        .add("head", from.head)
        .add("kept", from.kept == STRONGROOM_PIN_NONE ? json(nullptr) : word_of(kept, from.kept));
}

inline json shape(const strongroom_audit_exported &from) { return json::object().add("events", from.events).add("head", from.head); }

inline json shape(const strongroom_audit_policy &from) {
    const auto number = [](std::int64_t kept) { return kept == STRONGROOM_FOR_GOOD ? json(nullptr) : json(kept); };
    json reads = json::object()
                     .add("standard", word_of(audit_reads, from.standard))
                     .add("sensitive", word_of(audit_reads, from.sensitive))
                     .add("critical", word_of(audit_reads, from.critical));
    return json::object().add("reads", std::move(reads)).add("days", number(from.keep_days)).add("bytes", number(from.keep_bytes));
}

inline json shape(const strongroom_retention &from) {
    return json::object().add("max_versions", kept_of(from.max_versions)).add("trash_days", kept_of(from.trash_days));
}

inline json shape(const strongroom_verified &from) {
    return json::object()
        .add("secrets", from.secrets)
        .add("trashed", from.trashed)
        .add("versions", from.versions)
        .add("events", from.events);
}

inline json shape(const strongroom_counts &from) {
    const auto usage = [](std::uint64_t secrets, std::uint64_t versions, std::uint64_t value_bytes) {
        return json::object().add("secrets", secrets).add("versions", versions).add("value_bytes", value_bytes);
    };
    return json::object()
        .add("live", usage(from.live_secrets, from.live_versions, from.live_value_bytes))
        .add("trash", usage(from.trash_secrets, from.trash_versions, from.trash_value_bytes));
}

inline json shape(const sr::secret &from) {
    return json::object()
        .add("value", hex_of(from.data(), from.size()))
        .add("version", from.version())
        .add("info", shape(from.describe()));
}

template <class Item> json shape(const sr::described<Item> &from) { return shape(*from); }

template <class Item> json shape(const sr::page<Item> &from) {
    json to = json::array();
    for (const auto &item : from)
        to.append(shape(item));
    return to;
}

inline json shape(const sr::audit_page &from) {
    const std::string cursor = from.next_cursor();
    const sr::page<strongroom_audit_event> &events = from;
    return json::object()
        .add("events", shape(events))
        .add("next_cursor", cursor.empty() ? json(nullptr) : json(cursor.c_str()))
        .add("has_more", from.has_more());
}

inline json shape(const sr::list_page &from) {
    json namespaces = json::array();
    for (std::size_t i = 0; i < from.namespace_count(); i++)
        namespaces.append(shape(from.namespace_at(i)));
    const std::string cursor = from.next_cursor();
    const sr::page<strongroom_secret_info> &items = from;
    return json::object()
        .add("items", shape(items))
        .add("namespaces", std::move(namespaces))
        .add("next_cursor", cursor.empty() ? json(nullptr) : json(cursor.c_str()))
        .add("has_more", from.has_more())
        .add("total", from.total());
}

// Each with its own result.
inline json shape(sr::secrets from) {
    json to = json::array();
    for (std::size_t i = 0; i < from.size(); i++) {
        try {
            to.append(shape(from.take(i)));
        } catch (const sr::error &error) {
            to.append(json::object().add("error", name_of(error).c_str()));
        }
    }
    return to;
}

} // namespace play

#endif // PLAY_SHAPES_HPP
