// Errors, texts, bytes, and owners of handles. A part of strongroom.hpp, which is what programs include.
#ifndef STRONGROOM_BASE_HPP
#define STRONGROOM_BASE_HPP

#include "../strongroom.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

// Bytes of somebody else's.
class bytes {
  public:
    constexpr bytes() noexcept = default;
    constexpr bytes(const std::uint8_t *data, std::size_t size) noexcept : data_(data), size_(size) {}
    bytes(const void *data, std::size_t size) noexcept : data_(static_cast<const std::uint8_t *>(data)), size_(size) {}
    bytes(std::string_view text) noexcept : bytes(static_cast<const void *>(text.data()), text.size()) {}
    bytes(const char *text) noexcept : bytes(std::string_view(text)) {}
    bytes(const std::string &text) noexcept : bytes(std::string_view(text)) {}
    bytes(const std::vector<std::uint8_t> &vector) noexcept : bytes(vector.data(), vector.size()) {}
    template <std::size_t N> constexpr bytes(const std::array<std::uint8_t, N> &array) noexcept : bytes(array.data(), N) {}
    inline bytes(const secret &value) noexcept;

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
        raise(code, nullptr);
}

// Calls a function of the C interface, whose last argument is added.
template <class Function, class... Arguments> void call(Function function, Arguments... arguments) {
    strongroom_error *object = nullptr;
    const strongroom_status code = function(arguments..., &object);
    if (code != STRONGROOM_OK)
        raise(code, object);
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

// The owner of a handle. A moved one holds none, and using it throws INVALID_ARGUMENT.
template <class T, strongroom_status (*Free)(T *)> class owner {
  public:
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
        call(function, arguments..., &handle);
        return handle;
    }
    template <class Function, class... Arguments> void set(Function function, Arguments... arguments) {
        call(function, handle_, arguments...);
    }

    T *handle_ = nullptr;
};

// An object that a call may do without.
template <class T> class maybe {
  public:
    maybe() noexcept = default;
    maybe(const T &object) noexcept : handle(object.handle()) {}
    decltype(std::declval<const T &>().handle()) handle = nullptr;
};

} // namespace detail

} // namespace strongroom

#endif // STRONGROOM_BASE_HPP
