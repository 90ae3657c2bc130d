// Errors, texts, bytes, and owners of handles. A part of strongroom.hpp, which is what programs include.
#ifndef STRONGROOM_BASE_HPP
#define STRONGROOM_BASE_HPP

#if defined(_MSVC_LANG) ? _MSVC_LANG < 201703L : __cplusplus < 201703L
#error "strongroom.hpp needs C++17"
#endif

#include "../strongroom.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace strongroom {

// Why a call failed. It never holds a secret, a key or a passphrase.
class error : public std::runtime_error {
  public:
    error(strongroom_status code, const char *message, const char *details, int os_error, bool retryable)
        : std::runtime_error(message), details_(std::make_shared<const std::string>(details)), code_(code), os_error_(os_error),
          retryable_(retryable) {}

    strongroom_status code() const noexcept { return code_; }
    // As strongroom.h spells it, such as "STRONGROOM_E_NOT_FOUND".
    const char *name() const noexcept { return strongroom_status_name(code_); }
    bool is(strongroom_status code) const noexcept { return code_ == code; }
    // errno behind it; 0 if there is none.
    int os_error() const noexcept { return os_error_; }
    // Whether the very same call may succeed later.
    bool retryable() const noexcept { return retryable_; }
    // A JSON object for logs.
    const std::string &details() const noexcept { return *details_; }

  private:
    // Shared, because an exception must not throw when it is copied.
    std::shared_ptr<const std::string> details_;
    strongroom_status code_;
    int os_error_;
    bool retryable_;
};

class secret;

// Bytes of somebody else's: a text, a secret, or whatever has data() and size() and is made of bytes.
class bytes {
  public:
    constexpr bytes() noexcept = default;
    constexpr bytes(const std::uint8_t *data, std::size_t size) noexcept : data_(data), size_(size) {}
    bytes(const void *data, std::size_t size) noexcept : data_(static_cast<const std::uint8_t *>(data)), size_(size) {}
    // Up to its NUL.
    bytes(const char *text) noexcept : bytes(std::string_view(text)) {}
    template <std::size_t N> constexpr bytes(const std::uint8_t (&array)[N]) noexcept : bytes(array, N) {}
    template <class Row, class Item = std::remove_pointer_t<decltype(std::declval<const Row &>().data())>,
              class = std::enable_if_t<sizeof(Item) == 1 && std::is_trivially_copyable<Item>::value>>
    bytes(const Row &row) noexcept : bytes(static_cast<const void *>(row.data()), static_cast<std::size_t>(row.size())) {}
    // A secret that was moved holds none, and throws INVALID_ARGUMENT: an empty value in its place would be written in silence.
    inline bytes(const secret &value);

    constexpr const std::uint8_t *data() const noexcept { return data_; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr const std::uint8_t *begin() const noexcept { return data_; }
    constexpr const std::uint8_t *end() const noexcept { return data_ + size_; }

  private:
    const std::uint8_t *data_ = nullptr;
    std::size_t size_ = 0;
};

// A text that may be left out: std::nullopt leaves it out, and an empty text does not.
using optional_text = std::optional<std::string_view>;

inline std::string_view view(const strongroom_text &text) noexcept { return {text.data, text.len}; }

using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

// A time of a struct, if there is one.
inline std::optional<time_point> time(std::int64_t milliseconds) noexcept {
    if (milliseconds == STRONGROOM_NO_TIME)
        return std::nullopt;
    return time_point(std::chrono::milliseconds(milliseconds));
}

namespace detail {

struct error_free {
    void operator()(strongroom_error *object) const noexcept { (void)strongroom_error_free(object); }
};

// Without an object there was no memory for one, or nobody asked for it.
[[noreturn]] inline void raise(strongroom_status status, strongroom_error *object) {
    const std::unique_ptr<strongroom_error, error_free> owner(object);
    const auto text = [](const char *found, const char *otherwise) { return found ? found : otherwise; };
    const strongroom_status code = object ? strongroom_error_code(object) : status;
    throw error(code, text(strongroom_error_message(object), strongroom_status_name(code)),
                text(strongroom_error_details(object), "{}"), strongroom_error_os_error(object),
                strongroom_error_retryable(object) != 0);
}

inline void check(strongroom_status code) {
    if (code != STRONGROOM_OK)
        detail::raise(code, nullptr);
}

// Calls a function of the C interface, whose last argument is added.
template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
    strongroom_error *object = nullptr;
    const strongroom_status code = function(arguments..., &object);
    if (code != STRONGROOM_OK)
        detail::raise(code, object);
}

template <class T> T sized() noexcept {
    T item{};
    item.struct_size = sizeof(T);
    return item;
}

// The pointer of a text that is not left out is never NULL.
inline const char *data(const optional_text &text) noexcept {
    return !text ? nullptr : text->data() ? text->data() : "";
}
inline std::size_t size(const optional_text &text) noexcept { return text ? text->size() : 0; }
inline int flag(bool value) noexcept { return value ? 1 : 0; }
// A duration that is negative is more than any that is taken, and refused.
inline std::uint64_t seconds(std::chrono::seconds duration) noexcept { return static_cast<std::uint64_t>(duration.count()); }

// The owner of a handle. A moved one holds none, and using it throws INVALID_ARGUMENT.
template <class T, strongroom_status (*Free)(T *)> class owner {
  public:
    owner(const owner &) = delete;
    owner &operator=(const owner &) = delete;
    owner(owner &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    owner &operator=(owner &&other) noexcept {
        if (this != &other)
            (void)Free(std::exchange(handle_, std::exchange(other.handle_, nullptr)));
        return *this;
    }
    ~owner() { (void)Free(handle_); }

    // For functions of strongroom.h; it stays this object's.
    T *handle() const noexcept { return handle_; }

  protected:
    owner() noexcept = default;
    explicit owner(T *handle) noexcept : handle_(handle) {}
    template <class Make, class... Arguments> static T *make(Make function, Arguments... arguments) {
        T *handle = nullptr;
        detail::call(function, arguments..., &handle);
        return handle;
    }
    template <class Function, class... Arguments> void set(Function function, Arguments... arguments) {
        detail::call(function, handle_, arguments...);
    }

    T *handle_ = nullptr;
};

// An object that a call may do without. One that was moved is not left out, but refused: it would take a pin or a condition with it.
template <class T> class maybe {
  public:
    maybe() noexcept = default;
    maybe(const T &object) : handle(object.handle()) {
        if (!handle)
            detail::raise(STRONGROOM_E_INVALID_ARGUMENT, nullptr);
    }
    decltype(std::declval<const T &>().handle()) handle = nullptr;
};

// Ends a store or a transaction; nothing happens if it has ended.
inline void close(strongroom_store *handle) {
    strongroom_error *object = nullptr;
    const strongroom_status code = strongroom_close(&handle, &object);
    if (code != STRONGROOM_OK && code != STRONGROOM_E_CLOSED)
        detail::raise(code, object);
    (void)strongroom_error_free(object);
}

// A store or a transaction, until the last object that needs it is gone: a store with a transaction cannot be closed. The handle stays
// as it is when it is closed, so that threads may use it meanwhile; it is then CLOSED.
struct opened {
    opened() noexcept = default;
    explicit opened(std::shared_ptr<const opened> store) noexcept : of(std::move(store)) {}
    opened(const opened &) = delete;
    opened &operator=(const opened &) = delete;
    ~opened() {
        // Nobody can be told of an error here.
        [[maybe_unused]] const strongroom_status code = strongroom_close(&handle, nullptr);
    }

    strongroom_store *handle = nullptr;
    // The store of a transaction, or of an object with a context.
    std::shared_ptr<const opened> of;
};

} // namespace detail

} // namespace strongroom

#endif // STRONGROOM_BASE_HPP
