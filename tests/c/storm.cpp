/*
 * Callbacks that cancel, submit, close, free or throw, by the thousand (promise 13). In C++, because C
 * has nothing to throw; the other callbacks are C's.
 *
 *     storm CALLBACKS SEED [unguarded | twice]
 *                                 faults, planted to see that it can fail: a callback closes the
 *                                 engine through another thread, which no guard sees; userdata is
 *                                 freed once too often
 */
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include <ytclipper.hpp>

#include "proof.h"

namespace {

constexpr std::uint64_t ROUND = 500, LIVE = 0x600dda7a;
constexpr const char *NOTHING = "/nonexistent/a.mp4";
constexpr const char *CONFIG = "{\"workers\": 2, \"queue_capacity\": 2000}";

std::atomic<std::uint64_t> called{0}, freed{0}, refused{0}, thrown{0}, reported{0};
bool unguarded = false, twice = false;

[[noreturn]] void die(const char *what)
{
    std::cerr << "storm: " << what << std::endl;
    std::_Exit(1);
}

/* What a callback carries. */
struct Userdata {
    std::uint64_t magic;
    int action;
    ytc_engine *engine;
};

/* The storage is kept in a control, so that a second free is ours to find and no crash. */
void free_userdata(void *userdata)
{
    auto *mine = static_cast<Userdata *>(userdata);
    if (mine->magic != LIVE)
        die("userdata was freed twice");
    mine->magic = 0;
    ++freed;
    if (!twice)
        delete mine;
}

void on_progress(void *userdata, ytc_job *job, const ytc_progress *)
{
    auto *mine = static_cast<Userdata *>(userdata);
    if (mine->magic != LIVE || ytc_job_id(job) == 0)
        die("a callback came after userdata_free");
    if (mine->action == 0)
        ytc_job_cancel(job, nullptr, nullptr);
}

void close(ytc_engine *engine, ytc_job *job)
{
    if (unguarded) {
        std::thread([=] { ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_DRAIN, -1, nullptr); }).join();
        return;
    }
    if (ytc_engine_shutdown(engine, YTC_SHUTDOWN_MODE_NOW, -1, nullptr) != YTC_STATUS_WOULD_DEADLOCK ||
        ytc_job_wait(job, -1, nullptr) != YTC_STATUS_WOULD_DEADLOCK)
        die("a wait inside a callback was not refused");
    ++refused;
}

void on_done(void *userdata, ytc_job *job)
{
    auto *mine = static_cast<Userdata *>(userdata);
    ytc_job *next = nullptr;
    if (mine->magic != LIVE)
        die("a callback came after userdata_free");
    ++called;
    if (twice)
        free_userdata(userdata);
    switch (mine->action) {
    case 0:
        if (ytc_engine_job(mine->engine, ytc_job_id(job) + 1, &next, nullptr) == YTC_STATUS_OK)
            ytc_job_cancel(next, nullptr, nullptr);
        ytc_job_free(next);
        break;
    case 1: ytc_probe(mine->engine, NOTHING, nullptr, nullptr, nullptr); break;
    case 2: close(mine->engine, job); break;
    default: ytc_job_free(job); break;
    }
}

void submit(ytclipper::Engine &engine, int action)
{
    const ytc_callbacks callbacks = { on_progress, on_done, new Userdata{ LIVE, action, engine.get() },
                                      free_userdata };
    const ytc_status taken = ytc_probe(engine.get(), NOTHING, &callbacks, nullptr, nullptr);
    /* A callback closes the engine only where that is planted. */
    if (taken != YTC_STATUS_OK && !(unguarded && taken == YTC_STATUS_SHUT_DOWN))
        die("a job was not taken");
}

/* A function whose first report throws. */
void submit_throwing(ytclipper::Engine &engine)
{
    std::shared_ptr<Userdata> mine(new Userdata{ LIVE, 0, nullptr }, free_userdata);
    engine.probe(NOTHING, [mine, told = false](const ytc_progress &) mutable {
        if (told)
            return;
        told = true;
        ++called;
        ++thrown;
        throw 1;
    });
}

/* Runs an engine to its end; false where it never ends. */
bool round_of(std::uint64_t callbacks, std::mt19937_64 &random)
{
    ytclipper::Engine engine(CONFIG);
    while (callbacks--) {
        const int action = static_cast<int>(random() % 5);
        if (action == 4 && !unguarded && !twice)
            submit_throwing(engine);
        else
            submit(engine, action);
    }
    ytc_status ended = ytc_engine_shutdown(engine.get(), YTC_SHUTDOWN_MODE_DRAIN, unguarded ? 2 : 60, nullptr);
    if (ended != YTC_STATUS_OK && ended != YTC_STATUS_TIMEOUT)
        die("an engine does not end");
    if (ended == YTC_STATUS_TIMEOUT)
        engine.detach(); /* its destructor would wait, too */
    return ended == YTC_STATUS_OK;
}

} // namespace

int main(int count, char **arguments)
{
    if (count < 3)
        return 2;
    const std::uint64_t total = std::strtoull(arguments[1], nullptr, 10);
    const std::string fault = count > 3 ? arguments[3] : "";
    std::mt19937_64 random(std::strtoull(arguments[2], nullptr, 10));
    std::uint64_t made = 0, deadlocks = 0;
    unguarded = fault == "unguarded";
    twice = fault == "twice";
    ytclipper::callback_exception_handler() = [](std::exception_ptr) { ++reported; };
    while (made < total && !deadlocks) {
        const std::uint64_t callbacks = total - made < ROUND ? total - made : ROUND;
        deadlocks += !round_of(callbacks, random);
        made += callbacks;
    }
    const std::string found = "C: " + std::to_string(called) + " callbacks that cancel, submit, close (" +
        std::to_string(refused) + " refused), free or throw (" + std::to_string(thrown) + "), seed " +
        arguments[2] + ": " + std::to_string(deadlocks) + " deadlocks, userdata freed " +
        std::to_string(freed) + " of " + std::to_string(made);
    const std::string bar = std::to_string(total) + " called, 0, all";
    const bool kept = called == total && freed == total && !deadlocks && refused > 0 && reported == thrown;
    /* A thread that never ends would keep the process. */
    std::_Exit(tell(13, found.c_str(), bar.c_str(), kept));
}
