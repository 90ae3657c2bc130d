#include "commands.hpp"

#include <algorithm>
#include <string>

namespace passwords {

namespace sr = strongroom;

namespace {

bool list(sr::store &store, terminal &, std::string_view under) {
    std::string cursor;
    do {
        sr::query query(under.empty() ? sr::optional_text() : under);
        if (!cursor.empty())
            query.after(cursor);
        const sr::list_page page = store.list(query);
        for (const strongroom_secret_info info : page)
            print(std::string(sr::view(info.path)) + '\n');
        cursor = page.next_cursor();
    } while (!cursor.empty());
    return true;
}

bool is_printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// A value may come from anywhere: one with control characters could make the terminal do things.
bool show(sr::store &store, terminal &, std::string_view path) {
    const sr::secret secret = store.get(path); // Wiped at the end.
    if (is_printable(secret.view())) {
        print(secret.view());
        print("\n");
    } else {
        print("It is no text, and is not shown.\n");
    }
    return true;
}

bool write(sr::store &store, terminal &person, std::string_view path, const sr::changes &condition) {
    line value;
    if (!person.ask_secretly("Value: ", value))
        return true;
    store.put(path, value.bytes(), condition);
    print("Saved.\n");
    return true;
}

// Never on top of something else.
bool add(sr::store &store, terminal &person, std::string_view path) {
    sr::changes condition;
    condition.expect_absent();
    return write(store, person, path, condition);
}

// Only what was there when the question was asked. The version before stays readable.
bool change(sr::store &store, terminal &person, std::string_view path) {
    sr::changes condition;
    condition.expect_version(store.info(path)->version);
    return write(store, person, path, condition);
}

bool remove(sr::store &store, terminal &, std::string_view path) {
    store.remove(path);
    print("It is in the trash, from where restore brings it back.\n");
    return true;
}

bool restore(sr::store &store, terminal &, std::string_view path) {
    store.restore(path);
    print("It is back.\n");
    return true;
}

// The copy is verified, and opens with the same passphrase.
bool backup(sr::store &store, terminal &, std::string_view file) {
    sr::copy_options options;
    options.on_progress([](std::uint64_t, std::uint64_t) {
        print(".");
        return true;
    });
    const auto copied = store.backup(file, options);
    print("\nA copy of " + std::to_string(copied.secrets) + " secrets.\n");
    return true;
}

bool lock(sr::store &store, terminal &, std::string_view) {
    store.lock();
    print("Locked.\n");
    return true;
}

bool quit(sr::store &, terminal &, std::string_view) { return false; }

bool help(sr::store &, terminal &, std::string_view);

constexpr command commands[] = {
    {"list", "shows the names there are, all of them or those below one", false, true, list},
    {"show", "shows a secret", true, true, show},
    {"add", "asks for a new secret, such as: add mail/ann", true, true, add},
    {"change", "asks for another value of a secret", true, true, change},
    {"remove", "puts a secret into the trash", true, true, remove},
    {"restore", "brings it back", true, true, restore},
    {"backup", "makes a copy, in a file of the name given", true, true, backup},
    {"lock", "forgets the key until you give the passphrase again", false, true, lock},
    {"help", "shows this", false, false, help},
    {"quit", "ends the program", false, false, quit},
};

bool help(sr::store &, terminal &, std::string_view) {
    for (const command &known : commands) {
        std::string name = known.name;
        name.resize(10, ' ');
        print(name + known.help + '\n');
    }
    return true;
}

} // namespace

const command *find(std::string_view name) {
    const auto found = std::find_if(std::begin(commands), std::end(commands), [&](const command &known) { return known.name == name; });
    return found == std::end(commands) ? nullptr : found;
}

} // namespace passwords
