/* Signing with a secret, and checking who signed. */
#include "suite.h"

#include <time.h>

static void check_payloads(strongroom_store *on) {
    strongroom_error *error = NULL;
    char signature[STRONGROOM_SIGNATURE_LEN];
    uint32_t found = 0;
    uint64_t version = 9;
    put(on, "hook", "Jefe");
    OK(strongroom_sign_payload(on, TEXT("hook"), BYTES("what do ya want for nothing?"), signature, sizeof signature, &error));
    SAME(signature, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    FAILS(STRONGROOM_E_BUFFER_TOO_SMALL, strongroom_sign_payload(on, TEXT("hook"), BYTES("x"), signature, sizeof signature - 1, &error));
    OK(strongroom_sign_payload(on, TEXT("hook"), BYTES("x"), signature, sizeof signature, &error));
    OK(strongroom_verify_payload(on, TEXT("hook"), BYTES("x"), TEXT(signature), &found, &version, &error));
    EQUAL(found, STRONGROOM_SIGNATURE_VALID);
    EQUAL(version, 1);
    OK(strongroom_verify_payload(on, TEXT("hook"), BYTES("y"), TEXT(signature), &found, &version, &error));
    EQUAL(found, STRONGROOM_SIGNATURE_WRONG);
    EQUAL(version, 0);
    OK(strongroom_verify_payload(on, TEXT("hook"), BYTES("x"), TEXT("none"), &found, NULL, &error));
    EQUAL(found, STRONGROOM_SIGNATURE_WRONG);
    put(on, "nothing", "");
    FAILS(STRONGROOM_E_INVALID_ARGUMENT, strongroom_sign_payload(on, TEXT("nothing"), BYTES("x"), signature, sizeof signature, &error));
}

static void check_request(strongroom_store *on, int64_t timestamp, uint32_t expected) {
    strongroom_error *error = NULL;
    char signature[STRONGROOM_SIGNATURE_LEN];
    uint32_t found = 0;
    uint64_t version = 9;
    OK(strongroom_sign_request(on, TEXT("hook"), timestamp, BYTES("body"), signature, sizeof signature, &error));
    OK(strongroom_verify_request(on, TEXT("hook"), timestamp, BYTES("body"), TEXT(signature), &found, &version, &error));
    EQUAL(found, expected);
    EQUAL(version, expected == STRONGROOM_SIGNATURE_VALID);
    OK(strongroom_verify_request(on, TEXT("hook"), timestamp, BYTES("other"), TEXT(signature), &found, NULL, &error));
    EQUAL(found, STRONGROOM_SIGNATURE_WRONG);
}

void signing_part(strongroom_store *on) {
    const int64_t now = (int64_t)time(NULL);
    check_payloads(on);
    check_request(on, now, STRONGROOM_SIGNATURE_VALID);
    check_request(on, now - 1000, STRONGROOM_SIGNATURE_TOO_OLD);
    check_request(on, now + 1000, STRONGROOM_SIGNATURE_TOO_EARLY);
}
