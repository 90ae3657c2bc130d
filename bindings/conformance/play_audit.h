/* The audit log, and being told of it as it grows. Part of play.c. */

static void add_text_or_null(cJSON *to, const char *name, strongroom_text from) {
  if (from.len)
    cJSON_AddStringToObject(to, name, from.data);
  else
    cJSON_AddNullToObject(to, name);
}

static cJSON *event_of(const strongroom_audit_event *from) {
  cJSON *to = cJSON_CreateObject(), *labels = cJSON_AddObjectToObject(to, "labels");
  size_t i;
  for (i = 0; i < from->label_count; i++)
    cJSON_AddStringToObject(labels, from->labels[i].key.data, from->labels[i].value.data);
  cJSON_AddNumberToObject(to, "sequence", (double)from->sequence);
  cJSON_AddStringToObject(to, "id", from->id.data);
  cJSON_AddStringToObject(to, "kind", from->kind.data);
  add_text_or_null(to, "path", from->path);
  add_text_or_null(to, "secret_id", from->secret_id);
  add_text_or_null(to, "slot_id", from->slot_id);
  add_text_or_null(to, "actor", from->actor);
  add_text_or_null(to, "reason", from->reason);
  add_text_or_null(to, "request_id", from->request_id);
  cJSON_AddNumberToObject(to, "version", (double)from->version);
  cJSON_AddNumberToObject(to, "time", (double)(from->time - START) / 1000);
  cJSON_AddNumberToObject(to, "count", from->count);
  if (from->status == STRONGROOM_OK)
    cJSON_AddNullToObject(to, "error");
  else
    cJSON_AddStringToObject(to, "error", short_name((status)from->status));
  cJSON_AddBoolToObject(to, "durable", from->durable);
  return to;
}

static cJSON *page_event(const strongroom_page *page, size_t index) {
  strongroom_audit_event event;
  event.struct_size = sizeof event;
  must(strongroom_page_event(page, index, &event, NULL));
  return event_of(&event);
}

/* A page of events, which is freed. */
static status give_events(strongroom_page *page, cJSON **gives) {
  *gives = all_of(page, strongroom_page_len(page), page_event);
  return strongroom_page_free(page);
}

static status audit_query(const cJSON *with, strongroom_audit_query *to) {
  const cJSON *kind;
  status result = STRONGROOM_OK;
  if (text(with, "under")) must(strongroom_audit_query_under(to, text(with, "under"), Z, NULL));
  cJSON_ArrayForEach(kind, at(with, "kinds")) must(strongroom_audit_query_kind(to, kind->valuestring, Z, NULL));
  if (text(with, "request_id")) must(strongroom_audit_query_request_id(to, text(with, "request_id"), Z, NULL));
  if (at(with, "since")) must(strongroom_audit_query_since(to, START + 1000 * (int64_t)number(with, "since", 0), NULL));
  if (at(with, "until")) must(strongroom_audit_query_until(to, START + 1000 * (int64_t)number(with, "until", 0), NULL));
  if (at(with, "success")) must(strongroom_audit_query_success(to, cJSON_IsTrue(at(with, "success")), NULL));
  if (cJSON_IsTrue(at(with, "newest_first"))) must(strongroom_audit_query_newest_first(to, NULL));
  if (at(with, "limit")) must(strongroom_audit_query_limit(to, (size_t)number(with, "limit", 0), NULL));
  if (text(with, "actor")) result = strongroom_audit_query_actor(to, text(with, "actor"), Z, NULL);
  if (result == STRONGROOM_OK && text(with, "secret"))
    result = strongroom_audit_query_secret(to, text(with, "secret"), Z, NULL);
  if (result == STRONGROOM_OK && text(with, "cursor"))
    result = strongroom_audit_query_after(to, text(with, "cursor"), Z, NULL);
  return result;
}

static status audit(strongroom_store *on, const cJSON *with, cJSON **gives) {
  strongroom_audit_query *asked;
  strongroom_page *page;
  const char *next;
  status result;
  must(strongroom_audit_query_new(&asked, NULL));
  result = audit_query(with, asked);
  if (result == STRONGROOM_OK) result = strongroom_audit_list(on, asked, &page, NULL);
  must(strongroom_audit_query_free(asked));
  if (result != STRONGROOM_OK) return result;
  next = strongroom_page_next_cursor(page);
  *gives = cJSON_CreateObject();
  cJSON_AddItemToObject(*gives, "events", all_of(page, strongroom_page_len(page), page_event));
  cJSON_AddItemToObject(*gives, "next_cursor", next ? cJSON_CreateString(next) : cJSON_CreateNull());
  cJSON_AddBoolToObject(*gives, "has_more", strongroom_page_has_more(page));
  return strongroom_page_free(page);
}

static status audit_verify(strongroom_store *on, const cJSON *with, cJSON **gives) {
  strongroom_audit_verified verified;
  status result;
  verified.struct_size = sizeof verified;
  result = strongroom_audit_verify(on, text(with, "head"), Z, &verified, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddNumberToObject(*gives, "events", (double)verified.events);
  cJSON_AddNumberToObject(*gives, "first", (double)verified.first);
  cJSON_AddStringToObject(*gives, "head", verified.head);
  cJSON_AddItemToObject(*gives, "kept",
                        verified.kept == STRONGROOM_PIN_NONE         ? cJSON_CreateNull()
                        : verified.kept == STRONGROOM_PIN_IN_HISTORY ? cJSON_CreateString("in_history")
                                                                     : cJSON_CreateString("older_than_log"));
  return STRONGROOM_OK;
}

static status audit_export(strongroom_store *on, cJSON **gives) {
  static unsigned exports;
  char file[sizeof play.store_file + 32];
  strongroom_audit_exported exported;
  status result;
  exported.struct_size = sizeof exported;
  snprintf(file, sizeof file, "%s.%u.jsonl", play.store_file, ++exports);
  result = strongroom_audit_export(on, file, Z, &exported, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  cJSON_AddNumberToObject(*gives, "events", (double)exported.events);
  cJSON_AddStringToObject(*gives, "head", exported.head);
  return STRONGROOM_OK;
}

/* In the order of their codes. */
static const char *const reads_names[] = {"", "batched", "strict", "off"};

static uint32_t reads_code(const cJSON *said, const char *tier_of) {
  const cJSON *one = cJSON_IsObject(said) ? cJSON_GetObjectItemCaseSensitive(said, tier_of) : said;
  uint32_t code;
  if (!one) return STRONGROOM_AUDIT_READS_UNCHANGED;
  for (code = 1; code < 4; code++)
    if (strcmp(reads_names[code], one->valuestring) == 0) return code;
  die("how are reads audited?");
  return 0;
}

static int64_t for_good(const cJSON *with, const char *name) {
  const cJSON *found = at(with, name);
  if (!found) return STRONGROOM_UNCHANGED;
  return cJSON_IsNumber(found) ? (int64_t)found->valuedouble : STRONGROOM_FOR_GOOD;
}

static status set_audit_policy(strongroom_store *on, const cJSON *with) {
  const cJSON *reads = at(with, "reads");
  return strongroom_policy_set_audit(on, reads_code(reads, "standard"), reads_code(reads, "sensitive"),
                                     reads_code(reads, "critical"), for_good(with, "days"), for_good(with, "bytes"), NULL);
}

static status audit_policy(strongroom_store *on, cJSON **gives) {
  strongroom_audit_policy policy;
  cJSON *reads;
  status result;
  policy.struct_size = sizeof policy;
  result = strongroom_policy_audit(on, &policy, NULL);
  if (result != STRONGROOM_OK) return result;
  *gives = cJSON_CreateObject();
  reads = cJSON_AddObjectToObject(*gives, "reads");
  cJSON_AddStringToObject(reads, "standard", reads_names[policy.standard]);
  cJSON_AddStringToObject(reads, "sensitive", reads_names[policy.sensitive]);
  cJSON_AddStringToObject(reads, "critical", reads_names[policy.critical]);
  cJSON_AddItemToObject(*gives, "days",
                        policy.keep_days == STRONGROOM_FOR_GOOD ? cJSON_CreateNull() : cJSON_CreateNumber((double)policy.keep_days));
  cJSON_AddItemToObject(*gives, "bytes",
                        policy.keep_bytes == STRONGROOM_FOR_GOOD ? cJSON_CreateNull() : cJSON_CreateNumber((double)policy.keep_bytes));
  return STRONGROOM_OK;
}

/* The kinds of a call. */
static size_t kinds_of(const cJSON *with, strongroom_text kinds[16]) {
  const cJSON *kind;
  size_t count = 0;
  cJSON_ArrayForEach(kind, at(with, "kinds")) {
    kinds[count].data = kind->valuestring;
    kinds[count++].len = Z;
  }
  return count;
}

static void tell(const strongroom_audit_event *event, void *events) {
  cJSON_AddItemToArray((cJSON *)events, event_of(event));
}

static struct listener *listener(const cJSON *with) {
  size_t i;
  for (i = 0; i < LISTENERS; i++)
    if (play.listeners[i].name && strcmp(play.listeners[i].name, text(with, "name")) == 0) return &play.listeners[i];
  die("nobody listens under this name");
  return NULL;
}

static status subscribe(strongroom_store *on, const cJSON *with) {
  strongroom_text kinds[16];
  size_t count = kinds_of(with, kinds), i = 0;
  status result;
  while (play.listeners[i].name)
    if (++i == LISTENERS) die("too many listen");
  play.listeners[i].events = cJSON_CreateArray();
  result = strongroom_subscribe(on, text(with, "under"), Z, kinds, count, tell, play.listeners[i].events, NULL,
                                &play.listeners[i].subscription, NULL);
  if (result == STRONGROOM_OK)
    play.listeners[i].name = text(with, "name");
  else
    cJSON_Delete(play.listeners[i].events);
  return result;
}

static cJSON *told(const cJSON *with) {
  cJSON *events = listener(with)->events, *to = cJSON_CreateArray();
  while (cJSON_GetArraySize(events) > 0) cJSON_AddItemToArray(to, cJSON_DetachItemFromArray(events, 0));
  return to;
}

static status unsubscribe(const cJSON *with) {
  struct listener *one = listener(with);
  status result = strongroom_unsubscribe(&one->subscription, NULL);
  cJSON_Delete(one->events);
  one->name = NULL;
  return result;
}

static status feed(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives) {
  strongroom_text kinds[16];
  size_t count = kinds_of(with, kinds);
  strongroom_page *page;
  status result;
  if (strcmp(call, "latest_change") == 0) {
    uint64_t sequence;
    result = strongroom_feed_latest(on, &sequence, NULL);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateNumber((double)sequence);
    return result;
  }
  if (strcmp(call, "wait_changes") == 0) {
    int32_t came;
    result = strongroom_feed_wait(on, number(with, "after", 0), number(with, "timeout_ms", 0), &came, NULL);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateBool(came);
    return result;
  }
  result = strongroom_feed_read(on, number(with, "after", 0), (size_t)number(with, "limit", 100), text(with, "under"), Z,
                                kinds, count, &page, NULL);
  return result == STRONGROOM_OK ? give_events(page, gives) : result;
}

/* Calls about what was done. */
static status audited(strongroom_store *on, const char *call, const cJSON *with, cJSON **gives, int *known) {
  status result = STRONGROOM_OK;
  if (strcmp(call, "audit") == 0) return audit(on, with, gives);
  if (strcmp(call, "audit_verify") == 0) return audit_verify(on, with, gives);
  if (strcmp(call, "audit_export") == 0) return audit_export(on, gives);
  if (strcmp(call, "audit_policy") == 0) return audit_policy(on, gives);
  if (strcmp(call, "set_audit_policy") == 0) return set_audit_policy(on, with);
  if (strcmp(call, "subscribe") == 0) return subscribe(on, with);
  if (strcmp(call, "unsubscribe") == 0) return unsubscribe(with);
  if (strcmp(call, "changes") == 0 || strcmp(call, "latest_change") == 0 || strcmp(call, "wait_changes") == 0)
    return feed(on, call, with, gives);
  if (strcmp(call, "set_idempotency_window") == 0)
    return strongroom_policy_set_idempotency_window(on, number(with, "seconds", 0), NULL);
  if (strcmp(call, "told") == 0) {
    *gives = told(with);
  } else if (strcmp(call, "idempotency_window") == 0) {
    uint64_t seconds;
    result = strongroom_policy_idempotency_window(on, &seconds, NULL);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateNumber((double)seconds);
  } else if (strcmp(call, "audit_head") == 0) {
    char head[STRONGROOM_AUDIT_HEAD_LEN];
    result = strongroom_audit_head(on, head, sizeof head, NULL);
    if (result == STRONGROOM_OK) *gives = cJSON_CreateString(head);
  } else if (strcmp(call, "audit_get") == 0) {
    strongroom_page *page;
    result = strongroom_audit_get(on, text(with, "id"), Z, &page, NULL);
    if (result != STRONGROOM_OK) return result;
    *gives = page_event(page, 0);
    result = strongroom_page_free(page);
  } else {
    *known = 0;
  }
  return result;
}
