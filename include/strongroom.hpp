// strongroom for C++17: the same library as strongroom.h, with owners, exceptions and texts.
//
// Every class owns one handle, frees it in its destructor, and can be moved but not copied; only a store waits for its transactions. What
// was moved holds nothing, and giving it to a call throws INVALID_ARGUMENT; what was closed throws CLOSED. A function that fails throws
// strongroom::error. Texts go in as std::string_view, bytes as strongroom::bytes; both are used during the call only. The structs that
// come back are those of strongroom.h, where their members are explained. A text in one belongs to the object that it came from, and
// strongroom::view shows it.
//
// What strongroom.h says of threads and of forked children holds here as well: any number of threads may use an object at once, as long
// as none of them moves, assigns or destroys it.
#ifndef STRONGROOM_HPP
#define STRONGROOM_HPP

#include "strongroom.h"
#include "strongroom/audit.hpp"
#include "strongroom/base.hpp"
#include "strongroom/results.hpp"
#include "strongroom/settings.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strongroom {

// What can be done with secrets, in the same way on a store and on a transaction. On a store each call is a commit of its own.
class access {
  public:
    // For functions of strongroom.h; it stays this object's.
    strongroom_store *handle() const noexcept { return opened_ ? opened_->handle : nullptr; }

    // The current version, or the one of this number.
    secret get(std::string_view path, std::uint64_t version = 0) const {
        strongroom_secret *found = nullptr;
        detail::call(strongroom_get, handle(), path.data(), path.size(), version, &found);
        return secret(found);
    }
    // Reads into memory of the caller's, who wipes it. Gives the length of the value; if that is more than `size`, nothing was written.
    [[nodiscard]] std::size_t get_into(std::string_view path, std::uint8_t *buffer, std::size_t size, std::uint64_t version = 0) const {
        std::size_t found = 0;
        strongroom_error *object = nullptr;
        const auto code = strongroom_get_into(handle(), path.data(), path.size(), version, buffer, size, &found, &object);
        if (code != STRONGROOM_OK && code != STRONGROOM_E_BUFFER_TOO_SMALL)
            detail::raise(code, object);
        (void)strongroom_error_free(object);
        return found;
    }
    // Reads into memory of the caller's, who wipes it, what fits there, and gives an object only for what does not. `length` is that of the
    // value. `info`, with its struct_size set, unless it is nullptr, points into `texts`.
    [[nodiscard]] std::optional<secret> read(std::string_view path, std::uint8_t *buffer, std::size_t size, std::size_t &length,
                                             strongroom_secret_info *info = nullptr, std::uint8_t *texts = nullptr,
                                             std::size_t texts_size = 0, std::uint64_t version = 0) const {
        strongroom_secret *found = nullptr;
        detail::call(strongroom_read, handle(), path.data(), path.size(), version, buffer, size, &length, info, texts, texts_size, &found);
        return found ? std::optional<secret>(found) : std::nullopt;
    }
    // The same, into one block, with the room that `reading` says, and its struct_size set.
    [[nodiscard]] std::optional<secret> read_block(std::string_view path, strongroom_reading &reading, std::uint8_t *block) const {
        strongroom_secret *found = nullptr;
        detail::call(strongroom_read_block, handle(), path.data(), path.size(), &reading, block, &found);
        return found ? std::optional<secret>(found) : std::nullopt;
    }
    described<strongroom_secret_info> info(std::string_view path) const {
        return described<strongroom_secret_info>(page_of(strongroom_info, path.data(), path.size()));
    }
    // Several secrets, all of one state of the store.
    secrets get_many(const std::vector<std::string_view> &paths) const {
        std::vector<strongroom_text> texts;
        for (const std::string_view path : paths)
            texts.push_back({path.data(), path.size()});
        strongroom_secrets *found = nullptr;
        detail::call(strongroom_get_many, handle(), static_cast<const strongroom_text *>(texts.data()), texts.size(), &found);
        return secrets(found);
    }
    [[nodiscard]] bool matches(std::string_view path, bytes candidate) const {
        std::int32_t matches = 0;
        detail::call(strongroom_matches, handle(), path.data(), path.size(), candidate.data(), candidate.size(), &matches);
        return matches != 0;
    }

    // The current version and those in grace, the newest first.
    secrets accepted(std::string_view path) const {
        strongroom_secrets *found = nullptr;
        detail::call(strongroom_accepted, handle(), path.data(), path.size(), &found);
        return secrets(found);
    }
    // The number of the newest accepted version that `candidate` is the value of.
    [[nodiscard]] std::optional<std::uint64_t> verify_any(std::string_view path, bytes candidate) const {
        std::uint64_t version = 0;
        detail::call(strongroom_verify_any, handle(), path.data(), path.size(), candidate.data(), candidate.size(), &version);
        return version == 0 ? std::nullopt : std::optional<std::uint64_t>(version);
    }
    // HMAC-SHA-256 as "sha256=" and 64 hexadecimal digits.
    std::string sign_payload(std::string_view path, bytes payload) const {
        return signature_of(strongroom_sign_payload, path.data(), path.size(), payload.data(), payload.size());
    }
    [[nodiscard]] signature_check verify_payload(std::string_view path, bytes payload, std::string_view signature) const {
        return check_of(strongroom_verify_payload, path.data(), path.size(), payload.data(), payload.size(), signature.data(),
                        signature.size());
    }
    // The timestamp is in seconds since the Unix epoch.
    std::string sign_request(std::string_view path, std::int64_t timestamp, bytes body) const {
        return signature_of(strongroom_sign_request, path.data(), path.size(), timestamp, body.data(), body.size());
    }
    [[nodiscard]] signature_check verify_request(std::string_view path, std::int64_t timestamp, bytes body,
                                                 std::string_view signature) const {
        return check_of(strongroom_verify_request, path.data(), path.size(), timestamp, body.data(), body.size(), signature.data(),
                        signature.size());
    }

    strongroom_written put(std::string_view path, bytes value, detail::maybe<changes> with = {}) {
        return told<strongroom_written>(strongroom_put, path.data(), path.size(), value.data(), value.size(), constant(with.handle));
    }
    // With a value that nobody sees before it is read.
    strongroom_written put_generated(std::string_view path, const generator &how, detail::maybe<changes> with = {}) {
        return told<strongroom_written>(strongroom_put_generated, path.data(), path.size(), constant(how.handle()), constant(with.handle));
    }
    // Writes the next version, and retires the one before once the grace is over.
    strongroom_rotated rotate(std::string_view path, bytes value, std::chrono::seconds grace = {}, detail::maybe<changes> with = {}) {
        return told<strongroom_rotated>(strongroom_rotate, path.data(), path.size(), value.data(), value.size(), detail::seconds(grace),
                                        constant(with.handle));
    }
    strongroom_rotated rotate_generated(std::string_view path, const generator &how, std::chrono::seconds grace = {},
                                        detail::maybe<changes> with = {}) {
        return told<strongroom_rotated>(strongroom_rotate_generated, path.data(), path.size(), constant(how.handle()),
                                        detail::seconds(grace), constant(with.handle));
    }
    described<strongroom_secret_info> update(std::string_view path, const changes &with) {
        return described<strongroom_secret_info>(page_of(strongroom_update, path.data(), path.size(), constant(with.handle())));
    }
    // Writes an older version once more, as a new one: also one that is retired.
    strongroom_written rollback_to(std::string_view path, std::uint64_t version) {
        return told<strongroom_written>(strongroom_rollback, path.data(), path.size(), version);
    }
    strongroom_written rename(std::string_view path, std::string_view to, bool allow_large = false) {
        return told<strongroom_written>(strongroom_rename, path.data(), path.size(), to.data(), to.size(), detail::flag(allow_large));
    }
    // Gives the number of secrets.
    std::uint64_t rename_prefix(std::string_view from, std::string_view to, bool allow_large = false) {
        std::uint64_t renamed = 0;
        detail::call(strongroom_rename_prefix, handle(), from.data(), from.size(), to.data(), to.size(), detail::flag(allow_large), &renamed);
        return renamed;
    }

    strongroom_deleted remove(std::string_view path) { return told<strongroom_deleted>(strongroom_delete, path.data(), path.size()); }
    strongroom_written restore(std::string_view path_or_id, const optional_text &to = std::nullopt) {
        return told<strongroom_written>(strongroom_restore, path_or_id.data(), path_or_id.size(), detail::data(to), detail::size(to));
    }
    void destroy(std::string_view path_or_id) { detail::call(strongroom_destroy, handle(), path_or_id.data(), path_or_id.size()); }
    strongroom_swept sweep(std::size_t items, bool confirm_clock = false) {
        return told<strongroom_swept>(strongroom_sweep, items, detail::flag(confirm_clock));
    }

    page<strongroom_version_info> versions(std::string_view path) const {
        return page<strongroom_version_info>(page_of(strongroom_versions, path.data(), path.size()));
    }
    described<strongroom_version_info> delete_version(std::string_view path, std::uint64_t version) {
        return described<strongroom_version_info>(page_of(strongroom_delete_version, path.data(), path.size(), version));
    }
    described<strongroom_version_info> restore_version(std::string_view path, std::uint64_t version) {
        return described<strongroom_version_info>(page_of(strongroom_restore_version, path.data(), path.size(), version));
    }
    described<strongroom_version_info> destroy_version(std::string_view path, std::uint64_t version) {
        return described<strongroom_version_info>(page_of(strongroom_destroy_version, path.data(), path.size(), version));
    }

    // Retires it now. Not for the current one, which is rotated or deleted.
    described<strongroom_version_info> revoke_version(std::string_view path, std::uint64_t version) {
        return described<strongroom_version_info>(page_of(strongroom_revoke_version, path.data(), path.size(), version));
    }

    // What is to be done within this time, and what is overdue, the earliest first.
    page<strongroom_due_item> due(std::chrono::seconds within) const {
        return page<strongroom_due_item>(page_of(strongroom_due, detail::seconds(within.count() < 0 ? std::chrono::seconds() : within)));
    }
    list_page list(detail::maybe<query> which = {}) const { return list_page(page_of(strongroom_list, constant(which.handle))); }
    page<strongroom_namespace> namespaces(const optional_text &under = std::nullopt) const {
        return page<strongroom_namespace>(page_of(strongroom_namespaces, detail::data(under), detail::size(under)));
    }
    page<strongroom_tag_count> tag_keys() const { return page<strongroom_tag_count>(page_of(strongroom_tag_keys)); }
    page<strongroom_tag_count> tag_values(std::string_view name) const {
        return page<strongroom_tag_count>(page_of(strongroom_tag_values, name.data(), name.size()));
    }
    strongroom_counts stats(const optional_text &under = std::nullopt) const {
        auto counts = detail::sized<strongroom_counts>();
        strongroom_page **const nowhere = nullptr;
        detail::call(strongroom_stats, handle(), detail::data(under), detail::size(under), &counts, nowhere);
        return counts;
    }
    // The same, and the namespaces directly below with what is in each, of one state of the store.
    std::pair<strongroom_counts, page<strongroom_namespace>> stats_by_namespace(const optional_text &under = std::nullopt) const {
        auto counts = detail::sized<strongroom_counts>();
        page<strongroom_namespace> namespaces(page_of(strongroom_stats, detail::data(under), detail::size(under), &counts));
        return {counts, std::move(namespaces)};
    }

    // What is said of a namespace itself, or of the store.
    strongroom_retention retention(const optional_text &under = std::nullopt) const {
        return told<strongroom_retention>(strongroom_policy_retention, detail::data(under), detail::size(under));
    }
    // What holds for a secret of which itself nothing is said.
    strongroom_retention retention_at(std::string_view path) const {
        return told<strongroom_retention>(strongroom_policy_retention_at, path.data(), path.size());
    }
    // Numbers, STRONGROOM_INHERITED or STRONGROOM_UNCHANGED.
    void set_retention(const optional_text &under, std::int64_t max_versions, std::int64_t trash_days) {
        detail::call(strongroom_policy_set_retention, handle(), detail::data(under), detail::size(under), max_versions, trash_days);
    }

    // For how long a change with an idempotency key is remembered.
    std::chrono::seconds idempotency_window() const {
        std::uint64_t seconds = 0;
        detail::call(strongroom_policy_idempotency_window, handle(), &seconds);
        return std::chrono::seconds(static_cast<std::int64_t>(seconds));
    }
    void set_idempotency_window(std::chrono::seconds window) {
        detail::call(strongroom_policy_set_idempotency_window, handle(), detail::seconds(window));
    }
    // What of reads is audited, by tier, and how long the audit log is kept.
    strongroom_audit_policy audit_policy() const { return told<strongroom_audit_policy>(strongroom_policy_audit); }
    // Instead of what was said: change what audit_policy() gave. STRONGROOM_AUDIT_READS_…, and numbers or STRONGROOM_FOR_GOOD.
    void set_audit_policy(const strongroom_audit_policy &policy) {
        detail::call(strongroom_policy_set_audit, handle(), policy.standard, policy.sensitive, policy.critical, policy.keep_days,
                     policy.keep_bytes);
    }

  protected:
    explicit access(std::shared_ptr<const detail::opened> opened) noexcept : opened_(std::move(opened)) {}
    access(access &&) noexcept = default;
    access &operator=(access &&) noexcept = default;
    ~access() = default;

    // Calls what opens a store, or begins a transaction of one.
    template <class Function, class... Arguments>
    static std::shared_ptr<const detail::opened> open(std::shared_ptr<const detail::opened> of, Function function, Arguments... arguments) {
        const auto opened = std::make_shared<detail::opened>(std::move(of));
        detail::call(function, arguments..., &opened->handle);
        return opened;
    }
    template <class T> static const T *constant(T *handle) noexcept { return handle; }
    // Calls what fills a struct.
    template <class T, class Function, class... Arguments> T told(Function function, Arguments... arguments) const {
        auto result = detail::sized<T>();
        detail::call(function, handle(), arguments..., &result);
        return result;
    }
    // Calls what gives a page.
    template <class Function, class... Arguments> strongroom_page *page_of(Function function, Arguments... arguments) const {
        strongroom_page *found = nullptr;
        detail::call(function, handle(), arguments..., &found);
        return found;
    }

    // Calls what signs.
    template <class Function, class... Arguments> std::string signature_of(Function function, Arguments... arguments) const {
        char text[STRONGROOM_SIGNATURE_LEN];
        detail::call(function, handle(), arguments..., +text, sizeof text);
        return text;
    }
    // Calls what checks a signature.
    template <class Function, class... Arguments> signature_check check_of(Function function, Arguments... arguments) const {
        signature_check check{};
        detail::call(function, handle(), arguments..., &check.found, &check.version);
        return check;
    }

    std::shared_ptr<const detail::opened> opened_;
};

// Changes that become durable together, with commit(), or not at all. It sees its own writes. As long as it lives its store stays open, also
// if the object of the store is gone.
class transaction : public access {
  public:
    // Behind it, also if it throws, the transaction is over.
    void commit() {
        strongroom_store *ending = handle();
        detail::call(strongroom_commit, &ending);
    }
    // As the destructor, but it tells of errors. Nothing happens if it is over.
    void rollback() { detail::close(handle()); }

  private:
    friend class store;
    using access::access;
};

// The key slots of a store, as long as that is open. Not called slots, because Qt makes that word a keyword.
class key_slots {
  public:
    explicit key_slots(strongroom_store *store) noexcept : store_(store) {}
    page<strongroom_slot> list() const {
        strongroom_page *found = nullptr;
        detail::call(strongroom_slots_list, store_, &found);
        return page<strongroom_slot>(found);
    }
    // Gives the id of the new slot.
    std::string add(const key &unlock, const optional_text &label = std::nullopt,
                    const std::optional<strongroom_kdf_cost> &cost = std::nullopt) {
        strongroom_slot_id id{};
        detail::call(strongroom_slots_add, store_, unlock.handle(), detail::data(label), detail::size(label), cost ? &*cost : nullptr, &id);
        return id.text;
    }
    // The id of the slot, and the code, which is shown this once.
    std::pair<std::string, secret> add_recovery_code(const optional_text &label = std::nullopt) {
        strongroom_slot_id id{};
        strongroom_secret *code = nullptr;
        detail::call(strongroom_slots_add_recovery_code, store_, detail::data(label), detail::size(label), &id, &code);
        secret shown(code);
        return {std::string(id.text), std::move(shown)};
    }
    void change_passphrase(const key &from, const key &to) {
        detail::call(strongroom_slots_change_passphrase, store_, from.handle(), to.handle());
    }
    void remove(std::string_view id, bool leave_raw_keys_only = false) {
        detail::call(strongroom_slots_remove, store_, id.data(), id.size(), detail::flag(leave_raw_keys_only));
    }
    // The id of the slot that a key opens.
    std::string check(const key &unlock) const {
        strongroom_slot_id id{};
        detail::call(strongroom_slots_check, store_, unlock.handle(), &id);
        return id.text;
    }

  private:
    strongroom_store *store_;
};

// An open store.
class store : public access {
  public:
    // A std::filesystem::path goes in as its native().
    static store create(std::string_view file, const key &unlock, detail::maybe<options> how = {}) {
        return store(access::open({}, strongroom_create, file.data(), file.size(), constant(unlock.handle()), constant(how.handle)));
    }
    static store open(std::string_view file, const key &unlock, detail::maybe<options> how = {}) {
        return store(access::open({}, strongroom_open, file.data(), file.size(), constant(unlock.handle()), constant(how.handle)));
    }
    static store in_memory(detail::maybe<options> how = {}) {
        return store(access::open({}, strongroom_in_memory, constant(how.handle)));
    }

    // As the destructor, but it tells of errors: REENTRANT if a transaction has not ended, and then the store stays open. Nothing happens if it
    // was closed before. Calls of other threads under way come to their end, and later ones are CLOSED.
    void close() { detail::close(handle()); }
    [[nodiscard]] transaction begin() { return transaction(access::open(opened_, strongroom_begin, handle())); }

    // Another object of the same store, whose calls say `what` of themselves. Closing it leaves the store open; closing the store
    // closes it. As long as it lives the store stays open, also if the object it came from is gone.
    [[nodiscard]] store with(const context &what) const { return store(access::open(opened_, strongroom_with, handle(), constant(what.handle()))); }

    // Whether the last change of a secret through this object was not made, because it had been under the same idempotency key.
    [[nodiscard]] bool was_replayed() const { return number<std::int32_t>(strongroom_was_replayed) != 0; }

    strongroom::audit_log audit() const noexcept { return strongroom::audit_log(handle()); }
    // Calls `listener` with each event once it is durable, on the thread that committed it. It may read, and not write to the store.
    [[nodiscard]] subscription subscribe(const event_filter &which, event_listener listener) {
        return subscription(handle(), which, std::move(listener));
    }
    // At most so many durable events behind number `after`: a program that keeps the number of the last one misses none.
    page<strongroom_audit_event> changes_after(std::uint64_t after, std::size_t limit, const event_filter &which = {}) const {
        const std::vector<strongroom_text> kinds = which.texts();
        return page<strongroom_audit_event>(page_of(strongroom_feed_read, after, limit, detail::data(which.under), detail::size(which.under),
                                                    kinds.data(), kinds.size()));
    }
    // The number of the last event that changes_after() tells without kinds; 0 if there is none.
    std::uint64_t latest_change() const { return number<std::uint64_t>(strongroom_feed_latest); }
    // Whether there is one behind number `after`, for which it waits so long at most.
    [[nodiscard]] bool wait_for_change(std::uint64_t after, std::chrono::milliseconds timeout) const {
        std::int32_t came = 0;
        detail::call(strongroom_feed_wait, handle(), after, static_cast<std::uint64_t>(timeout.count() < 0 ? 0 : timeout.count()), &came);
        return came != 0;
    }

    void lock() { detail::call(strongroom_lock, handle()); }
    void unlock(const key &with) { detail::call(strongroom_unlock, handle(), constant(with.handle())); }
    std::uint32_t environment() const { return number<std::uint32_t>(strongroom_environment); }
    bool is_locked() const { return number<std::int32_t>(strongroom_is_locked) != 0; }
    std::chrono::milliseconds idle() const {
        return std::chrono::milliseconds(static_cast<std::int64_t>(number<std::uint64_t>(strongroom_idle_ms)));
    }

    strongroom_copied backup(std::string_view file, detail::maybe<copy_options> how = {}) {
        return copy_options::run(strongroom_backup, handle(), file.data(), file.size(), how.handle);
    }
    strongroom_copied compact(detail::maybe<copy_options> how = {}) { return copy_options::run(strongroom_compact, handle(), how.handle); }
    strongroom_copied purge(detail::maybe<copy_options> how = {}) { return copy_options::run(strongroom_purge, handle(), how.handle); }
    strongroom_copied rekey(const key &unlock, detail::maybe<copy_options> how = {}) {
        return copy_options::run(strongroom_rekey, handle(), unlock.handle(), how.handle);
    }

    strongroom_verified verify() { return told<strongroom_verified>(strongroom_verify); }
    strongroom_condition health() const {
        auto condition = detail::sized<strongroom_condition>();
        strongroom_page **const nowhere = nullptr;
        detail::call(strongroom_health, handle(), &condition, nowhere);
        return condition;
    }
    // Other files beside the store that carry its id.
    file_page copies_beside() const {
        strongroom_condition *const nowhere = nullptr;
        return file_page(page_of(strongroom_health, nowhere));
    }
    strongroom_opened open_report() const { return told<strongroom_opened>(strongroom_open_report); }
    strongroom_memory memory_status() const { return told<strongroom_memory>(strongroom_memory_status); }
    std::string pin() const {
        char text[STRONGROOM_PIN_LEN];
        std::size_t len = 0;
        detail::call(strongroom_pin, handle(), +text, sizeof text, &len);
        return std::string(text, len);
    }

    strongroom::key_slots key_slots() const noexcept { return strongroom::key_slots(handle()); }
    page<strongroom_retention> retentions() const { return page<strongroom_retention>(page_of(strongroom_policy_retentions)); }
    strongroom_kdf_cost kdf_floor() const { return number<strongroom_kdf_cost>(strongroom_policy_kdf_floor); }
    void set_kdf_floor(const strongroom_kdf_cost &cost) {
        detail::call(strongroom_policy_set_kdf_floor, handle(), cost.memory_kib, cost.passes, cost.lanes);
    }

  private:
    using access::access;
    template <class T, class Function> T number(Function function) const {
        T found{};
        detail::call(function, handle(), &found);
        return found;
    }
};

inline const char *version() noexcept { return strongroom_version(); }
inline std::uint32_t version_number() noexcept { return strongroom_version_number(); }
// Of the library; STRONGROOM_ABI_VERSION is that of this header.
inline std::uint32_t abi_version() noexcept { return strongroom_abi_version(); }
inline std::uint64_t live_objects() noexcept { return strongroom_live_objects(); }
[[nodiscard]] inline bool equal(bytes one, bytes other) noexcept {
    return strongroom_equal(one.data(), one.size(), other.data(), other.size()) != 0;
}
// As "90d", "1h30m", "300" or "PT1H30M".
inline std::chrono::seconds parse_duration(std::string_view text) {
    std::uint64_t seconds = 0;
    detail::call(strongroom_parse_duration, text.data(), text.size(), &seconds);
    return std::chrono::seconds(static_cast<std::int64_t>(seconds));
}
inline void wipe(void *data, std::size_t size) { detail::check(strongroom_wipe(static_cast<std::uint8_t *>(data), size)); }

inline page<strongroom_capability> capabilities() {
    strongroom_page *found = nullptr;
    detail::call(strongroom_capabilities, &found);
    return page<strongroom_capability>(found);
}

// A cost at which unlocking takes about `target` on this machine, and how long one derivation took.
inline std::pair<strongroom_kdf_cost, std::chrono::microseconds> calibrate(std::chrono::milliseconds target, std::uint32_t max_memory_kib) {
    strongroom_kdf_cost cost{};
    std::uint64_t measured = 0;
    const auto wanted = static_cast<std::uint64_t>(target.count() < 0 ? 0 : target.count());
    detail::call(strongroom_calibrate, wanted, max_memory_kib, &cost, &measured);
    return {cost, std::chrono::microseconds(static_cast<std::int64_t>(measured))};
}

} // namespace strongroom

#endif // STRONGROOM_HPP
