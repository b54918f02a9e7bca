/*
 * What ytclipper.hpp adds to the C API: owners, exceptions, futures.
 *
 *     wrapper VIDEO
 */
#include <cstdlib>
#include <iostream>

#include <ytclipper.hpp>

#define MUST(holds) \
    do { \
        if (!(holds)) { \
            std::cerr << __FILE__ << ":" << __LINE__ << ": " << #holds << std::endl; \
            std::exit(1); \
        } \
    } while (0)

/* A function that throws is reported, and changes nothing. */
static void an_exception_in_a_callback_is_reported(ytclipper::Engine &engine, const std::string &video)
{
    int reported = 0;
    auto before = ytclipper::callback_exception_handler();
    ytclipper::callback_exception_handler() = [&](std::exception_ptr thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (int number) {
            reported += number;
        }
    };
    auto job = engine.probe(video, [](const ytc_progress &) { throw 1; });
    MUST(job.result().duration() > 9);
    engine.shutdown();
    MUST(reported > 0);
    ytclipper::callback_exception_handler() = before;
}

static void a_failure_is_an_error_with_details(ytclipper::Engine &engine)
{
    try {
        engine.clip("a.mp4", 2, 1, "b.mp4");
        MUST(!"a faulty request was accepted");
    } catch (const ytclipper::Error &error) {
        MUST(error.status() == YTC_STATUS_INVALID_SPEC && error.name() == "invalid_spec");
        MUST(error.context("field") == "parts[0].end" && error.context("nothing").empty());
    }
    auto job = engine.probe("/nonexistent");
    try {
        job.future().get();
        MUST(!"a missing file was found");
    } catch (const ytclipper::Error &error) {
        MUST(error.status() == YTC_STATUS_NOT_FOUND && error.stage() == "probing");
    }
    MUST(job.wait() && job.state() == YTC_STATE_FAILED && !job.cancel());
}

/* What callbacks captured lives until the engine is gone, also where an exception ends the block. */
static void an_engine_waits_for_its_callbacks(const std::string &video)
{
    try {
        int reports = 0;
        ytclipper::Engine engine("{\"workers\": 1}");
        engine.clip(video, 0, 5, video + ".unwound.mp4", "{\"encode\":{\"preset\":\"slow\",\"fps\":240}}",
                    [&reports](const ytc_progress &) { ++reports; });
        throw std::runtime_error("leaves the block");
    } catch (const std::runtime_error &error) {
        MUST(std::string(error.what()) == "leaves the block");
    }
    ytclipper::Engine first, second;
    auto job = first.probe(video);
    first = std::move(second);
    MUST(job.wait(0) && ytc_job_id(job.get()) == 1);
    first.detach();
}

static void a_future_outlives_job_and_engine(const std::string &video)
{
    std::shared_future<ytclipper::Result> future;
    {
        ytclipper::Engine engine("{\"workers\": 1}");
        auto first = engine.probe(video);
        auto moved = std::move(first);
        future = moved.future();
        MUST(moved.kind() == "probe" && moved.id() == 1);
        engine.shutdown();
    }
    MUST(future.get().json().find("\"kind\":\"probe\"") != std::string::npos);
    MUST(future.get().outputs().empty() && future.get().text().empty());
}

int main(int count, char **arguments)
{
    MUST(count == 2 && !ytclipper::version().empty());
    MUST(ytclipper::capabilities("/nonexistent").find("\"models\":[]") != std::string::npos);
    {
        ytclipper::Engine engine;
        a_failure_is_an_error_with_details(engine);
        an_exception_in_a_callback_is_reported(engine, arguments[1]);
        MUST(engine.stats().find("\"failed\":1") != std::string::npos);
    }
    a_future_outlives_job_and_engine(arguments[1]);
    an_engine_waits_for_its_callbacks(arguments[1]);
    std::cout << "wrapper: exceptions, errors and futures hold" << std::endl;
    return 0;
}
