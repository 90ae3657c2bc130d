/* Candidates and signatures, which are checked against the accepted versions. Part of play.c. */

static cJSON *number_or_null(uint64_t version) {
  return version ? cJSON_CreateNumber((double)version) : cJSON_CreateNull();
}

/* Of a request, in seconds since the Unix epoch. */
static int64_t unix_time(const cJSON *with) {
  const cJSON *timestamp = at(with, "timestamp");
  return START / 1000 + (cJSON_IsNumber(timestamp) ? (int64_t)timestamp->valuedouble : 0);
}

static status verify_any(strongroom_store *on, const cJSON *with, cJSON **gives) {
  uint64_t version;
  size_t len;
  uint8_t *candidate = bytes(at(with, "candidate"), &len);
  status result = strongroom_verify_any(on, text(with, "path"), Z, candidate, len, &version, NULL);
  free(candidate);
  if (result == STRONGROOM_OK) *gives = number_or_null(version);
  return result;
}

static status sign(strongroom_store *on, int is_request, const cJSON *with, cJSON **gives) {
  char signature[STRONGROOM_SIGNATURE_LEN];
  const char *path = text(with, "path");
  size_t len;
  uint8_t *signed_bytes = bytes(at(with, is_request ? "body" : "payload"), &len);
  status result = is_request ? strongroom_sign_request(on, path, Z, unix_time(with), signed_bytes, len, signature,
                                                       sizeof signature, NULL)
                             : strongroom_sign_payload(on, path, Z, signed_bytes, len, signature, sizeof signature, NULL);
  free(signed_bytes);
  if (result == STRONGROOM_OK) *gives = cJSON_CreateString(signature);
  return result;
}

static status check_signature(strongroom_store *on, int is_request, const cJSON *with, cJSON **gives) {
  static const char *const names[] = {"", "valid", "wrong", "too_old", "too_early"};
  const char *path = text(with, "path"), *signature = text(with, "signature");
  uint32_t found;
  uint64_t version;
  size_t len;
  uint8_t *signed_bytes = bytes(at(with, is_request ? "body" : "payload"), &len);
  status result = is_request ? strongroom_verify_request(on, path, Z, unix_time(with), signed_bytes, len, signature, Z,
                                                         &found, &version, NULL)
                             : strongroom_verify_payload(on, path, Z, signed_bytes, len, signature, Z, &found, &version,
                                                         NULL);
  free(signed_bytes);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddStringToObject(*gives, "found", found < 5 ? names[found] : "unknown");
  cJSON_AddItemToObject(*gives, "version", number_or_null(version));
  return STRONGROOM_OK;
}
