#include "messages.hpp"

namespace passwords {

namespace {

struct message {
    strongroom_status code;
    const char *words;
};

// For what a person can do something about.
constexpr message messages[] = {
    {STRONGROOM_E_WRONG_KEY, "That passphrase does not open this file."},
    {STRONGROOM_E_IN_USE, "Another program has this file open. Close it there, and try again."},
    {STRONGROOM_E_LOCKED, "It was locked meanwhile, and nothing was done. Please try again."},
    {STRONGROOM_E_NOT_FOUND, "There is nothing of that name."},
    {STRONGROOM_E_ALREADY_EXISTS, "There is something of that name already. Nothing was changed."},
    {STRONGROOM_E_CONFLICT, "Somebody else changed it at the same time. Nothing was changed here; look at it, and decide again."},
    {STRONGROOM_E_TAMPERED, "This file was altered by something other than this program, or an older piece of it was put back. Do not trust it: "
                            "keep a copy for whoever looks into it, and go on with your last backup."},
    {STRONGROOM_E_DAMAGED, "This file is broken, as if it had been cut short or copied half. Go on with your last backup."},
    {STRONGROOM_E_NOT_A_STORE, "This file is none of this program's."},
    {STRONGROOM_E_UNSUPPORTED_FORMAT, "This file was written by a newer version of this program. Please update."},
    {STRONGROOM_E_DISK_FULL, "The disk is full. Nothing was changed."},
    {STRONGROOM_E_POISONED, "The disk failed while writing. Quit, start again, and look whether the last change is there."},
    {STRONGROOM_E_OUT_OF_MEMORY, "There is not enough memory to try the passphrase. Close other programs, and try again."},
};

} // namespace

// What is not in the table is said in the library's own sentence, which says what to do; no error holds a secret.
std::string explain(const strongroom::error &error) {
    for (const message &known : messages)
        if (error.is(known.code))
            return known.words;
    return error.what();
}

} // namespace passwords
