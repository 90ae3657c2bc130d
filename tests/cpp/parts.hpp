// Two files of one program, so that a definition that is not inline is found.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <strongroom.hpp>

#define CHECK(condition)                                                                                                                   \
    do {                                                                                                                                   \
        if (!(condition)) {                                                                                                                \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                                   \
            std::exit(1);                                                                                                                  \
        }                                                                                                                                  \
    } while (0)

// The code of what `work` throws; STRONGROOM_OK if it throws nothing.
template <class Work> strongroom_status thrown(Work work) {
    try {
        work();
    } catch (const strongroom::error &error) {
        CHECK(error.is(error.code()) && !error.is(STRONGROOM_OK));
        CHECK(std::string(error.name()) == strongroom_status_name(error.code()));
        CHECK(std::string(error.what()).size() > 5 && error.details().front() == '{');
        return error.code();
    }
    return STRONGROOM_OK;
}

void check_secrets(strongroom::access &on);
void check_credentials(strongroom::access &on);
void check_contexts();
void check_audited(const std::string &folder);
void check_whole_stores(const std::string &folder);
void check_owners(const std::string &folder);
