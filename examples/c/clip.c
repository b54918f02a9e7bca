/*
 * Cuts a clip with a watermark, and prints how it goes on.
 *
 *     clip SOURCE START END OUTPUT
 */
#include <stdio.h>
#include <stdlib.h>

#include <ytclipper.h>

/* Tells why something failed, and frees the error. */
static int fail(const char *what, ytc_error *error)
{
    const char *message = ytc_error_message(error);
    fprintf(stderr, "clip: %s: %s: %s\n", what, ytc_status_name(ytc_error_status(error)),
            message ? message : "no message");
    ytc_error_free(error);
    return EXIT_FAILURE;
}

/* Both callbacks run on the engine's dispatcher thread. */
static void on_progress(void *userdata, ytc_job *job, const ytc_progress *progress)
{
    (void)job;
    *(int *)userdata += 1;
    printf("%5.1f %%  %s\n", progress->percent, progress->message);
}

static void on_done(void *userdata, ytc_job *job)
{
    printf("job %llu is over after %d reports\n", (unsigned long long)ytc_job_id(job),
           *(int *)userdata);
}

static int clip(ytc_engine *engine, char **arguments)
{
    ytc_error *error = NULL;
    ytc_job *job = NULL;
    ytc_result *result = NULL;
    int *reports = calloc(1, sizeof *reports);
    /* The engine frees `reports` after the last callback. */
    ytc_callbacks callbacks = { on_progress, on_done, reports, free };
    const char *options = "{\"overwrite\": true, \"watermark\": {\"text\": \"ytclipper\"}}";

    if (ytc_clip(engine, arguments[1], atof(arguments[2]), atof(arguments[3]), arguments[4], options,
                 &callbacks, &job, &error) != YTC_STATUS_OK)
        return fail("cannot submit", error);
    if (ytc_job_wait(job, -1, &error) != YTC_STATUS_OK ||
        ytc_job_result(job, &result, &error) != YTC_STATUS_OK) {
        ytc_job_free(job);
        return fail("no clip", error);
    }
    printf("%s: %.2f s\n", ytc_result_output(result, 0), ytc_result_duration(result));
    ytc_result_free(result);
    ytc_job_free(job);
    return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    ytc_engine *engine = NULL;
    ytc_error *error = NULL;
    int status;

    if (count != 5) {
        fprintf(stderr, "usage: clip SOURCE START END OUTPUT\n");
        return 2;
    }
    if (ytc_engine_new("{\"workers\": 1}", &engine, &error) != YTC_STATUS_OK)
        return fail("no engine", error);
    status = clip(engine, arguments);
    /* Waits for the last callback and for the threads. */
    if (ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_DRAIN, -1, &error) != YTC_STATUS_OK)
        status = fail("cannot shut down", error);
    ytc_engine_free(engine);
    return status;
}
