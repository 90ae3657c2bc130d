// What calls give: values and pages. A part of strongroom.hpp, which is what programs include.
#ifndef STRONGROOM_RESULTS_HPP
#define STRONGROOM_RESULTS_HPP

#include "base.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace strongroom {

// A value, one that was made, or a recovery code. It is wiped when this is destroyed, and cannot be printed.
class secret : public detail::owner<strongroom_secret, strongroom_secret_free> {
  public:
    explicit secret(strongroom_secret *handle) noexcept : owner(handle) {}

    const std::uint8_t *data() const & noexcept { return strongroom_secret_data(handle_); }
    std::size_t size() const noexcept { return strongroom_secret_len(handle_); }
    // Valid as long as this object is.
    std::string_view view() const & noexcept { return {reinterpret_cast<const char *>(data()), size()}; }
    // The number of the version that was read; 0 for what is no value of a secret.
    std::uint64_t version() const noexcept { return strongroom_secret_version(handle_); }
    std::optional<time_point> version_created_at() const noexcept { return time(strongroom_secret_version_created_at(handle_)); }
    // What is known of the secret as it is now. Its texts are valid as long as this object is.
    strongroom_secret_info describe() const & {
        auto info = detail::sized<strongroom_secret_info>();
        detail::call(strongroom_secret_describe, handle_, &info);
        return info;
    }
    // A view of a temporary would be one of wiped memory.
    const std::uint8_t *data() const && = delete;
    std::string_view view() const && = delete;
    strongroom_secret_info describe() const && = delete;

    template <class Stream> friend Stream &operator<<(Stream &, const secret &) = delete;
};

inline bytes::bytes(const secret &value) : bytes(value.data(), value.size()) {
    if (!data_)
        detail::raise(STRONGROOM_E_INVALID_ARGUMENT, nullptr);
}

// What a check of a signature found.
struct signature_check {
    // STRONGROOM_SIGNATURE_….
    std::uint32_t found;
    // The number of the version that signed; 0 if the signature is not valid.
    std::uint64_t version;
    bool is_valid() const noexcept { return found == STRONGROOM_SIGNATURE_VALID; }
};

// What was found for several paths, or the accepted versions of one.
class secrets : public detail::owner<strongroom_secrets, strongroom_secrets_free> {
  public:
    explicit secrets(strongroom_secrets *handle) noexcept : owner(handle) {}
    std::size_t size() const noexcept { return strongroom_secrets_len(handle_); }
    // Takes one out, once; throws what reading it gave.
    secret take(std::size_t index) {
        strongroom_secret *found = nullptr;
        detail::call(strongroom_secrets_take, handle_, index, &found);
        return secret(found);
    }
};

namespace detail {

// How an item is had of a page.
template <class Item> struct reader;
#define STRONGROOM_READER(item, function)                                                                                                  \
    template <> struct reader<item> {                                                                                                      \
        static strongroom_status read(const strongroom_page *page, std::size_t index, item *to, strongroom_error **object) {               \
            return function(page, index, to, object);                                                                                      \
        }                                                                                                                                  \
    }
STRONGROOM_READER(strongroom_secret_info, strongroom_page_secret);
STRONGROOM_READER(strongroom_version_info, strongroom_page_version);
STRONGROOM_READER(strongroom_namespace, strongroom_page_namespace);
STRONGROOM_READER(strongroom_tag_count, strongroom_page_tag_count);
STRONGROOM_READER(strongroom_slot, strongroom_page_slot);
STRONGROOM_READER(strongroom_retention, strongroom_page_retention);
STRONGROOM_READER(strongroom_capability, strongroom_page_capability);
STRONGROOM_READER(strongroom_due_item, strongroom_page_due);
STRONGROOM_READER(strongroom_audit_event, strongroom_page_event);
#undef STRONGROOM_READER

template <class Item> Item read(const strongroom_page *page, std::size_t index) {
    auto item = sized<Item>();
    detail::call(reader<Item>::read, page, index, &item);
    return item;
}

// Goes over what can be indexed, once: each item is read anew.
template <class Range, class Item> class iterator {
    struct arrow {
        Item item;
        const Item *operator->() const noexcept { return &item; }
    };

  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = arrow;
    using reference = Item;

    iterator(const Range *range, std::size_t index) noexcept : range_(range), index_(index) {}
    Item operator*() const { return (*range_)[index_]; }
    arrow operator->() const { return {**this}; }
    iterator &operator++() noexcept { return ++index_, *this; }
    iterator operator++(int) noexcept { return {range_, index_++}; }
    bool operator==(const iterator &other) const noexcept { return index_ == other.index_; }
    bool operator!=(const iterator &other) const noexcept { return index_ != other.index_; }

  private:
    const Range *range_;
    std::size_t index_;
};

class any_page : public owner<strongroom_page, strongroom_page_free> {
  public:
    explicit any_page(strongroom_page *handle) noexcept : owner(handle) {}
};

} // namespace detail

// Items that know things. The texts of an item are valid as long as the page is, which is why a temporary page gives none.
template <class Item> class page : public detail::any_page {
  public:
    using any_page::any_page;
    std::size_t size() const noexcept {
        // Namespaces are counted by themselves, because a list of secrets can have them beside its items.
        return std::is_same<Item, strongroom_namespace>::value ? strongroom_page_namespaces(handle_) : strongroom_page_len(handle_);
    }
    Item operator[](std::size_t index) const & { return detail::read<Item>(handle_, index); }
    Item operator[](std::size_t index) const && = delete;
    detail::iterator<page, Item> begin() const & noexcept { return {this, 0}; }
    detail::iterator<page, Item> end() const & noexcept { return {this, size()}; }
    detail::iterator<page, Item> begin() const && = delete;
    detail::iterator<page, Item> end() const && = delete;
};

// The secrets of a list.
class list_page : public page<strongroom_secret_info> {
  public:
    using page::page;
    // Namespaces, of a query for one level.
    std::size_t namespace_count() const noexcept { return strongroom_page_namespaces(handle_); }
    strongroom_namespace namespace_at(std::size_t index) const & { return detail::read<strongroom_namespace>(handle_, index); }
    strongroom_namespace namespace_at(std::size_t index) const && = delete;
    bool has_more() const noexcept { return strongroom_page_has_more(handle_) != 0; }
    // For query::after; empty behind the last page.
    std::string next_cursor() const {
        const char *cursor = strongroom_page_next_cursor(handle_);
        return cursor ? cursor : "";
    }
    // How many secrets there are in all, if the query asked for it and this is its first page.
    std::optional<std::uint64_t> total() const {
        std::uint64_t total = 0;
        const strongroom_status code = strongroom_page_total(handle_, &total, nullptr);
        if (code == STRONGROOM_E_NOT_FOUND)
            return std::nullopt;
        detail::check(code);
        return total;
    }
};

// Events of the audit log.
class audit_page : public page<strongroom_audit_event> {
  public:
    using page::page;
    bool has_more() const noexcept { return strongroom_page_has_more(handle_) != 0; }
    // For audit_query::after; empty behind the last page.
    std::string next_cursor() const {
        const char *cursor = strongroom_page_next_cursor(handle_);
        return cursor ? cursor : "";
    }
};

// The names of files.
class file_page : public detail::any_page {
  public:
    using any_page::any_page;
    std::size_t size() const noexcept { return strongroom_page_len(handle_); }
    std::string_view operator[](std::size_t index) const & noexcept {
        const char *name = strongroom_page_file(handle_, index);
        return name ? name : "";
    }
    std::string_view operator[](std::size_t index) const && = delete;
    detail::iterator<file_page, std::string_view> begin() const & noexcept { return {this, 0}; }
    detail::iterator<file_page, std::string_view> end() const & noexcept { return {this, size()}; }
    detail::iterator<file_page, std::string_view> begin() const && = delete;
    detail::iterator<file_page, std::string_view> end() const && = delete;
};

// One item, with the page that its texts belong to.
template <class Item> class described : public detail::any_page {
  public:
    explicit described(strongroom_page *handle) : any_page(handle), item_(detail::read<Item>(handle, 0)) {}
    // The texts go along with the page.
    described(described &&other) noexcept : any_page(std::move(other)), item_(std::exchange(other.item_, detail::sized<Item>())) {}
    described &operator=(described &&other) noexcept {
        if (this != &other) {
            any_page::operator=(std::move(other));
            item_ = std::exchange(other.item_, detail::sized<Item>());
        }
        return *this;
    }
    ~described() = default;

    const Item &operator*() const & noexcept { return item_; }
    const Item &operator*() const && = delete;
    // Of a temporary, for its numbers: its texts end with the statement.
    const Item *operator->() const noexcept { return &item_; }

  private:
    Item item_;
};

} // namespace strongroom

#endif // STRONGROOM_RESULTS_HPP
