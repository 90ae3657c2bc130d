/*
 * Random sequences of calls. Usage: sequence FOLDER SEED COUNT, or sequence FOLDER control for one that leaves an object. Every file in
 * FOLDER is removed.
 */
#define _POSIX_C_SOURCE 200809L
#include "sequence.h"

/* SplitMix64, of Steele, Lea and Flood 2014. */
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

int main(int count, char **arguments) {
    static uint8_t bytes[4096];
    CHECK(count >= 3);
    if (count == 3) {
        strongroom_query *forgotten = NULL;
        strongroom_error *error = NULL;
        OK(strongroom_query_new(NO_TEXT, &forgotten, &error));
        sequence(bytes, 0, arguments[1]);
        return 0;
    }
    uint64_t seed = strtoull(arguments[2], NULL, 10), rounds = strtoull(arguments[3], NULL, 10);
    for (uint64_t round = 0; round < rounds; round++, seed++) {
        uint64_t state = seed;
        for (size_t at = 0; at < sizeof bytes; at++) bytes[at] = (uint8_t)next(&state);
        /* Behind a crash this is the last line; one sequence is repeated with its seed and 1. */
        if (rounds > 1 && round % 16 == 0) fprintf(stderr, "seeds from %" PRIu64 "\n", seed);
        sequence(bytes, sizeof bytes, arguments[1]);
    }
    printf("%zu calls, %zu of them did something\n", made, done_well);
    return 0;
}
