// The C++ wrapper does what the library does. Usage: wrapper PREFIX-OF-FILES
#include "parts.hpp"

namespace sr = strongroom;

static void check_library() {
    CHECK(std::string(sr::version()) == STRONGROOM_VERSION_STRING);
    CHECK(sr::version_number() == STRONGROOM_VERSION_NUMBER && sr::abi_version() == STRONGROOM_ABI_VERSION);
    bool limits = false;
    for (const auto &capability : sr::capabilities())
        limits = limits || (sr::view(capability.name) == "value_len_max" && capability.is_limit && capability.value > 0);
    CHECK(limits);
    CHECK(sr::calibrate(std::chrono::milliseconds(1), 64 * 1024).first.memory_kib >= 19 * 1024);
    try {
        sr::key::create_file("/dev/null/key");
        CHECK(false);
    } catch (const std::exception &caught) {
        const auto &error = dynamic_cast<const sr::error &>(caught);
        CHECK(error.is(STRONGROOM_E_IO) && error.os_error() != 0 && !error.retryable());
    }
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    check_library();
    {
        sr::store store = sr::store::in_memory();
        check_secrets(store);
        check_credentials(store);
        sr::store other = sr::store::in_memory();
        sr::transaction transaction = other.begin();
        check_secrets(transaction);
        check_credentials(transaction);
    }
    check_contexts();
    check_audited(arguments[1]);
    check_whole_stores(arguments[1]);
    check_owners(arguments[1]);
    CHECK(sr::live_objects() == 0);
    std::puts("the wrapper passed");
    return 0;
}
