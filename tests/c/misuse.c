/*
 * Calls the library at random, also wrongly: handles that were freed, of another type, forged or
 * NULL, texts that are no UTF-8 or no JSON, callbacks that do what they must not. Each answer is
 * compared with what the handles' true state says. A seed repeats a run.
 *
 *     misuse SEQUENCES [SEED [THREADS]]
 *     misuse --plant-host | --plant-library | --plant-leak
 *                                 faults that an address sanitizer and valgrind have to report
 */
#include "misuse_world.h"
#include "proof.h"

/* Calls ---------------------------------------------------------------------------------- */

static void new_engine(void)
{
    ytc_engine *engine = NULL, **place;
    ytc_error *error = NULL, **wanted = WANTED(error);
    const char *config = chance(50) ? "{\"workers\":1,\"queue_capacity\":50,\"nice\":0}" : text();
    bool ok;
    if (pools[ENGINE].live_count >= 3)
        return;
    place = chance(90) ? &engine : NULL;
    ok = judge(ytc_engine_new(config, place, wanted), place != NULL, wanted);
    must(ok == (engine != NULL), "an output was written without success");
    if (ok)
        add(ENGINE, engine);
}

static void free_any(enum type type)
{
    struct argument argument = pick(type);
    ytc_status status;
    switch (type) {
    case ENGINE: status = ytc_engine_free(argument.handle); break;
    case JOB: status = ytc_job_free(argument.handle); break;
    case ERROR: status = ytc_error_free(argument.handle); break;
    case RESULT: status = ytc_result_free(argument.handle); break;
    default: status = ytc_subscription_free(argument.handle); break;
    }
    judge(status, argument.live || !argument.handle, NULL);
    if (argument.live)
        forget(type, argument.handle);
}

static void submit(void)
{
    struct argument engine = pick(ENGINE);
    ytc_callbacks place;
    ytc_job *job = NULL, **wanted_job = WANTED(job);
    ytc_error *error = NULL, **wanted = WANTED(error);
    const ytc_callbacks *told = callbacks(&place, engine.handle);
    const char *spec = chance(4)    ? "{\"kind\":\"probe\",\"source\":\"media/bikes.mp4\"}"
                       : chance(40) ? "{\"kind\":\"probe\",\"source\":\"/nonexistent/a.mp4\"}"
                                    : text();
    ytc_status status = chance(50)
        ? ytc_engine_submit(engine.handle, spec, told, wanted_job, wanted)
        : ytc_engine_submit_with(engine.handle, spec, chance(30) ? "{\"run_timeout_s\":0.01}" : text(), told,
                                 wanted_job, wanted);
    judge_job(status, engine.live, wanted_job, wanted);
}

static ytc_status help(ytc_engine *engine, const ytc_callbacks *told, ytc_job **job, ytc_error **error)
{
    ytc_range parts[2] = { { 0, 1 }, { (double)below(3) - 1, 1e300 } };
    double odd = chance(20) ? 0.0 / (double)below(1) : 1.0;
    switch (below(9)) {
    case 0: return ytc_probe(engine, text(), told, job, error);
    case 1: return ytc_download(engine, "/nonexistent", text(), text(), told, job, error);
    case 2: return ytc_transcribe(engine, text(), text(), text(), text(), told, job, error);
    case 3: return ytc_clip(engine, text(), 0, odd, "/nonexistent/a.mp4", text(), told, job, error);
    case 4:
        return ytc_stitch(engine, text(), chance(80) ? parts : NULL, (size_t)below(3), text(), odd, text(),
                          told, job, error);
    case 5: return ytc_reframe(engine, text(), "/nonexistent/a.mp4", text(), text(), told, job, error);
    case 6: return ytc_burn_captions(engine, text(), text(), text(), text(), text(), told, job, error);
    case 7: return ytc_watermark(engine, text(), "/nonexistent/a.mp4", text(), text(), told, job, error);
    default:
        return ytc_process(engine, "/nonexistent", "/nonexistent", text(), text(), told, job, error);
    }
}

static void submit_by_helper(void)
{
    struct argument engine = pick(ENGINE);
    ytc_callbacks place;
    ytc_job *job = NULL, **wanted_job = WANTED(job);
    ytc_error *error = NULL, **wanted = WANTED(error);
    const ytc_callbacks *told = callbacks(&place, engine.handle);
    judge_job(help(engine.handle, told, wanted_job, wanted), engine.live, wanted_job, wanted);
}

static void ask_engine(void)
{
    struct argument engine = pick(ENGINE);
    ytc_error *error = NULL, **wanted = WANTED(error);
    char *json = NULL;
    int fd = 0;
    ytc_event event;
    ytc_job *job = NULL;
    switch (below(9)) {
    case 0:
        must(judge(ytc_engine_stats(engine.handle, &json, wanted), engine.live, wanted) == (json != NULL),
             "an output was written without success");
        must(ytc_string_free(json) == YTC_STATUS_OK, "a text cannot be freed");
        break;
    case 1:
        must(judge(ytc_engine_event_fd(engine.handle, &fd, wanted), engine.live, wanted) == (fd > 0),
             "an output was written without success");
        break;
    case 2: judge(ytc_engine_next_event(engine.handle, &event, wanted), engine.live, wanted); break;
    case 4: judge(ytc_engine_pause(engine.handle, wanted), engine.live, wanted); break;
    case 5:
    case 6: judge(ytc_engine_resume(engine.handle, wanted), engine.live, wanted); break;
    case 7:
        must(judge(ytc_engine_metrics(engine.handle, &json, wanted), engine.live, wanted) == (json != NULL),
             "an output was written without success");
        must(ytc_string_free(json) == YTC_STATUS_OK, "a text cannot be freed");
        break;
    case 3:
        judge_job(ytc_engine_job(engine.handle, (uint64_t)below(100), &job, wanted), engine.live, &job,
                  wanted);
        break;
    default:
        judge(ytc_engine_shutdown(engine.handle, chance(99) ? 7 : below(3), 0.0, wanted), engine.live,
              wanted);
    }
}

static void ask_job(void)
{
    struct argument job = pick(JOB);
    ytc_error *error = NULL, **wanted = WANTED(error);
    ytc_state state;
    ytc_progress progress;
    bool flag;
    char *json = NULL;
    switch (below(7)) {
    case 0: judge(ytc_job_state(job.handle, &state, wanted), job.live, wanted); break;
    case 1: judge(ytc_job_poll(job.handle, &flag, wanted), job.live, wanted); break;
    case 2: judge(ytc_job_progress(job.handle, &progress, wanted), job.live, wanted); break;
    case 3:
        must(judge(ytc_job_events(job.handle, 0, &json, wanted), job.live, wanted) == (json != NULL),
             "an output was written without success");
        ytc_string_free(json);
        break;
    case 4: judge(ytc_job_wait(job.handle, chance(50) ? 0 : 0.0 / (double)below(1), wanted), job.live,
                  wanted); break;
    case 5: judge(ytc_job_cancel(job.handle, WANTED(flag), wanted), job.live, wanted); break;
    default:
        must((ytc_job_id(job.handle) != 0) == job.live, "the number of a handle that is none");
        must((ytc_job_kind(job.handle) != NULL) == job.live, "the kind of a handle that is none");
    }
}

static void end_job(void)
{
    struct argument job = pick(JOB);
    ytc_error *error = NULL, **wanted = WANTED(error), *failed = NULL;
    ytc_result *result = NULL;
    if (chance(5)) /* Some jobs shall have ended. */
        judge(ytc_job_wait(job.handle, 1, NULL), job.live, NULL);
    if (chance(50)) {
        bool ok = judge(ytc_job_result(job.handle, &result, wanted), job.live, wanted);
        must(ok == (result != NULL), "an output was written without success");
        results += ok;
        if (ok && pools[RESULT].live_count < POOL)
            add(RESULT, result);
        else
            ytc_result_free(result);
    } else {
        judge(ytc_job_error(job.handle, &failed, wanted), job.live, wanted);
        ytc_error_free(failed);
    }
}

static void subscribe(void)
{
    struct argument job = pick(JOB);
    ytc_callbacks place;
    ytc_subscription *subscription = NULL, **place_of = WANTED(subscription);
    ytc_error *error = NULL, **wanted = WANTED(error);
    const ytc_callbacks *told = callbacks(&place, any_live(ENGINE));
    ytc_status status = ytc_job_subscribe(job.handle, roll() >> below(64), told, place_of, wanted);
    bool ok = judge(status, job.live && told, wanted);
    if (!place_of)
        return;
    must(ok == (subscription != NULL), "an output was written without success");
    if (ok && pools[SUBSCRIPTION].live_count < POOL)
        add(SUBSCRIPTION, subscription);
    else
        ytc_subscription_free(subscription);
}

static void read_texts(void)
{
    struct argument error = pick(ERROR), result = pick(RESULT);
    const char *json = ytc_error_json(error.handle);
    calls += 9;
    must((json != NULL) == error.live, "a text of an error that is none");
    must(!json || json[0] == '{', "an error's JSON is none");
    ytc_error_status(error.handle);
    ytc_error_stage(error.handle);
    ytc_error_context(error.handle, text());
    json = ytc_result_json(result.handle);
    must((json != NULL) == result.live, "a text of a result that is none");
    ytc_result_output(result.handle, roll() >> below(64));
    ytc_result_output_count(result.handle);
    ytc_result_text(result.handle);
    ytc_result_duration(result.handle);
}

static void use_library(void)
{
    ytc_error *error = NULL, **wanted = WANTED(error);
    char *json = NULL;
    int object;
    switch (below(4)) {
    case 0: judge(ytc_spec_check(text(), WANTED(json), wanted), true, wanted); break;
    case 1:
        must(ytc_string_free((char *)&object) == YTC_STATUS_INVALID_HANDLE, "a foreign text was freed");
        break;
    case 2:
        judge(ytc_spec_check("{\"kind\":\"probe\",\"source\":\"a\"}", &json, NULL), true, NULL);
        must(ytc_string_free(json) == YTC_STATUS_OK, "a text cannot be freed");
        must(ytc_string_free(json) == YTC_STATUS_INVALID_HANDLE, "a text was freed twice");
        json = NULL;
        break;
    default: must(ytc_status_name((int32_t)roll()) != NULL, "no name"); calls++;
    }
    ytc_string_free(json);
}

static void call(void)
{
    int dice = below(1000);
    if (dice < 20 && (dice < 2 || !pools[ENGINE].live_count)) new_engine();
    else if (dice < 21) free_any(ENGINE);
    else if (dice < 90) submit();
    else if (dice < 170) submit_by_helper();
    else if (dice < 300) ask_engine();
    else if (dice < 450) ask_job();
    else if (dice < 550) end_job();
    else if (dice < 600) subscribe();
    else if (dice < 635) free_any(JOB);
    else if (dice < 665) free_any(SUBSCRIPTION);
    else if (dice < 750) free_any(ERROR);
    else if (dice < 770) free_any(RESULT);
    else if (dice < 850) end_job();
    else if (dice < 950) read_texts();
    else use_library();
}

/* The end -------------------------------------------------------------------------------- */

/* Frees what is left. */
static void finish(void)
{
    int type;
    while (pools[ENGINE].live_count) {
        ytc_engine *engine = pools[ENGINE].live[0];
        must(ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_NOW, 60, NULL) == YTC_STATUS_OK,
             "an engine does not end");
        must(ytc_engine_free(engine) == YTC_STATUS_OK, "an engine cannot be freed");
        forget(ENGINE, engine);
    }
    for (type = 0; type < TYPES; type++)
        while (pools[type].live_count) {
            void *handle = pools[type].live[0];
            switch (type) {
            case JOB: must(ytc_job_free(handle) == YTC_STATUS_OK, "a job is lost"); break;
            case ERROR: must(ytc_error_free(handle) == YTC_STATUS_OK, "an error is lost"); break;
            case RESULT: must(ytc_result_free(handle) == YTC_STATUS_OK, "a result is lost"); break;
            default: must(ytc_subscription_free(handle) == YTC_STATUS_OK, "a subscription is lost");
            }
            forget((enum type)type, handle);
        }
}

/* Waits until all userdata is freed: engines that were freed end on their own. */
static void await_userdata(void)
{
    struct timespec until;
    int late = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    pthread_mutex_lock(&lock);
    while (userdata_freed < userdata_made && !late)
        late = pthread_cond_timedwait(&changed, &lock, &until);
    must(userdata_freed == userdata_made, "userdata was not freed exactly once");
    pthread_mutex_unlock(&lock);
}

struct share {
    uint64_t seed, sequences, calls, refused, results;
};

static void *play(void *pointer)
{
    struct share *share = pointer;
    uint64_t sequence;
    random_state = share->seed;
    for (sequence = 0; sequence < share->sequences; sequence++) {
        int length = 1 + below(8);
        while (length--)
            call();
    }
    finish();
    share->calls = calls;
    share->refused = refused;
    share->results = results;
    return NULL;
}

static int play_all(uint64_t sequences, uint64_t seed, int threads)
{
    struct share shares[16] = { { 0, 0, 0, 0, 0 } }, sum = { 0, 0, 0, 0, 0 };
    char found[400], bar[40];
    pthread_t handles[16];
    int index;
    for (index = 0; index < threads; index++) {
        shares[index].seed = seed + (uint64_t)index;
        shares[index].sequences = sequences / (uint64_t)threads + ((uint64_t)index < sequences % (uint64_t)threads);
        must(!pthread_create(&handles[index], NULL, play, &shares[index]), "no thread");
    }
    for (index = 0; index < threads; index++) {
        pthread_join(handles[index], NULL);
        sum.sequences += shares[index].sequences;
        sum.calls += shares[index].calls;
        sum.refused += shares[index].refused;
        sum.results += shares[index].results;
    }
    await_userdata();
    must(sum.results > 0 || sequences < 10000, "no job ever succeeded: run it where media/ is");
    snprintf(found, sizeof found,
             "%" PRIu64 " random sequences, seed %" PRIu64 ": %" PRIu64 " calls on %d threads, %" PRIu64
             " refused, %" PRIu64 " results, %" PRIu64 " userdata freed once, 0 crashes and reports of the "
             "address sanitizer",
             sum.sequences, seed, sum.calls, threads, sum.refused, sum.results, userdata_freed);
    snprintf(bar, sizeof bar, "%" PRIu64 ", 0", sequences);
    return tell(11, found, bar, sum.sequences == sequences);
}

/* Faults that only a sanitizer sees: an overflow, a use of the library's memory after it was freed,
 * a leak. */
static int plant(const char *which)
{
    if (strcmp(which, "--plant-host") == 0) {
        volatile char *bytes = malloc(8);
        volatile int index = 8;
        bytes[index] = 1;
        return bytes[0] != 0;
    }
    ytc_error *error = NULL;
    const char *message;
    if (strcmp(which, "--plant-leak") == 0)
        return malloc(100) == NULL;
    ytc_spec_check("{", NULL, &error);
    message = ytc_error_message(error);
    ytc_error_free(error);
    return puts(message) < 0;
}

int main(int count, char **arguments)
{
    uint64_t seed;
    int threads;
    if (count < 2)
        return 2;
    if (arguments[1][0] == '-')
        return plant(arguments[1]);
    seed = count > 2 ? strtoull(arguments[2], NULL, 10) : (uint64_t)time(NULL);
    threads = count > 3 ? atoi(arguments[3]) : 2;
    if (threads < 1 || threads > 16)
        return 2;
    memset(huge, '[', sizeof huge - 1);
    printf("misuse: seed %" PRIu64 "\n", seed);
    fflush(stdout);
    return play_all(strtoull(arguments[1], NULL, 10), seed, threads);
}
