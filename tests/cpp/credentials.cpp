// Rotation, expiry, values that are made, and signatures.
#include "parts.hpp"

#include <ctime>

namespace sr = strongroom;
using std::chrono::hours;
using std::chrono::seconds;

static void check_rotation(sr::access &on) {
    CHECK(on.put("key", "old").version == 1);
    const strongroom_rotated rotated = on.rotate("key", "new", hours(1));
    CHECK(rotated.version == 2 && rotated.old_version == 1 && std::string(rotated.path) == "key");
    CHECK(sr::time(rotated.old_expires_at) == *sr::time(rotated.updated_at) + hours(1));
    sr::secrets accepted = on.accepted("key");
    CHECK(accepted.size() == 2 && accepted.take(0).version() == 2 && accepted.take(1).version() == 1);
    CHECK(on.verify_any("key", "old") == 1U && on.verify_any("key", "new") == 2U && !on.verify_any("key", "other"));
    const auto versions = on.versions("key");
    CHECK(versions[0].state == STRONGROOM_STATE_GRACE && sr::time(versions[0].until) == sr::time(rotated.old_expires_at));
    CHECK(on.revoke_version("key", 1)->state == STRONGROOM_STATE_RETIRED);
    CHECK(!on.verify_any("key", "old"));
    CHECK(thrown([&] { on.get("key", 1); }) == STRONGROOM_E_VERSION_EXPIRED);
    CHECK(thrown([&] { on.revoke_version("key", 2); }) == STRONGROOM_E_INVALID_ARGUMENT);
    CHECK(thrown([&] { on.rotate("none", "1"); }) == STRONGROOM_E_NOT_FOUND);
    CHECK(thrown([&] { on.rotate("key", "1", seconds(-1)); }) == STRONGROOM_E_INVALID_ARGUMENT);
}

static void check_schedule(sr::access &on) {
    const auto info = on.update(
        "key", sr::changes().expires_in(hours(480)).on_expiry(STRONGROOM_ON_EXPIRY_TRASH).rotate_every(hours(240)));
    CHECK(sr::time(info->expires_at) == *sr::time(info->updated_at) + hours(480));
    CHECK(info->on_expiry == STRONGROOM_ON_EXPIRY_TRASH && info->rotate_every == 864000 && sr::time(info->rotation_due_at));
    const auto due = on.due(hours(720));
    CHECK(due.size() == 2 && due[0].reason == STRONGROOM_DUE_ROTATION && due[1].reason == STRONGROOM_DUE_EXPIRY);
    CHECK(sr::view(due[0].path) == "key" && sr::time(due[1].at) == sr::time(info->expires_at));
    CHECK(on.due(seconds(0)).size() == 0 && on.due(seconds(-1)).size() == 0);
    const auto later = *sr::time(info->expires_at) + hours(1);
    CHECK(sr::time(on.update("key", sr::changes().expires_at(later))->expires_at) == later);
    on.rotate("key", "newer", {}, sr::changes().expires_at(std::nullopt).rotate_every(seconds(0)));
    const auto without = on.info("key");
    CHECK(!sr::time(without->expires_at) && without->rotate_every == 0 && !sr::time(without->rotation_due_at));
    CHECK(thrown([&] { on.update("key", sr::changes().expires_in(seconds(-1))); }) == STRONGROOM_E_INVALID_ARGUMENT);
}

static void check_generators(sr::access &on) {
    auto password = sr::generator::password(24);
    CHECK(password.generate().size() == 24 && password.entropy_bits() > 157);
    password.characters(STRONGROOM_CHARACTERS_DIGITS);
    const sr::secret digits = password.generate();
    for (const std::uint8_t letter : sr::bytes(digits))
        CHECK(letter >= '0' && letter <= '9');
    auto token = sr::generator::token(16);
    CHECK(token.generate().size() == 22 && token.encoding(STRONGROOM_ENCODING_HEX).generate().size() == 32);
    auto passphrase = sr::generator::passphrase(3);
    CHECK(passphrase.separator("/").generate().version() == 0);
    CHECK(on.put_generated("made", token, sr::changes().note("made")).version == 1);
    CHECK(on.rotate_generated("made", token, hours(1)).version == 2);
    CHECK(on.get("made").size() == 32 && !sr::equal(on.get("made"), on.get("made", 1)));
    CHECK(thrown([] { sr::generator::token(15).generate(); }) == STRONGROOM_E_INVALID_ARGUMENT);
    const sr::generator moved = std::move(token);
    CHECK(thrown([&] { on.put_generated("made", token); }) == STRONGROOM_E_INVALID_ARGUMENT && moved.entropy_bits() == 128);
}

static void check_signing(sr::access &on) {
    on.put("hook", "Jefe");
    const std::string signature = on.sign_payload("hook", "what do ya want for nothing?");
    CHECK(signature == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const sr::signature_check check = on.verify_payload("hook", "what do ya want for nothing?", signature);
    CHECK(check.is_valid() && check.version == 1);
    CHECK(on.verify_payload("hook", "other", signature).found == STRONGROOM_SIGNATURE_WRONG);
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const auto found = [&](std::int64_t timestamp) {
        return on.verify_request("hook", timestamp, "body", on.sign_request("hook", timestamp, "body")).found;
    };
    CHECK(found(now) == STRONGROOM_SIGNATURE_VALID);
    CHECK(found(now - 1000) == STRONGROOM_SIGNATURE_TOO_OLD && found(now + 1000) == STRONGROOM_SIGNATURE_TOO_EARLY);
    CHECK(thrown([&] { on.sign_payload("none", "x"); }) == STRONGROOM_E_NOT_FOUND);
}

void check_credentials(sr::access &on) {
    check_rotation(on);
    check_schedule(on);
    check_generators(on);
    check_signing(on);
    CHECK(sr::parse_duration("1h30m") == std::chrono::minutes(90));
    CHECK(thrown([] { sr::parse_duration("P1Y"); }) == STRONGROOM_E_INVALID_ARGUMENT);
}

void check_contexts() {
    sr::context said;
    said.label("app", "backup").label("bare").reason("nightly").request_id("r-17");
    sr::store store = sr::store::in_memory();
    {
        sr::store same = store.with(said);
        same.put("a", "1");
        sr::transaction begun = same.begin();
        begun.put("a", "2");
        begun.commit();
        same.close();
        CHECK(thrown([&] { same.get("a"); }) == STRONGROOM_E_CLOSED);
    }
    {
        const sr::transaction begun = store.begin();
        const sr::store same = store.with(said);
    }
    CHECK(store.matches("a", "2"));
    CHECK(thrown([&] { static_cast<void>(store.with(sr::context().reason("two\nlines"))); }) == STRONGROOM_E_INVALID_ARGUMENT);
    // What a store is known by with a context keeps it open, and is closed with it.
    std::optional<sr::store> first = sr::store::in_memory();
    const sr::store other = first->with(said);
    const sr::store last = other.with(said);
    first->put("a", "1");
    first.reset();
    CHECK(other.matches("a", "1") && last.matches("a", "1"));
    const sr::store closed = store.with(said);
    store.close();
    CHECK(thrown([&] { closed.get("a"); }) == STRONGROOM_E_CLOSED);
}
