#include "terminal.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace passwords {

bool line::push(char c) noexcept {
    if (size_ == text_.size())
        return false;
    text_[size_++] = c;
    return true;
}

void line::clear() noexcept {
    strongroom::wipe(text_.data(), text_.size());
    size_ = 0;
}

namespace {

// Turns the echo off as long as it lives. Ctrl-C is off as well: a program that it ends would leave the terminal without an echo.
class silence {
  public:
    explicit silence(bool wanted) : is_on_(wanted && tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_on_)
            return; // A pipe or a file echoes nothing.
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        // What was typed before the question is thrown away: it was meant for something else, and may have been seen.
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
            throw std::system_error(errno, std::generic_category(), "the terminal shows what is typed");
    }
    silence(const silence &) = delete;
    silence &operator=(const silence &) = delete;
    ~silence() {
        if (!is_on_)
            return;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        // The end of the line, which was not shown either. If it cannot be, what is shown next says so.
        [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, "\n", 1);
    }

  private:
    termios before_{};
    bool is_on_;
};

} // namespace

terminal::terminal(std::chrono::milliseconds patience, std::function<void()> on_idle)
    : patience_(patience), on_idle_(std::move(on_idle)) {}

bool terminal::ask(std::string_view question, line &answer, bool echo) {
    const silence silent(!echo);
    while (true) {
        print(question);
        answer.clear();
        waiting_ = true;
        has_ended_ = false;
        const bool fits = read_line(answer);
        if (fits)
            break;
        print("That is too long.\n");
    }
    // Without an echo Ctrl-C is a character like any other: it means that the person gives up, and is no part of a passphrase.
    const auto is_control = [](unsigned char c) { return c < 0x20; };
    return !has_ended_ && (echo || std::none_of(answer.view().begin(), answer.view().end(), is_control));
}

// False if the line was too long; it is read to its end all the same, because the rest is no answer to the next question.
bool terminal::read_line(line &answer) {
    bool fits = true;
    for (char c; read(c) && c != '\n';)
        fits = answer.push(c) && fits;
    return fits;
}

// Byte by byte, so that no buffer holds what was typed.
bool terminal::read(char &c) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    while (true) {
        const int ready = poll(&input, 1, waiting_ ? static_cast<int>(patience_.count()) : -1);
        if (ready == 0) {
            waiting_ = false;
            on_idle_();
        } else if (ready > 0) {
            const ssize_t count = ::read(STDIN_FILENO, &c, 1);
            if (count == 1)
                return true;
            has_ended_ = count == 0 || errno != EINTR;
        } else {
            has_ended_ = errno != EINTR;
        }
        if (has_ended_)
            return false;
    }
}

void print(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "nothing can be shown");
        text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

} // namespace passwords
