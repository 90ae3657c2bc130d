// Asking a person, without leaving copies of what was typed.
#ifndef PASSWORDS_TERMINAL_HPP
#define PASSWORDS_TERMINAL_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <strongroom.hpp>

namespace passwords {

// A line that was typed. It stays where it is, because a copy would not be wiped with it.
class line {
  public:
    line() = default;
    line(const line &) = delete;
    line &operator=(const line &) = delete;
    ~line() { clear(); }

    std::string_view view() const noexcept { return {text_.data(), size_}; }
    strongroom::bytes bytes() const noexcept { return strongroom::bytes(view()); }
    bool empty() const noexcept { return size_ == 0; }
    // False if there is no room.
    bool push(char c) noexcept;
    void clear() noexcept;

  private:
    std::array<char, 4096> text_{};
    std::size_t size_ = 0;
};

class terminal {
  public:
    // After `patience` without a key, `on_idle` is called, once for each question.
    terminal(std::chrono::milliseconds patience, std::function<void()> on_idle);

    // False behind the last line, and if the person gives up.
    bool ask(std::string_view question, line &answer) { return ask(question, answer, true); }
    // As ask, and shows nothing of what is typed.
    bool ask_secretly(std::string_view question, line &answer) { return ask(question, answer, false); }

  private:
    bool ask(std::string_view question, line &answer, bool echo);
    bool read_line(line &answer);
    bool read(char &c);

    std::chrono::milliseconds patience_;
    std::function<void()> on_idle_;
    bool waiting_ = false;
    bool has_ended_ = false;
};

// Past the buffers of the standard library, which nobody wipes.
void print(std::string_view text);

} // namespace passwords

#endif // PASSWORDS_TERMINAL_HPP
