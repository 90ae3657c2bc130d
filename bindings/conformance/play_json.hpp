// JSON as play.cpp needs it: an owner of a value of cJSON, and what is asked of one. Part of play.cpp.
#ifndef PLAY_JSON_HPP
#define PLAY_JSON_HPP

#include <cjson/cJSON.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace play {

// What went wrong with a scenario.
class fault : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// A value that somebody else owns; nullptr is none.
using node = const cJSON *;

inline node member(node of, const char *name) { return cJSON_GetObjectItemCaseSensitive(of, name); }

// A value of its own.
class json {
  public:
    json() noexcept = default;
    json(std::nullptr_t) : node_(cJSON_CreateNull()) {}
    json(const char *text) : node_(cJSON_CreateString(text)) {}
    json(std::string_view text) : json(std::string(text).c_str()) {}
    template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
    json(T value) : node_(std::is_same_v<T, bool> ? cJSON_CreateBool(value != 0) : cJSON_CreateNumber(static_cast<double>(value))) {}
    // What may be missing is null then.
    template <class T> json(const std::optional<T> &value) : json(value ? json(*value) : json(nullptr)) {}

    static json object() { return json(cJSON_CreateObject()); }
    static json array() { return json(cJSON_CreateArray()); }
    static json parse(const std::string &text) { return json(cJSON_Parse(text.c_str())); }
    static json copy(node of) { return json(cJSON_Duplicate(of, true)); }

    json &&add(const char *name, json value) && {
        cJSON_AddItemToObject(node_.get(), name, value.node_.release());
        return std::move(*this);
    }
    void append(json value) { cJSON_AddItemToArray(node_.get(), value.node_.release()); }
    node get() const noexcept { return node_.get(); }

  private:
    struct free {
        void operator()(cJSON *node) const noexcept { cJSON_Delete(node); }
    };
    explicit json(cJSON *node) : node_(node) {}

    std::unique_ptr<cJSON, free> node_;
};

inline std::string printed(node value, std::size_t most) {
    const std::unique_ptr<char, void (*)(void *)> text(cJSON_PrintUnformatted(value), cJSON_free);
    return text ? std::string(text.get()).substr(0, most) : "nothing";
}

// The members of an object, or the items of an array; none of what is not there.
inline std::vector<node> children(node of) {
    std::vector<node> found;
    node child = nullptr;
    cJSON_ArrayForEach(child, of) found.push_back(child);
    return found;
}

// The text that must be there.
inline const char *text_of(node value) {
    if (!cJSON_IsString(value))
        throw fault("a text is expected, and there is " + printed(value, 100));
    return value->valuestring;
}

using buffer = std::vector<unsigned char>;

// The bytes of a value, which may be written in short.
inline buffer bytes_of(node value) {
    buffer bytes;
    if (node hex = member(value, "hex")) {
        const std::string digits = text_of(hex);
        for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
            bytes.push_back(static_cast<unsigned char>(std::stoul(digits.substr(i, 2), nullptr, 16)));
        return bytes;
    }
    node repeat = member(value, "repeat");
    const std::string piece = text_of(repeat ? repeat : value);
    const double times = repeat ? member(value, "times")->valuedouble : 1;
    for (double i = 0; i < times; i++)
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    return bytes;
}

// A value as it is compared: in hexadecimal.
inline json hex_of(const unsigned char *data, std::size_t size) {
    std::string digits;
    for (std::size_t i = 0; i < size; i++)
        for (const int nibble : {data[i] >> 4, data[i] & 15})
            digits += "0123456789abcdef"[nibble];
    return json::object().add("hex", digits.c_str());
}

} // namespace play

#endif // PLAY_JSON_HPP
