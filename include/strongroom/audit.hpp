// The audit log, and being told of events as they happen. A part of strongroom.hpp, which is what programs include.
#ifndef STRONGROOM_AUDIT_HPP
#define STRONGROOM_AUDIT_HPP

#include "settings.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strongroom {

// Which events of the audit log are told. Conditions add up, but for kinds, of which any is enough.
class audit_query : public detail::owner<strongroom_audit_query, strongroom_audit_query_free> {
  public:
    // Every event, the oldest first.
    audit_query() : owner(make(strongroom_audit_query_new)) {}
    audit_query &under(std::string_view path) { return with(strongroom_audit_query_under, path.data(), path.size()); }
    // The id of a key slot.
    audit_query &actor(std::string_view slot_id) { return with(strongroom_audit_query_actor, slot_id.data(), slot_id.size()); }
    audit_query &secret(std::string_view id) { return with(strongroom_audit_query_secret, id.data(), id.size()); }
    audit_query &request_id(std::string_view id) { return with(strongroom_audit_query_request_id, id.data(), id.size()); }
    // As "secret.created" or "secret.*".
    audit_query &kind(std::string_view pattern) { return with(strongroom_audit_query_kind, pattern.data(), pattern.size()); }
    audit_query &since(time_point time) { return with(strongroom_audit_query_since, std::int64_t{time.time_since_epoch().count()}); }
    audit_query &until(time_point time) { return with(strongroom_audit_query_until, std::int64_t{time.time_since_epoch().count()}); }
    audit_query &success(bool value) { return with(strongroom_audit_query_success, detail::flag(value)); }
    audit_query &newest_first() { return with(strongroom_audit_query_newest_first); }
    audit_query &limit(std::size_t limit) { return with(strongroom_audit_query_limit, limit); }
    audit_query &after(std::string_view cursor) { return with(strongroom_audit_query_after, cursor.data(), cursor.size()); }

  private:
    template <class Function, class... Arguments> audit_query &with(Function function, Arguments... arguments) {
        set(function, arguments...);
        return *this;
    }
};

// The audit log of a store, as long as that is open.
class audit_log {
  public:
    explicit audit_log(strongroom_store *store) noexcept : store_(store) {}
    audit_page list(detail::maybe<audit_query> which = {}) const {
        strongroom_page *found = nullptr;
        detail::call(strongroom_audit_list, store_, static_cast<const strongroom_audit_query *>(which.handle), &found);
        return audit_page(found);
    }
    described<strongroom_audit_event> get(std::string_view id) const {
        strongroom_page *found = nullptr;
        detail::call(strongroom_audit_get, store_, id.data(), id.size(), &found);
        return described<strongroom_audit_event>(found);
    }
    // Where the log ends: to be kept where whoever gets at the file does not.
    std::string head() const {
        char text[STRONGROOM_AUDIT_HEAD_LEN];
        detail::call(strongroom_audit_head, store_, +text, sizeof text);
        return text;
    }
    // Follows the chain; with a head that was kept, whether that lies in it.
    strongroom_audit_verified verify(const optional_text &kept_head = std::nullopt) const {
        auto verified = detail::sized<strongroom_audit_verified>();
        detail::call(strongroom_audit_verify, store_, detail::data(kept_head), detail::size(kept_head), &verified);
        return verified;
    }
    // Writes the whole log to a new file.
    strongroom_audit_exported export_to(std::string_view file) const {
        auto exported = detail::sized<strongroom_audit_exported>();
        detail::call(strongroom_audit_export, store_, file.data(), file.size(), &exported);
        return exported;
    }

  private:
    strongroom_store *store_;
};

// Which events a subscription or the feed of changes tells.
struct event_filter {
    // Only what concerns this path, or what lies below it.
    optional_text under;
    // Any of these, such as "secret.created" or "secret.*"; without one all but reads.
    std::vector<std::string_view> kinds;

    std::vector<strongroom_text> texts() const {
        std::vector<strongroom_text> texts;
        for (const std::string_view kind : kinds)
            texts.push_back({kind.data(), kind.size()});
        return texts;
    }
};

// Is called with an event, whose texts are borrowed until it returns. What it throws is dropped.
using event_listener = std::function<void(const strongroom_audit_event &)>;

// Being told of events, until it is ended or destroyed. Whoever ends it waits for its listener, unless that ends it itself.
class subscription {
  public:
    subscription(const subscription &) = delete;
    subscription &operator=(const subscription &) = delete;
    subscription(subscription &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    subscription &operator=(subscription &&other) noexcept {
        if (this != &other) {
            end();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~subscription() { end(); }

    // Nothing happens if it has ended.
    void end() noexcept {
        strongroom_subscription *ending = std::exchange(handle_, nullptr);
        [[maybe_unused]] const strongroom_status code = strongroom_unsubscribe(&ending, nullptr);
    }

  private:
    friend class store;

    subscription(strongroom_store *store, const event_filter &which, event_listener listener) {
        const std::vector<strongroom_text> kinds = which.texts();
        auto kept = std::make_unique<event_listener>(std::move(listener));
        const strongroom_event_callback called = *kept ? tell : nullptr;
        // The library frees it, also if this throws.
        void *const given = kept.release();
        detail::call(strongroom_subscribe, store, detail::data(which.under), detail::size(which.under), kinds.data(), kinds.size(), called,
                     given, &forget, &handle_);
    }
    static void tell(const strongroom_audit_event *event, void *listener) noexcept {
        try {
            (*static_cast<event_listener *>(listener))(*event);
        } catch (...) {
            // There is nobody to throw to: the commit stands, and its caller has nothing to do with it.
        }
    }
    static void forget(void *listener) noexcept { delete static_cast<event_listener *>(listener); }

    strongroom_subscription *handle_ = nullptr;
};

} // namespace strongroom

#endif // STRONGROOM_AUDIT_HPP
