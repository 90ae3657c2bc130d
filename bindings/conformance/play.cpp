// Plays scenarios through the C++ interface. Usage: play FOLDER FILE...; FOLDER is for the stores. See README.md.

#include "play_calls.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace play {

// A store with a name stays, and may have been there before.
static sr::store first(const std::string &file, const sr::key &key, const sr::options &options, bool may_be_there) {
    try {
        return sr::store::create(file, key, options);
    } catch (const sr::error &error) {
        if (!may_be_there || !error.is(STRONGROOM_E_ALREADY_EXISTS))
            throw;
        return sr::store::open(file, key, options);
    }
}

static stage begin(const std::string &folder, const std::string &number, const arguments &said) {
    sr::key key = sr::key::raw(buffer(32, 7));
    sr::manual_clock clock(start);
    sr::options options;
    options.clock(clock);
    if (said.at("environment"))
        options.environment(said.code("environment", environments));
    std::string file = folder + '/' + std::string(said.maybe_text("store").value_or(number)) + ".strongroom";
    sr::store store = first(file, key, options, said.at("store") != nullptr);
    return {std::move(key), std::move(clock), std::move(options), std::move(file), std::move(store), {}, 0};
}

// A scenario under way.
class player {
  public:
    player(const std::string &folder, const std::string &number, node scenario)
        : stage_(begin(folder, number, arguments(member(scenario, "options"), names_))) {}

    void play(node steps) {
        for (node one : children(steps))
            step(stage_.store, one);
        stage_.store.verify();
        stage_.store.close();
    }

  private:
    void step(sr::access &on, node one) {
        try {
            judge(one, call(on, one));
        } catch (const placed &) {
            throw;
        } catch (const fault &what) {
            throw placed(std::string(what.what()) + " at step " + printed(one, 500));
        }
    }

    // What a step came to: what it gave, or the name of its error.
    struct outcome {
        json gives;
        std::string fails;
        std::string message;
    };

    outcome call(sr::access &on, node one) {
        const std::string call = text_of(member(one, "call"));
        try {
            if (call == "transaction")
                return {transact(one), {}, {}};
            if (call == "with")
                return {say(one), {}, {}};
            const arguments with(member(one, "with"), names_);
            if (with.at("idempotency_key"))
                return {once(work_of(call), with), {}, {}};
            return {work_of(call)(stage_, on, with), {}, {}};
        } catch (const sr::error &error) {
            return {{}, name_of(error), error.what()};
        }
    }

    void judge(node one, const outcome &came) {
        node fails = member(one, "fails"), gives = member(one, "gives");
        if (fails && came.fails != text_of(fails))
            throw fault(std::string(text_of(fails)) + " was expected, and it gave " + (came.fails.empty() ? "no error" : came.fails));
        if (!fails && !came.fails.empty())
            throw fault(came.fails + ": " + came.message);
        if (gives)
            match(gives, came.gives.get());
    }

    json transact(node one) {
        sr::transaction begun = stage_.store.begin();
        for (node inner : children(member(one, "steps")))
            step(begun, inner);
        if (cJSON_IsTrue(member(one, "commit")))
            begun.commit();
        else
            begun.rollback();
        return {};
    }

    // Makes a change that happens once: through an object of its own, which says what the calls around it say.
    json once(work change, const arguments &with) {
        sr::context said = context_of(arguments(said_, names_));
        sr::store same = stage_.store.with(said.idempotency_key(with.text("idempotency_key")));
        json gives = change(stage_, same, with);
        if (cJSON_IsObject(gives.get()))
            std::move(gives).add("replayed", same.was_replayed());
        return gives;
    }

    // Plays steps whose calls say something of themselves.
    json say(node one) {
        said_ = member(one, "with");
        sr::store same = stage_.store.with(context_of(arguments(member(one, "with"), names_)));
        for (node inner : children(member(one, "steps")))
            step(same, inner);
        said_ = nullptr;
        same.close();
        return {};
    }

    void match(node pattern, node found) {
        if (cJSON_IsString(pattern) && pattern->valuestring[0] == '$') {
            const auto [known, is_new] = names_.try_emplace(pattern->valuestring);
            if (is_new)
                known->second = json::copy(found);
            same(known->second.get(), found);
        } else if (member(found, "hex")) {
            const buffer expected = bytes_of(pattern);
            same(hex_of(expected.data(), expected.size()).get(), found);
        } else if (cJSON_IsObject(pattern) && cJSON_IsObject(found)) {
            for (node expected : children(pattern))
                match_member(expected, member(found, expected->string));
        } else if (cJSON_IsArray(pattern) && cJSON_GetArraySize(pattern) == cJSON_GetArraySize(found)) {
            for (int i = 0; i < cJSON_GetArraySize(pattern); i++)
                match(cJSON_GetArrayItem(pattern, i), cJSON_GetArrayItem(found, i));
        } else {
            same(pattern, found);
        }
    }

    void match_member(node expected, node found) {
        if (!found)
            throw fault(std::string(expected->string) + " is missing");
        // A whole map is compared, because what is left out of it must not be there.
        if (std::string_view(expected->string) == "tags")
            same(expected, found);
        else
            match(expected, found);
    }

    static void same(node expected, node found) {
        if (!cJSON_Compare(expected, found, true))
            throw fault(printed(expected, 1000) + " was expected, and it gave " + printed(found, 1000));
    }

    // A fault that says where it is.
    struct placed : fault {
        using fault::fault;
    };

    names names_;
    stage stage_;
    // What the calls under way say of themselves, if anything.
    node said_ = nullptr;
};

// Plays one scenario, and says whether all of it came out as it says.
static bool play_one(const std::string &folder, int number, const char *file) {
    try {
        std::ifstream stream(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        const json scenario = json::parse(text);
        if (!stream || !cJSON_IsArray(member(scenario.get(), "steps")))
            throw fault("this is no scenario");
        player(folder, std::to_string(number), scenario.get()).play(member(scenario.get(), "steps"));
        return true;
    } catch (const std::exception &what) {
        std::fprintf(stderr, "%s: %s\n", file, what.what());
        return false;
    }
}

} // namespace play

int main(int count, char **arguments) {
    if (count < 3) {
        std::fputs("usage: play FOLDER FILE...\n", stderr);
        return 2;
    }
    int passed = 0;
    for (int i = 2; i < count; i++)
        passed += play::play_one(arguments[1], i, arguments[i]) ? 1 : 0;
    if (const auto left = strongroom::live_objects()) {
        std::fprintf(stderr, "%llu objects were not freed\n", static_cast<unsigned long long>(left));
        return 1;
    }
    std::printf("%d of %d scenarios\n", passed, count - 2);
    return passed == count - 2 ? 0 : 1;
}
