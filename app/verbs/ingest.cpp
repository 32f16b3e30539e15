#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "app/choice.h"
#include "app/ingest_command.h"
#include "app/load_options.h"
#include "app/plan_options.h"
#include "app/reader_options.h"
#include "core/error.h"

namespace hindsight::app {

void add_ingest(CLI::App& root, Context& context) {
  auto* verb =
      root.add_subcommand("ingest", "Read videos once and keep what the model sees of them");
  verb->alias("index");
  auto arguments = std::make_shared<IngestArguments>();
  verb->add_option("input,-i,--input",
                   arguments->inputs,
                   "Files, folders, globs, http(s) and rtsp URLs, or - for a pipe")
      ->configurable(false);
  add_store_option(*verb, context);
  add_model_option(*verb, context);
  add_reader_options(*verb, arguments->options.fetch.reader);
  const std::function<void(const int&)> set_stall = [arguments](const int& seconds) {
    arguments->options.stall = std::chrono::seconds{seconds};
  };
  verb->add_option_function("--stall",
                            set_stall,
                            "Seconds without a packet or a picture after which a decoder is taken "
                            "for hung")
      ->check(CLI::Range(1, 86'400))
      ->default_str(std::to_string(arguments->options.stall.count()));
  verb->add_flag("--in-process",
                 arguments->options.in_process,
                 "Decode in this process: a decoder that crashes or hangs then ends the job");
  add_plan_options(*verb, arguments->options.plan);
  add_live_options(*verb, arguments->live);
  add_choice(*verb,
             "--token-codec",
             arguments->options.codec,
             {{"bf16", index::TokenCodec::bf16}, {"int8", index::TokenCodec::int8}},
             "How tokens are kept: int8 or bf16");
  add_load_options(*verb, arguments->load);
  verb->add_flag("--json", arguments->json, "One JSON object on stdout, NDJSON progress on stderr")
      ->configurable(false);
  verb->add_flag("--dry-run", arguments->dry_run, "Show settings and estimate, store nothing")
      ->configurable(false);
  verb->footer(
      "The same video under another name, and a repeated call, encode nothing. An interrupted call "
      "goes on where it\n"
      "ended. A video can be asked about as soon as its first stretch is stored.\n"
      "A stretch at which the decoder crashes or hangs twice is kept as not covered and told in a "
      "warning; eight in a\n"
      "row end the job.\n\n"
      "A live source is read until it ends, for --for, or until Ctrl-C; its name then carries the "
      "time at which it began.\n"
      "It is stored every 20 s (--stretch-length). What nobody saw while a connection was gone is "
      "a gap: see info.\n\n"
      "Examples:\n"
      "  hindsight ingest gate-cam.mp4\n"
      "  hindsight ingest --tokens-per-hour 60000 recordings/ 'extra/*.mkv'\n"
      "  curl -s https://example.org/talk.mp4 | hindsight ingest --store talks.db -\n"
      "  hindsight ingest rtsp://camera/stream1 --for 8h\n"
      "  ffmpeg -f v4l2 -i /dev/video0 -f matroska - | hindsight ingest --live -\n\n"
      "Exit codes: 0 done, 2 usage, 3 input unreadable, 4 some inputs failed, 6 store or its full "
      "disk, 7 model,\n"
      "8 memory or no room for the copy of an input,\n"
      "130 and 143 stopped by a signal with the work so far kept (a live source that is stopped is "
      "done: 0).");
  verb->callback([&context, arguments, verb] {
    if (arguments->inputs.empty()) {
      throw Error(ErrorCode::usage,
                  "no video is named; give files, folders, URLs, or - for a pipe: hindsight ingest "
                  "gate-cam.mp4");
    }
    arguments->stretch_given = verb->get_option("--stretch-length")->count() > 0;
    run_ingest(context, std::move(*arguments));
  });
}

}  // namespace hindsight::app
