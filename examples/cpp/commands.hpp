// What can be done with an open store.
#ifndef PASSWORDS_COMMANDS_HPP
#define PASSWORDS_COMMANDS_HPP

#include "terminal.hpp"

#include <string_view>

#include <strongroom.hpp>

namespace passwords {

struct command {
    const char *name;
    const char *help;
    bool needs_name;
    // Whether the store has to be unlocked for it.
    bool needs_key;
    // False ends the program.
    bool (*run)(strongroom::store &store, terminal &person, std::string_view name);
};

// nullptr if there is none of this name.
const command *find(std::string_view name);

} // namespace passwords

#endif // PASSWORDS_COMMANDS_HPP
