// What a plan costs against decoding everything, and chosen frames against the groups that hold
// them.

#include <algorithm>
#include <filesystem>
#include <random>

#include <fmt/format.h>

#include "bench/figure.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "pipeline/stretch_planner.h"

namespace hindsight::bench {
namespace {

/// A film that is made once and looped by copying packets.
struct Material {
  std::string name;
  std::string source;  ///< ffmpeg's arguments before the encoder's
  std::string coding;
  int loops = 0;
  bool is_edited = false;
};

/// Two minutes of shots of 2 to 16 s of four rendered scenes, eight joined by cuts and three by
/// dissolves (hindsight-world); made once.
std::string rendered_programme(const Setup& setup) {
  const auto path = setup.data_dir + "/programme.mp4";
  const auto world = std::filesystem::path(setup.hindsight).parent_path() / "hindsight-world";
  if (!std::filesystem::exists(path))
    shell(
        fmt::format("'{0}' make --seed 907 --family programme --minutes 2 --fps 25 --size 640x360 "
                    "--out '{1}.part.mp4' > /dev/null && mv '{1}.part.mp4' '{1}'",
                    world.string(),
                    path));
  return path;
}

/// A road on which three cars pass in half a minute of five, empty else: the clip, then seconds of
/// it without a car, forth and back; and the programme.  Both with a sensor's noise.
std::vector<Material> materials(const Setup& setup) {
  const auto camera = fmt::format(
      "-i '{}' -filter_complex '[0:v]fps=25,split[all][part];"
      "[part]trim=10:13,setpts=PTS-STARTPTS,split[forth][turned];[turned]reverse[back];"
      "[forth][back]concat,loop=loop=-1:size=150[empty];"
      "[all][empty]concat,trim=duration=300,scale=1920:1080,noise=alls=4:allf=t:all_seed=3'",
      setup.clip);
  const auto edit = fmt::format("-i '{}' -vf scale=1280:720,noise=alls=4:allf=t:all_seed=3",
                                rendered_programme(setup));
  const std::string x264 = "-c:v libx264 -preset veryfast -crf 23";
  return {{"camera 1080p, groups of 50", camera, x264 + " -g 50 -sc_threshold 0", 1},
          {"camera 1080p, groups of 250", camera, x264 + " -g 250 -sc_threshold 0", 1},
          {"edit 720p, marked cuts", edit, x264, 5, true},
          {"edit 720p, groups of 50", edit, x264 + " -g 50 -sc_threshold 0", 5, true}};
}

std::string make(const Setup& setup, const Material& material) {
  auto name = material.name;
  std::erase(name, ',');
  std::ranges::replace(name, ' ', '_');
  const auto path = fmt::format("{}/plan_{}.mp4", setup.data_dir, name);
  if (std::filesystem::exists(path)) return path;
  shell(fmt::format(
      "ffmpeg -v error -y {} -an {} '{}.once.mp4'", material.source, material.coding, path));
  shell(
      fmt::format("ffmpeg -v error -y -stream_loop {} -i '{}.once.mp4' -c copy '{}.part.mp4' && "
                  "mv '{}.part.mp4' '{}' && rm '{}.once.mp4'",
                  material.loops - 1,
                  path,
                  path,
                  path,
                  path,
                  path));
  return path;
}

double share_decoded(const std::string& clip, const sampler::PlanOptions& options) {
  const auto scan = ingest::scan_packets(clip);
  pipeline::StretchPlanner planner(clip, scan, options, {.threads = 1});
  while (planner.next()) {
  }
  return 100.0 * static_cast<double>(planner.stats().frames_decoded) /
         static_cast<double>(scan.num_packets);
}

/// The frames that lead from a key frame to the last wanted one of its group, decoded in one pass.
std::int64_t frames_to(const std::vector<ingest::ScannedPacket>& packets,
                       const std::vector<MediaTime>& wanted) {
  std::int64_t frames = 0;
  std::int64_t since_key = 0;
  std::int64_t needed = 0;
  for (const auto& packet : packets) {
    if (packet.is_key) {
      frames += needed;
      since_key = needed = 0;
    }
    ++since_key;
    if (std::ranges::binary_search(wanted, packet.time)) needed = since_key;
  }
  return frames + needed;
}

/// Frames decoded for `count` random ones, relative to frames_to().
Figure fetch(const std::string& clip, const std::string& name, int count) {
  const auto scan = ingest::scan_packets(clip);
  const auto packets = ingest::packets_in(scan, {{}, scan.end});
  std::mt19937 random(7);
  std::vector<MediaTime> wanted;
  for (int i = 0; i < count; ++i) wanted.push_back(packets[random() % packets.size()].time);
  std::ranges::sort(wanted);
  // A frame that has been passed is reached by its group's begin only.
  const auto twice = std::ranges::unique(wanted);
  wanted.erase(twice.begin(), twice.end());
  ingest::VideoReader reader(clip, scan, {.threads = 1});
  for (const MediaTime time : wanted) {
    reader.seek(time);
    (void)reader.next();
  }
  return {fmt::format("ingest.fetch {} of {}", count, name),
          static_cast<double>(reader.stats().frames_decoded),
          "frames",
          "of their groups up to them",
          static_cast<double>(frames_to(packets, wanted))};
}

}  // namespace

std::vector<Figure> bench_ingest(const Setup& setup) {
  std::vector<Figure> figures;
  for (const auto& material : materials(setup)) {
    const auto clip = make(setup, material);
    const double seconds = to_seconds(ingest::scan_packets(clip).end);
    const auto times_realtime = [&](const std::string& command) {
      return seconds / median_seconds(setup, [&] { shell(command); });
    };
    // One core for all: a plan's key frames and a decoder's frames use threads differently.
    const auto decoded = [&](const std::string& frames) {
      return times_realtime(fmt::format(
          "taskset -c 0 ffmpeg -v error -threads 1 {} -i '{}' -map 0:v -f null -", frames, clip));
    };
    const double all = decoded("");
    const std::string peer = "ffmpeg -f null, one core";
    const auto ours = [&](const std::string& verb) {
      return times_realtime(fmt::format(
          "taskset -c 0 '{}' --quiet {} '{}' > /dev/null", setup.hindsight, verb, clip));
    };
    const auto add_speed = [&](const std::string& what, double speed) {
      figures.push_back(
          {fmt::format("ingest.{} {}", what, material.name), speed, "x realtime", peer, all});
    };
    const auto add_share = [&](const std::string& what, const sampler::PlanOptions& options) {
      figures.push_back({fmt::format("ingest.{} {}", what, material.name),
                         share_decoded(clip, options),
                         "% of frames",
                         "",
                         0});
    };
    add_speed("plan", ours("plan --json"));
    if (material.is_edited) {
      add_speed("timeline --exact", ours("timeline --exact --format json"));
      add_share("decoded --exact", {.exact = true});
    }
    // What looking at every frame that others refer to, and at key frames alone, takes at least.
    add_speed("referenced frames", decoded("-skip_frame noref -skip_loop_filter all"));
    add_speed("key frames", decoded("-skip_frame nokey"));
    add_share("decoded", {});
    for (const int count : {50, 500, 2000}) figures.push_back(fetch(clip, material.name, count));
  }
  return figures;
}

}  // namespace hindsight::bench
