/*
 * An event loop of one's own, without callbacks: looks into several files at once, and cuts the
 * first second of the first one. The engine's descriptor is polled beside standard input, where a
 * line cancels all jobs.
 *
 *     poll OUTPUT SOURCE...
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <ytclipper.h>

static int fail(const char *what, ytc_error *error)
{
    const char *message = ytc_error_message(error);
    fprintf(stderr, "poll: %s: %s: %s\n", what, ytc_status_name(ytc_error_status(error)),
            message ? message : "no message");
    ytc_error_free(error);
    return EXIT_FAILURE;
}

/* Tells how a job ended; whether it succeeded. */
static int tell(ytc_engine *engine, const ytc_event *event)
{
    ytc_error *error = NULL;
    ytc_job *job = NULL;
    ytc_result *result = NULL;
    int succeeded = 0;

    if (ytc_engine_job(engine, event->job_id, &job, &error) == YTC_STATUS_OK &&
        ytc_job_result(job, &result, &error) == YTC_STATUS_OK) {
        printf("job %llu (%s): %.2f s\n", (unsigned long long)event->job_id, ytc_job_kind(job),
               ytc_result_duration(result));
        succeeded = 1;
    } else {
        fail("a job failed", error);
    }
    ytc_result_free(result);
    ytc_job_free(job);
    return succeeded;
}

/* Takes all events that there are; returns how many jobs are over by them. */
static int take_events(ytc_engine *engine, int *succeeded)
{
    ytc_event event;
    int over = 0;

    while (ytc_engine_next_event(engine, &event, NULL) == YTC_STATUS_OK &&
           event.kind != YTC_EVENT_KIND_NONE) {
        if (event.kind == YTC_EVENT_KIND_DONE) {
            over += 1;
            *succeeded += tell(engine, &event);
        } else {
            printf("job %llu: %5.1f %% %s\n", (unsigned long long)event.job_id,
                   event.progress.percent, event.progress.message);
        }
    }
    return over;
}

/* Cancels the jobs with the numbers 1 to `count`. */
static void cancel_all(ytc_engine *engine, int count)
{
    int id;
    for (id = 1; id <= count; id++) {
        ytc_job *job = NULL;
        if (ytc_engine_job(engine, (uint64_t)id, &job, NULL) == YTC_STATUS_OK)
            ytc_job_cancel(job, NULL, NULL);
        ytc_job_free(job);
    }
}

static int loop(ytc_engine *engine, int jobs)
{
    struct pollfd fds[2] = { { -1, POLLIN, 0 }, { STDIN_FILENO, POLLIN, 0 } };
    ytc_error *error = NULL;
    int over = 0, succeeded = 0;

    if (ytc_engine_event_fd(engine, &fds[0].fd, &error) != YTC_STATUS_OK)
        return fail("no descriptor", error);
    while (over < jobs) {
        if (poll(fds, 2, -1) < 0)
            return EXIT_FAILURE;
        if (fds[0].revents)
            over += take_events(engine, &succeeded);
        if (fds[1].revents) {
            char line[80];
            if (read(STDIN_FILENO, line, sizeof line) > 0)
                cancel_all(engine, jobs);
            else
                fds[1].fd = -1; /* Its end; poll() passes over it from here on. */
        }
    }
    return succeeded == jobs ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int submit(ytc_engine *engine, int count, char **arguments)
{
    ytc_error *error = NULL;
    int index;

    for (index = 2; index < count; index++)
        if (ytc_probe(engine, arguments[index], NULL, NULL, &error) != YTC_STATUS_OK)
            return fail("cannot submit", error);
    if (ytc_clip(engine, arguments[2], 0.0, 1.0, arguments[1], "{\"overwrite\": true}", NULL, NULL,
                 &error) != YTC_STATUS_OK)
        return fail("cannot submit", error);
    return loop(engine, count - 1);
}

int main(int count, char **arguments)
{
    ytc_engine *engine = NULL;
    ytc_error *error = NULL;
    int status;

    if (count < 3) {
        fprintf(stderr, "usage: poll OUTPUT SOURCE...\n");
        return 2;
    }
    if (ytc_engine_new(NULL, &engine, &error) != YTC_STATUS_OK)
        return fail("no engine", error);
    status = submit(engine, count, arguments);
    ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_NOW, -1, NULL);
    ytc_engine_free(engine);
    return status;
}
