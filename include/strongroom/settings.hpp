// What calls are given: keys, clocks, options, changes and queries. A part of strongroom.hpp, which is what programs include.
#ifndef STRONGROOM_SETTINGS_HPP
#define STRONGROOM_SETTINGS_HPP

#include "results.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace strongroom {

// What a store is unlocked with.
class key : public detail::owner<strongroom_key, strongroom_key_free> {
  public:
    static key passphrase(bytes text) { return key(make(strongroom_key_passphrase, text.data(), text.size())); }
    // 32 random bytes.
    static key raw(bytes raw) { return key(make(strongroom_key_raw, raw.data(), raw.size())); }
    static key file(std::string_view file) { return key(make(strongroom_key_file, file.data(), file.size())); }
    static key create_file(std::string_view file) { return key(make(strongroom_key_file_create, file.data(), file.size())); }
    static key recovery_code(bytes code) { return key(make(strongroom_key_recovery_code, code.data(), code.size())); }
    // Joins a key file with a passphrase: neither opens the slot alone. After a failure but IN_USE the key is spent.
    key &and_passphrase(bytes text) {
        set(strongroom_key_and_passphrase, text.data(), text.size());
        return *this;
    }

  private:
    explicit key(strongroom_key *handle) noexcept : owner(handle) {}
};

// A clock that shows what the program says: for tests.
class manual_clock : public detail::owner<strongroom_clock, strongroom_clock_free> {
  public:
    explicit manual_clock(time_point start) : owner(make(strongroom_clock_new, start.time_since_epoch().count())) {}
    void advance(std::chrono::milliseconds by) {
        // A negative one is more than any clock can go forward, and refused.
        detail::check(strongroom_clock_advance(handle_, static_cast<std::uint64_t>(by.count())));
    }
    void set_to(time_point now) { detail::check(strongroom_clock_set(handle_, now.time_since_epoch().count())); }
    time_point now() const {
        std::int64_t now = 0;
        detail::check(strongroom_clock_now(handle_, &now));
        return time_point(std::chrono::milliseconds(now));
    }
};

// How a store is created and opened.
class options : public detail::owner<strongroom_options, strongroom_options_free> {
  public:
    options() : owner(make(strongroom_options_new)) {}
    options &read_only(bool value = true) { return with(strongroom_options_read_only, detail::flag(value)); }
    options &wait(std::chrono::milliseconds wait) { return with(strongroom_options_wait_ms, count(wait)); }
    options &write_wait(std::chrono::milliseconds wait) { return with(strongroom_options_write_wait_ms, count(wait)); }
    options &verify_up_to(std::uint64_t size) { return with(strongroom_options_verify_up_to, size); }
    options &cache_bytes(std::size_t size) { return with(strongroom_options_cache_bytes, size); }
    options &clock(const manual_clock &clock) {
        return with(strongroom_options_clock, static_cast<const strongroom_clock *>(clock.handle()));
    }
    options &environment(std::uint32_t what) { return with(strongroom_options_environment, what); }
    options &kdf_cost(const strongroom_kdf_cost &cost) {
        return with(strongroom_options_kdf_cost, cost.memory_kib, cost.passes, cost.lanes);
    }
    options &pin(std::string_view pin) { return with(strongroom_options_pin, pin.data(), pin.size()); }
    options &allow_shared_mode(bool value = true) { return with(strongroom_options_allow_shared_mode, detail::flag(value)); }
    options &allow_network_fs(bool value = true) { return with(strongroom_options_allow_network_fs, detail::flag(value)); }
    options &require_locked_memory(bool value = true) { return with(strongroom_options_require_locked_memory, detail::flag(value)); }

  private:
    template <class Function, class... Arguments> options &with(Function function, Arguments... arguments) {
        set(function, arguments...);
        return *this;
    }
    static std::uint64_t count(std::chrono::milliseconds wait) {
        return wait.count() < 0 ? 0 : static_cast<std::uint64_t>(wait.count());
    }
};

// What a put or an update says beside the value, and on what condition it writes. What is left out stays as it is.
class changes : public detail::owner<strongroom_changes, strongroom_changes_free> {
  public:
    changes() : owner(make(strongroom_changes_new)) {}
    // STRONGROOM_TIER_STANDARD, _SENSITIVE or _CRITICAL.
    changes &tier(std::uint32_t tier) { return with(strongroom_changes_tier, tier); }
    changes &description(std::string_view text) { return with(strongroom_changes_description, text.data(), text.size()); }
    changes &content_type(std::string_view text) { return with(strongroom_changes_content_type, text.data(), text.size()); }
    changes &tag(std::string_view name, std::string_view value = {}) {
        return with(strongroom_changes_tag, name.data(), name.size(), value.data(), value.size());
    }
    changes &remove_tag(std::string_view name) { return with(strongroom_changes_remove_tag, name.data(), name.size()); }
    changes &replace_tags() { return with(strongroom_changes_replace_tags); }
    // 0 for all, or STRONGROOM_INHERITED.
    changes &max_versions(std::int64_t versions) { return with(strongroom_changes_max_versions, versions); }
    changes &trash_days(std::int64_t days) { return with(strongroom_changes_trash_days, days); }
    // In the future. STRONGROOM_NO_TIME, as std::nullopt, takes it away.
    changes &expires_at(const std::optional<time_point> &time) {
        return with(strongroom_changes_expires_at, time ? std::int64_t{time->time_since_epoch().count()} : STRONGROOM_NO_TIME);
    }
    changes &expires_in(std::chrono::seconds duration) { return with(strongroom_changes_expires_in, detail::seconds(duration)); }
    // STRONGROOM_ON_EXPIRY_BLOCK or _TRASH.
    changes &on_expiry(std::uint32_t action) { return with(strongroom_changes_on_expiry, action); }
    // Zero takes it away.
    changes &rotate_every(std::chrono::seconds duration) { return with(strongroom_changes_rotate_every, detail::seconds(duration)); }
    changes &note(std::string_view text) { return with(strongroom_changes_note, text.data(), text.size()); }
    changes &expect_absent() { return with(strongroom_changes_expect_absent); }
    changes &expect_version(std::uint64_t version) { return with(strongroom_changes_expect_version, version); }
    changes &expect_meta_version(std::uint64_t version) { return with(strongroom_changes_expect_meta_version, version); }

  private:
    template <class Function, class... Arguments> changes &with(Function function, Arguments... arguments) {
        set(function, arguments...);
        return *this;
    }
};

// How a value is made that nobody has to think of.
class generator : public detail::owner<strongroom_generator, strongroom_generator_free> {
  public:
    static generator password(std::uint32_t length) { return generator(make(strongroom_generator_password, length)); }
    // So many random bytes, written in base64url.
    static generator token(std::uint32_t bytes) { return generator(make(strongroom_generator_token, bytes)); }
    // Words with a "-" between them.
    static generator passphrase(std::uint32_t words) { return generator(make(strongroom_generator_passphrase, words)); }
    // Of passwords: a sum of STRONGROOM_CHARACTERS_…, instead of STRONGROOM_CHARACTERS_ALL.
    generator &characters(std::uint32_t characters) { return with(strongroom_generator_characters, characters); }
    // Of tokens: STRONGROOM_ENCODING_….
    generator &encoding(std::uint32_t encoding) { return with(strongroom_generator_encoding, encoding); }
    // Of passphrases: one character.
    generator &separator(std::string_view text) { return with(strongroom_generator_separator, text.data(), text.size()); }
    double entropy_bits() const {
        double bits = 0;
        detail::call(strongroom_generator_entropy_bits, static_cast<const strongroom_generator *>(handle_), &bits);
        return bits;
    }
    // A value of no secret yet.
    secret generate() const {
        strongroom_secret *made = nullptr;
        detail::call(strongroom_generate, static_cast<const strongroom_generator *>(handle_), &made);
        return secret(made);
    }

  private:
    explicit generator(strongroom_generator *handle) noexcept : owner(handle) {}
    template <class Function, class... Arguments> generator &with(Function function, Arguments... arguments) {
        set(function, arguments...);
        return *this;
    }
};

// What calls say of themselves: it stands in their audit events.
class context : public detail::owner<strongroom_context, strongroom_context_free> {
  public:
    context() : owner(make(strongroom_context_new)) {}
    context &label(std::string_view name, std::string_view value = {}) {
        return with(strongroom_context_label, name.data(), name.size(), value.data(), value.size());
    }
    context &reason(std::string_view text) { return with(strongroom_context_reason, text.data(), text.size()); }
    context &request_id(std::string_view text) { return with(strongroom_context_request_id, text.data(), text.size()); }
    // A change that is asked for again under it is not made again: see store::was_replayed.
    context &idempotency_key(std::string_view text) { return with(strongroom_context_idempotency_key, text.data(), text.size()); }

  private:
    template <class Function, class... Arguments> context &with(Function function, Arguments... arguments) {
        set(function, arguments...);
        return *this;
    }
};

// Which secrets a list shows, and how.
class query : public detail::owner<strongroom_query, strongroom_query_free> {
  public:
    // All live secrets, or those below a namespace.
    explicit query(const optional_text &under = std::nullopt)
        : owner(make(strongroom_query_new, detail::data(under), detail::size(under))) {}
    query &one_level() { return with(strongroom_query_one_level); }
    query &tag(std::string_view name, std::string_view value = {}) {
        return with(strongroom_query_tag, name.data(), name.size(), value.data(), value.size());
    }
    query &has_tag(std::string_view name) { return with(strongroom_query_has_tag, name.data(), name.size()); }
    query &without_tag(std::string_view name) { return with(strongroom_query_without_tag, name.data(), name.size()); }
    query &tier(std::uint32_t tier) { return with(strongroom_query_tier, tier); }
    query &updated_since(time_point since) { return with(strongroom_query_updated_since, std::int64_t{since.time_since_epoch().count()}); }
    // STRONGROOM_LIST_LIVE, _TRASH or _ALL.
    query &state(std::uint32_t state) { return with(strongroom_query_state, state); }
    // STRONGROOM_SORT_PATH or _UPDATED.
    query &sort(std::uint32_t sort) { return with(strongroom_query_sort, sort); }
    query &limit(std::size_t limit) { return with(strongroom_query_limit, limit); }
    query &count(bool value = true) { return with(strongroom_query_count, detail::flag(value)); }
    query &after(std::string_view cursor) { return with(strongroom_query_after, cursor.data(), cursor.size()); }

  private:
    template <class Function, class... Arguments> query &with(Function function, Arguments... arguments) {
        set(function, arguments...);
        return *this;
    }
};

class store;

// How far a copy is; false stops it. An exception stops it too, and comes out of the call that copies.
using progress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

// What a copy may do, and whom it tells how far it is.
class copy_options : public detail::owner<strongroom_copy_options, strongroom_copy_options_free> {
  public:
    copy_options() : owner(make(strongroom_copy_options_new)) {}
    // Not while a copy with these options is under way, because that still calls the one before.
    copy_options &on_progress(progress told) {
        auto kept = std::make_unique<progress>(std::move(told));
        set(strongroom_copy_options_progress, *kept ? tell : nullptr, static_cast<void *>(kept.get()));
        progress_ = std::move(kept);
        return *this;
    }
    copy_options &drop_other_slots(bool value = true) {
        set(strongroom_copy_options_drop_other_slots, detail::flag(value));
        return *this;
    }
    // How the one slot of a rekey is made.
    copy_options &new_slot(const optional_text &label, const std::optional<strongroom_kdf_cost> &cost = std::nullopt) {
        set(strongroom_copy_options_new_slot, detail::data(label), detail::size(label), cost ? &*cost : nullptr);
        return *this;
    }

  private:
    friend class store;

    // Runs a copy on this thread, and lets out what a callback threw.
    template <class Function, class... Arguments> static strongroom_copied run(Function function, Arguments... arguments) {
        auto copied = detail::sized<strongroom_copied>();
        // A callback may copy, too.
        std::exception_ptr outer = std::exchange(thrown(), nullptr);
        strongroom_error *object = nullptr;
        const strongroom_status code = function(arguments..., &copied, &object);
        const std::exception_ptr ours = std::exchange(thrown(), outer);
        if (ours) {
            (void)strongroom_error_free(object);
            std::rethrow_exception(ours);
        }
        if (code != STRONGROOM_OK)
            detail::raise(code, object);
        return copied;
    }
    // A callback is called on the thread of its copy.
    static std::exception_ptr &thrown() noexcept {
        thread_local std::exception_ptr thrown;
        return thrown;
    }
    static std::int32_t tell(std::uint64_t done, std::uint64_t total, void *told) noexcept {
        try {
            return (*static_cast<progress *>(told))(done, total) ? 0 : 1;
        } catch (...) {
            thrown() = std::current_exception();
            return 1;
        }
    }

    // At an address that stays when this object is moved.
    std::unique_ptr<progress> progress_;
};

} // namespace strongroom

#endif // STRONGROOM_SETTINGS_HPP
