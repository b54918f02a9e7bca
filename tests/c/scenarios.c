/*
 * The scenarios that Rust, Python and C share (tests/scenarios.json), through C.
 *
 *     scenarios TABLE SAMPLE [NAME]      all, or the one of this name
 */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ytclipper.h>

#include "json.h"

#define LONG 60.0
#define MOST 16

/* A job by its name in the table, and what its callbacks have seen. */
struct job {
    char name[40];
    ytc_job *handle;
    bool accepted;
    int done;
    ytc_progress newest;
};

struct runner {
    const struct json *specs;
    const char *sample;
    char folder[64];
    struct { const char *name; ytc_engine *handle; } engines[MOST];
    int engine_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job jobs[MOST];
    int job_count, faults;
};

/* What a completion callback carries. */
struct call {
    struct runner *runner;
    struct job *job;
    const struct json *steps;
};

static bool take(struct runner *runner, const struct json *step);

/* Reports a step that did not go as it should; false. */
static bool fault(const struct json *step, const char *what)
{
    fprintf(stderr, "  %.*s: %s\n", (int)(step->end - step->begin), step->begin, what);
    return false;
}

/* The board ------------------------------------------------------------------------------ */

/* The place of a job, made where it is missing. */
static struct job *place(struct runner *runner, const char *name)
{
    int index = 0;
    while (index < runner->job_count && strcmp(runner->jobs[index].name, name) != 0)
        index++;
    if (index == runner->job_count) {
        if (index == MOST)
            abort();
        runner->job_count++;
        snprintf(runner->jobs[index].name, sizeof runner->jobs[index].name, "%s", name);
    }
    return &runner->jobs[index];
}

static bool is_accepted(const struct job *job) { return job->accepted; }
static bool has_moved(const struct job *job) { return job->newest.percent > 0; }

/* Waits until something holds of a job; NULL after a minute. */
static struct job *when(struct runner *runner, const char *name, bool (*holds)(const struct job *))
{
    struct timespec until;
    struct job *job;
    int late = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)LONG;
    pthread_mutex_lock(&runner->lock);
    job = place(runner, name);
    while (!holds(job) && !late)
        late = pthread_cond_timedwait(&runner->changed, &runner->lock, &until);
    late = !holds(job);
    pthread_mutex_unlock(&runner->lock);
    return late ? NULL : job;
}

static ytc_job *job_of(struct runner *runner, const struct json *step)
{
    struct job *job = when(runner, json_string(step, "job", ""), is_accepted);
    return job ? job->handle : NULL;
}

static ytc_engine *engine_of(const struct runner *runner, const struct json *step)
{
    const char *name = json_string(step, "engine", "main");
    int index;
    for (index = 0; index < runner->engine_count; index++)
        if (strcmp(runner->engines[index].name, name) == 0)
            return runner->engines[index].handle;
    return NULL;
}

/* Callbacks ------------------------------------------------------------------------------ */

static void on_progress(void *userdata, ytc_job *handle, const ytc_progress *progress)
{
    struct call *call = userdata;
    struct runner *runner = call->runner;
    (void)handle;
    pthread_mutex_lock(&runner->lock);
    if (progress->seq <= call->job->newest.seq || progress->percent < call->job->newest.percent)
        runner->faults++;
    call->job->newest = *progress;
    pthread_cond_broadcast(&runner->changed);
    pthread_mutex_unlock(&runner->lock);
}

static void on_done(void *userdata, ytc_job *handle)
{
    struct call *call = userdata;
    struct runner *runner = call->runner;
    const struct json *step;
    int faults = 0;
    (void)handle;
    for (step = call->steps ? call->steps->first : NULL; step; step = step->next)
        faults += !take(runner, step);
    pthread_mutex_lock(&runner->lock);
    call->job->done++;
    runner->faults += faults;
    pthread_cond_broadcast(&runner->changed);
    pthread_mutex_unlock(&runner->lock);
}

/* Steps ---------------------------------------------------------------------------------- */

/* Compares what a call or job failed with, if it did, with what the table says. */
static bool judge(const struct json *step, ytc_status status, ytc_error *error)
{
    const struct json *wanted = json_get(step, "error");
    const char *kind = json_string(wanted, "kind", "ok"), *field = json_string(wanted, "field", NULL);
    const char *told = ytc_error_context(error, "field");
    bool right = strcmp(ytc_status_name(status), kind) == 0 &&
                 (!field || (told && strcmp(told, field) == 0));
    if (!right)
        fault(step, ytc_status_name(status));
    ytc_error_free(error);
    return right;
}

static char *replaced(char *text, const char *what, const char *with)
{
    char *found;
    while ((found = strstr(text, what))) {
        char *next = malloc(strlen(text) + strlen(with) + 1);
        sprintf(next, "%.*s%s%s", (int)(found - text), text, with, found + strlen(what));
        free(text);
        text = next;
    }
    return text;
}

/* A value's text with the folder and the sample in their places. */
static char *text_of(const struct runner *runner, const struct json *value)
{
    char *text = strndup(value->begin, (size_t)(value->end - value->begin));
    return replaced(replaced(text, "${sample}", runner->sample), "${out}", runner->folder);
}

static bool open_engine(struct runner *runner, const struct json *step)
{
    const struct json *config = json_get(step, "config");
    char *text = config ? text_of(runner, config) : NULL;
    ytc_engine *engine = NULL;
    ytc_error *error = NULL;
    ytc_status status = ytc_engine_new(text, &engine, &error);
    free(text);
    runner->engines[runner->engine_count].name = json_string(step, "engine", "main");
    runner->engines[runner->engine_count++].handle = engine;
    return judge(step, status, error);
}

static bool submit(struct runner *runner, const struct json *step)
{
    struct call *call = malloc(sizeof *call);
    ytc_callbacks callbacks = { on_progress, on_done, call, free };
    char *spec = text_of(runner, json_get(runner->specs, json_string(step, "spec", "")));
    ytc_job *handle = NULL;
    ytc_error *error = NULL;
    ytc_status status;
    pthread_mutex_lock(&runner->lock);
    *call = (struct call){ runner, place(runner, json_string(step, "job", "")), json_get(step, "on_done") };
    pthread_mutex_unlock(&runner->lock);
    struct job *job = call->job;
    status = ytc_engine_submit(engine_of(runner, step), spec, &callbacks, &handle, &error);
    free(spec);
    pthread_mutex_lock(&runner->lock);
    job->accepted = status == YTC_STATUS_OK;
    job->handle = handle;
    pthread_cond_broadcast(&runner->changed);
    pthread_mutex_unlock(&runner->lock);
    return judge(step, status, error);
}

static bool has_state(const struct json *step, ytc_job *job, const char *wanted)
{
    static const char *const names[] = { "queued", "running", "succeeded", "failed", "cancelled" };
    ytc_state state;
    if (ytc_job_state(job, &state, NULL) != YTC_STATUS_OK)
        return fault(step, "no state");
    return strcmp(names[state], wanted) == 0 || fault(step, names[state]);
}

static bool running(struct runner *runner, const struct json *step)
{
    struct job *job = when(runner, json_string(step, "job", ""), has_moved);
    return job ? has_state(step, job->handle, "running") : fault(step, "it does not move");
}

static bool cancel(struct runner *runner, const struct json *step)
{
    bool effect = false;
    ytc_status status = ytc_job_cancel(job_of(runner, step), &effect, NULL);
    bool wanted = json_get(step, "effect")->kind == 't';
    return (status == YTC_STATUS_OK && effect == wanted) || fault(step, effect ? "true" : "false");
}

static bool wait_for(struct runner *runner, const struct json *step)
{
    ytc_error *error = NULL;
    ytc_status status = ytc_job_wait(job_of(runner, step), json_number(step, "timeout", LONG), &error);
    return judge(step, status, error);
}

static bool shut_down(struct runner *runner, const struct json *step)
{
    const char *mode = json_string(step, "mode", "");
    int32_t number = strcmp(mode, "drain") == 0            ? YTC_SHUTDOWN_MODE_DRAIN
                     : strcmp(mode, "finish_running") == 0 ? YTC_SHUTDOWN_MODE_FINISH_RUNNING
                                                           : YTC_SHUTDOWN_MODE_NOW;
    ytc_error *error = NULL;
    ytc_status status = ytc_engine_shutdown(engine_of(runner, step), number,
                                            json_number(step, "timeout", LONG), &error);
    return judge(step, status, error);
}

/* The kind of a job's result. */
static bool has_outcome(const struct json *step, ytc_job *job, const char *wanted)
{
    ytc_result *result = NULL;
    bool right = ytc_job_result(job, &result, NULL) == YTC_STATUS_OK;
    right = right && strcmp(json_string(json_read(ytc_result_json(result)), "kind", ""), wanted) == 0;
    ytc_result_free(result);
    return right || fault(step, "another outcome");
}

static bool expect(struct runner *runner, const struct json *step)
{
    ytc_job *job = job_of(runner, step);
    const char *outcome = json_string(step, "outcome", NULL);
    ytc_error *failed = NULL;
    ytc_status status = ytc_job_error(job, &failed, NULL);
    /* An unfinished job has no error. */
    if (status != YTC_STATUS_OK && status != YTC_STATUS_NOT_FINISHED)
        return fault(step, "no answer");
    status = failed ? ytc_error_status(failed) : YTC_STATUS_OK;
    return judge(step, status, failed) && has_state(step, job, json_string(step, "state", "")) &&
           (!outcome || has_outcome(step, job, outcome));
}

static int is_visible(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool files(struct runner *runner, const struct json *step)
{
    struct dirent **found;
    int index, count = scandir(runner->folder, &found, is_visible, alphasort);
    const struct json *name = json_get(step, "names")->first;
    bool right = true;
    for (index = 0; index < count; index++) {
        right = right && name && strcmp(name->text, found[index]->d_name) == 0;
        name = name ? name->next : NULL;
        free(found[index]);
    }
    free(found);
    return (right && !name) || fault(step, "other files");
}

static bool raise_nothing(struct runner *runner, const struct json *step)
{
    (void)runner, (void)step;
    return true;
}

static bool take(struct runner *runner, const struct json *step)
{
    static const struct { const char *name; bool (*take)(struct runner *, const struct json *); } known[] = {
        { "open", open_engine }, { "submit", submit }, { "running", running }, { "cancel", cancel },
        { "wait", wait_for }, { "shutdown", shut_down }, { "expect", expect }, { "files", files },
        { "raise", raise_nothing },
    };
    const char *name = json_string(step, "do", "");
    size_t index;
    for (index = 0; index < sizeof known / sizeof *known; index++)
        if (strcmp(known[index].name, name) == 0)
            return known[index].take(runner, step);
    return fault(step, "an unknown step");
}

/* Scenarios ------------------------------------------------------------------------------ */

/* Ends the engines, and looks at what holds at the end of every scenario. */
static bool finish(struct runner *runner)
{
    bool right = true;
    int index;
    for (index = 0; index < runner->engine_count; index++) {
        ytc_engine *engine = runner->engines[index].handle;
        right &= ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_NOW, LONG, NULL) == YTC_STATUS_OK;
        right &= ytc_engine_free(engine) == YTC_STATUS_OK;
    }
    for (index = 0; index < runner->job_count; index++) {
        struct job *job = &runner->jobs[index];
        if (job->done != (job->accepted ? 1 : 0)) {
            fprintf(stderr, "  %s: told %d times that it is over\n", job->name, job->done);
            right = false;
        }
        right &= ytc_job_free(job->handle) == YTC_STATUS_OK;
    }
    return right && runner->faults == 0;
}

static void remove_folder(const char *folder)
{
    struct dirent **found;
    int count = scandir(folder, &found, is_visible, alphasort);
    while (count-- > 0) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, found[count]->d_name);
        unlink(path);
        free(found[count]);
    }
    rmdir(folder);
}

static bool run(const struct json *table, const struct json *scenario, const char *sample)
{
    struct runner runner = { .specs = json_get(table, "specs"), .sample = sample,
                             .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    const struct json *step = json_get(scenario, "steps")->first;
    bool right = true;
    snprintf(runner.folder, sizeof runner.folder, "/tmp/ytclipper-scenario-XXXXXX");
    if (!mkdtemp(runner.folder))
        return false;
    for (; step && right; step = step->next)
        right = take(&runner, step);
    right &= finish(&runner);
    remove_folder(runner.folder);
    printf("scenarios: %s: %s\n", json_string(scenario, "name", ""), right ? "ok" : "FAILED");
    fflush(stdout);
    return right;
}

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);
    if (!file || !fread(text, 1, (1 << 20) - 1, file))
        exit(2);
    fclose(file);
    return text;
}

int main(int count, char **arguments)
{
    const struct json *table, *scenario;
    int ran = 0, failed = 0;
    if (count < 3)
        return 2;
    table = json_read(file_text(arguments[1]));
    for (scenario = json_get(table, "scenarios")->first; scenario; scenario = scenario->next) {
        if (count > 3 && strcmp(json_string(scenario, "name", ""), arguments[3]) != 0)
            continue;
        ran++;
        failed += !run(table, scenario, arguments[2]);
    }
    printf("scenarios: %d run, %d failed\n", ran, failed);
    return ran == 0 || failed > 0;
}
