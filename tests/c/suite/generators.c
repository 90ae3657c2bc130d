/* Values that nobody has to think of. */
#include "suite.h"

static void check_made(strongroom_generator *generator, size_t len, unsigned bits) {
    strongroom_error *error = NULL;
    strongroom_secret *made = NULL;
    double entropy = 0;
    OK(strongroom_generate(generator, &made, &error));
    CHECK(len == 0 ? strongroom_secret_len(made) > 0 : strongroom_secret_len(made) == len);
    EQUAL(strongroom_secret_version(made), 0);
    EQUAL(strongroom_secret_free(made), STRONGROOM_OK);
    OK(strongroom_generator_entropy_bits(generator, &entropy, &error));
    EQUAL((unsigned)entropy, bits);
}

static void check_passwords(void) {
    strongroom_error *error = NULL;
    strongroom_generator *generator = NULL;
    strongroom_secret *made = NULL;
    OK(strongroom_generator_password(24, &generator, &error));
    check_made(generator, 24, 157);
    OK(strongroom_generator_characters(generator, STRONGROOM_CHARACTERS_DIGITS, &error));
    check_made(generator, 24, 79);
    OK(strongroom_generator_characters(generator, STRONGROOM_CHARACTERS_DIGITS | STRONGROOM_CHARACTERS_NO_LOOK_ALIKES, &error));
    check_made(generator, 24, 72);
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_generator_characters(generator, 64, &error));
    EQUAL(strongroom_generator_free(generator), STRONGROOM_OK);
    OK(strongroom_generator_password(3, &generator, &error));
    OK(strongroom_generator_characters(generator, STRONGROOM_CHARACTERS_ALL | STRONGROOM_CHARACTERS_EACH_CLASS, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_generate(generator, &made, &error));
    CHECK(made == NULL);
    EQUAL(strongroom_generator_free(generator), STRONGROOM_OK);
    EQUAL(strongroom_generator_free(NULL), STRONGROOM_OK);
}

static void check_tokens_and_passphrases(void) {
    strongroom_error *error = NULL;
    strongroom_generator *generator = NULL;
    strongroom_secret *made = NULL;
    static const uint32_t lengths[][2] = {
        {STRONGROOM_ENCODING_BASE64URL, 22}, {STRONGROOM_ENCODING_BASE32, 26}, {STRONGROOM_ENCODING_HEX, 32}, {STRONGROOM_ENCODING_RAW, 16}};
    OK(strongroom_generator_token(16, &generator, &error));
    for (size_t index = 0; index < 4; index++) {
        OK(strongroom_generator_encoding(generator, lengths[index][0], &error));
        check_made(generator, lengths[index][1], 128);
    }
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_generator_encoding(generator, 4, &error));
    EQUAL(strongroom_generator_free(generator), STRONGROOM_OK);

    OK(strongroom_generator_passphrase(6, &generator, &error));
    OK(strongroom_generator_separator(generator, TEXT("."), &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_generator_separator(generator, TEXT("--"), &error));
    check_made(generator, 0, 77);
    OK(strongroom_generator_encoding(generator, STRONGROOM_ENCODING_HEX, &error));
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_generate(generator, &made, &error));
    EQUAL(strongroom_generator_free(generator), STRONGROOM_OK);
}

static void check_writing(strongroom_store *on) {
    strongroom_error *error = NULL;
    strongroom_generator *generator = NULL;
    strongroom_secret *secret = NULL;
    strongroom_written written = {.struct_size = sizeof written};
    strongroom_rotated rotated = {.struct_size = sizeof rotated};
    OK(strongroom_generator_token(32, &generator, &error));
    OK(strongroom_put_generated(on, TEXT("made"), generator, NULL, &written, &error));
    EQUAL(written.version, 1);
    OK(strongroom_rotate_generated(on, TEXT("made"), generator, 60, NULL, &rotated, &error));
    EQUAL(rotated.old_version, 1);
    EQUAL(rotated.version, 2);
    OK(strongroom_get(on, TEXT("made"), 0, &secret, &error));
    EQUAL(strongroom_secret_len(secret), 43);
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
    EQUAL(strongroom_generator_free(generator), STRONGROOM_OK);
    FAILS(STRONGROOM_E_CLOSED, strongroom_put_generated(on, TEXT("made"), generator, NULL, NULL, &error));
}

void generators_part(strongroom_store *on) {
    check_passwords();
    check_tokens_and_passphrases();
    check_writing(on);
}
