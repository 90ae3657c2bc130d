/* A store that is closed while a copy of another thread is under way is closed all the same: what it read is in the log, whatever becomes of
 * the process, and nothing more is written. Usage: closing FOLDER */
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define PATIENCE_SECONDS 60

/* A copy that stands still in its callback until it may go on. */
struct copy {
    strongroom_store *store;
    const char *file;
    strongroom_copy_options *options;
    sem_t stands, may_go_on;
    int has_stood;
    strongroom_status status;
};

static int32_t stand(uint64_t done, uint64_t total, void *user_data) {
    struct copy *copy = user_data;
    CHECK(done <= total);
    if (copy->has_stood++ == 0) {
        CHECK(sem_post(&copy->stands) == 0);
        CHECK(sem_wait(&copy->may_go_on) == 0);
    }
    return 0;
}

static void *back_up(void *of) {
    struct copy *copy = of;
    copy->status = strongroom_backup(copy->store, TEXT(copy->file), copy->options, NULL, NULL);
    return NULL;
}

/* Begins a copy, and comes back when it stands still. */
static pthread_t begin(struct copy *copy) {
    strongroom_error *error = NULL;
    pthread_t thread;
    OK(strongroom_copy_options_new(&copy->options, &error));
    OK(strongroom_copy_options_progress(copy->options, stand, copy, &error));
    CHECK(sem_init(&copy->stands, 0, 0) == 0 && sem_init(&copy->may_go_on, 0, 0) == 0);
    CHECK(pthread_create(&thread, NULL, back_up, copy) == 0);
    CHECK(sem_wait(&copy->stands) == 0);
    return thread;
}

static strongroom_key *key_of_all(void) {
    strongroom_error *error = NULL;
    strongroom_key *key = NULL;
    OK(strongroom_key_raw((const uint8_t[32]){7}, 32, &key, &error));
    return key;
}

static void read_once(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_secret *secret = NULL;
    OK(strongroom_get(store, TEXT("a"), 0, &secret, &error));
    EQUAL(strongroom_secret_free(secret), STRONGROOM_OK);
}

/* Closes a store that another thread copies: in every handle of it nothing can be done any more. */
static void close_under(struct copy *copy, strongroom_store **with) {
    strongroom_error *error = NULL;
    strongroom_store *closing = copy->store;
    read_once(*with);
    OK(strongroom_close(&closing, &error));
    CHECK(closing == NULL);
    FAILS(STRONGROOM_E_CLOSED, strongroom_put(*with, TEXT("b"), BYTES("1"), NULL, NULL, &error));
    FAILS(STRONGROOM_E_CLOSED, strongroom_put(copy->store, TEXT("b"), BYTES("1"), NULL, NULL, &error));
}

static void make(const char *file, const strongroom_key *key, struct copy *copy, strongroom_store **with) {
    strongroom_error *error = NULL;
    strongroom_context *context = NULL;
    OK(strongroom_create(TEXT(file), key, NULL, &copy->store, &error));
    OK(strongroom_put(copy->store, TEXT("a"), BYTES("1"), NULL, NULL, &error));
    OK(strongroom_context_new(&context, &error));
    OK(strongroom_with(copy->store, context, with, &error));
    EQUAL(strongroom_context_free(context), STRONGROOM_OK);
    read_once(copy->store);
}

/* A process that ends with the copy still under way. */
static void end_at_once(const char *file, const char *backup) {
    strongroom_store *with = NULL;
    struct copy copy = {.file = backup};
    alarm(PATIENCE_SECONDS);
    make(file, key_of_all(), &copy, &with);
    (void)begin(&copy);
    close_under(&copy, &with);
    _exit(0);
}

static size_t reads_in_the_log(strongroom_store *store) {
    strongroom_error *error = NULL;
    strongroom_audit_query *query = NULL;
    strongroom_page *page = NULL;
    size_t count = 0;
    OK(strongroom_audit_query_new(&query, &error));
    OK(strongroom_audit_query_kind(query, TEXT("secret.accessed"), &error));
    OK(strongroom_audit_list(store, query, &page, &error));
    for (size_t index = 0; index < strongroom_page_len(page); index++) {
        strongroom_audit_event event = {.struct_size = sizeof event};
        OK(strongroom_page_event(page, index, &event, &error));
        SAME(event.path.data, "a");
        count += (size_t)event.count;
    }
    EQUAL(strongroom_page_free(page), STRONGROOM_OK);
    EQUAL(strongroom_audit_query_free(query), STRONGROOM_OK);
    return count;
}

/* What the file holds, opened anew: both reads, and no write behind the end. */
static void check_closed(const char *file, const strongroom_key *key) {
    strongroom_error *error = NULL;
    strongroom_store *store = NULL;
    strongroom_page *page = NULL;
    OK(strongroom_open(TEXT(file), key, NULL, &store, &error));
    EQUAL(reads_in_the_log(store), 2);
    FAILS(STRONGROOM_E_NOT_FOUND, strongroom_info(store, TEXT("b"), &page, &error));
    OK(strongroom_close(&store, &error));
}

int main(int count, char **arguments) {
    CHECK(count == 3);
    const char *file = arguments[1], *backup = arguments[2];
    strongroom_store *with = NULL;
    struct copy copy = {.file = backup};
    /* Before anything else: the child is a process of its own to the library. */
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        end_at_once(file, backup);
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    strongroom_key *key = key_of_all();
    check_closed(file, key);

    /* One in which the copy comes to its end: it is whole, and the last thread inside lets go of the file. */
    CHECK(remove(file) == 0);
    make(file, key, &copy, &with);
    pthread_t thread = begin(&copy);
    close_under(&copy, &with);
    CHECK(sem_post(&copy.may_go_on) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    EQUAL(copy.status, STRONGROOM_E_CLOSED);
    check_closed(file, key);
    strongroom_error *error = NULL;
    strongroom_store *copied = NULL;
    OK(strongroom_open(TEXT(backup), key, NULL, &copied, &error));
    read_once(copied);
    OK(strongroom_close(&copied, &error));
    OK(strongroom_close(&with, &error));
    EQUAL(strongroom_copy_options_free(copy.options), STRONGROOM_OK);
    EQUAL(strongroom_key_free(key), STRONGROOM_OK);
    EQUAL(strongroom_live_objects(), 0);
    puts("it was closed");
    return 0;
}
