/* What a scenario can call, through the C interface. Part of play.c. */

static status give_all(strongroom_secrets *found, cJSON **gives) {
  size_t i;
  *gives = cJSON_CreateArray();
  for (i = 0; i < strongroom_secrets_len(found); i++) {
    strongroom_secret *secret;
    cJSON *one;
    status result = strongroom_secrets_take(found, i, &secret, NULL);
    if (result == STRONGROOM_OK) {
      one = secret_of(secret);
    } else {
      one = cJSON_CreateObject();
      cJSON_AddStringToObject(one, "error", short_name(result));
    }
    cJSON_AddItemToArray(*gives, one);
  }
  return strongroom_secrets_free(found);
}

static status get_many(strongroom_store *on, const cJSON *with, cJSON **gives) {
  const cJSON *paths = at(with, "paths"), *path;
  strongroom_text texts[64];
  strongroom_secrets *found;
  size_t count = 0;
  status result;
  cJSON_ArrayForEach(path, paths) {
    texts[count].data = path->valuestring;
    texts[count++].len = Z;
  }
  result = strongroom_get_many(on, texts, count, &found, NULL);
  return result == STRONGROOM_OK ? give_all(found, gives) : result;
}

static void add_usage(cJSON *to, const char *name, uint64_t secrets, uint64_t versions, uint64_t value_bytes) {
  cJSON *usage = cJSON_AddObjectToObject(to, name);
  cJSON_AddNumberToObject(usage, "secrets", (double)secrets);
  cJSON_AddNumberToObject(usage, "versions", (double)versions);
  cJSON_AddNumberToObject(usage, "value_bytes", (double)value_bytes);
}

static status stats(strongroom_store *on, const cJSON *with, cJSON **gives) {
  strongroom_counts counts;
  status result;
  counts.struct_size = sizeof counts;
  result = strongroom_stats(on, text(with, "under"), Z, &counts, NULL, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  add_usage(*gives, "live", counts.live_secrets, counts.live_versions, counts.live_value_bytes);
  add_usage(*gives, "trash", counts.trash_secrets, counts.trash_versions, counts.trash_value_bytes);
  return STRONGROOM_OK;
}

static status sweep(strongroom_store *on, const cJSON *with, cJSON **gives) {
  strongroom_swept swept;
  status result;
  swept.struct_size = sizeof swept;
  result = strongroom_sweep(on, (size_t)number(with, "items", 1000), cJSON_IsTrue(at(with, "confirm_clock")), &swept, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddNumberToObject(*gives, "secrets", (double)swept.secrets);
  cJSON_AddNumberToObject(*gives, "versions", (double)swept.versions);
  cJSON_AddNumberToObject(*gives, "expiring", (double)swept.expiring);
  cJSON_AddNumberToObject(*gives, "expired", (double)swept.expired);
  cJSON_AddNumberToObject(*gives, "audit_events", (double)swept.audit_events);
  cJSON_AddBoolToObject(*gives, "more", swept.more);
  cJSON_AddBoolToObject(*gives, "held_back", swept.held_back);
  return STRONGROOM_OK;
}

static status policy(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives) {
  strongroom_retention retention;
  status result;
  retention.struct_size = sizeof retention;
  if (strcmp(call, "policy_set") == 0)
    return strongroom_policy_set_retention(on, text(with, "under"), Z, kept(with, "max_versions", STRONGROOM_UNCHANGED),
                                           kept(with, "trash_days", STRONGROOM_UNCHANGED), NULL);
  result = strcmp(call, "policy_at") == 0
               ? strongroom_policy_retention_at(on, text(with, "path"), Z, &retention, NULL)
               : strongroom_policy_retention(on, text(with, "under"), Z, &retention, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  add_kept(*gives, "max_versions", retention.max_versions);
  add_kept(*gives, "trash_days", retention.trash_days);
  return STRONGROOM_OK;
}

static status verify(strongroom_store *on, cJSON **gives) {
  strongroom_verified verified;
  status result;
  verified.struct_size = sizeof verified;
  result = strongroom_verify(on, &verified, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddNumberToObject(*gives, "secrets", (double)verified.secrets);
  cJSON_AddNumberToObject(*gives, "trashed", (double)verified.trashed);
  cJSON_AddNumberToObject(*gives, "versions", (double)verified.versions);
  cJSON_AddNumberToObject(*gives, "events", (double)verified.events);
  return STRONGROOM_OK;
}

/* Calls that tell of a write. */
static status writes(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives, int *known) {
  strongroom_written written;
  status result = STRONGROOM_OK;
  const char *path = text(with, "path"), *to = text(with, "to");
  written.struct_size = sizeof written;
  if (strcmp(call, "put") == 0)
    result = put_value(on, with, &written);
  else if (strcmp(call, "rollback") == 0)
    result = strongroom_rollback(on, path, Z, number(with, "version", 0), &written, NULL);
  else if (strcmp(call, "rename") == 0)
    result = strongroom_rename(on, path, Z, to, Z, 0, &written, NULL);
  else if (strcmp(call, "restore") == 0)
    result = strongroom_restore(on, text(with, "secret"), Z, to, Z, &written, NULL);
  else
    *known = 0;
  if (*known && result == STRONGROOM_OK) *gives = written_of(&written);
  return result;
}

/* Calls that give a page. */
static status pages(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives, int *known) {
  strongroom_page *page = NULL;
  status result = STRONGROOM_OK;
  const char *path = text(with, "path");
  uint64_t version = number(with, "version", 0);
  enum { ONE, VERSIONS, VERSION, LIST, NAMESPACES, TAGS, DUE } shape = ONE;
  if (strcmp(call, "info") == 0) {
    result = strongroom_info(on, path, Z, &page, NULL);
  } else if (strcmp(call, "update") == 0) {
    strongroom_changes *said;
    result = changes(with, &said);
    if (result == STRONGROOM_OK) result = strongroom_update(on, path, Z, said, &page, NULL);
    must(strongroom_changes_free(said));
  } else if (strcmp(call, "versions") == 0) {
    shape = VERSIONS;
    result = strongroom_versions(on, path, Z, &page, NULL);
  } else if (strcmp(call, "delete_version") == 0) {
    shape = VERSION;
    result = strongroom_delete_version(on, path, Z, version, &page, NULL);
  } else if (strcmp(call, "restore_version") == 0) {
    shape = VERSION;
    result = strongroom_restore_version(on, path, Z, version, &page, NULL);
  } else if (strcmp(call, "destroy_version") == 0) {
    shape = VERSION;
    result = strongroom_destroy_version(on, path, Z, version, &page, NULL);
  } else if (strcmp(call, "revoke_version") == 0) {
    shape = VERSION;
    result = strongroom_revoke_version(on, path, Z, version, &page, NULL);
  } else if (strcmp(call, "due") == 0) {
    uint64_t within;
    shape = DUE;
    result = duration(with, "within", &within);
    if (result == STRONGROOM_OK) result = strongroom_due(on, within, &page, NULL);
  } else if (strcmp(call, "list") == 0) {
    strongroom_query *asked;
    shape = LIST;
    result = query(with, &asked);
    if (result == STRONGROOM_OK) result = strongroom_list(on, asked, &page, NULL);
    must(strongroom_query_free(asked));
  } else if (strcmp(call, "namespaces") == 0) {
    shape = NAMESPACES;
    result = strongroom_namespaces(on, text(with, "under"), Z, &page, NULL);
  } else if (strcmp(call, "tag_keys") == 0) {
    shape = TAGS;
    result = strongroom_tag_keys(on, &page, NULL);
  } else if (strcmp(call, "tag_values") == 0) {
    shape = TAGS;
    result = strongroom_tag_values(on, text(with, "key"), Z, &page, NULL);
  } else {
    *known = 0;
  }
  if (!*known || result != STRONGROOM_OK) return result;
  *gives = shape == ONE          ? page_secret(page, 0)
           : shape == VERSION    ? page_version(page, 0)
           : shape == VERSIONS   ? all_of(page, strongroom_page_len(page), page_version)
           : shape == LIST       ? list_of(page)
           : shape == DUE        ? all_of(page, strongroom_page_len(page), page_due)
           : shape == NAMESPACES ? all_of(page, strongroom_page_namespaces(page), page_namespace)
                                 : all_of(page, strongroom_page_len(page), page_tag);
  return strongroom_page_free(page);
}

/* Calls about versions that are accepted, and about values that are made. */
static status credentials(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives, int *known) {
  status result = STRONGROOM_OK;
  if (strcmp(call, "rotate") == 0) return rotate(on, with, gives);
  if (strcmp(call, "verify_any") == 0) return verify_any(on, with, gives);
  if (strcmp(call, "sign_payload") == 0) return sign(on, 0, with, gives);
  if (strcmp(call, "sign_request") == 0) return sign(on, 1, with, gives);
  if (strcmp(call, "verify_payload") == 0) return check_signature(on, 0, with, gives);
  if (strcmp(call, "verify_request") == 0) return check_signature(on, 1, with, gives);
  if (strcmp(call, "generate") == 0) return generate(with, gives);
  if (strcmp(call, "accepted") == 0) {
    strongroom_secrets *found;
    result = strongroom_accepted(on, text(with, "path"), Z, &found, NULL);
    return result == STRONGROOM_OK ? give_all(found, gives) : result;
  }
  if (strcmp(call, "parse_duration") == 0) {
    uint64_t seconds;
    result = duration(with, "text", &seconds);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateNumber((double)seconds);
    return result;
  }
  *known = 0;
  return result;
}

/* All others. */
static status others(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives) {
  const char *path = text(with, "path");
  status result = STRONGROOM_OK;
  if (strcmp(call, "get") == 0) {
    strongroom_secret *secret;
    result = strongroom_get(on, path, Z, number(with, "version", 0), &secret, NULL);
    if (result == STRONGROOM_OK) *gives = secret_of(secret);
  } else if (strcmp(call, "delete") == 0) {
    strongroom_deleted deleted;
    deleted.struct_size = sizeof deleted;
    result = strongroom_delete(on, path, Z, &deleted, NULL);
    if (result != STRONGROOM_OK) return result;
    *gives = cJSON_CreateObject();
    cJSON_AddStringToObject(*gives, "id", deleted.id);
    add_time(*gives, "deleted_at", deleted.deleted_at);
    add_time(*gives, "purge_at", deleted.purge_at);
  } else if (strcmp(call, "destroy") == 0) {
    result = strongroom_destroy(on, text(with, "secret"), Z, NULL);
  } else if (strcmp(call, "rename_prefix") == 0) {
    uint64_t renamed;
    result = strongroom_rename_prefix(on, path, Z, text(with, "to"), Z, 0, &renamed, NULL);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateNumber((double)renamed);
  } else if (strcmp(call, "matches") == 0) {
    int32_t same;
    size_t len;
    uint8_t *candidate = bytes(at(with, "candidate"), &len);
    result = strongroom_matches(on, path, Z, candidate, len, &same, NULL);
    free(candidate);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateBool(same);
  } else if (strcmp(call, "get_many") == 0) {
    result = get_many(on, with, gives);
  } else if (strcmp(call, "stats") == 0) {
    result = stats(on, with, gives);
  } else if (strcmp(call, "sweep") == 0) {
    result = sweep(on, with, gives);
  } else if (strncmp(call, "policy_", 7) == 0) {
    result = policy(on, call, with, gives);
  } else if (strcmp(call, "verify") == 0) {
    result = verify(on, gives);
  } else if (strcmp(call, "environment") == 0) {
    uint32_t code;
    result = strongroom_environment(on, &code, NULL);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateString(code == STRONGROOM_ENVIRONMENT_TEST ? "test" : "live");
  } else if (strcmp(call, "lock") == 0) {
    result = strongroom_lock(on, NULL);
  } else if (strcmp(call, "unlock") == 0) {
    result = strongroom_unlock(on, play.key, NULL);
  } else if (strcmp(call, "begin_again") == 0) {
    result = strongroom_put(play.store, "begin-again", Z, NULL, 0, NULL, NULL, NULL);
  } else if (strcmp(call, "reopen") == 0) {
    must(strongroom_close(&play.store, NULL));
    result = strongroom_open(play.store_file, Z, play.key, play.options, &play.store, NULL);
  } else if (strcmp(call, "advance") == 0) {
    result = strongroom_clock_advance(play.clock, 1000 * number(with, "seconds", 0));
  } else {
    fault("no such call: %s", call);
  }
  return result;
}

static status do_call(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives) {
  int known = 1;
  status result = writes(on, call, with, gives, &known);
  if (known) return result;
  known = 1;
  result = pages(on, call, with, gives, &known);
  if (known) return result;
  known = 1;
  result = audited(on, call, with, gives, &known);
  if (known) return result;
  known = 1;
  result = credentials(on, call, with, gives, &known);
  return known ? result : others(on, call, with, gives);
}
