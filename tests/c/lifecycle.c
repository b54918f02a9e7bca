/*
 * One of everything, in order: what a host does in its life. Run under valgrind.
 *
 *     lifecycle VIDEO PICTURE [fork]     without a fork under valgrind, which takes the memory of
 *                                        threads that are not in the child for lost
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ytclipper.h>

#define MUST(holds) \
    do { \
        if (!(holds)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
            exit(1); \
        } \
    } while (0)

static atomic_int reports, ends, freed, lines;
static int refused_freed;

static void on_progress(void *userdata, ytc_job *job, const ytc_progress *progress)
{
    MUST(strcmp(userdata, "mine") == 0 && ytc_job_id(job) > 0 && progress->percent <= 100);
    reports++;
}

static void on_done(void *userdata, ytc_job *job)
{
    ytc_error *error = NULL;
    MUST(strcmp(userdata, "mine") == 0);
    MUST(ytc_job_wait(job, -1, &error) == YTC_STATUS_WOULD_DEADLOCK);
    MUST(ytc_error_status(error) == YTC_STATUS_WOULD_DEADLOCK);
    ytc_error_free(error);
    ends++;
}

static void free_mine(void *userdata)
{
    free(userdata);
    freed++;
}

static void free_refused(void *userdata)
{
    free(userdata);
    refused_freed++;
}

static ytc_callbacks callbacks(void)
{
    char *mine = malloc(5);
    memcpy(mine, "mine", 5);
    return (ytc_callbacks){ on_progress, on_done, mine, free_mine };
}

static void on_log(void *userdata, ytc_log_level level, const char *target, const char *message)
{
    MUST(userdata == NULL && level >= YTC_LOG_LEVEL_ERROR && target && message);
    lines++;
}

static void a_job_that_succeeds(ytc_engine *engine, const char *video, const char *picture)
{
    char spec[1024];
    ytc_callbacks told = callbacks(), more = callbacks(), ended = callbacks();
    ytc_error *error = NULL;
    ytc_job *job = NULL;
    ytc_subscription *subscription = NULL;
    ytc_result *result = NULL;
    ytc_progress progress;
    bool finished = false;
    char *events = NULL;

    snprintf(spec, sizeof spec,
             "{\"kind\":\"thumbnail\",\"source\":\"%s\",\"output\":\"%s\",\"max_side\":64,"
             "\"overwrite\":true}", video, picture);
    MUST(ytc_engine_submit(engine, spec, &told, &job, &error) == YTC_STATUS_OK && !error);
    MUST(ytc_job_subscribe(job, 0, &more, NULL, &error) == YTC_STATUS_OK);
    MUST(ytc_job_subscribe(job, 0, &ended, &subscription, &error) == YTC_STATUS_OK);
    MUST(ytc_job_wait(job, -1, &error) == YTC_STATUS_OK);
    MUST(ytc_job_poll(job, &finished, &error) == YTC_STATUS_OK && finished);
    MUST(ytc_job_progress(job, &progress, &error) == YTC_STATUS_OK && progress.percent == 100);
    MUST(ytc_job_events(job, 0, &events, &error) == YTC_STATUS_OK && events[0] == '[');
    ytc_string_free(events);
    MUST(ytc_job_result(job, &result, &error) == YTC_STATUS_OK);
    MUST(ytc_result_output_count(result) == 1 && strcmp(ytc_result_output(result, 0), picture) == 0);
    MUST(strstr(ytc_result_json(result), "\"kind\":\"thumbnail\""));
    MUST(!ytc_result_text(result) && !ytc_result_output(result, 1));
    ytc_result_free(result);
    ytc_subscription_free(subscription);
    ytc_job_free(job);
}

static void a_job_that_fails(ytc_engine *engine)
{
    ytc_error *error = NULL, *failed = NULL;
    ytc_job *job = NULL;
    ytc_result *result = NULL;

    MUST(ytc_probe(engine, "/nonexistent.mp4", NULL, &job, &error) == YTC_STATUS_OK);
    MUST(ytc_job_wait(job, 60, &error) == YTC_STATUS_OK);
    MUST(ytc_job_result(job, &result, &error) == YTC_STATUS_NOT_FOUND && !result);
    MUST(strcmp(ytc_error_context(error, "path"), "/nonexistent.mp4") == 0);
    MUST(strcmp(ytc_error_stage(error), "probing") == 0);
    MUST(ytc_job_error(job, &failed, NULL) == YTC_STATUS_OK);
    MUST(strcmp(ytc_error_json(failed), ytc_error_json(error)) == 0);
    ytc_error_free(failed);
    ytc_error_free(error);
    ytc_job_free(job);
}

static void a_request_that_is_refused(ytc_engine *engine)
{
    ytc_error *error = NULL;
    ytc_job *job = NULL;
    ytc_callbacks told = callbacks();

    told.userdata_free = free_refused;
    MUST(ytc_clip(engine, "a.mp4", 2, 1, "b.mp4", NULL, &told, &job, &error) == YTC_STATUS_INVALID_SPEC);
    MUST(!job && refused_freed == 1);
    MUST(strcmp(ytc_error_context(error, "field"), "parts[0].end") == 0);
    ytc_error_free(error);
}

/* A paused engine takes jobs and starts none; a deadline of the queue goes on. */
static void a_pause_and_a_deadline(ytc_engine *engine)
{
    ytc_error *error = NULL, *failed = NULL;
    ytc_job *job = NULL;
    char *page = NULL;
    const char *spec = "{\"kind\":\"probe\",\"source\":\"/nonexistent\"}";

    MUST(ytc_engine_pause(engine, &error) == YTC_STATUS_OK);
    MUST(ytc_engine_submit_with(engine, spec, "{\"priority\":101}", NULL, &job, &error)
         == YTC_STATUS_INVALID_SPEC);
    MUST(!job && strcmp(ytc_error_context(error, "field"), "priority") == 0);
    ytc_error_free(error);
    MUST(ytc_engine_submit_with(engine, spec, "{\"queue_timeout_s\":0.05}", NULL, &job, &error)
         == YTC_STATUS_OK);
    MUST(ytc_job_wait(job, 10, &error) == YTC_STATUS_OK);
    MUST(ytc_job_error(job, &failed, &error) == YTC_STATUS_OK);
    MUST(ytc_error_status(failed) == YTC_STATUS_TIMEOUT);
    MUST(strcmp(ytc_error_context(failed, "deadline"), "queue") == 0);
    ytc_error_free(failed);
    ytc_job_free(job);
    MUST(ytc_engine_metrics(engine, &page, &error) == YTC_STATUS_OK && strstr(page, "ytclipper_queue_paused 1"));
    ytc_string_free(page);
    MUST(ytc_engine_resume(engine, &error) == YTC_STATUS_OK);
}

static void *drain(void *engine)
{
    ytc_error *error = NULL;
    MUST(ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_DRAIN, 60, &error) == YTC_STATUS_OK);
    return NULL;
}

/* An engine that is freed cancels its jobs, also where another thread is waiting for them. */
static void a_free_ends_a_drain(const char *video)
{
    ytc_engine *engine = NULL;
    ytc_error *error = NULL;
    ytc_job *job = NULL;
    ytc_state state = YTC_STATE_QUEUED;
    pthread_t draining;
    char output[1024], *json = NULL;
    bool closed = false;

    snprintf(output, sizeof output, "%s.drained.mp4", video);
    MUST(ytc_engine_new("{\"workers\":1}", &engine, &error) == YTC_STATUS_OK);
    MUST(ytc_clip(engine, video, 0, 9, output, "{\"encode\":{\"preset\":\"slow\",\"fps\":240}}", NULL, &job,
                  &error) == YTC_STATUS_OK);
    MUST(pthread_create(&draining, NULL, drain, engine) == 0);
    while (!closed) {
        MUST(ytc_engine_stats(engine, &json, &error) == YTC_STATUS_OK);
        closed = strstr(json, "\"shut_down\":\"drain\"") != NULL;
        ytc_string_free(json);
    }
    MUST(ytc_engine_free(engine) == YTC_STATUS_OK);
    MUST(pthread_join(draining, NULL) == 0);
    MUST(ytc_job_state(job, &state, &error) == YTC_STATUS_OK && state == YTC_STATE_CANCELLED);
    ytc_job_free(job);
}

/* The job of an end that was told is found, although the engine keeps no finished jobs. */
static void a_told_end_has_its_result(const char *video)
{
    ytc_engine *engine = NULL;
    ytc_error *error = NULL;
    ytc_job *job = NULL;
    ytc_result *result = NULL;
    ytc_event event = { .kind = YTC_EVENT_KIND_NONE };
    struct pollfd events = { .events = POLLIN };

    MUST(ytc_engine_new("{\"workers\":1,\"keep_finished\":0}", &engine, &error) == YTC_STATUS_OK);
    MUST(ytc_engine_event_fd(engine, &events.fd, &error) == YTC_STATUS_OK);
    MUST(ytc_probe(engine, video, NULL, NULL, &error) == YTC_STATUS_OK);
    while (event.kind != YTC_EVENT_KIND_DONE) {
        MUST(poll(&events, 1, 60000) == 1);
        MUST(ytc_engine_next_event(engine, &event, &error) == YTC_STATUS_OK);
    }
    MUST(ytc_engine_job(engine, event.job_id, &job, &error) == YTC_STATUS_OK);
    MUST(ytc_job_result(job, &result, &error) == YTC_STATUS_OK && ytc_result_duration(result) > 1);
    MUST(ytc_engine_job(engine, event.job_id + 1, NULL, NULL) != YTC_STATUS_OK);
    ytc_result_free(result);
    ytc_job_free(job);
    MUST(ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_DRAIN, -1, &error) == YTC_STATUS_OK);
    ytc_engine_free(engine);
}

/* In a child, nothing of the parent can be used, and another engine can. */
static void a_fork_is_told(ytc_engine *engine)
{
    int status = 0;
    pid_t child = fork();
    MUST(child >= 0);
    if (child == 0) {
        ytc_engine *another = NULL;
        ytc_error *error = NULL;
        ytc_job *job = NULL;
        char *json = NULL;
        alarm(20);
        MUST(ytc_engine_stats(engine, &json, &error) == YTC_STATUS_ENGINE_FORKED && !json);
        MUST(ytc_error_status(error) == YTC_STATUS_ENGINE_FORKED);
        ytc_error_free(error);
        MUST(ytc_engine_free(engine) == YTC_STATUS_ENGINE_FORKED);
        MUST(ytc_engine_new("{\"workers\":1}", &another, NULL) == YTC_STATUS_OK);
        MUST(ytc_probe(another, "/nonexistent", NULL, &job, NULL) == YTC_STATUS_OK);
        MUST(ytc_job_wait(job, 10, NULL) == YTC_STATUS_OK);
        MUST(ytc_engine_shutdown(another, YTC_SHUTDOWN_MODE_DRAIN, 10, NULL) == YTC_STATUS_OK);
        ytc_job_free(job);
        ytc_engine_free(another);
        _exit(0);
    }
    MUST(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int count, char **arguments)
{
    ytc_engine *engine = NULL;
    ytc_error *error = NULL;
    char *json = NULL;

    MUST(count >= 3);
    MUST(ytc_set_log(YTC_LOG_LEVEL_TRACE, on_log, NULL, NULL, &error) == YTC_STATUS_OK);
    MUST(ytc_capabilities("/nonexistent", &json, &error) == YTC_STATUS_OK && strstr(json, "libavcodec"));
    ytc_string_free(json);
    MUST(ytc_engine_new("{\"workers\":2,\"threads\":2}", &engine, &error) == YTC_STATUS_OK);
    a_job_that_succeeds(engine, arguments[1], arguments[2]);
    a_job_that_fails(engine);
    a_request_that_is_refused(engine);
    a_pause_and_a_deadline(engine);
    a_told_end_has_its_result(arguments[1]);
    a_free_ends_a_drain(arguments[1]);
    if (count > 3)
        a_fork_is_told(engine);
    MUST(ytc_engine_stats(engine, &json, &error) == YTC_STATUS_OK && strstr(json, "\"failed\":2"));
    ytc_string_free(json);
    MUST(ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_DRAIN, -1, &error) == YTC_STATUS_OK);
    MUST(ytc_engine_free(engine) == YTC_STATUS_OK);
    MUST(ytc_engine_free(engine) == YTC_STATUS_INVALID_HANDLE);
    MUST(ytc_set_log(YTC_LOG_LEVEL_OFF, NULL, NULL, NULL, &error) == YTC_STATUS_OK);
    printf("lifecycle: %d reports, %d ends, %d userdata freed, %d lines of log\n", reports, ends,
           freed + refused_freed, lines);
    /* The subscription that was freed early may have heard of the end, and may not. */
    MUST(reports >= 2 && (ends == 2 || ends == 3) && freed == 3);
    return 0;
}
