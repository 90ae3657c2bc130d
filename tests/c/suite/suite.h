/* The good path of every function, by topic. Each part takes a folder of its own to write into, and leaves no object alive. */
#ifndef SUITE_H
#define SUITE_H

#include "../check.h"

void library_part(void);
void options_part(const char *folder);
void secrets_part(strongroom_store *on);
void versions_part(strongroom_store *on);
void trash_part(void);
void lists_part(strongroom_store *on);
void transactions_part(strongroom_store *store);
void slots_part(const char *folder);
void copies_part(const char *folder);
void policy_part(strongroom_store *store);
void health_part(const char *folder);
void rotation_part(strongroom_store *on);
void generators_part(strongroom_store *on);
void signing_part(strongroom_store *on);
void context_part(strongroom_store *store);
void context_end_part(void);
void once_part(strongroom_store *store);
void audit_part(const char *folder);
void feed_part(strongroom_store *store);
void feed_inside_part(void);
void feed_end_part(void);

/* A key that costs nothing to unlock with. */
strongroom_key *raw_key(uint8_t number);
strongroom_store *new_store(const char *file);
void close_store(strongroom_store *store);
/* "folder/name", good until the next but three calls. */
const char *in_folder(const char *folder, const char *name);
void put(strongroom_store *on, const char *path, const char *value);
/* The current value of `path` is `value`. */
void check_value(strongroom_store *on, const char *path, const char *value);

#endif
