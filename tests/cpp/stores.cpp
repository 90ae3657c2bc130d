// Stores, transactions, keys and copies.
#include "parts.hpp"

#include <array>

namespace sr = strongroom;

static constexpr std::array<std::uint8_t, 32> raw{1, 2, 3};
static constexpr strongroom_kdf_cost cheap = {19 * 1024, 2, 1};

static void check_transactions(sr::store &store) {
    {
        sr::transaction transaction = store.begin();
        transaction.put("tx/a", "1");
        CHECK(thrown([&] { store.put("tx/b", "1"); }) == STRONGROOM_E_REENTRANT);
        sr::transaction moved = std::move(transaction);
        moved.commit();
        CHECK(thrown([&] { moved.put("tx/b", "1"); }) == STRONGROOM_E_CLOSED);
    }
    try {
        sr::transaction transaction = store.begin();
        transaction.put("tx/a", "2");
        throw 5;
    } catch (int) {
    }
    CHECK(store.get("tx/a").size() == 1 && store.matches("tx/a", "1"));
    sr::transaction transaction = store.begin();
    transaction.put("tx/a", "3");
    transaction.rollback();
    CHECK(store.matches("tx/a", "1"));
}

static void check_slots(sr::store &store) {
    store.set_kdf_floor(cheap);
    CHECK(store.kdf_floor().memory_kib == cheap.memory_kib);
    sr::key_slots slots = store.key_slots();
    const sr::key first = sr::key::passphrase("first"), second = sr::key::passphrase("second");
    const std::string id = slots.add(first, "person", cheap);
    const auto listed = slots.list();
    CHECK(slots.check(first) == id && listed.size() == 2 && sr::view(listed[1].label) == std::string("person"));
    slots.change_passphrase(first, second);
    CHECK(thrown([&] { slots.check(first); }) == STRONGROOM_E_WRONG_KEY);
    auto [paper, code] = slots.add_recovery_code("paper");
    CHECK(slots.check(sr::key::recovery_code(code)) == paper);
    slots.remove(paper);
    slots.remove(id, true);
}

static void check_copies(sr::store &store, const std::string &file, const sr::key &key) {
    sr::copy_options options;
    std::uint64_t calls = 0;
    options.on_progress([&](std::uint64_t done, std::uint64_t total) { return ++calls, done <= total; });
    sr::copy_options moved = std::move(options);
    CHECK(store.backup(file, moved).file_len > 0 && calls > 0);
    const sr::file_page beside = store.copies_beside();
    CHECK(beside.size() == 1 && beside[0].size() > 0 && store.health().in_place == 1);
    for (const std::string_view name : beside)
        CHECK(name == beside[0]);
    CHECK(sr::store::open(file, key, sr::options().read_only()).verify().blocks > 0);
    moved.on_progress([](std::uint64_t, std::uint64_t) { return false; });
    CHECK(thrown([&] { store.compact(moved); }) == STRONGROOM_E_CANCELLED);
    // An exception inside one copy, inside another.
    bool inner = false;
    moved.on_progress([&](std::uint64_t, std::uint64_t) -> bool {
        sr::copy_options nested;
        nested.on_progress([](std::uint64_t, std::uint64_t) -> bool { throw 7; });
        try {
            store.backup(file + "-nested", nested);
        } catch (int) {
            inner = true;
        }
        throw std::string("the outer one");
    });
    try {
        store.backup(file + "-outer", moved);
        CHECK(false);
    } catch (const std::string &text) {
        CHECK(text == "the outer one" && inner);
    }
    moved.on_progress(nullptr);
    CHECK(store.compact(moved).blocks > 0 && store.compact().blocks > 0);
    CHECK(store.purge(moved.drop_other_slots()).blocks > 0);
    CHECK(store.rekey(sr::key::raw(raw), moved.new_slot("only", cheap)).blocks > 0);
}

static void check_keys(const std::string &folder) {
    const sr::options cost = std::move(sr::options().kdf_cost(cheap));
    sr::key both = sr::key::create_file(folder + "-key-file");
    both.and_passphrase("and this");
    sr::store::create(folder + "-both", both, cost).close();
    CHECK(thrown([&] { sr::store::open(folder + "-both", sr::key::file(folder + "-key-file")); }) == STRONGROOM_E_WRONG_KEY);
    CHECK(thrown([&] { sr::store::open(folder + "-both", sr::key::raw(raw)); }) == STRONGROOM_E_WRONG_KEY);
    sr::key other = sr::key::file(folder + "-key-file");
    sr::store::open(folder + "-both", other.and_passphrase("and this")).close();
}

static void check_options(const std::string &file, const sr::key &key, const std::string &pin) {
    sr::manual_clock clock(sr::time_point(std::chrono::milliseconds(4102444800000)));
    clock.advance(std::chrono::seconds(1));
    clock.set_to(clock.now() + std::chrono::seconds(1));
    const sr::time_point before = clock.now();
    CHECK(thrown([&] { clock.advance(std::chrono::hours(-1)); }) == STRONGROOM_E_INVALID_ARGUMENT && clock.now() == before);
    sr::options options;
    options.wait(std::chrono::seconds(1)).write_wait(std::chrono::seconds(1)).verify_up_to(0).cache_bytes(1 << 20).clock(clock);
    options.allow_shared_mode(false).allow_network_fs().require_locked_memory(false).pin(pin).read_only();
    sr::store store = sr::store::open(file, key, options);
    CHECK(store.open_report().pin == STRONGROOM_PIN_IN_HISTORY && store.open_report().verified == 0);
    CHECK(thrown([&] { store.put("a", "1"); }) == STRONGROOM_E_READ_ONLY);
    CHECK(store.memory_status().reserved == 0 && store.idle() < std::chrono::minutes(1));
    CHECK(store.environment() == STRONGROOM_ENVIRONMENT_LIVE);
    // Another store takes its place, and it is closed.
    store = sr::store::in_memory(sr::options().environment(STRONGROOM_ENVIRONMENT_TEST));
    CHECK(store.list().size() == 0 && store.environment() == STRONGROOM_ENVIRONMENT_TEST);
}

void check_whole_stores(const std::string &folder) {
    const sr::key key = sr::key::raw(raw);
    std::string pin;
    {
        sr::store store = sr::store::create(folder + "-store", key);
        store.set_retention(std::nullopt, 9, 9);
        const auto retentions = store.retentions();
        CHECK(retentions.size() == 1 && retentions[0].max_versions == 9);
        store.lock();
        CHECK(store.is_locked() && thrown([&] { store.get("a"); }) == STRONGROOM_E_LOCKED);
        store.unlock(key);
        check_transactions(store);
        check_slots(store);
        check_copies(store, folder + "-copy", key);
        pin = store.pin();
        store.close();
    }
    check_options(folder + "-store", key, pin);
    check_keys(folder);
}
