/* Plays scenarios through the C interface. Usage: play FOLDER FILE...; FOLDER is for the stores. See README.md. */

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strongroom.h"

#define START 1800000000000
#define Z STRONGROOM_NUL_TERMINATED

typedef strongroom_status status;

/* A subscription, with what it was told of and nobody asked for yet. */
struct listener {
  const char *name;
  strongroom_subscription *subscription;
  cJSON *events;
};
#define LISTENERS 8

/* A scenario under way. */
static struct {
  const char *file;
  char store_file[4096];
  strongroom_clock *clock;
  strongroom_options *options;
  strongroom_key *key;
  strongroom_store *store;
  cJSON *names;
  /* What the calls under way say of themselves; NULL if nothing. */
  const cJSON *said;
  struct listener listeners[LISTENERS];
  char fault[4096];
} play;

static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", play.file, what);
  exit(1);
}

/* What went wrong with a step; the first one counts. */
static int fault(const char *format, ...) {
  if (play.fault[0] == 0) {
    va_list list;
    va_start(list, format);
    vsnprintf(play.fault, sizeof play.fault, format, list);
    va_end(list);
  }
  return 0;
}

static void must(status result) {
  if (result != STRONGROOM_OK) die(strongroom_status_name(result));
}

/* Arguments */

static const cJSON *at(const cJSON *with, const char *name) {
  const cJSON *found = cJSON_GetObjectItemCaseSensitive(with, name);
  if (cJSON_IsString(found) && found->valuestring[0] == '$') {
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(play.names, found->valuestring);
    if (!known) die("a name is used before it is given");
    return known;
  }
  return found;
}

static const char *text(const cJSON *with, const char *name) {
  const cJSON *found = at(with, name);
  return cJSON_IsString(found) ? found->valuestring : NULL;
}

static uint64_t number(const cJSON *with, const char *name, uint64_t otherwise) {
  const cJSON *found = at(with, name);
  return cJSON_IsNumber(found) ? (uint64_t)found->valuedouble : otherwise;
}

static int64_t kept(const cJSON *with, const char *name, int64_t absent) {
  const cJSON *found = at(with, name);
  if (!found) return absent;
  return cJSON_IsNumber(found) ? (int64_t)found->valuedouble : STRONGROOM_INHERITED;
}

/* The bytes of a value, to be freed. */
static uint8_t *bytes(const cJSON *value, size_t *len) {
  const cJSON *repeat = cJSON_GetObjectItemCaseSensitive(value, "repeat");
  const cJSON *hex = cJSON_GetObjectItemCaseSensitive(value, "hex");
  const char *piece = cJSON_IsString(value) ? value->valuestring : repeat ? repeat->valuestring : hex->valuestring;
  size_t size = strlen(piece), times = 1, i;
  uint8_t *all;
  if (repeat) times = (size_t)cJSON_GetObjectItemCaseSensitive(value, "times")->valuedouble;
  all = malloc(size * times + 1);
  if (!all) die("no memory");
  if (hex) {
    for (i = 0; i < size / 2; i++) {
      char digits[3] = {piece[2 * i], piece[2 * i + 1], 0};
      all[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    *len = size / 2;
    return all;
  }
  for (i = 0; i < times; i++) memcpy(all + i * size, piece, size);
  *len = size * times;
  return all;
}

static uint32_t tier(const char *name) {
  return strcmp(name, "critical") == 0    ? STRONGROOM_TIER_CRITICAL
         : strcmp(name, "sensitive") == 0 ? STRONGROOM_TIER_SENSITIVE
                                          : STRONGROOM_TIER_STANDARD;
}

/* Seconds, or a text that says how long; 0 for what is null or not there. */
static status duration(const cJSON *with, const char *name, uint64_t *seconds) {
  *seconds = number(with, name, 0);
  return text(with, name) ? strongroom_parse_duration(text(with, name), Z, seconds, NULL) : STRONGROOM_OK;
}

/* When it expires, and how often it is rotated. */
static status schedule(const cJSON *with, strongroom_changes *to) {
  const cJSON *expires_at = at(with, "expires_at");
  const char *on_expiry = text(with, "on_expiry");
  uint64_t expires_in, rotate_every;
  status result = duration(with, "expires_in", &expires_in);
  if (result == STRONGROOM_OK) result = duration(with, "rotate_every", &rotate_every);
  if (result != STRONGROOM_OK) return result;
  if (at(with, "expires_in")) must(strongroom_changes_expires_in(to, expires_in, NULL));
  if (expires_at)
    must(strongroom_changes_expires_at(
        to, cJSON_IsNumber(expires_at) ? START + 1000 * (int64_t)expires_at->valuedouble : STRONGROOM_NO_TIME, NULL));
  if (on_expiry)
    must(strongroom_changes_on_expiry(
        to, strcmp(on_expiry, "trash") == 0 ? STRONGROOM_ON_EXPIRY_TRASH : STRONGROOM_ON_EXPIRY_BLOCK, NULL));
  if (at(with, "rotate_every")) must(strongroom_changes_rotate_every(to, rotate_every, NULL));
  return STRONGROOM_OK;
}

static status changes(const cJSON *with, strongroom_changes **out) {
  strongroom_changes *to;
  const cJSON *tag, *expect = at(with, "expect");
  must(strongroom_changes_new(out, NULL));
  to = *out;
  if (cJSON_IsString(expect)) must(strongroom_changes_expect_absent(to, NULL));
  if (cJSON_IsNumber(expect)) must(strongroom_changes_expect_version(to, (uint64_t)expect->valuedouble, NULL));
  if (at(with, "expect_meta_version"))
    must(strongroom_changes_expect_meta_version(to, number(with, "expect_meta_version", 0), NULL));
  if (at(with, "tags")) must(strongroom_changes_replace_tags(to, NULL));
  cJSON_ArrayForEach(tag, at(with, "tags")) must(strongroom_changes_tag(to, tag->string, Z, tag->valuestring, Z, NULL));
  cJSON_ArrayForEach(tag, at(with, "add_tags"))
      must(strongroom_changes_tag(to, tag->string, Z, tag->valuestring, Z, NULL));
  cJSON_ArrayForEach(tag, at(with, "remove_tags")) must(strongroom_changes_remove_tag(to, tag->valuestring, Z, NULL));
  if (text(with, "tier")) must(strongroom_changes_tier(to, tier(text(with, "tier")), NULL));
  if (text(with, "description")) must(strongroom_changes_description(to, text(with, "description"), Z, NULL));
  if (text(with, "content_type")) must(strongroom_changes_content_type(to, text(with, "content_type"), Z, NULL));
  if (text(with, "note")) must(strongroom_changes_note(to, text(with, "note"), Z, NULL));
  if (at(with, "max_versions")) must(strongroom_changes_max_versions(to, kept(with, "max_versions", 0), NULL));
  if (at(with, "trash_days")) must(strongroom_changes_trash_days(to, kept(with, "trash_days", 0), NULL));
  return schedule(with, to);
}

static status query(const cJSON *with, strongroom_query **out) {
  const cJSON *tag;
  const char *state = text(with, "state"), *sort = text(with, "sort");
  strongroom_query *to;
  must(strongroom_query_new(text(with, "under"), Z, out, NULL));
  to = *out;
  if (cJSON_IsFalse(at(with, "recursive"))) must(strongroom_query_one_level(to, NULL));
  cJSON_ArrayForEach(tag, at(with, "tags")) {
    must(cJSON_IsString(tag) ? strongroom_query_tag(to, tag->string, Z, tag->valuestring, Z, NULL)
                             : strongroom_query_has_tag(to, tag->string, Z, NULL));
  }
  cJSON_ArrayForEach(tag, at(with, "without_tags")) must(strongroom_query_without_tag(to, tag->valuestring, Z, NULL));
  if (text(with, "tier")) must(strongroom_query_tier(to, tier(text(with, "tier")), NULL));
  if (at(with, "updated_since"))
    must(strongroom_query_updated_since(to, START + 1000 * (int64_t)number(with, "updated_since", 0), NULL));
  if (state && strcmp(state, "trash") == 0) must(strongroom_query_state(to, STRONGROOM_LIST_TRASH, NULL));
  if (state && strcmp(state, "all") == 0) must(strongroom_query_state(to, STRONGROOM_LIST_ALL, NULL));
  if (sort && strcmp(sort, "updated") == 0) must(strongroom_query_sort(to, STRONGROOM_SORT_UPDATED, NULL));
  if (at(with, "limit")) must(strongroom_query_limit(to, (size_t)number(with, "limit", 0), NULL));
  must(strongroom_query_count(to, cJSON_IsTrue(at(with, "count")), NULL));
  return text(with, "cursor") ? strongroom_query_after(to, text(with, "cursor"), Z, NULL) : STRONGROOM_OK;
}

/* Results */

static void add_time(cJSON *to, const char *name, int64_t millis) {
  if (millis == STRONGROOM_NO_TIME)
    cJSON_AddNullToObject(to, name);
  else
    cJSON_AddNumberToObject(to, name, (double)((millis - START) / 1000));
}

static void add_kept(cJSON *to, const char *name, int64_t number_kept) {
  if (number_kept == STRONGROOM_INHERITED)
    cJSON_AddNullToObject(to, name);
  else
    cJSON_AddNumberToObject(to, name, (double)number_kept);
}

static const char *tier_name(uint32_t code) {
  static const char *const names[] = {"standard", "sensitive", "critical"};
  return code < 3 ? names[code] : "unknown";
}

static cJSON *written_of(const strongroom_written *from) {
  cJSON *to = cJSON_CreateObject();
  cJSON_AddStringToObject(to, "id", from->id);
  cJSON_AddStringToObject(to, "path", from->path);
  cJSON_AddNumberToObject(to, "version", (double)from->version);
  cJSON_AddStringToObject(to, "tier", tier_name(from->tier));
  add_time(to, "created_at", from->created_at);
  add_time(to, "updated_at", from->updated_at);
  return to;
}

static cJSON *info_of(const strongroom_secret_info *from) {
  cJSON *to = cJSON_CreateObject(), *tags = cJSON_AddObjectToObject(to, "tags");
  size_t i;
  for (i = 0; i < from->tag_count; i++)
    cJSON_AddStringToObject(tags, from->tags[i].key.data, from->tags[i].value.data);
  cJSON_AddStringToObject(to, "id", from->id.data);
  cJSON_AddStringToObject(to, "path", from->path.data);
  cJSON_AddStringToObject(to, "description", from->description.data);
  cJSON_AddStringToObject(to, "content_type", from->content_type.data);
  cJSON_AddStringToObject(to, "tier", tier_name(from->tier));
  cJSON_AddNumberToObject(to, "version", (double)from->version);
  cJSON_AddNumberToObject(to, "meta_version", (double)from->meta_version);
  cJSON_AddNumberToObject(to, "size_class", (double)from->size_class);
  add_time(to, "created_at", from->created_at);
  add_time(to, "updated_at", from->updated_at);
  add_time(to, "accessed_at", from->accessed_at);
  add_time(to, "deleted_at", from->deleted_at);
  add_time(to, "purge_at", from->purge_at);
  add_kept(to, "max_versions", from->max_versions);
  add_kept(to, "trash_days", from->trash_days);
  add_time(to, "expires_at", from->expires_at);
  cJSON_AddStringToObject(to, "on_expiry", from->on_expiry == STRONGROOM_ON_EXPIRY_TRASH ? "trash" : "block");
  add_kept(to, "rotate_every", from->rotate_every ? (int64_t)from->rotate_every : STRONGROOM_INHERITED);
  add_time(to, "rotation_due_at", from->rotation_due_at);
  return to;
}

static cJSON *page_secret(const strongroom_page *page, size_t index) {
  strongroom_secret_info info;
  info.struct_size = sizeof info;
  must(strongroom_page_secret(page, index, &info, NULL));
  return info_of(&info);
}

static cJSON *page_version(const strongroom_page *page, size_t index) {
  static const char *const states[] = {"", "current", "superseded", "deleted", "destroyed", "grace", "retired"};
  strongroom_version_info info;
  cJSON *to = cJSON_CreateObject();
  info.struct_size = sizeof info;
  must(strongroom_page_version(page, index, &info, NULL));
  cJSON_AddNumberToObject(to, "number", (double)info.number);
  cJSON_AddStringToObject(to, "state", info.state < 7 ? states[info.state] : "unknown");
  cJSON_AddNumberToObject(to, "size", (double)info.size);
  cJSON_AddStringToObject(to, "note", info.note.data);
  add_time(to, "created_at", info.created_at);
  add_time(to, "deleted_at", info.deleted_at);
  add_time(to, "until", info.until);
  return to;
}

static cJSON *page_due(const strongroom_page *page, size_t index) {
  static const char *const reasons[] = {"", "expiry", "rotation", "purge"};
  strongroom_due_item found;
  cJSON *to = cJSON_CreateObject();
  found.struct_size = sizeof found;
  must(strongroom_page_due(page, index, &found, NULL));
  cJSON_AddStringToObject(to, "path", found.path.data);
  cJSON_AddStringToObject(to, "id", found.id.data);
  cJSON_AddStringToObject(to, "reason", found.reason < 4 ? reasons[found.reason] : "unknown");
  add_time(to, "at", found.at);
  return to;
}

static cJSON *page_namespace(const strongroom_page *page, size_t index) {
  strongroom_namespace found;
  cJSON *to = cJSON_CreateObject();
  found.struct_size = sizeof found;
  must(strongroom_page_namespace(page, index, &found, NULL));
  cJSON_AddStringToObject(to, "path", found.path.data);
  cJSON_AddNumberToObject(to, "secrets", (double)found.secrets);
  return to;
}

static cJSON *page_tag(const strongroom_page *page, size_t index) {
  strongroom_tag_count found;
  cJSON *to = cJSON_CreateObject();
  found.struct_size = sizeof found;
  must(strongroom_page_tag_count(page, index, &found, NULL));
  cJSON_AddStringToObject(to, "name", found.name.data);
  cJSON_AddNumberToObject(to, "secrets", (double)found.secrets);
  return to;
}

static cJSON *all_of(const strongroom_page *page, size_t len, cJSON *(*item)(const strongroom_page *, size_t)) {
  cJSON *to = cJSON_CreateArray();
  size_t i;
  for (i = 0; i < len; i++) cJSON_AddItemToArray(to, item(page, i));
  return to;
}

static cJSON *list_of(const strongroom_page *page) {
  cJSON *to = cJSON_CreateObject();
  const char *next = strongroom_page_next_cursor(page);
  uint64_t total;
  cJSON_AddItemToObject(to, "items", all_of(page, strongroom_page_len(page), page_secret));
  cJSON_AddItemToObject(to, "namespaces", all_of(page, strongroom_page_namespaces(page), page_namespace));
  if (next)
    cJSON_AddStringToObject(to, "next_cursor", next);
  else
    cJSON_AddNullToObject(to, "next_cursor");
  cJSON_AddBoolToObject(to, "has_more", strongroom_page_has_more(page));
  if (strongroom_page_total(page, &total, NULL) == STRONGROOM_OK)
    cJSON_AddNumberToObject(to, "total", (double)total);
  else
    cJSON_AddNullToObject(to, "total");
  return to;
}

/* A value as it is compared: in hexadecimal. */
static cJSON *hex_of(const uint8_t *data, size_t len) {
  char *digits = malloc(2 * len + 1);
  cJSON *to = cJSON_CreateObject();
  size_t i;
  if (!digits) die("no memory");
  digits[0] = 0;
  for (i = 0; i < len; i++) sprintf(digits + 2 * i, "%02x", data[i]);
  cJSON_AddStringToObject(to, "hex", digits);
  free(digits);
  return to;
}

static cJSON *secret_of(strongroom_secret *secret) {
  strongroom_secret_info info;
  cJSON *to = cJSON_CreateObject();
  info.struct_size = sizeof info;
  must(strongroom_secret_describe(secret, &info, NULL));
  cJSON_AddItemToObject(to, "value", hex_of(strongroom_secret_data(secret), strongroom_secret_len(secret)));
  cJSON_AddNumberToObject(to, "version", (double)strongroom_secret_version(secret));
  cJSON_AddItemToObject(to, "info", info_of(&info));
  must(strongroom_secret_free(secret));
  return to;
}

static const char *short_name(status result) {
  static char name[64];
  size_t i;
  const char *full = strongroom_status_name(result) + strlen("STRONGROOM_E_");
  for (i = 0; full[i] && i + 1 < sizeof name; i++)
    name[i] = (char)(full[i] >= 'A' && full[i] <= 'Z' ? full[i] - 'A' + 'a' : full[i]);
  name[i] = 0;
  return name;
}

#include "play_generators.h"
#include "play_signing.h"

#include "play_audit.h"

#include "play_calls.h"

/* Judging */

static int matches(const cJSON *pattern, const cJSON *found);

static int differs(const cJSON *pattern, const cJSON *found) {
  char *expected = cJSON_PrintUnformatted(pattern), *given = cJSON_PrintUnformatted(found);
  fault("%.1000s was expected, and it gave %.1000s", expected, given);
  cJSON_free(expected);
  cJSON_free(given);
  return 0;
}

static int same_value(const cJSON *pattern, const cJSON *found) {
  size_t len;
  uint8_t *value = bytes(pattern, &len);
  cJSON *expected = hex_of(value, len);
  int same = cJSON_Compare(expected, found, 1);
  free(value);
  cJSON_Delete(expected);
  return same || differs(pattern, found);
}

static int same_members(const cJSON *pattern, const cJSON *found) {
  const cJSON *member;
  cJSON_ArrayForEach(member, pattern) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(found, member->string);
    if (!value) return fault("%s is missing", member->string);
    /* A whole map is compared, because what is left out of it must not be there. */
    if (strcmp(member->string, "tags") == 0 && !cJSON_Compare(member, value, 1)) return differs(member, value);
    if (!matches(member, value)) return 0;
  }
  return 1;
}

static int matches(const cJSON *pattern, const cJSON *found) {
  int i;
  if (cJSON_IsString(pattern) && pattern->valuestring[0] == '$') {
    const cJSON *known = cJSON_GetObjectItemCaseSensitive(play.names, pattern->valuestring);
    if (known) return cJSON_Compare(known, found, 1) || differs(pattern, found);
    cJSON_AddItemToObject(play.names, pattern->valuestring, cJSON_Duplicate(found, 1));
    return 1;
  }
  if (cJSON_IsObject(found) && cJSON_HasObjectItem(found, "hex")) return same_value(pattern, found);
  if (cJSON_IsObject(pattern) && cJSON_IsObject(found)) return same_members(pattern, found);
  if (cJSON_IsArray(pattern) && cJSON_IsArray(found) && cJSON_GetArraySize(pattern) == cJSON_GetArraySize(found)) {
    for (i = 0; i < cJSON_GetArraySize(pattern); i++)
      if (!matches(cJSON_GetArrayItem(pattern, i), cJSON_GetArrayItem(found, i))) return 0;
    return 1;
  }
  return cJSON_Compare(pattern, found, 1) || differs(pattern, found);
}

static void step(strongroom_store *on, const cJSON *one);

static status transaction(const cJSON *one) {
  strongroom_store *begun;
  const cJSON *inner;
  status result = strongroom_begin(play.store, &begun, NULL);
  if (result != STRONGROOM_OK) return result;
  cJSON_ArrayForEach(inner, cJSON_GetObjectItemCaseSensitive(one, "steps")) step(begun, inner);
  return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(one, "commit")) ? strongroom_commit(&begun, NULL)
                                                                       : strongroom_close(&begun, NULL);
}

/* Plays steps whose calls say something of themselves. */
static status say(const cJSON *one) {
  strongroom_context *context;
  strongroom_store *same;
  const cJSON *inner;
  status result;
  play.said = cJSON_GetObjectItemCaseSensitive(one, "with");
  must(strongroom_context_new(&context, NULL));
  fill_context(context, play.said);
  result = strongroom_with(play.store, context, &same, NULL);
  must(strongroom_context_free(context));
  if (result != STRONGROOM_OK) return result;
  cJSON_ArrayForEach(inner, cJSON_GetObjectItemCaseSensitive(one, "steps")) step(same, inner);
  play.said = NULL;
  return strongroom_close(&same, NULL);
}

/* Makes a change that happens once: through a handle of its own, which says what the calls around it say. */
static status call_once(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives) {
  strongroom_context *context;
  strongroom_store *once;
  int32_t replayed;
  status result;
  must(strongroom_context_new(&context, NULL));
  fill_context(context, play.said);
  must(strongroom_context_idempotency_key(context, text(with, "idempotency_key"), Z, NULL));
  result = strongroom_with(on, context, &once, NULL);
  must(strongroom_context_free(context));
  if (result != STRONGROOM_OK) return result;
  result = do_call(once, call, with, gives);
  if (result == STRONGROOM_OK && cJSON_IsObject(*gives)) {
    must(strongroom_was_replayed(once, &replayed, NULL));
    cJSON_AddBoolToObject(*gives, "replayed", replayed);
  }
  must(strongroom_close(&once, NULL));
  return result;
}

static void step(strongroom_store *on, const cJSON *one) {
  const char *call = cJSON_GetObjectItemCaseSensitive(one, "call")->valuestring;
  const cJSON *with = cJSON_GetObjectItemCaseSensitive(one, "with");
  const cJSON *expected = cJSON_GetObjectItemCaseSensitive(one, "gives");
  const cJSON *fails = cJSON_GetObjectItemCaseSensitive(one, "fails");
  cJSON *gives = NULL;
  status result;
  if (play.fault[0]) return;
  result = strcmp(call, "transaction") == 0 ? transaction(one)
           : strcmp(call, "with") == 0      ? say(one)
           : text(with, "idempotency_key")  ? call_once(on, call, with, &gives)
                                            : do_call(on, call, with, &gives);
  if (fails && (result == STRONGROOM_OK || strcmp(short_name(result), fails->valuestring) != 0))
    fault("%s was expected, and it gave %s", fails->valuestring, strongroom_status_name(result));
  if (!fails && result != STRONGROOM_OK) fault("%s", short_name(result));
  if (!play.fault[0] && expected) matches(expected, gives);
  if (play.fault[0] && !strstr(play.fault, " at step ")) {
    char *text_of_step = cJSON_PrintUnformatted(one);
    size_t used = strlen(play.fault);
    snprintf(play.fault + used, sizeof play.fault - used, " at step %.500s", text_of_step);
    cJSON_free(text_of_step);
  }
  cJSON_Delete(gives);
}

static cJSON *read_scenario(const char *file) {
  FILE *stream = fopen(file, "rb");
  static char all[1 << 20];
  size_t len = stream ? fread(all, 1, sizeof all - 1, stream) : 0;
  cJSON *scenario;
  if (stream) fclose(stream);
  all[len] = 0;
  scenario = cJSON_Parse(all);
  if (!cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(scenario, "steps"))) die("this is no scenario");
  return scenario;
}

/* Opens the first store of a scenario. One with a name stays, and may have been there before. */
static void begin(const char *folder, int index, const cJSON *options) {
  static const uint8_t raw[32] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
                                  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
  const char *environment = text(options, "environment"), *name = text(options, "store");
  char number[16];
  status result;
  snprintf(number, sizeof number, "%d", index);
  snprintf(play.store_file, sizeof play.store_file, "%s/%s.strongroom", folder, name ? name : number);
  must(strongroom_clock_new(START, &play.clock, NULL));
  must(strongroom_options_new(&play.options, NULL));
  must(strongroom_options_clock(play.options, play.clock, NULL));
  if (environment && strcmp(environment, "test") == 0)
    must(strongroom_options_environment(play.options, STRONGROOM_ENVIRONMENT_TEST, NULL));
  must(strongroom_key_raw(raw, sizeof raw, &play.key, NULL));
  result = strongroom_create(play.store_file, Z, play.key, play.options, &play.store, NULL);
  if (name && result == STRONGROOM_E_ALREADY_EXISTS)
    result = strongroom_open(play.store_file, Z, play.key, play.options, &play.store, NULL);
  must(result);
}

/* Plays one scenario, and says whether all of it came out as it says. */
static int play_one(const char *folder, int index, const char *file) {
  cJSON *scenario, *one;
  memset(&play, 0, sizeof play);
  play.file = file;
  scenario = read_scenario(file);
  play.names = cJSON_CreateObject();
  begin(folder, index, cJSON_GetObjectItemCaseSensitive(scenario, "options"));
  cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(scenario, "steps")) step(play.store, one);
  must(strongroom_verify(play.store, NULL, NULL));
  must(strongroom_close(&play.store, NULL));
  must(strongroom_key_free(play.key));
  must(strongroom_options_free(play.options));
  must(strongroom_clock_free(play.clock));
  cJSON_Delete(play.names);
  cJSON_Delete(scenario);
  if (play.fault[0]) fprintf(stderr, "%s: %s\n", file, play.fault);
  return play.fault[0] == 0;
}

int main(int count, char **arguments) {
  int i, passed = 0;
  if (count < 3) {
    fprintf(stderr, "usage: play FOLDER FILE...\n");
    return 2;
  }
  for (i = 2; i < count; i++) passed += play_one(arguments[1], i, arguments[i]);
  if (strongroom_live_objects() != 0) {
    fprintf(stderr, "%d objects were not freed\n", (int)strongroom_live_objects());
    return 1;
  }
  printf("%d of %d scenarios\n", passed, count - 2);
  return passed == count - 2 ? 0 : 1;
}
