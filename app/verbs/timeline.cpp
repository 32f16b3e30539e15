#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/context.h"
#include "app/plan_options.h"
#include "app/text.h"
#include "app/video_plan.h"
#include "sampler/overview.h"

namespace hindsight::app {
namespace {

struct TimelineSettings {
  std::string video;
  std::string format = "text";
  sampler::PlanOptions plan;
  ingest::ReaderOptions reader;
};

struct Entry {
  TimeSpan span;
  bool is_shot = false;
  double score = 0;
};

/// Shots and activity by begin; a shot before the activity that begins with it.
std::vector<Entry> entries_of(const VideoPlan& plan) {
  std::vector<Entry> entries;
  for (const auto& shot : sampler::join_shots(plan.stretches)) {
    entries.push_back({shot.span, true, 0});
  }
  for (const auto& a : sampler::join_activity(plan.stretches)) {
    entries.push_back({a.span, false, a.score});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.span.begin < b.span.begin;
  });
  return entries;
}

void print_csv(const VideoPlan& plan) {
  fmt::print("kind,from,to,score\n");
  for (const auto& entry : entries_of(plan)) {
    fmt::print("{},{},{},{}\n",
               entry.is_shot ? "shot" : "activity",
               to_decimal_seconds(entry.span.begin),
               to_decimal_seconds(entry.span.end),
               entry.is_shot ? "" : fmt::format("{:.4f}", entry.score));
  }
}

void print_vtt(const VideoPlan& plan) {
  fmt::print("WEBVTT\n");
  int shot = 0;
  for (const auto& entry : entries_of(plan)) {
    fmt::print("\n{} --> {}\n{}\n",
               to_clock(entry.span.begin),
               to_clock(entry.span.end),
               entry.is_shot ? fmt::format("shot {}", ++shot)
                             : fmt::format("activity {:.2f}", entry.score));
  }
}

void print_text(const VideoPlan& plan) {
  print_heading(plan);
  int shot = 0;
  fmt::print("\nfrom          to            length\n");
  for (const auto& entry : entries_of(plan)) {
    fmt::print("{}  {}  {:>8}  {}\n",
               to_clock(entry.span.begin),
               to_clock(entry.span.end),
               human_seconds(to_seconds(entry.span.length())),
               entry.is_shot ? fmt::format("shot {}", ++shot)
                             : fmt::format("  activity {:.2f}", entry.score));
  }
}

}  // namespace

void add_timeline(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand("timeline", "Show the shots and the activity of a video");
  verb->footer(
      "Needs no model.  Activity: something moves in front of a background that stands still.\n\n"
      "Examples:\n"
      "  hindsight timeline gate-cam.mp4\n"
      "  hindsight timeline film.mkv --exact\n"
      "  hindsight timeline film.mkv --format vtt > film.chapters.vtt\n"
      "Exit codes: 0 done, 2 usage, 3 the video cannot be read.");
  auto settings = std::make_shared<TimelineSettings>();
  verb->add_option("VIDEO", settings->video, "A video file or a URL")->required();
  verb->add_option("--format", settings->format, "text, json, csv or vtt")
      ->check(CLI::IsMember({"text", "json", "csv", "vtt"}))
      ->capture_default_str();
  verb->add_option("--stream", settings->reader.stream, "Number of the video stream; -1: the best")
      ->capture_default_str();
  add_exact_option(*verb, settings->plan);
  verb->callback([settings, &context] {
    const auto plan = plan_video(settings->video, settings->plan, settings->reader, context);
    if (settings->format == "json") {
      fmt::print("{{{}}}\n", json_members(plan));
    } else if (settings->format == "csv") {
      print_csv(plan);
    } else if (settings->format == "vtt") {
      print_vtt(plan);
    } else {
      print_text(plan);
    }
  });
}

}  // namespace hindsight::app
