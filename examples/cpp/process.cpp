/*
 * Makes finished vertical clips of a video, and waits for a future.
 *
 *     process SOURCE OUTPUT_DIR [OPTIONS_JSON]
 */
#include <chrono>
#include <cstdio>
#include <iostream>

#include <ytclipper.hpp>

int main(int count, char **arguments)
{
    if (count < 3) {
        std::cerr << "usage: process SOURCE OUTPUT_DIR [OPTIONS_JSON]" << std::endl;
        return 2;
    }
    try {
        ytclipper::Engine engine;
        const std::string options = count > 3 ? arguments[3] : "{}";
        auto job = engine.process(arguments[1], arguments[2], "vertical_9x16", options,
                                  [](const ytc_progress &progress) {
                                      std::printf("%5.1f %%  %s\n", progress.percent, progress.message);
                                  });
        const auto &future = job.future();
        while (future.wait_for(std::chrono::seconds(1)) != std::future_status::ready)
            std::cout << "still at it" << std::endl;
        for (const auto &path : future.get().outputs())
            std::cout << path << std::endl;
        engine.shutdown();
    } catch (const ytclipper::Error &error) {
        std::cerr << "process: " << error.name() << ": " << error.what() << std::endl;
        return 1;
    }
    return 0;
}
