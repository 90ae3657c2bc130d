// Objects that were moved, that are closed while others use them, and that end in an order nobody meant.
#include "parts.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

namespace sr = strongroom;

static constexpr std::array<std::uint8_t, 32> raw{9};

// Otherwise it would be as if nothing had been said: a pin, a condition or a value would be lost in silence.
static void check_moved_objects_are_refused() {
    sr::store store = sr::store::in_memory();
    const auto refused = [](auto work) { CHECK(thrown(work) == STRONGROOM_E_INVALID_ARGUMENT); };
    sr::options options;
    const sr::options other_options = std::move(options);
    refused([&] { sr::store::in_memory(options); });
    sr::changes changes;
    const sr::changes other_changes = std::move(changes.expect_absent());
    refused([&] { store.put("a", "1", changes); });
    refused([&] { store.update("a", changes); });
    sr::query query;
    const sr::query other_query = std::move(query);
    refused([&] { store.list(query); });
    sr::copy_options copy_options;
    const sr::copy_options other_copy_options = std::move(copy_options);
    refused([&] { store.compact(copy_options); });
    refused([&] { copy_options.on_progress(nullptr); });
    sr::manual_clock clock(sr::time_point{});
    const sr::manual_clock other_clock = std::move(clock);
    refused([&] { sr::options().clock(clock); });
    refused([&] { clock.advance(std::chrono::seconds(1)); });
    store.put("a", "1");
    sr::secret secret = store.get("a");
    const sr::secret other_secret = std::move(secret);
    refused([&] { store.put("a", secret); });
    refused([&] { (void)store.matches("a", secret); });
    refused([&] { (void)secret.describe(); });
    CHECK(secret.data() == nullptr && secret.view().empty() && secret.version() == 0 && store.matches("a", other_secret));
    sr::key key = sr::key::raw(raw);
    const sr::key other_key = std::move(key);
    refused([&] { store.unlock(key); });
    auto info = store.info("a");
    const auto other_info = std::move(info);
    CHECK(sr::view(info->path).empty() && info->tags == nullptr && sr::view(other_info->path) == "a");
    const sr::store other_store = std::move(store);
    refused([&] { store.get("a"); });
    store.close();
}

static void check_moving_to_itself() {
    sr::store store = sr::store::in_memory();
    store.put("a", "1");
    sr::secret secret = store.get("a");
    auto info = store.info("a");
    sr::copy_options options;
    std::uint64_t calls = 0;
    options.on_progress([&](std::uint64_t, std::uint64_t) { return ++calls != 0; });
    const auto move_to_itself = [](auto &object) {
        auto &same = object;
        object = std::move(same);
    };
    move_to_itself(store);
    move_to_itself(secret);
    move_to_itself(info);
    move_to_itself(options);
    store.compact(options);
    CHECK(calls > 0 && store.matches("a", secret) && sr::view(info->path) == "a");
}

static void check_what_has_ended_is_closed() {
    sr::store store = sr::store::in_memory();
    sr::transaction transaction = store.begin();
    transaction.commit();
    CHECK(thrown([&] { transaction.put("a", "1"); }) == STRONGROOM_E_CLOSED);
    CHECK(thrown([&] { transaction.commit(); }) == STRONGROOM_E_CLOSED);
    transaction.rollback();
    store.close();
    CHECK(thrown([&] { store.get("a"); }) == STRONGROOM_E_CLOSED);
    CHECK(thrown([&] { store.key_slots().list(); }) == STRONGROOM_E_CLOSED);
    store.close();
}

// A store that could not be closed would hold its keys, and its file, until the process ends.
static void check_a_transaction_that_outlives_its_store(const std::string &file) {
    const auto before = sr::live_objects();
    {
        const sr::key key = sr::key::raw(raw);
        std::optional<sr::store> store = sr::store::create(file, key);
        sr::transaction transaction = store->begin();
        transaction.put("a", "1");
        CHECK(thrown([&] { store->close(); }) == STRONGROOM_E_REENTRANT);
        store.reset();
        transaction.put("b", "2");
        transaction.commit();
    }
    CHECK(sr::live_objects() == before);
    const sr::store store = sr::store::open(file, sr::key::raw(raw));
    CHECK(store.matches("a", "1") && store.matches("b", "2"));
}

static void check_closing_under_others() {
    sr::store store = sr::store::in_memory();
    store.put("a", "1");
    std::atomic<int> refused{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; i++)
        readers.emplace_back([&] {
            strongroom_status code = STRONGROOM_OK;
            while (code == STRONGROOM_OK)
                code = thrown([&] { store.get("a"); });
            refused += code == STRONGROOM_E_CLOSED ? 1 : 0;
        });
    store.close();
    for (std::thread &reader : readers)
        reader.join();
    CHECK(refused == 4);
}

static void check_going_over_pages() {
    sr::store store = sr::store::in_memory();
    for (const char *path : {"a", "b", "c"})
        store.put(path, path);
    const sr::list_page page = store.list();
    CHECK(std::distance(page.begin(), page.end()) == 3);
    const auto is_b = [](const strongroom_secret_info &info) { return sr::view(info.path) == "b"; };
    CHECK(std::count_if(page.begin(), page.end(), is_b) == 1);
    const std::vector<strongroom_secret_info> all(page.begin(), page.end());
    CHECK(all.size() == 3 && sr::view(all[2].path) == "c");
    auto at = page.begin();
    CHECK(sr::view((*at++).path) == "a" && sr::view(at->path) == "b");
}

// What begins in a temporary would end in memory that was freed.
template <class Page, class = void> struct goes_over : std::false_type {};
template <class Page> struct goes_over<Page, std::void_t<decltype(std::declval<Page>().begin())>> : std::true_type {};
template <class Page, class = void> struct ends : std::false_type {};
template <class Page> struct ends<Page, std::void_t<decltype(std::declval<Page>().end())>> : std::true_type {};
template <class Item, class = void> struct is_read : std::false_type {};
template <class Item> struct is_read<Item, std::void_t<decltype(*std::declval<Item>())>> : std::true_type {};
template <class Page> constexpr bool stays = goes_over<Page &>() && goes_over<const Page &>() && !goes_over<Page>() && !goes_over<const Page>() &&
                                             ends<Page &>() && ends<const Page &>() && !ends<Page>() && !ends<const Page>();
static_assert(stays<sr::list_page> && stays<sr::audit_page> && stays<sr::file_page> && stays<sr::page<strongroom_slot>>);
using described = sr::described<strongroom_secret_info>;
static_assert(is_read<described &>() && is_read<const described &>() && !is_read<described>() && !is_read<const described>());

// As those of some libraries, which count with a sign.
struct signed_row {
    const char *data() const noexcept { return "ab"; }
    int size() const noexcept { return 2; }
};
// No bytes: what would be written of these is nothing that another program reads.
static_assert(!std::is_constructible_v<sr::bytes, std::wstring> && !std::is_constructible_v<sr::bytes, std::vector<int>>);

// Whatever lies in a row and is made of bytes is a value.
static void check_bytes() {
    sr::store store = sr::store::in_memory();
    const std::vector<char> chars{'a', 'b'};
    const std::array<std::byte, 2> raw_bytes{std::byte{'a'}, std::byte{'b'}};
    const unsigned char row[] = {'a', 'b'};
    store.put("a", "ab");
    CHECK(store.matches("a", chars) && store.matches("a", raw_bytes) && store.matches("a", row) && store.matches("a", signed_row()));
    CHECK(store.matches("a", std::string_view("ab")) && store.matches("a", sr::bytes(row, sizeof row)));
    CHECK(!store.matches("a", sr::bytes()) && !store.matches("a", std::vector<std::uint8_t>()));
}

void check_owners(const std::string &folder) {
    check_moved_objects_are_refused();
    check_moving_to_itself();
    check_what_has_ended_is_closed();
    check_a_transaction_that_outlives_its_store(folder + "-outlived");
    check_closing_under_others();
    check_going_over_pages();
    check_bytes();
}
