#include "app/ladder_report.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "app/text.h"

namespace hindsight::app {
namespace {

using pipeline::RungCost;

std::string describe(const std::vector<sampler::Window>& windows, std::string_view what) {
  std::map<sampler::WindowReason, int> counts;
  for (const auto& window : windows) ++counts[window.reason];
  std::vector<std::string> parts;
  for (const auto& [reason, count] : counts) {
    parts.push_back(fmt::format("{} {}", count, to_string(reason)));
  }
  return windows.empty()
             ? fmt::format("none {}", what)
             : fmt::format(
                   "{} {}: {}", human_count(std::ssize(windows)), what, fmt::join(parts, ", "));
}

std::string windows_json(const std::vector<sampler::Window>& windows) {
  std::vector<std::string> rows;
  for (const auto& window : windows) {
    rows.push_back(fmt::format(R"({{"from":{},"to":{},"reason":"{}"}})",
                               to_decimal_seconds(window.span.begin),
                               to_decimal_seconds(window.span.end),
                               to_string(window.reason)));
  }
  return fmt::format("[{}]", fmt::join(rows, ","));
}

std::size_t num_wanted_frames(const VideoPlan& plan) {
  std::set<MediaTime> frames;
  for (const auto& stretch : plan.stretches) {
    for (const auto& pair : stretch.pairs) frames.insert({pair.first, pair.second});
  }
  return frames.size();
}

void print_rung(const char* name, const RungCost& cost, const std::string& findings) {
  fmt::print("{:<14}{:>7.2f} s  {:>9}  {:>9}  {}\n",
             name,
             cost.seconds,
             human_count(cost.packets),
             human_count(cost.frames),
             findings);
}

std::string rung_json(const RungCost& cost) {
  return fmt::format(
      R"("seconds":{:.6f},"packets":{},"frames":{})", cost.seconds, cost.packets, cost.frames);
}

}  // namespace

void print_ladder(const VideoPlan& plan) {
  const auto& ladder = plan.ladder;
  fmt::print("\nrung               time    packets    decoded  found\n");
  print_rung("packets", plan.scan, "");
  print_rung("key frames",
             ladder.key_frames,
             fmt::format("{} spaces between key frames, {} cuts that the encoder marked",
                         human_count(ladder.num_spaces),
                         ladder.marked_cuts));
  print_rung("windows", ladder.windows, describe(ladder.opened, "opened"));
  if (!ladder.left_to_packets.empty())
    fmt::print(
        "{:<40}{}\n", "", describe(ladder.left_to_packets, "left to what their packets tell"));
  if (!ladder.straight_stretches.empty()) {
    print_rung(
        "all frames",
        ladder.straight,
        fmt::format(
            "of {} of {} stretches", ladder.straight_stretches.size(), plan.stretches.size()));
  }
  fmt::print("{:<40}{} frames, decoded when they are encoded\n",
             "chosen pairs",
             human_count(static_cast<std::int64_t>(num_wanted_frames(plan))));
  fmt::print("{:.1f} % of {} frames were decoded for this plan\n",
             100.0 * static_cast<double>(plan.decoding.frames_decoded) /
                 static_cast<double>(std::max<std::int64_t>(1, plan.scan.packets)),
             human_count(plan.scan.packets));
}

std::string ladder_json(const VideoPlan& plan) {
  const auto& ladder = plan.ladder;
  return fmt::format(R"({{"packets":{{{}}},"key_frames":{{{},"spaces":{},"marked_cuts":{},"told_cuts":{}}},)"
                     R"("windows":{{{},"opened":{},"left_to_packets":{}}},)"
                     R"("all_frames":{{{},"stretches":{}}},"chosen_frames":{}}})",
                     rung_json(plan.scan),
                     rung_json(ladder.key_frames),
                     ladder.num_spaces,
                     ladder.marked_cuts,
                     ladder.told_cuts,
                     rung_json(ladder.windows),
                     windows_json(ladder.opened),
                     windows_json(ladder.left_to_packets),
                     rung_json(ladder.straight),
                     ladder.straight_stretches.size(),
                     num_wanted_frames(plan));
}

}  // namespace hindsight::app
