#include "app/evidence_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "app/output_file.h"
#include "app/text.h"
#include "core/error.h"
#include "ingest/clip.h"
#include "query/evidence_page.h"

namespace hindsight::app {
namespace {

namespace fs = std::filesystem;

/// "03_00-01-40.500.jpg": no name of a video, which may hold anything.
std::string picture_name(std::size_t number, const index::StoredPair& pair) {
  auto clock = to_clock(pair.first);
  std::replace(clock.begin(), clock.end(), ':', '-');
  return fmt::format("{:02}_{}.jpg", number, clock);
}

/// The file that was read, wherever it is by now.
struct Original {
  std::string path;
  ingest::PacketScan scan;
};

Original find_original(const query::EvidenceInterval& interval, const index::Store& store) {
  std::string other;
  std::string missing;
  for (const auto& name : store.video_names(interval.video_id)) {
    std::error_code ignored;
    if (!fs::exists(name.path, ignored)) {
      if (missing.empty()) missing = name.path;
      continue;
    }
    auto scan = ingest::scan_packets(name.path);
    if (scan.content_hash == interval.video_hash) return {name.path, std::move(scan)};
    other = name.path;
  }
  if (!other.empty()) {
    throw Error(ErrorCode::unreadable_input,
                fmt::format("no clip was cut: '{}' is another video by now than the one that was "
                            "read as {}",
                            other,
                            interval.video));
  }
  throw Error(ErrorCode::unreadable_input,
              fmt::format("no clip was cut: the original of {} is no longer at '{}'; put it back, "
                          "or tell where it is with hindsight ingest",
                          interval.video,
                          missing));
}

/// What copy_stretches() can be asked for; whether it holds the video's codec, that call says.
constexpr std::array kClipEndings{".mp4", ".mkv", ".mov", ".m4v", ".webm", ".avi", ".ts"};

void check_clip(const EvidenceFiles& files, const std::vector<std::string>& originals) {
  auto ending = fs::path(files.clip).extension().string();
  std::ranges::transform(ending, ending.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  if (std::ranges::find(kClipEndings, ending) == kClipEndings.end()) {
    throw Error(ErrorCode::usage,
                fmt::format("'{}' has no ending of a container for the clip; name it .mp4, .mkv or "
                            ".mov",
                            files.clip));
  }
  for (const auto& original : originals) check_output(files.clip, original, "video", files.force);
  if (originals.empty()) check_output(files.clip, {}, {}, files.force);
}

void prepare_directory(const EvidenceFiles& files) {
  std::error_code failed;
  const bool is_used =
      fs::exists(files.directory, failed) &&
      !(fs::is_directory(files.directory, failed) && fs::is_empty(files.directory, failed));
  if (is_used && !files.force) {
    throw Error(ErrorCode::usage,
                fmt::format("'{}' is there already and not empty; name another folder, or give "
                            "--force to write into it",
                            files.directory));
  }
  fs::create_directories(files.directory, failed);
  if (!fs::is_directory(files.directory, failed)) {
    throw Error(ErrorCode::store,
                fmt::format("the folder '{}' cannot be made; name another one for --evidence",
                            files.directory));
  }
}

}  // namespace

void prepare(const EvidenceFiles& files, const std::vector<std::string>& originals) {
  // The clip may lie in the directory.
  if (!files.directory.empty()) prepare_directory(files);
  if (!files.clip.empty()) check_clip(files, originals);
}

void write_evidence(const EvidenceFiles& files,
                    const query::Answer& answer,
                    const index::Store& store,
                    const Logger& logger) {
  const auto thumbnails = query::read_thumbnails(answer, store);
  const fs::path directory = files.directory;
  std::vector<index::StoredPair> pairs;
  for (const auto& interval : answer.intervals)
    pairs.insert(pairs.end(), interval.pairs.begin(), interval.pairs.end());
  if (answer.findings)
    for (const auto& counter : answer.findings->counter_evidence) pairs.push_back(counter.pair);
  std::set<std::int64_t> written;
  for (const auto& pair : pairs) {
    const auto found = thumbnails.find(pair.id);
    if (found == thumbnails.end() || !written.insert(pair.id).second) continue;
    write_file((directory / picture_name(written.size(), pair)).string(), found->second);
  }
  write_file((directory / "index.html").string(), query::to_html(answer, thumbnails));
  logger.info("wrote {} and {} pictures", (directory / "index.html").string(), written.size());
}

void write_clip(const EvidenceFiles& files,
                const query::Answer& answer,
                const index::Store& store,
                const Logger& logger) {
  if (answer.intervals.empty()) {
    logger.warn("no clip was cut: the answer has no interval");
    return;
  }
  std::set<std::int64_t> videos;
  std::vector<TimeSpan> wanted;
  for (const auto& interval : answer.intervals) {
    videos.insert(interval.video_id);
    wanted.push_back(interval.span);
  }
  if (videos.size() > 1) {
    throw Error(
        ErrorCode::usage,
        fmt::format("no clip was cut: the evidence lies in {} videos; name one with --video",
                    videos.size()));
  }
  const auto original = find_original(answer.intervals.front(), store);
  const auto parts = ingest::copy_stretches(original.path, original.scan, wanted, files.clip);
  MediaDuration length{};
  for (const auto& part : parts) length += part.length();
  logger.info("wrote {}: {} {}, {}; a part begins at the key frame before its interval",
              files.clip,
              parts.size(),
              parts.size() == 1 ? "part" : "parts",
              human_seconds(to_seconds(length)));
}

}  // namespace hindsight::app
