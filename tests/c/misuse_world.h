/*
 * The world that misuse.c plays in: handles that live and that were freed, texts, callbacks, and what
 * may be answered to a call.
 */
#ifndef YTCLIPPER_MISUSE_WORLD_H
#define YTCLIPPER_MISUSE_WORLD_H

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ytclipper.h>

#define POOL 48
#define WANTED(output) (chance(85) ? &(output) : NULL)

enum type { ENGINE, JOB, ERROR, RESULT, SUBSCRIPTION, TYPES };

/* Handles of one type: those that live, and the last ones that were freed. */
struct pool {
    void *live[POOL], *stale[POOL];
    int live_count, stale_count;
};

/* A handle as an argument, and whether it is one. */
struct argument {
    void *handle;
    bool live;
};

/* Each thread has handles of its own. */
static _Thread_local struct pool pools[TYPES];
static _Thread_local uint64_t random_state;
static _Thread_local uint64_t calls, refused, results;
/* A handle that was lent to a callback which has returned. */
static _Atomic(void *) lent;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static uint64_t userdata_made, userdata_freed;

static uint64_t roll(void)
{
    uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int below(int limit) { return (int)(roll() % (uint64_t)limit); }
static bool chance(int percent) { return below(100) < percent; }

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "misuse: after %" PRIu64 " calls: %s\n", calls, what);
        abort();
    }
}

/* Handles -------------------------------------------------------------------------------- */

static void add(enum type type, void *handle)
{
    struct pool *pool = &pools[type];
    must(handle != NULL, "a call that succeeded gave no handle");
    must(pool->live_count < POOL, "the pool is full");
    pool->live[pool->live_count++] = handle;
}

static void forget(enum type type, void *handle)
{
    struct pool *pool = &pools[type];
    int index = 0;
    while (index < pool->live_count && pool->live[index] != handle)
        index++;
    must(index < pool->live_count, "a handle was freed that was not live");
    pool->live[index] = pool->live[--pool->live_count];
    pool->stale[pool->stale_count < POOL ? pool->stale_count++ : below(POOL)] = handle;
}

static void *any_live(enum type type)
{
    struct pool *pool = &pools[type];
    return pool->live_count ? pool->live[below(pool->live_count)] : NULL;
}

/* A handle of the type with one bit turned: of its generation, process or type. */
static void *forged(enum type type)
{
    void *handle = any_live(type);
    return handle ? (void *)((uintptr_t)handle ^ ((uintptr_t)1 << (22 + below(42)))) : NULL;
}

static void *invented(void)
{
    static int object;
    switch (below(4)) {
    case 0: return &object;
    case 1: return (void *)(uintptr_t)(1 + below(4096));
    case 2: return (void *)(uintptr_t)(roll() & 0x00ffffffffffffffu);
    default: return atomic_load(&lent);
    }
}

static struct argument pick(enum type type)
{
    struct argument argument = { NULL, false };
    const struct pool *pool = &pools[type];
    int dice = below(100);
    if (dice < 70) {
        argument.handle = any_live(type);
        argument.live = argument.handle != NULL;
    } else if (dice < 80) {
        argument.handle = pool->stale_count ? pool->stale[below(pool->stale_count)] : NULL;
    } else if (dice < 87) {
        argument.handle = any_live((enum type)((type + 1 + below(TYPES - 1)) % TYPES));
    } else if (dice < 94) {
        argument.handle = forged(type);
    } else if (dice < 98) {
        argument.handle = invented();
    }
    return argument;
}

/* Texts ---------------------------------------------------------------------------------- */

static char huge[100001];

static const char *text(void)
{
    static const char *const texts[] = {
        "{\"kind\":\"probe\",\"source\":\"/nonexistent/a.mp4\"}",
        "{\"kind\":\"thumbnail\",\"source\":\"/nonexistent\",\"output\":\"/nonexistent/a.jpg\"}",
        "{\"kind\":\"render\",\"source\":\"/\",\"output\":\"/nonexistent/a.mp4\"}",
        "{\"kind\":\"dance\"}", "{\"kind\":", "{}", "[]", "null", "\"\"", "", "/nonexistent/a.mp4",
        "\xff\xfe", "a\xc3", "\xed\xa0\x80", "{\"kind\":\"probe\",\"source\":\"\xff\"}", "vertical",
        "{\"overwrite\":true}", "{\"layout\":7}", "[{\"word\":\"a\",\"start\":0,\"end\":1}]", "field",
    };
    int index = below((int)(sizeof texts / sizeof *texts) + 2);
    if (index < (int)(sizeof texts / sizeof *texts))
        return texts[index];
    if (index % 2)
        return NULL;
    return huge;
}

/* Callbacks ------------------------------------------------------------------------------ */

struct userdata {
    uint64_t magic;
    int action;
    ytc_engine *engine;
    ytc_job *lent;
};

static void free_userdata(void *pointer)
{
    struct userdata *userdata = pointer;
    must(userdata->magic == 0x600dda7a, "userdata was freed twice");
    userdata->magic = 0;
    if (userdata->lent)
        atomic_store(&lent, userdata->lent);
    free(userdata);
    pthread_mutex_lock(&lock);
    userdata_freed++;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void on_progress(void *pointer, ytc_job *job, const ytc_progress *progress)
{
    struct userdata *userdata = pointer;
    must(userdata->magic == 0x600dda7a, "a callback came after userdata_free");
    must(progress->seq > 0 && ytc_job_id(job) > 0, "a callback's job is not live");
    if (userdata->action == 1)
        ytc_job_cancel(job, NULL, NULL);
}

static void on_done(void *pointer, ytc_job *job)
{
    struct userdata *userdata = pointer;
    ytc_status status;
    must(userdata->magic == 0x600dda7a, "a callback came after userdata_free");
    switch (userdata->action) {
    case 2:
        status = ytc_job_wait(job, -1, NULL);
        must(status == YTC_STATUS_WOULD_DEADLOCK, "a wait inside a callback was not refused");
        break;
    case 3:
        must(ytc_job_free(job) == YTC_STATUS_OK, "a lent handle cannot be freed");
        break;
    case 4: /* The engine may be gone by now, which must be told. */
        status = ytc_engine_shutdown(userdata->engine, YTC_SHUTDOWN_MODE_NOW, -1, NULL);
        must(status == YTC_STATUS_WOULD_DEADLOCK || status == YTC_STATUS_INVALID_HANDLE ||
                 status == YTC_STATUS_INVALID_ARGUMENT,
             "a shutdown inside a callback was not refused");
        break;
    case 5:
        ytc_probe(userdata->engine, "/nonexistent", NULL, NULL, NULL);
        break;
    default:
        userdata->lent = job;
    }
}

/* Callbacks, some of them incomplete; NULL at times. */
static const ytc_callbacks *callbacks(ytc_callbacks *place, ytc_engine *engine)
{
    struct userdata *userdata;
    if (chance(40))
        return NULL;
    userdata = malloc(sizeof *userdata);
    userdata->magic = 0x600dda7a;
    userdata->action = below(8);
    userdata->engine = engine;
    userdata->lent = NULL;
    pthread_mutex_lock(&lock);
    userdata_made++;
    pthread_mutex_unlock(&lock);
    place->on_progress = chance(70) ? on_progress : NULL;
    place->on_done = chance(70) ? on_done : NULL;
    place->userdata = userdata;
    place->userdata_free = free_userdata;
    return place;
}

/* Answers -------------------------------------------------------------------------------- */

/* Compares a status with what is known: a handle that is none is never taken. */
static bool judge(ytc_status status, bool live, ytc_error **wanted)
{
    bool ok = status == YTC_STATUS_OK;
    calls++;
    refused += !ok;
    must(strcmp(ytc_status_name(status), "unknown") != 0, "a status has no name");
    must(status != YTC_STATUS_INTERNAL, "a fault of the library");
    must(live || !ok, "a handle that is none was taken");
    must(!live || status != YTC_STATUS_INVALID_HANDLE, "a live handle was refused");
    if (wanted) {
        must(ok == (*wanted == NULL), "an error does not go with its status");
        if (*wanted) {
            must(ytc_error_status(*wanted) == status, "an error has another status");
            must(strlen(ytc_error_message(*wanted)) > 0, "an error says nothing");
            if (pools[ERROR].live_count < POOL && chance(30))
                add(ERROR, *wanted);
            else
                must(ytc_error_free(*wanted) == YTC_STATUS_OK, "an error cannot be freed");
        }
    }
    return ok;
}

/* A job that was or was not taken. */
static void judge_job(ytc_status status, bool live, ytc_job **wanted, ytc_error **error)
{
    bool ok = judge(status, live, error);
    if (!wanted)
        return;
    must(ok == (*wanted != NULL), "an output was written without success");
    if (ok && pools[JOB].live_count < POOL)
        add(JOB, *wanted);
    else
        ytc_job_free(*wanted);
}

#endif
