// Errors in words for the person at the keyboard.
#ifndef PASSWORDS_MESSAGES_HPP
#define PASSWORDS_MESSAGES_HPP

#include <string>

#include <strongroom.hpp>

namespace passwords {

std::string explain(const strongroom::error &error);

} // namespace passwords

#endif // PASSWORDS_MESSAGES_HPP
