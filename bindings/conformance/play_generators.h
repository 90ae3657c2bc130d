/* Values that are made, and what calls say of themselves. Part of play.c. */

/* Adds a number to a sum if a member says so; what is not there is `otherwise`. */
static uint32_t chosen(const cJSON *how, const char *name, int otherwise, uint32_t code) {
  const cJSON *found = cJSON_GetObjectItemCaseSensitive(how, name);
  return (found ? cJSON_IsTrue(found) : otherwise) ? code : 0;
}

static strongroom_generator *password(const cJSON *how) {
  strongroom_generator *to;
  uint32_t characters = chosen(how, "lower", 1, STRONGROOM_CHARACTERS_LOWER) +
                        chosen(how, "upper", 1, STRONGROOM_CHARACTERS_UPPER) +
                        chosen(how, "digits", 1, STRONGROOM_CHARACTERS_DIGITS) +
                        chosen(how, "symbols", 1, STRONGROOM_CHARACTERS_SYMBOLS) +
                        chosen(how, "each_class", 0, STRONGROOM_CHARACTERS_EACH_CLASS);
  if (!chosen(how, "look_alikes", 1, 1)) characters += STRONGROOM_CHARACTERS_NO_LOOK_ALIKES;
  must(strongroom_generator_password((uint32_t)number(how, "length", 24), &to, NULL));
  must(strongroom_generator_characters(to, characters, NULL));
  return to;
}

static strongroom_generator *token(const cJSON *how) {
  static const char *const encodings[] = {"base64url", "base32", "hex", "raw"};
  strongroom_generator *to;
  const char *encoding = text(how, "encoding");
  uint32_t code = 0;
  must(strongroom_generator_token((uint32_t)number(how, "bytes", 32), &to, NULL));
  if (!encoding) return to;
  while (strcmp(encodings[code], encoding) != 0)
    if (++code == 4) die("no such encoding");
  must(strongroom_generator_encoding(to, code, NULL));
  return to;
}

/* To be freed. */
static strongroom_generator *generator(const cJSON *said) {
  const cJSON *words = cJSON_GetObjectItemCaseSensitive(said, "passphrase");
  strongroom_generator *to;
  if (cJSON_HasObjectItem(said, "token")) return token(cJSON_GetObjectItemCaseSensitive(said, "token"));
  if (!words) return password(cJSON_GetObjectItemCaseSensitive(said, "password"));
  must(strongroom_generator_passphrase((uint32_t)number(words, "words", 6), &to, NULL));
  if (text(words, "separator")) must(strongroom_generator_separator(to, text(words, "separator"), Z, NULL));
  return to;
}

static status generate(const cJSON *with, cJSON **gives) {
  strongroom_generator *how = generator(at(with, "generate"));
  strongroom_secret *made = NULL;
  double bits = 0;
  status result = strongroom_generate(how, &made, NULL);
  if (result == STRONGROOM_OK) result = strongroom_generator_entropy_bits(how, &bits, NULL);
  must(strongroom_generator_free(how));
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddNumberToObject(*gives, "length", (double)strongroom_secret_len(made));
  cJSON_AddNumberToObject(*gives, "entropy_bits", (double)(uint64_t)bits);
  return strongroom_secret_free(made);
}

static status put_value(strongroom_store *on, const cJSON *with, strongroom_written *written) {
  strongroom_changes *said;
  const char *path = text(with, "path");
  status result = changes(with, &said);
  if (result == STRONGROOM_OK && at(with, "generate")) {
    strongroom_generator *how = generator(at(with, "generate"));
    result = strongroom_put_generated(on, path, Z, how, said, written, NULL);
    must(strongroom_generator_free(how));
  } else if (result == STRONGROOM_OK) {
    size_t len;
    uint8_t *value = bytes(at(with, "value"), &len);
    result = strongroom_put(on, path, Z, value, len, said, written, NULL);
    free(value);
  }
  must(strongroom_changes_free(said));
  return result;
}

static status rotate_value(strongroom_store *on, const cJSON *with, strongroom_rotated *rotated) {
  strongroom_changes *said;
  const char *path = text(with, "path");
  uint64_t grace;
  status result = changes(with, &said);
  if (result == STRONGROOM_OK) result = duration(with, "grace_seconds", &grace);
  if (result == STRONGROOM_OK && at(with, "generate")) {
    strongroom_generator *how = generator(at(with, "generate"));
    result = strongroom_rotate_generated(on, path, Z, how, grace, said, rotated, NULL);
    must(strongroom_generator_free(how));
  } else if (result == STRONGROOM_OK) {
    size_t len;
    uint8_t *value = bytes(at(with, "value"), &len);
    result = strongroom_rotate(on, path, Z, value, len, grace, said, rotated, NULL);
    free(value);
  }
  must(strongroom_changes_free(said));
  return result;
}

static status rotate(strongroom_store *on, const cJSON *with, cJSON **gives) {
  strongroom_rotated rotated;
  status result;
  rotated.struct_size = sizeof rotated;
  result = rotate_value(on, with, &rotated);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddStringToObject(*gives, "id", rotated.id);
  cJSON_AddStringToObject(*gives, "path", rotated.path);
  cJSON_AddStringToObject(*gives, "tier", tier_name(rotated.tier));
  cJSON_AddNumberToObject(*gives, "old_version", (double)rotated.old_version);
  cJSON_AddNumberToObject(*gives, "new_version", (double)rotated.version);
  add_time(*gives, "old_expires_at", rotated.old_expires_at);
  return STRONGROOM_OK;
}

static void fill_context(strongroom_context *to, const cJSON *with) {
  const cJSON *label;
  cJSON_ArrayForEach(label, at(with, "labels"))
      must(strongroom_context_label(to, label->string, Z, label->valuestring, Z, NULL));
  if (text(with, "reason")) must(strongroom_context_reason(to, text(with, "reason"), Z, NULL));
  if (text(with, "request_id")) must(strongroom_context_request_id(to, text(with, "request_id"), Z, NULL));
}
