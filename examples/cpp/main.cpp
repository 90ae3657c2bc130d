// Keeps passwords in one file under one passphrase. README.md says how it is built.

#include "commands.hpp"
#include "messages.hpp"
#include "terminal.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include <sys/resource.h>

namespace passwords {

namespace sr = strongroom;

constexpr int attempts = 3;

// What was asked for on the command line.
struct settings {
    std::string file;
    std::chrono::seconds lock_after{120};
};

// A person and the store that is open before them.
class session {
  public:
    explicit session(const settings &chosen) : chosen_(chosen), person_(chosen.lock_after, [this] { lock_because_of_silence(); }) {}
    // It stays where it is, because the terminal calls it.
    session(const session &) = delete;
    session &operator=(const session &) = delete;

    bool begin() { return std::filesystem::exists(chosen_.file) ? open() : create(); }

    void run() {
        for (line typed; person_.ask("> ", typed);) {
            try {
                if (!obey(typed.view()))
                    break;
            } catch (const sr::error &error) {
                print(explain(error) + '\n');
            }
        }
        store_->close(); // As its destructor, but it tells of errors.
    }

  private:
    bool create() {
        line first, second;
        print("There is no such file yet, so it is made. Nobody can help you if you lose its passphrase.\n");
        if (!person_.ask_secretly("A new passphrase: ", first) || !person_.ask_secretly("Once more: ", second))
            return false;
        if (!sr::equal(first.bytes(), second.bytes())) {
            print("The two differ. Nothing was made.\n");
            return false;
        }
        store_ = sr::store::create(chosen_.file, sr::key::passphrase(first.bytes()));
        const sr::secret code = store_->key_slots().add_recovery_code("on paper").second;
        print("Write this recovery code down and keep it elsewhere. It opens the file without the passphrase, and is shown this once:\n");
        print(code.view());
        print("\n");
        return true;
    }

    bool open() {
        sr::options patient;
        patient.wait(std::chrono::seconds(2)); // Another program may be about to close it.
        return with_key([&](const sr::key &key) { store_ = sr::store::open(chosen_.file, key, patient); });
    }

    // Asks for the passphrase until it is the right one, but not for ever. The library makes those who guess wait.
    template <class Work> bool with_key(Work work) {
        for (int attempt = 0; attempt < attempts; attempt++) {
            line typed;
            if (!person_.ask_secretly("Passphrase: ", typed))
                return false;
            try {
                work(sr::key::passphrase(typed.bytes()));
                return true;
            } catch (const sr::error &error) {
                if (!error.is(STRONGROOM_E_WRONG_KEY))
                    throw;
                print(explain(error) + '\n');
            }
        }
        return false;
    }

    // False ends the program.
    bool obey(std::string_view typed) {
        const auto space = typed.find(' ');
        const std::string_view name = space == typed.npos ? std::string_view() : typed.substr(space + 1);
        if (typed.empty())
            return true;
        const command *known = find(typed.substr(0, space));
        if (!known || (known->needs_name && name.empty())) {
            print(known ? "Of what? Put its name behind the command.\n" : "There is no such command; help lists them.\n");
            return true;
        }
        if (known->needs_key && store_->is_locked() && !with_key([this](const sr::key &key) { store_->unlock(key); }))
            return true;
        return known->run(*store_, person_, name);
    }

    void lock_because_of_silence() {
        if (!store_ || store_->is_locked())
            return;
        store_->lock();
        print("\nLocked, because nothing was typed for " + std::to_string(chosen_.lock_after.count()) + " s.\n");
    }

    settings chosen_;
    terminal person_;
    std::optional<sr::store> store_;
};

static std::optional<settings> parse(int count, char **arguments) {
    settings chosen;
    int at = 1;
    if (count > 2 && std::strcmp(arguments[1], "--lock-after") == 0) {
        const long seconds = std::strtol(arguments[2], nullptr, 10);
        if (seconds < 1 || seconds > 24 * 3600)
            return std::nullopt;
        chosen.lock_after = std::chrono::seconds(seconds);
        at = 3;
    }
    if (at + 1 != count)
        return std::nullopt;
    chosen.file = arguments[at];
    return chosen;
}

} // namespace passwords

int main(int count, char **arguments) {
    const auto chosen = passwords::parse(count, arguments);
    if (!chosen) {
        std::cerr << "usage: passwords [--lock-after SECONDS] FILE\n";
        return 2;
    }
    // What is typed is in the memory of this process for a while, and must not end in a core file.
    const rlimit none{0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    try {
        passwords::session session(*chosen);
        if (!session.begin())
            return 1;
        session.run();
        return 0;
    } catch (const strongroom::error &error) {
        std::cerr << passwords::explain(error) << '\n';
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
    }
    return 1;
}
