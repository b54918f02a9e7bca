/*
 * ytclipper: an embedded media engine.
 *
 * Generated from bindings/c by `cargo xtask header`; never edited. docs/c-api.md has the
 * conventions and a complete example. In short:
 *
 * - Every function that can fail returns a ytc_status, and hands out a ytc_error where it is asked.
 * - Outputs are written on success only; where a function fails they are NULL or zero.
 * - Handles (ytc_engine, ytc_job, ...) are no addresses: never dereference one. One that was freed
 *   or is of another type is found out and is an error. All other pointers must be valid.
 * - Texts are UTF-8 and end with NUL. What is passed in is copied before the call returns.
 * - Every function may be called on any thread, unless its text says otherwise.
 */

#ifndef YTCLIPPER_H
#define YTCLIPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * How a call ended. A number is never given to anything else, also where its meaning is dropped;
 * new ones may be added.
 *
 * Since: 0.1
 */
enum ytc_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * It worked.
     */
    YTC_STATUS_OK = 0,
    /**
     * A request is malformed; the error's context `field` names the first fault.
     */
    YTC_STATUS_INVALID_SPEC = 1,
    /**
     * A file that the request names does not exist.
     */
    YTC_STATUS_NOT_FOUND = 2,
    /**
     * A folder stands where a file was expected.
     */
    YTC_STATUS_IS_DIRECTORY = 3,
    /**
     * The file is not media that the engine reads, or lacks the stream that the job needs.
     */
    YTC_STATUS_UNSUPPORTED_MEDIA = 4,
    /**
     * The file is media, but broken or empty.
     */
    YTC_STATUS_CORRUPT_MEDIA = 5,
    /**
     * The input exceeds a limit of the engine, or there are too many handles.
     */
    YTC_STATUS_LIMIT_EXCEEDED = 6,
    /**
     * A download failed; the error's context `reason` tells how.
     */
    YTC_STATUS_DOWNLOAD = 7,
    /**
     * A model, font or tool that the job needs is not installed.
     */
    YTC_STATUS_MODEL_UNAVAILABLE = 8,
    /**
     * The disk is full or a file-size limit was reached.
     */
    YTC_STATUS_NO_SPACE = 9,
    /**
     * Reading or writing failed for another reason.
     */
    YTC_STATUS_IO = 10,
    /**
     * The job was cancelled.
     */
    YTC_STATUS_CANCELLED = 11,
    /**
     * A wait or a job ran into its deadline.
     */
    YTC_STATUS_TIMEOUT = 12,
    /**
     * The engine's queue is full; try again later.
     */
    YTC_STATUS_QUEUE_FULL = 13,
    /**
     * The engine has been shut down.
     */
    YTC_STATUS_SHUT_DOWN = 14,
    /**
     * A worker died while it held the job.
     */
    YTC_STATUS_WORKER_CRASHED = 15,
    /**
     * The call would wait for itself, as a wait inside a callback does.
     */
    YTC_STATUS_WOULD_DEADLOCK = 16,
    /**
     * The object was made before a fork and is used in the child.
     */
    YTC_STATUS_ENGINE_FORKED = 17,
    /**
     * A fault of the library itself, a panic included.
     */
    YTC_STATUS_INTERNAL = 18,
    /**
     * An argument is NULL, not UTF-8, not a number or out of range; the error's context `argument`
     * names it.
     */
    YTC_STATUS_INVALID_ARGUMENT = 100,
    /**
     * A handle was freed, is of another type, or was never one; the error's context `argument`
     * names it.
     */
    YTC_STATUS_INVALID_HANDLE = 101,
    /**
     * The job is not over yet.
     */
    YTC_STATUS_NOT_FINISHED = 102,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ytc_status ytc_status;
#else
typedef int32_t ytc_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Where a job stands. It moves from the top downwards only.
 *
 * Since: 0.1
 */
enum ytc_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Waits for a worker.
     */
    YTC_STATE_QUEUED = 0,
    /**
     * A worker is at it.
     */
    YTC_STATE_RUNNING = 1,
    /**
     * Done; there is a result.
     */
    YTC_STATE_SUCCEEDED = 2,
    /**
     * Ended with an error.
     */
    YTC_STATE_FAILED = 3,
    /**
     * Stopped because the host asked for it.
     */
    YTC_STATE_CANCELLED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ytc_state ytc_state;
#else
typedef int32_t ytc_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What a job is at.
 *
 * Since: 0.1
 */
enum ytc_stage
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Waiting for a worker.
     */
    YTC_STAGE_QUEUED = 0,
    /**
     * Reading a file's streams.
     */
    YTC_STAGE_PROBING = 1,
    /**
     * Fetching the source.
     */
    YTC_STAGE_DOWNLOADING = 2,
    /**
     * Turning speech into words.
     */
    YTC_STAGE_TRANSCRIBING = 3,
    /**
     * Choosing clips.
     */
    YTC_STAGE_ANALYZING = 4,
    /**
     * Rendering.
     */
    YTC_STAGE_CLIPPING = 5,
    /**
     * Writing project folders and info files.
     */
    YTC_STAGE_ORGANIZING = 6,
    /**
     * Removing intermediate files.
     */
    YTC_STAGE_CLEANUP = 7,
    /**
     * Fetching or converting a model.
     */
    YTC_STAGE_INSTALLING = 8,
    /**
     * Done.
     */
    YTC_STAGE_COMPLETE = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ytc_stage ytc_stage;
#else
typedef int32_t ytc_stage;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What an event tells.
 *
 * Since: 0.1
 */
enum ytc_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * There is no event.
     */
    YTC_EVENT_KIND_NONE = 0,
    /**
     * A job has gone on.
     */
    YTC_EVENT_KIND_PROGRESS = 1,
    /**
     * A job is over; it is the job's last event.
     */
    YTC_EVENT_KIND_DONE = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ytc_event_kind ytc_event_kind;
#else
typedef int32_t ytc_event_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * How grave a message is.
 *
 * Since: 0.1
 */
enum ytc_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Nothing, for `ytc_set_log`.
     */
    YTC_LOG_LEVEL_OFF = 0,
    /**
     * Something went wrong.
     */
    YTC_LOG_LEVEL_ERROR = 1,
    /**
     * Something is not as it should be.
     */
    YTC_LOG_LEVEL_WARN = 2,
    /**
     * What is being done.
     */
    YTC_LOG_LEVEL_INFO = 3,
    /**
     * What helps to find faults.
     */
    YTC_LOG_LEVEL_DEBUG = 4,
    /**
     * Everything, that of whisper.cpp included.
     */
    YTC_LOG_LEVEL_TRACE = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ytc_log_level ytc_log_level;
#else
typedef int32_t ytc_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What becomes of the jobs when an engine is shut down. Each mode is stricter than the one before.
 *
 * Since: 0.1
 */
enum ytc_shutdown_mode
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * All jobs are finished.
     */
    YTC_SHUTDOWN_MODE_DRAIN = 0,
    /**
     * Running jobs are finished, queued ones cancelled.
     */
    YTC_SHUTDOWN_MODE_FINISH_RUNNING = 1,
    /**
     * All jobs are cancelled.
     */
    YTC_SHUTDOWN_MODE_NOW = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ytc_shutdown_mode ytc_shutdown_mode;
#else
typedef int32_t ytc_shutdown_mode;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A bounded queue of jobs and the threads that run them. A process may have several.
 *
 * Since: 0.1
 */
typedef struct ytc_engine ytc_engine;

/**
 * Why a call or a job failed: status, message, stage, details. It never changes.
 *
 * Since: 0.1
 */
typedef struct ytc_error ytc_error;

/**
 * A handle of a job: poll it, wait for it, cancel it, listen to it. A job may have several; freeing
 * one neither cancels the job nor waits for it, and a handle outlives its engine.
 *
 * Since: 0.1
 */
typedef struct ytc_job ytc_job;

/**
 * What a finished job left. It never changes.
 *
 * Since: 0.1
 */
typedef struct ytc_result ytc_result;

/**
 * A place among a job's listeners.
 *
 * Since: 0.1
 */
typedef struct ytc_subscription ytc_subscription;

/**
 * The newest state of a job's work. Within a job `percent` never falls and `seq` always grows.
 *
 * Since: 0.1
 */
typedef struct ytc_progress {
    /**
     * Number of this report within the job, from 1.
     */
    uint64_t seq;
    /**
     * Of the whole job, 0 to 100.
     */
    double percent;
    /**
     * Seconds until the job is done; negative while that cannot be told.
     */
    double eta_s;
    /**
     * The stage at work.
     */
    ytc_stage stage;
    /**
     * What is being done, for a person; UTF-8, NUL-ended, cut where it is longer.
     */
    char message[256];
} ytc_progress;

/**
 * Told of a job's progress. `job` may be used until the function returns, and needs no free; it is
 * NULL where there are too many live handles. `progress` may be read until then.
 *
 * Since: 0.1
 */
typedef void (*ytc_progress_fn)(void *userdata,
                                struct ytc_job *job,
                                const struct ytc_progress *progress);

/**
 * Told that a job is over. `job` may be used until the function returns, and needs no free; it is
 * NULL where there are too many live handles.
 *
 * Since: 0.1
 */
typedef void (*ytc_done_fn)(void *userdata, struct ytc_job *job);

/**
 * Lets go of a callback's userdata. It may be called on any thread: that of the last callback, of the
 * call that failed, or of the one that ended a subscription.
 *
 * Since: 0.1
 */
typedef void (*ytc_free_fn)(void *userdata);

/**
 * Functions of the host. They are called on the engine's one dispatcher thread, one at a time and
 * under no lock; those that wait for something hold back the callbacks of all jobs. Only where
 * the engine has come to its end already are they called by `ytc_job_subscribe` itself, on its
 * thread. Inside of one, any call is legal that does not wait: `ytc_job_wait` and
 * `ytc_engine_shutdown` return `YTC_STATUS_WOULD_DEADLOCK`. They must not throw, and must not jump
 * out.
 *
 * `ytc_job_wait` returns as soon as the job is over, which may be before `on_done` is called. That
 * nobody uses `userdata` any more is told by `userdata_free`, and by a `ytc_engine_shutdown` that
 * returned `YTC_STATUS_OK`, by nothing else.
 *
 * The struct itself is copied, so it may be a local variable.
 *
 * Since: 0.1
 */
typedef struct ytc_callbacks {
    /**
     * Called with each progress event, or NULL: at most ten times a second but for changes of the
     * stage, and for up to 256 earlier events that a subscription asks for.
     */
    ytc_progress_fn on_progress;
    /**
     * Called exactly once, when the job is over and after its last progress event, or NULL.
     */
    ytc_done_fn on_done;
    /**
     * Handed to each function as it is.
     */
    void *userdata;
    /**
     * Called exactly once with `userdata` after the last call of the others, also where the
     * function that took this struct fails; or NULL.
     */
    ytc_free_fn userdata_free;
} ytc_callbacks;

/**
 * An event of one of an engine's jobs.
 *
 * Since: 0.1
 */
typedef struct ytc_event {
    /**
     * The job's number, for `ytc_engine_job`; 0 where there is no event.
     */
    uint64_t job_id;
    /**
     * What it tells.
     */
    ytc_event_kind kind;
    /**
     * Where the job stood then.
     */
    ytc_state state;
    /**
     * Its newest progress then.
     */
    struct ytc_progress progress;
} ytc_event;

/**
 * A span of a source, in seconds.
 *
 * Since: 0.1
 */
typedef struct ytc_range {
    /**
     * Begin, 0 or more.
     */
    double start;
    /**
     * End, after the begin.
     */
    double end;
} ytc_range;

/**
 * Handed a message of the library: its level, where it comes from, and what it says. The texts are
 * UTF-8 and live until the function returns.
 *
 * Since: 0.1
 */
typedef void (*ytc_log_fn)(void *userdata,
                           ytc_log_level level,
                           const char *target,
                           const char *message);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The status of an error.
 *
 * - `error`: the error.
 *
 * Returns: its status; `YTC_STATUS_INVALID_HANDLE` where `error` is no live error.
 * Ownership: nothing changes hands.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
ytc_status ytc_error_status(const struct ytc_error *error);

/**
 * What happened and what to do, in English, for a person.
 *
 * - `error`: the error.
 *
 * Returns: a UTF-8 text; NULL where `error` is no live error.
 * Ownership: the text belongs to the error and lives until `ytc_error_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_error_message(const struct ytc_error *error);

/**
 * The stage of the job that failed, as `clipping`.
 *
 * - `error`: the error.
 *
 * Returns: a UTF-8 text; NULL where no stage had begun or `error` is no live error.
 * Ownership: the text belongs to the error and lives until `ytc_error_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_error_stage(const struct ytc_error *error);

/**
 * A named detail of an error, as `field`, `path`, `reason`, `argument`.
 *
 * - `error`: the error.
 * - `key`: the detail's name.
 *
 * Returns: a UTF-8 text; NULL where there is none or an argument is not usable.
 * Ownership: the text belongs to the error and lives until `ytc_error_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_error_context(const struct ytc_error *error, const char *key);

/**
 * The whole error as a JSON object: `kind`, `message`, and where there are any `stage` and
 * `context`.
 *
 * - `error`: the error.
 *
 * Returns: a UTF-8 text; NULL where `error` is no live error.
 * Ownership: the text belongs to the error and lives until `ytc_error_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_error_json(const struct ytc_error *error);

/**
 * Frees an error and its texts.
 *
 * - `error`: the error, or NULL, which is fine.
 *
 * Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
 * Ownership: the handle is stale from here on.
 * Thread: any; not while another thread uses one of the error's texts.
 * Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_error_free(struct ytc_error *error);

/**
 * The job's number: unique within its engine, growing in the order of submission, from 1.
 *
 * - `job`: the job.
 *
 * Returns: the number; 0 where `job` is no live job.
 * Ownership: nothing changes hands.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
uint64_t ytc_job_id(const struct ytc_job *job);

/**
 * The job's kind: `probe`, `download`, `transcribe`, `analyze`, `render`, `thumbnail`, `process` or
 * `install_model`.
 *
 * - `job`: the job.
 *
 * Returns: a UTF-8 text; NULL where `job` is no live job.
 * Ownership: the text is the library's and lives for ever.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_job_kind(const struct ytc_job *job);

/**
 * Where the job stands.
 *
 * - `job`: the job.
 * - `state`: receives the state.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: nothing changes hands but `error`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_state(const struct ytc_job *job, ytc_state *state, struct ytc_error **error);

/**
 * Whether the job is over, however it ended. Never waits.
 *
 * - `job`: the job.
 * - `finished`: receives the answer.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: nothing changes hands but `error`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_poll(const struct ytc_job *job, bool *finished, struct ytc_error **error);

/**
 * The job's newest progress, also where its event is held back.
 *
 * - `job`: the job.
 * - `progress`: receives the progress.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: nothing changes hands but `error`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_progress(const struct ytc_job *job,
                            struct ytc_progress *progress,
                            struct ytc_error **error);

/**
 * The job's last progress events (at most 256) as a JSON list, oldest first. They carry what
 * `ytc_progress` has no room for: whole messages, and the segments of speech that were understood.
 *
 * - `job`: the job.
 * - `after`: only events with a number (`seq`) above this; 0 for all.
 * - `json`: receives the text.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `json` with `ytc_string_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_events(const struct ytc_job *job,
                          uint64_t after,
                          char **json,
                          struct ytc_error **error);

/**
 * Waits until the job is over, whatever its result.
 *
 * - `job`: the job.
 * - `timeout_s`: longest wait in seconds; negative for no limit.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK` once the job is over, also where it failed; else the status of `error`.
 * Ownership: nothing changes hands but `error`.
 * Thread: any but inside a callback.
 * Errors: `YTC_STATUS_TIMEOUT`: the job goes on; `YTC_STATUS_WOULD_DEADLOCK` inside a callback,
 * `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_wait(const struct ytc_job *job, double timeout_s, struct ytc_error **error);

/**
 * The result of a job that succeeded; the error of one that did not.
 *
 * - `job`: the job.
 * - `result`: receives the result.
 * - `error`: receives why the job failed or why there is no result, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `result` with `ytc_result_free` and `error` with `ytc_error_free`.
 * Thread: any, also inside a callback. Never waits.
 * Errors: those of the job; `YTC_STATUS_NOT_FINISHED`, `YTC_STATUS_INVALID_ARGUMENT`,
 * `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_result(const struct ytc_job *job,
                          struct ytc_result **result,
                          struct ytc_error **error);

/**
 * The error of a job that is over without success.
 *
 * - `job`: the job.
 * - `job_error`: receives the job's error; NULL where the job succeeded.
 * - `error`: receives why this call failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, also where the job failed; else the status of `error`.
 * Ownership: the caller frees `job_error` and `error` with `ytc_error_free`.
 * Thread: any, also inside a callback. Never waits.
 * Errors: `YTC_STATUS_NOT_FINISHED`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
 * `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_error(const struct ytc_job *job,
                         struct ytc_error **job_error,
                         struct ytc_error **error);

/**
 * Asks the job to stop and returns at once. A queued job is cancelled right then, a running one
 * within 250 ms (1 s in a download); one that succeeds all the same has succeeded.
 *
 * - `job`: the job.
 * - `effect`: receives whether this request had an effect: the first one, before the job was over;
 *   or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, also where there was nothing to stop; else the status of `error`.
 * Ownership: nothing changes hands but `error`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_cancel(struct ytc_job *job, bool *effect, struct ytc_error **error);

/**
 * Listens to a job from now on, or from an earlier event on.
 *
 * - `job`: the job.
 * - `after`: the number (`seq`) of the last event that the host has seen: those kept after it are
 *   delivered, none twice; 0 for all.
 * - `callbacks`: the functions. Copied; its `userdata_free` runs also where this call fails.
 *   `on_done` is called soon where the job is over.
 * - `subscription`: receives the place, or NULL to listen until the job is over.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller ends and frees `subscription` with `ytc_subscription_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_LIMIT_EXCEEDED`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
 * `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_subscribe(struct ytc_job *job,
                             uint64_t after,
                             const struct ytc_callbacks *callbacks,
                             struct ytc_subscription **subscription,
                             struct ytc_error **error);

/**
 * Ends a subscription: no callback is begun after this call. One that the dispatcher thread has
 * begun by then still runs; `userdata_free` is called after it, and at once where there is none.
 *
 * - `subscription`: the subscription, or NULL, which is fine.
 *
 * Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
 * Ownership: the handle is stale from here on.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_subscription_free(struct ytc_subscription *subscription);

/**
 * Frees a handle of a job. The job goes on, and so do its callbacks.
 *
 * - `job`: the job, or NULL, which is fine.
 *
 * Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
 * Ownership: the handle is stale from here on.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_job_free(struct ytc_job *job);

/**
 * The whole result as a JSON object, whose `kind` is that of the job.
 *
 * - `result`: the result.
 *
 * Returns: a UTF-8 text; NULL where `result` is no live result.
 * Ownership: the text belongs to the result and lives until `ytc_result_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_result_json(const struct ytc_result *result);

/**
 * How many files the job made or fetched: videos, a picture, a model.
 *
 * - `result`: the result.
 *
 * Returns: their number; 0 for jobs that make none, and where `result` is no live result.
 * Ownership: nothing changes hands.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
size_t ytc_result_output_count(const struct ytc_result *result);

/**
 * The path of a file that the job made or fetched.
 *
 * - `result`: the result.
 * - `index`: which one, from 0, in the order of the clips.
 *
 * Returns: a UTF-8 text; NULL where there is no such file or `result` is no live result.
 * Ownership: the text belongs to the result and lives until `ytc_result_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_result_output(const struct ytc_result *result, size_t index);

/**
 * All that was said, of a job that transcribes or analyses.
 *
 * - `result`: the result.
 *
 * Returns: a UTF-8 text; NULL for other jobs, and where `result` is no live result.
 * Ownership: the text belongs to the result and lives until `ytc_result_free`.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
const char *ytc_result_text(const struct ytc_result *result);

/**
 * Length of what was looked at or made, in seconds: of all clips together where there are several.
 *
 * - `result`: the result.
 *
 * Returns: seconds; 0 where the job has no such length, and where `result` is no live result.
 * Ownership: nothing changes hands.
 * Thread: any, at any time.
 * Errors: none but the above.
 * Since: 0.1
 */
double ytc_result_duration(const struct ytc_result *result);

/**
 * Frees a result and its texts; the files stay.
 *
 * - `result`: the result, or NULL, which is fine.
 *
 * Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
 * Ownership: the handle is stale from here on.
 * Thread: any; not while another thread uses one of the result's texts.
 * Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_result_free(struct ytc_result *result);

/**
 * Starts an engine: its threads run from here on, and wait for jobs.
 *
 * - `config_json`: settings as a JSON object, every field of which has a default
 *   (`docs/c-api.md`); NULL for the defaults. Copied.
 * - `engine`: receives the engine.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `engine` with `ytc_engine_free` and `error` with `ytc_error_free`.
 * Thread: any.
 * Errors: `YTC_STATUS_INVALID_SPEC` names a faulty setting, `YTC_STATUS_INVALID_ARGUMENT`,
 * `YTC_STATUS_IO` where a thread cannot be started.
 * Since: 0.1
 */
ytc_status ytc_engine_new(const char *config_json,
                          struct ytc_engine **engine,
                          struct ytc_error **error);

/**
 * Shuts an engine down and waits for it: it takes no more jobs, ends those that there are as
 * `mode` says, and delivers every completion. Repeated and concurrent calls are harmless; a
 * stricter mode adds to an earlier one.
 *
 * - `engine`: the engine.
 * - `mode`: a `ytc_shutdown_mode`.
 * - `timeout_s`: longest wait in seconds; negative for no limit.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the engine stays the caller's, who still frees it.
 * Thread: any but inside a callback.
 * Errors: `YTC_STATUS_TIMEOUT`: the engine stays shut and goes on ending its jobs;
 * `YTC_STATUS_WOULD_DEADLOCK` inside a callback, which then changes nothing;
 * `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_shutdown(struct ytc_engine *engine,
                               int32_t mode,
                               double timeout_s,
                               struct ytc_error **error);

/**
 * Frees an engine. Jobs that are not over are cancelled, and their callbacks still come; this call
 * does not wait for that, does no I/O and is legal inside a callback. Handles of its jobs stay
 * usable. To finish jobs, call `ytc_engine_shutdown` before.
 *
 * - `engine`: the engine, or NULL, which is fine.
 *
 * Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
 * Ownership: the handle is stale from here on; the engine's descriptor of events is closed once the
 * last of its jobs is over.
 * Thread: any; a call that another thread is in with this engine goes on, and ends as its jobs do.
 * Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_free(struct ytc_engine *engine);

/**
 * What the engine is doing and has done, as a JSON object: `queued`, `running`, `succeeded`,
 * `failed`, `cancelled`, `kinds`, `workers`, `threads` and more.
 *
 * - `engine`: the engine.
 * - `json`: receives the text.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `json` with `ytc_string_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_stats(const struct ytc_engine *engine, char **json, struct ytc_error **error);

/**
 * Queues a job and returns at once.
 *
 * - `engine`: the engine.
 * - `spec_json`: the request: a JSON object whose `kind` names the kind of job (`docs/c-api.md`).
 *   It is validated whole. Copied.
 * - `callbacks`: functions that miss nothing of the job, or NULL. Copied; its `userdata_free` runs
 *   also where this call fails.
 * - `job`: receives the job, or NULL if callbacks or events are enough.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `job` with `ytc_job_free`, which does not cancel it, and `error` with
 * `ytc_error_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_SPEC` names a faulty field, `YTC_STATUS_QUEUE_FULL`,
 * `YTC_STATUS_SHUT_DOWN`, `YTC_STATUS_LIMIT_EXCEEDED`, `YTC_STATUS_INVALID_ARGUMENT`,
 * `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`; then the job was not taken.
 * Since: 0.1
 */
ytc_status ytc_engine_submit(struct ytc_engine *engine,
                             const char *spec_json,
                             const struct ytc_callbacks *callbacks,
                             struct ytc_job **job,
                             struct ytc_error **error);

/**
 * Another handle of a job, by its number: an unfinished one, one of the newest finished ones
 * (`keep_finished` in the settings), or the one of the newest `YTC_EVENT_KIND_DONE` that
 * `ytc_engine_next_event` told, until it tells another one.
 *
 * - `engine`: the engine.
 * - `id`: the job's number, of `ytc_job_id` or an event.
 * - `job`: receives the job.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `job` with `ytc_job_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_NOT_FOUND` where the engine knows no such job,
 * `YTC_STATUS_LIMIT_EXCEEDED`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
 * `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_job(struct ytc_engine *engine,
                          uint64_t id,
                          struct ytc_job **job,
                          struct ytc_error **error);

/**
 * The engine's descriptor of events, for `poll`, `select`, `epoll` or an event loop: it is readable
 * while `ytc_engine_next_event` has something to tell. Nobody but the library reads or writes it.
 * Events are collected from the first call of either function on; jobs that were submitted earlier
 * and are still known tell their newest event, which for finished ones is their end.
 *
 * - `engine`: the engine.
 * - `fd`: receives the descriptor, always the same; −1 where the call fails.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the descriptor belongs to the engine and is closed after `ytc_engine_free`, once the
 * last of its jobs is over; take it out of the event loop before.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_IO` where no descriptor can be had, `YTC_STATUS_INVALID_ARGUMENT`,
 * `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_event_fd(struct ytc_engine *engine, int *fd, struct ytc_error **error);

/**
 * The next event of the engine's jobs, without waiting. Events of one job that were not taken yet
 * are merged into the newest, so that a slow host loses details and never a completion; there are
 * never more than jobs.
 *
 * - `engine`: the engine.
 * - `event`: receives the event; its `kind` is `YTC_EVENT_KIND_NONE` where there is none.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, also where there is none; else the status of `error`.
 * Ownership: nothing changes hands.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_IO`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
 * `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_next_event(struct ytc_engine *engine,
                                 struct ytc_event *event,
                                 struct ytc_error **error);

/**
 * Queues a job as `ytc_engine_submit` does, with a priority and deadlines.
 *
 * - `engine`: the engine.
 * - `spec_json`: the request: a JSON object whose `kind` names the kind of job (`docs/c-api.md`).
 *   It is validated whole. Copied.
 * - `options_json`: a JSON object of `priority` (-100 to 100, 0 where absent; higher ones start
 *   first) and `queue_timeout_s`, `run_timeout_s`, `stall_timeout_s` (seconds in the queue, on a
 *   worker, and on a worker without progress, after which the job fails with
 *   `YTC_STATUS_TIMEOUT`); NULL for none of them. Copied.
 * - `callbacks`: functions that miss nothing of the job, or NULL. Copied; its `userdata_free` runs
 *   also where this call fails.
 * - `job`: receives the job, or NULL if callbacks or events are enough.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `job` with `ytc_job_free`, which does not cancel it, and `error` with
 * `ytc_error_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_SPEC` names a faulty field or option, and those of
 * `ytc_engine_submit`; then the job was not taken.
 * Since: 0.1
 */
ytc_status ytc_engine_submit_with(struct ytc_engine *engine,
                                  const char *spec_json,
                                  const char *options_json,
                                  const struct ytc_callbacks *callbacks,
                                  struct ytc_job **job,
                                  struct ytc_error **error);

/**
 * Starts no more jobs until `ytc_engine_resume`. Running ones go on, jobs are taken in, and queue
 * deadlines go on. Harmless when repeated; shutting the engine down ends the pause.
 *
 * - `engine`: the engine.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: nothing changes hands.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_pause(struct ytc_engine *engine, struct ytc_error **error);

/**
 * Ends a pause. Harmless when there is none.
 *
 * - `engine`: the engine.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: nothing changes hands.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_resume(struct ytc_engine *engine, struct ytc_error **error);

/**
 * The engine's numbers as a page in the text format of Prometheus (0.0.4), to be served as
 * `text/plain; version=0.0.4`. All names begin with `ytclipper_`.
 *
 * - `engine`: the engine.
 * - `page`: receives the text.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `page` with `ytc_string_free`.
 * Thread: any, also inside a callback.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
 * Since: 0.1
 */
ytc_status ytc_engine_metrics(const struct ytc_engine *engine,
                              char **page,
                              struct ytc_error **error);

/**
 * Tells what is in a file. The result: streams, length, rotation.
 *
 * - `engine`: the engine.
 * - `source`: path of the file. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_probe(struct ytc_engine *engine,
                     const char *source,
                     const struct ytc_callbacks *callbacks,
                     struct ytc_job **job,
                     struct ytc_error **error);

/**
 * Fetches a video, or looks at a local one. The result: its path, title, length.
 *
 * - `engine`: the engine.
 * - `url`: an http(s) URL, or a path. Copied.
 * - `dir`: folder for the file, made where it is missing; NULL for `./Downloads`. Copied.
 * - `options_json`: further fields of a `download` request, or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_download(struct ytc_engine *engine,
                        const char *url,
                        const char *dir,
                        const char *options_json,
                        const struct ytc_callbacks *callbacks,
                        struct ytc_job **job,
                        struct ytc_error **error);

/**
 * Turns speech into words with times. The result: segments, words, `ytc_result_text`.
 *
 * - `engine`: the engine.
 * - `source`: path of a video or sound file. Copied.
 * - `model`: name of an installed model or path of a ggml file; NULL for `base`. Copied.
 * - `language`: ISO 639-1 code, as `en`; NULL to detect it. Copied.
 * - `options_json`: further fields of a `transcribe` request, or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_transcribe(struct ytc_engine *engine,
                          const char *source,
                          const char *model,
                          const char *language,
                          const char *options_json,
                          const struct ytc_callbacks *callbacks,
                          struct ytc_job **job,
                          struct ytc_error **error);

/**
 * Cuts one span, exact to the frame.
 *
 * - `engine`: the engine.
 * - `source`: path of the source. Copied.
 * - `start`: begin in seconds, 0 or more.
 * - `end`: end in seconds, after the begin; clamped to the source's end.
 * - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
 * - `options_json`: further fields of a `render` request (`layout`, `captions`, `watermark`,
 *   `audio`, `encode`, `overwrite`), or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_clip(struct ytc_engine *engine,
                    const char *source,
                    double start,
                    double end,
                    const char *output,
                    const char *options_json,
                    const struct ytc_callbacks *callbacks,
                    struct ytc_job **job,
                    struct ytc_error **error);

/**
 * Joins several spans with cross-fades.
 *
 * - `engine`: the engine.
 * - `source`: path of the source. Copied.
 * - `parts`: the spans, joined in this order. Copied.
 * - `part_count`: how many there are, 1 to 500.
 * - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
 * - `transition_s`: length of the cross-fades in seconds, 0 to 5; 0 is a hard cut.
 * - `options_json`: further fields of a `render` request, or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_stitch(struct ytc_engine *engine,
                      const char *source,
                      const struct ytc_range *parts,
                      size_t part_count,
                      const char *output,
                      double transition_s,
                      const char *options_json,
                      const struct ytc_callbacks *callbacks,
                      struct ytc_job **job,
                      struct ytc_error **error);

/**
 * Makes another shape of a whole video, following whoever speaks.
 *
 * - `engine`: the engine.
 * - `source`: path of the source. Copied.
 * - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
 * - `mode`: `vertical`, `stacked` or `original`; NULL for `vertical`. Copied.
 * - `options_json`: further fields of a `render` request, among them `layout` without its mode, or
 *   NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_reframe(struct ytc_engine *engine,
                       const char *source,
                       const char *output,
                       const char *mode,
                       const char *options_json,
                       const struct ytc_callbacks *callbacks,
                       struct ytc_job **job,
                       struct ytc_error **error);

/**
 * Draws words on a whole video.
 *
 * - `engine`: the engine.
 * - `source`: path of the source. Copied.
 * - `words_json`: what is said: the result of a `transcribe` job as it is, or a JSON list of words
 *   (`word`, `start`, `end` in seconds). Copied.
 * - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
 * - `style_json`: look of the captions (`docs/c-api.md`), or NULL for the default. Copied.
 * - `options_json`: further fields of a `render` request, or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_burn_captions(struct ytc_engine *engine,
                             const char *source,
                             const char *words_json,
                             const char *output,
                             const char *style_json,
                             const char *options_json,
                             const struct ytc_callbacks *callbacks,
                             struct ytc_job **job,
                             struct ytc_error **error);

/**
 * Draws a text or a picture in a corner of a whole video.
 *
 * - `engine`: the engine.
 * - `source`: path of the source. Copied.
 * - `output`: path of the finished file: .mp4, .m4v, .mov or .mkv. Copied.
 * - `text`: the line to draw; NULL where the options name a picture. Copied.
 * - `options_json`: further fields of a `render` request, among them `watermark` without its text,
 *   or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_watermark(struct ytc_engine *engine,
                         const char *source,
                         const char *output,
                         const char *text,
                         const char *options_json,
                         const struct ytc_callbacks *callbacks,
                         struct ytc_job **job,
                         struct ytc_error **error);

/**
 * The main job: finds the best moments of a video and makes finished clips of them, in a project
 * folder.
 *
 * - `engine`: the engine.
 * - `source`: an http(s) URL, or a path. Copied.
 * - `output_dir`: folder that project folders go into; NULL for `./ToUpload`. Copied.
 * - `format`: `original`, `vertical_9x16`, `stacked_photo` or `stacked_video`; NULL for `original`.
 *   Copied.
 * - `options_json`: further fields of a `process` request (`clips`, `selection`, `watermark` and
 *   more), or NULL. Copied.
 * - `callbacks`: as for `ytc_engine_submit`, or NULL.
 * - `job`: receives the job, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: as for `ytc_engine_submit`.
 * Thread: any, also inside a callback.
 * Errors: as for `ytc_engine_submit`.
 * Since: 0.1
 */
ytc_status ytc_process(struct ytc_engine *engine,
                       const char *source,
                       const char *output_dir,
                       const char *format,
                       const char *options_json,
                       const struct ytc_callbacks *callbacks,
                       struct ytc_job **job,
                       struct ytc_error **error);

/**
 * The version of the linked library, as `0.1.0`.
 *
 * Returns: a UTF-8 text.
 * Ownership: the text is the library's and lives for ever.
 * Thread: any, at any time.
 * Errors: none; NULL after a panic.
 * Since: 0.1
 */
const char *ytc_version(void);

/**
 * The name of a status, as `not_found`; the same as the `kind` of an error in JSON.
 *
 * - `status`: a `ytc_status`.
 *
 * Returns: a UTF-8 text; `unknown` for a number that this library does not know.
 * Ownership: the text is the library's and lives for ever.
 * Thread: any, at any time.
 * Errors: none; NULL after a panic.
 * Since: 0.1
 */
const char *ytc_status_name(int32_t status);

/**
 * What this library and this machine can do, as a JSON object: `version`, `ffmpeg` (the linked
 * libraries with their versions), `features` (`speech`, `vision`, `download`), `model_dir` and
 * `models` (those installed there).
 *
 * - `model_dir`: folder of models to look into; NULL for the one that engines use by default.
 * - `json`: receives the text.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `json` with `ytc_string_free`.
 * Thread: any; reads the folder.
 * Errors: `YTC_STATUS_IO` where the folder cannot be read, `YTC_STATUS_INVALID_ARGUMENT`.
 * Since: 0.1
 */
ytc_status ytc_capabilities(const char *model_dir, char **json, struct ytc_error **error);

/**
 * Reads a request, validates it whole, and gives it back with all its defaults.
 *
 * - `spec_json`: the request, as for `ytc_engine_submit`.
 * - `json`: receives the complete request, or NULL if that is not wanted.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: the caller frees `json` with `ytc_string_free`.
 * Thread: any, at any time.
 * Errors: `YTC_STATUS_INVALID_SPEC` names a faulty field, `YTC_STATUS_INVALID_ARGUMENT`.
 * Since: 0.1
 */
ytc_status ytc_spec_check(const char *spec_json, char **json, struct ytc_error **error);

/**
 * Frees a text that a function of this library handed out as `char *`.
 *
 * - `text`: the text, or NULL, which is fine.
 *
 * Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
 * Ownership: the text is gone from here on.
 * Thread: any, at any time.
 * Errors: `YTC_STATUS_INVALID_HANDLE` where it is no text of this library, or not any more.
 * Since: 0.1
 */
ytc_status ytc_string_free(char *text);

/**
 * Hands the library's messages to a function, in place of the one before. Without one, the library
 * says nothing; it never writes to the standard streams but for the report of a panic. In a child
 * of a fork it says nothing until this is called there.
 *
 * - `max_level`: the last `ytc_log_level` that is wanted; `YTC_LOG_LEVEL_OFF` for none.
 * - `callback`: the function, or NULL for none. It is called on any thread of the library, also
 *   two at once and under its locks: it must be quick, and must not call this library.
 * - `userdata`: handed to `callback` as it is.
 * - `userdata_free`: called exactly once with `userdata`, after the last call of `callback`, also
 *   where this call fails; or NULL.
 * - `error`: receives why it failed, or NULL if that is not wanted.
 *
 * Returns: `YTC_STATUS_OK`, else the status of `error`.
 * Ownership: `userdata` belongs to the library until `userdata_free`.
 * Thread: any but inside `callback`.
 * Errors: `YTC_STATUS_INVALID_ARGUMENT`; `YTC_STATUS_INTERNAL` where a program that links the static
 * library has another subscriber of Rust's `tracing`.
 * Since: 0.1
 */
ytc_status ytc_set_log(int32_t max_level,
                       ytc_log_fn callback,
                       void *userdata,
                       ytc_free_fn userdata_free,
                       struct ytc_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* YTCLIPPER_H */
