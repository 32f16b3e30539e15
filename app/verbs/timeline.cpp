#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "app/contact_sheet.h"
#include "app/context.h"
#include "app/output_file.h"
#include "app/plan_options.h"
#include "app/plan_pictures.h"
#include "app/reader_options.h"
#include "app/text.h"
#include "app/timeline_page.h"
#include "app/video_plan.h"
#include "core/error.h"
#include "ingest/png.h"
#include "sampler/overview.h"

namespace hindsight::app {
namespace {

struct TimelineSettings {
  std::string video;
  std::string format = "text";
  std::optional<std::string> html;  ///< the file to write
  std::optional<std::string> png;
  int thumbnails = 200;
  bool force = false;
  sampler::PlanOptions plan;
  ingest::ReaderOptions reader;

  [[nodiscard]] bool writes_pictures() const { return html || png; }
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

void print_rows(const VideoPlan& plan) {
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

/// Refuses what cannot be done before anything is read.
void check_files(const TimelineSettings& settings) {
  if (settings.html) check_output(*settings.html, settings.video, "video", settings.force);
  if (!settings.png) return;
  check_output(*settings.png, settings.video, "video", settings.force);
  std::error_code not_there;
  if (settings.html == settings.png ||
      (settings.html && std::filesystem::equivalent(*settings.html, *settings.png, not_there))) {
    throw Error(
        ErrorCode::usage,
        fmt::format("--html and --png both name '{}'; give each its own file", *settings.png));
  }
  if (settings.thumbnails == 0) {
    throw Error(ErrorCode::usage,
                "--png shows thumbnails and --thumbnails 0 wants none; leave one of them out");
  }
}

void write_pictures(const TimelineSettings& settings,
                    const VideoPlan& plan,
                    const Context& context) {
  const auto pictures = fetch_pictures(plan, settings.reader, settings.thumbnails, context);
  const auto lost = std::ranges::count_if(
      pictures.pictures, [](const std::optional<Image>& picture) { return !picture; });
  if (lost > 0) {
    context.logger.warn("{} of {} could not be decoded; what they stand for is shown as gaps",
                        lost,
                        counted(std::ssize(pictures.pictures), "picture"));
  }
  if (settings.html) {
    const auto page = to_html(plan, pictures);
    write_file(*settings.html, page);
    context.logger.info("wrote {}: {}, {}, {} with a picture",
                        *settings.html,
                        human_bytes(std::ssize(page)),
                        counted(std::ssize(pictures.pairs), "pair"),
                        human_count(std::ssize(pictures.pictures) - lost));
  }
  if (settings.png) {
    const auto sheet = draw_contact_sheet(plan, pictures);
    const auto bytes = ingest::encode_png(sheet.view());
    write_file(*settings.png, bytes);
    context.logger.info("wrote {}: {}, {}x{}, {}",
                        *settings.png,
                        human_bytes(std::ssize(bytes)),
                        sheet.width,
                        sheet.height,
                        counted(std::ssize(pictures.pictures), "picture"));
  }
}

void show_timeline(const TimelineSettings& settings, bool format_given, const Context& context) {
  check_files(settings);
  const auto plan = plan_video(settings.video, settings.plan, settings.reader, context);
  if (settings.format == "json") {
    fmt::print("{{{}}}\n", json_members(plan));
  } else if (settings.format == "csv") {
    print_csv(plan);
  } else if (settings.format == "vtt") {
    print_vtt(plan);
  } else {
    print_heading(plan);
    // The page has the rows.
    if (format_given || !settings.html) print_rows(plan);
  }
  if (settings.writes_pictures()) write_pictures(settings, plan, context);
}

void add_picture_options(CLI::App& verb, TimelineSettings& settings) {
  verb.add_option("--html",
                  settings.html,
                  "Write a page that shows the plan in this file: a chart that zooms, the pairs, "
                  "the gaps; it needs no network")
      ->configurable(false);
  verb.add_option("--png", settings.png, "Write a contact sheet, a PNG, in this file")
      ->configurable(false);
  verb.add_option("--thumbnails",
                  settings.thumbnails,
                  fmt::format("Pictures on the page and the sheet: those of the pairs that are "
                              "first in rank; {} at most",
                              kMostThumbnails))
      ->check(CLI::Range(0, kMostThumbnails));
  verb.add_flag("--force", settings.force, "Let --html and --png replace what is there")
      ->configurable(false);
}

}  // namespace

void add_timeline(CLI::App& root, Context& context) {
  auto* verb = root.add_subcommand("timeline", "Show the shots and the activity of a video");
  verb->footer(
      "Activity: something moves in front of a background that stands still.\n"
      "--html and --png show what 'ingest' would choose with the same plan options and --model: no "
      "pair is larger than\nthe model reads.  Its weights are not needed, and without a model the "
      "options alone limit.\n"
      "With --html only the heading is printed unless --format is given; a picture takes some 8 kB "
      "of the page.\n\n"
      "Examples:\n"
      "  hindsight timeline gate-cam.mp4\n"
      "  hindsight timeline film.mkv --exact\n"
      "  hindsight timeline gate-cam.mp4 --html gate.html --png gate.png\n"
      "  hindsight timeline film.mkv --format vtt > film.chapters.vtt\n"
      "Exit codes: 0 done, 2 usage or a file is in the way, 3 the video cannot be read, 5 no such "
      "model, 6 a file\ncannot be written, 7 a model that cannot be used.");
  auto settings = std::make_shared<TimelineSettings>();
  verb->add_option("VIDEO", settings->video, "A video file or a URL")->required();
  auto* format = verb->add_option("--format", settings->format, "text, json, csv or vtt")
                     ->check(CLI::IsMember({"text", "json", "csv", "vtt"}))
                     ->capture_default_str();
  add_model_option(*verb, context);
  add_reader_options(*verb, settings->reader);
  add_picture_options(*verb, *settings);
  add_plan_options(*verb, settings->plan);
  verb->callback([settings, format, verb, &context] {
    if (verb->get_option("--thumbnails")->count() > 0 && !settings->writes_pictures()) {
      throw Error(ErrorCode::usage,
                  "--thumbnails says how many pictures --html or --png shows; give one of them");
    }
    show_timeline(*settings, format->count() > 0, context);
  });
}

}  // namespace hindsight::app
