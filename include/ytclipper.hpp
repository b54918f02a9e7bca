/*
 * ytclipper for C++17: the C API with owners, exceptions and futures.
 *
 * Every object owns its handle and is moved, not copied. Failures are thrown as ytclipper::Error.
 * Functions handed in run on the engine's dispatcher thread; what they throw goes to
 * ytclipper::callback_exception_handler() and never changes the job.
 */
#ifndef YTCLIPPER_HPP
#define YTCLIPPER_HPP

#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ytclipper.h"

namespace ytclipper {

/* Why a call or a job failed. */
class Error : public std::runtime_error {
public:
    /* Takes the error over; `status` stands where there is none. */
    Error(ytc_status status, ytc_error *error)
        : std::runtime_error(text(ytc_error_message(error), ytc_status_name(status))),
          status_(status), error_(error, [](ytc_error *owned) { ytc_error_free(owned); })
    {
    }

    ytc_status status() const noexcept { return status_; }
    std::string name() const { return ytc_status_name(status_); }
    std::string stage() const { return text(ytc_error_stage(error_.get()), ""); }
    std::string json() const { return text(ytc_error_json(error_.get()), "{}"); }

    /* A detail, as "field" or "path"; empty where there is none. */
    std::string context(const std::string &key) const
    {
        return text(ytc_error_context(error_.get(), key.c_str()), "");
    }

private:
    static std::string text(const char *text, const char *otherwise)
    {
        return text ? text : otherwise;
    }

    ytc_status status_;
    std::shared_ptr<ytc_error> error_;
};

namespace detail {

/* By reference, because the call that writes the error is an argument beside it. */
inline void check(ytc_status status, ytc_error *&error)
{
    if (status != YTC_STATUS_OK)
        throw Error(status, error);
}

inline std::string take(char *text)
{
    std::string copy = text ? text : "";
    ytc_string_free(text);
    return copy;
}

/* Owns one handle, and frees it with the function of its type. */
template <typename Handle, ytc_status (*free_handle)(Handle *)> struct Free {
    void operator()(Handle *handle) const noexcept { free_handle(handle); }
};
template <typename Handle, ytc_status (*free_handle)(Handle *)>
using Owner = std::unique_ptr<Handle, Free<Handle, free_handle>>;

inline const char *or_null(const std::string &text) { return text.empty() ? nullptr : text.c_str(); }

} // namespace detail

/* Where exceptions of callbacks go; by default to standard error. */
inline std::function<void(std::exception_ptr)> &callback_exception_handler()
{
    static std::function<void(std::exception_ptr)> handler = [](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception &error) {
            std::cerr << "ytclipper: a callback threw: " << error.what() << std::endl;
        } catch (...) {
            std::cerr << "ytclipper: a callback threw" << std::endl;
        }
    };
    return handler;
}

/* What a finished job left. */
class Result {
public:
    explicit Result(ytc_result *result) : result_(result) {}

    /* The handle, for what is not wrapped here; it stays this object's. */
    ytc_result *get() const noexcept { return result_.get(); }

    std::string json() const { return ytc_result_json(result_.get()); }
    double duration() const noexcept { return ytc_result_duration(result_.get()); }

    /* All that was said; empty for jobs that do not transcribe. */
    std::string text() const
    {
        const char *text = ytc_result_text(result_.get());
        return text ? text : "";
    }

    /* Paths of the files that the job made or fetched. */
    std::vector<std::string> outputs() const
    {
        std::vector<std::string> paths;
        for (std::size_t index = 0; index < ytc_result_output_count(result_.get()); ++index)
            paths.emplace_back(ytc_result_output(result_.get(), index));
        return paths;
    }

private:
    detail::Owner<ytc_result, ytc_result_free> result_;
};

using OnProgress = std::function<void(const ytc_progress &)>;

namespace detail {

/* What a job's callbacks carry: a promise of its result, and who listens. */
struct Listener {
    std::promise<Result> promise;
    OnProgress on_progress;

    static void progress(void *userdata, ytc_job *, const ytc_progress *progress) noexcept
    {
        auto *self = static_cast<Listener *>(userdata);
        try {
            if (self->on_progress)
                self->on_progress(*progress);
        } catch (...) {
            try {
                callback_exception_handler()(std::current_exception());
            } catch (...) {
            }
        }
    }

    static void done(void *userdata, ytc_job *job) noexcept
    {
        auto *self = static_cast<Listener *>(userdata);
        ytc_result *result = nullptr;
        ytc_error *error = nullptr;
        ytc_status status = ytc_job_result(job, &result, &error);
        try {
            if (status == YTC_STATUS_OK)
                self->promise.set_value(Result(result));
            else
                self->promise.set_exception(std::make_exception_ptr(Error(status, error)));
        } catch (...) {
        }
    }

    static void free(void *userdata) noexcept { delete static_cast<Listener *>(userdata); }

    /* Callbacks that own a new listener. */
    static ytc_callbacks make(OnProgress on_progress, std::shared_future<Result> &future)
    {
        auto *listener = new Listener;
        listener->on_progress = std::move(on_progress);
        future = listener->promise.get_future().share();
        return { progress, done, listener, free };
    }
};

} // namespace detail

/* A job. Destroying this neither cancels it nor waits for it. */
class Job {
public:
    Job(ytc_job *job, std::shared_future<Result> future) : job_(job), future_(std::move(future)) {}

    /* The handle, for what is not wrapped here; it stays this object's. */
    ytc_job *get() const noexcept { return job_.get(); }

    std::uint64_t id() const noexcept { return ytc_job_id(job_.get()); }
    std::string kind() const { return ytc_job_kind(job_.get()); }

    ytc_state state() const
    {
        ytc_state state;
        ytc_error *error = nullptr;
        detail::check(ytc_job_state(job_.get(), &state, &error), error);
        return state;
    }

    ytc_progress progress() const
    {
        ytc_progress progress;
        ytc_error *error = nullptr;
        detail::check(ytc_job_progress(job_.get(), &progress, &error), error);
        return progress;
    }

    /* Waits until the job is over; false where it is not in time. Negative seconds: no limit. */
    bool wait(double timeout_s = -1) const
    {
        ytc_error *error = nullptr;
        ytc_status status = ytc_job_wait(job_.get(), timeout_s, &error);
        if (status == YTC_STATUS_TIMEOUT) {
            ytc_error_free(error);
            return false;
        }
        detail::check(status, error);
        return true;
    }

    /* Asks the job to stop; whether that had an effect. */
    bool cancel()
    {
        bool effect = false;
        ytc_error *error = nullptr;
        detail::check(ytc_job_cancel(job_.get(), &effect, &error), error);
        return effect;
    }

    /* Ready when the job is over, with its result or its Error. */
    const std::shared_future<Result> &future() const noexcept { return future_; }

    /* Waits for the result; throws the job's Error. Not inside a callback. */
    const Result &result() const
    {
        wait();
        return future_.get();
    }

private:
    detail::Owner<ytc_job, ytc_job_free> job_;
    std::shared_future<Result> future_;
};

/* A queue of jobs and the threads that run them. Destroying it cancels what is not over and waits
 * for that, some 250 ms, so that no callback outlives what it captured; shutdown() waits for the
 * jobs. Inside a callback, and after detach(), nothing is waited for. */
class Engine {
public:
    Engine(Engine &&) noexcept = default;

    Engine &operator=(Engine &&other) noexcept
    {
        if (this != &other) {
            wind_up();
            engine_ = std::move(other.engine_);
        }
        return *this;
    }

    ~Engine() { wind_up(); }

    /* Cancels what is not over and lets go of the engine without waiting: callbacks may still come. */
    void detach() noexcept { engine_.reset(); }

    explicit Engine(const std::string &config_json = "{}")
    {
        ytc_engine *engine = nullptr;
        ytc_error *error = nullptr;
        detail::check(ytc_engine_new(config_json.c_str(), &engine, &error), error);
        engine_.reset(engine);
    }

    ytc_engine *get() const noexcept { return engine_.get(); }

    std::string stats() const
    {
        char *json = nullptr;
        ytc_error *error = nullptr;
        detail::check(ytc_engine_stats(engine_.get(), &json, &error), error);
        return detail::take(json);
    }

    /* Waits for the jobs and the threads; negative seconds: no limit. */
    void shutdown(ytc_shutdown_mode mode = YTC_SHUTDOWN_MODE_DRAIN, double timeout_s = -1)
    {
        ytc_error *error = nullptr;
        detail::check(ytc_engine_shutdown(engine_.get(), mode, timeout_s, &error), error);
    }

    /* Starts no more jobs until resume(). */
    void pause()
    {
        ytc_error *error = nullptr;
        detail::check(ytc_engine_pause(engine_.get(), &error), error);
    }

    void resume()
    {
        ytc_error *error = nullptr;
        detail::check(ytc_engine_resume(engine_.get(), &error), error);
    }

    /* The engine's numbers in the text format of Prometheus. */
    std::string metrics() const
    {
        char *page = nullptr;
        ytc_error *error = nullptr;
        detail::check(ytc_engine_metrics(engine_.get(), &page, &error), error);
        return detail::take(page);
    }

    Job submit(const std::string &spec_json, OnProgress on_progress = {}, const std::string &options = "{}")
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_engine_submit_with(get(), spec_json.c_str(), options.c_str(), callbacks, job, error);
        });
    }

    Job probe(const std::string &source, OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_probe(get(), source.c_str(), callbacks, job, error);
        });
    }

    Job download(const std::string &url, const std::string &dir = "", const std::string &options = "{}",
                 OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_download(get(), url.c_str(), detail::or_null(dir), options.c_str(), callbacks, job,
                                error);
        });
    }

    Job transcribe(const std::string &source, const std::string &model = "",
                   const std::string &language = "", const std::string &options = "{}",
                   OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_transcribe(get(), source.c_str(), detail::or_null(model), detail::or_null(language),
                                  options.c_str(), callbacks, job, error);
        });
    }

    Job clip(const std::string &source, double start, double end, const std::string &output,
             const std::string &options = "{}", OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_clip(get(), source.c_str(), start, end, output.c_str(), options.c_str(), callbacks,
                            job, error);
        });
    }

    Job stitch(const std::string &source, const std::vector<ytc_range> &parts, const std::string &output,
               double transition_s = 0.1, const std::string &options = "{}", OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_stitch(get(), source.c_str(), parts.data(), parts.size(), output.c_str(),
                              transition_s, options.c_str(), callbacks, job, error);
        });
    }

    Job reframe(const std::string &source, const std::string &output, const std::string &mode = "vertical",
                const std::string &options = "{}", OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_reframe(get(), source.c_str(), output.c_str(), mode.c_str(), options.c_str(),
                               callbacks, job, error);
        });
    }

    Job burn_captions(const std::string &source, const std::string &words_json, const std::string &output,
                      const std::string &style = "{}", const std::string &options = "{}",
                      OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_burn_captions(get(), source.c_str(), words_json.c_str(), output.c_str(),
                                     style.c_str(), options.c_str(), callbacks, job, error);
        });
    }

    Job watermark(const std::string &source, const std::string &output, const std::string &text,
                  const std::string &options = "{}", OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_watermark(get(), source.c_str(), output.c_str(), text.c_str(), options.c_str(),
                                 callbacks, job, error);
        });
    }

    Job process(const std::string &source, const std::string &output_dir = "",
                const std::string &format = "", const std::string &options = "{}",
                OnProgress on_progress = {})
    {
        return run(std::move(on_progress), [&](auto *callbacks, auto **job, auto **error) {
            return ytc_process(get(), source.c_str(), detail::or_null(output_dir), detail::or_null(format),
                               options.c_str(), callbacks, job, error);
        });
    }

private:
    void wind_up() noexcept
    {
        ytc_error *error = nullptr;
        if (engine_ && ytc_engine_shutdown(engine_.get(), YTC_SHUTDOWN_MODE_NOW, -1, &error) != YTC_STATUS_OK)
            ytc_error_free(error);
        engine_.reset();
    }

    template <typename Submit> Job run(OnProgress on_progress, Submit submit)
    {
        std::shared_future<Result> future;
        const ytc_callbacks callbacks = detail::Listener::make(std::move(on_progress), future);
        ytc_job *job = nullptr;
        ytc_error *error = nullptr;
        detail::check(submit(&callbacks, &job, &error), error);
        return Job(job, std::move(future));
    }

    detail::Owner<ytc_engine, ytc_engine_free> engine_;
};

/* The version of the linked library. */
inline std::string version() { return ytc_version(); }

/* What the library and this machine can do, as JSON. */
inline std::string capabilities(const std::string &model_dir = "")
{
    char *json = nullptr;
    ytc_error *error = nullptr;
    detail::check(ytc_capabilities(detail::or_null(model_dir), &json, &error), error);
    return detail::take(json);
}

} // namespace ytclipper

#endif /* YTCLIPPER_HPP */
