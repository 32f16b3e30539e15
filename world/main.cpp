// hindsight-world: worlds with exact truth.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/error.h"
#include "world/families/family.h"
#include "world/language.h"
#include "world/make.h"
#include "world/pair_stream.h"
#include "world/phrasings.h"

namespace {

using namespace hindsight;
using namespace hindsight::world;

struct PairsFlags {
  PairStreamOptions options;
  std::string split = "train";
  std::string sizes;
  std::string out;
};

void run_pairs(PairsFlags& flags) {
  flags.options.split = flags.split == "test" ? Split::test : Split::train;
  if (!flags.sizes.empty()) flags.options.sizes = parse_sizes(flags.sizes);
  if (flags.out == "-") {
    stream_pairs(flags.options, [](std::string_view record) {
      return std::fwrite(record.data(), 1, record.size(), stdout) == record.size();
    });
    std::fflush(stdout);
    return;
  }
  std::ofstream file(flags.out, std::ios::binary);
  if (!file)
    throw Error(ErrorCode::usage,
                fmt::format("cannot write '{}'; choose another --out", flags.out));
  stream_pairs(flags.options, [&](std::string_view record) {
    return static_cast<bool>(
        file.write(record.data(), static_cast<std::streamsize>(record.size())));
  });
  if (!file.flush())
    throw Error(ErrorCode::store, fmt::format("writing '{}' failed; is the disk full?", flags.out));
}

void add_pairs(CLI::App& app, PairsFlags& flags) {
  auto* verb = app.add_subcommand("pairs", "Write labelled frame pairs for training");
  verb->add_option("--seed", flags.options.seed, "Which stream; the same seed gives the same bytes")
      ->required();
  verb->add_option("--count", flags.options.count, "How many pairs; 0: endless")->required();
  verb->add_option("--family", flags.options.family, "A scene family or mix")
      ->capture_default_str();
  verb->add_option("--split", flags.split, "train or test")
      ->check(CLI::IsMember({"train", "test"}))
      ->capture_default_str();
  verb->add_option("--threads", flags.options.threads, "Worlds rendered side by side")
      ->capture_default_str();
  verb->add_option(
      "--sizes", flags.sizes, "Picture sizes to draw from, WxH,WxH...; sides are multiples of 28");
  verb->add_option("--out", flags.out, "A file, or - for the standard output")->required();
  verb->callback([&flags] { run_pairs(flags); });
}

struct MakeFlags {
  MakeOptions options;
  std::string split = "test";
  std::string size = "320x180";
};

void run_make(MakeFlags& flags) {
  flags.options.split = flags.split == "test" ? Split::test : Split::train;
  int used = 0;
  if (std::sscanf(
          flags.size.c_str(), "%dx%d%n", &flags.options.width, &flags.options.height, &used) != 2 ||
      used != static_cast<int>(flags.size.size()))
    throw Error(ErrorCode::usage,
                fmt::format("'{}' is no size; give WIDTHxHEIGHT such as 320x180", flags.size));
  const MakeReport report = make_video(flags.options);
  fmt::print("{}: {}, {} frames, {} events, {} questions\n",
             flags.options.out.string(),
             report.family,
             report.frames,
             report.events,
             report.questions);
}

void add_make(CLI::App& app, MakeFlags& flags) {
  auto* verb = app.add_subcommand("make", "Write a video with its event log and questions");
  auto& o = flags.options;
  verb->add_option("--seed", o.seed, "Which world; the same seed gives the same bytes")->required();
  verb->add_option("--family", o.family, "A scene family or mix")->capture_default_str();
  verb->add_option("--split", flags.split, "train or test")
      ->check(CLI::IsMember({"train", "test"}))
      ->capture_default_str();
  verb->add_option("--minutes", o.minutes, "Length of the video; beyond 30 it is joined from clips")
      ->capture_default_str();
  verb->add_option("--size", flags.size, "WIDTHxHEIGHT, even")->capture_default_str();
  verb->add_option("--fps", o.fps, "Pictures a second, such as 10 or 12.5")->capture_default_str();
  verb->add_option("--codec", o.codec, "h264, hevc, mpeg4 or vp9")->capture_default_str();
  verb->add_option("--spacing", o.spacing, "Mean seconds between arrivals")->capture_default_str();
  verb->add_option("--needles",
                   o.needles,
                   "Rare things to put in, with others like them; none up to 30 minutes, one in 15 "
                   "minutes beyond");
  verb->add_option("--questions-per-type", o.questions_per_type, "At most so many of each type")
      ->capture_default_str();
  o.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  verb->add_option("--threads", o.threads, "Pictures rendered side by side")->capture_default_str();
  verb->add_flag("--boxes",
                 o.boxes,
                 "Also write where every thing and text is in each picture, to .boxes.jsonl");
  verb->add_option("--out", o.out, "The video file")->required();
  verb->callback([&flags] { run_make(flags); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Worlds with exact truth: videos, labelled pairs, questions"};
  app.require_subcommand(1);
  PairsFlags pairs;
  add_pairs(app, pairs);
  MakeFlags make;
  add_make(app, make);
  app.add_subcommand("families", "List the scene families")->callback([] {
    for (const auto& family : families())
      fmt::print("{}{}\n", family.name, family.in_training ? "" : " (held out of training)");
  });
  app.add_subcommand("wording", "Print every phrasing and noun phrase as JSON")->callback([] {
    fmt::print("{}\n", wording_json());
  });
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(ErrorCode::usage);
  } catch (const Error& e) {
    fmt::print(stderr, "hindsight-world: {}\n", e.what());
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    fmt::print(stderr, "hindsight-world: {}\n", e.what());
    return static_cast<int>(ErrorCode::internal);
  }
}
