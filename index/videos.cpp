// Store: videos, their names, and what a user types to mean one.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>

#include <fmt/format.h>

#include "core/error.h"
#include "index/detail/digest.h"
#include "index/detail/schema.h"
#include "index/detail/store_impl.h"

namespace hindsight::index {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMinHashPrefix = 4;
constexpr std::size_t kMaxCandidates = 5;

constexpr std::string_view kSelectVideo = R"sql(
SELECT v.id, v.content_hash, n.name, n.path, v.end_ns, v.width, v.height, v.facts_json
FROM videos v LEFT JOIN video_names n ON n.id = (SELECT max(id) FROM video_names WHERE video_id = v.id)
)sql";

VideoRecord to_video(const detail::Statement& row) {
  VideoRecord video;
  video.id = row.integer(0);
  video.content_hash = row.text(1);
  video.name = row.text(2);
  video.path = row.text(3);
  video.end = MediaTime::from_ns(row.integer(4));
  video.width = row.small(5);
  video.height = row.small(6);
  video.facts_json = row.text(7);
  return video;
}

/// A video under every name it goes by.
struct KnownVideo {
  VideoRecord video;
  std::vector<VideoName> names;

  [[nodiscard]] bool any_name(const std::function<bool(const VideoName&)>& matches) const {
    return std::any_of(names.begin(), names.end(), matches);
  }
};

/// A way in which a text can mean a video.
struct Way {
  NameMatch match;
  std::function<bool(const KnownVideo&)> matches;
};

/// The first one that finds any decides.
std::vector<Way> ways_to_match(std::string_view text) {
  const std::string word{text};
  // Where the working directory is gone, no path is relative to it.
  std::error_code gone;
  const std::string absolute = fs::absolute(word, gone).lexically_normal().string();
  return {
      {NameMatch::exact,
       [word](const KnownVideo& known) { return known.video.content_hash == word; }},
      {NameMatch::exact,
       [word, absolute](const KnownVideo& known) {
         return known.any_name(
             [&](const VideoName& n) { return n.path == word || n.path == absolute; });
       }},
      {NameMatch::exact,
       [word](const KnownVideo& known) {
         return known.any_name([&](const VideoName& n) {
           return n.name == word || fs::path(n.name).filename() == word;
         });
       }},
      {NameMatch::near,
       [word](const KnownVideo& known) {
         return known.any_name([&](const VideoName& n) { return fs::path(n.name).stem() == word; });
       }},
      {NameMatch::exact,
       [word](const KnownVideo& known) {
         return word.size() >= kMinHashPrefix && known.video.content_hash.starts_with(word);
       }},
      {NameMatch::near,
       [word](const KnownVideo& known) {
         return known.any_name([&](const VideoName& n) { return n.name.starts_with(word); });
       }},
  };
}

std::string list_candidates(const std::vector<KnownVideo>& videos) {
  std::string list;
  for (std::size_t i = 0; i < std::min(videos.size(), kMaxCandidates); ++i) {
    list += fmt::format(
        "{}{} ({:.8})", i == 0 ? "" : ", ", videos[i].video.name, videos[i].video.content_hash);
  }
  if (videos.size() > kMaxCandidates)
    list += fmt::format(" and {} more", videos.size() - kMaxCandidates);
  return list;
}

}  // namespace

std::int64_t Store::put_video(const VideoRecord& video) {
  if (video.content_hash.empty() || video.end < MediaTime{}) {
    throw Error(ErrorCode::internal,
                "put_video: a video needs a content hash and an end that is not negative");
  }
  detail::Transaction transaction(*impl_->database, detail::Transaction::Kind::write);
  auto upsert = impl_->database->prepare(R"sql(
INSERT INTO videos (content_hash, end_ns, width, height, checksum, facts_json) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (content_hash) DO UPDATE SET end_ns = ?2, width = ?3, height = ?4, checksum = ?5, facts_json = ?6
RETURNING id)sql");
  upsert.bind(video.content_hash,
              video.end.ns(),
              video.width,
              video.height,
              detail::video_checksum(video),
              video.facts_json);
  upsert.step();
  const std::int64_t id = upsert.integer(0);
  upsert.run();
  impl_->database
      ->prepare("INSERT OR REPLACE INTO video_names (video_id, name, path) VALUES (?1, ?2, ?3)")
      .bind(id, video.name, video.path)
      .run();
  transaction.commit();
  return id;
}

std::optional<VideoRecord> Store::find_video_by_hash(std::string_view content_hash) const {
  auto select = impl_->database->prepare(fmt::format("{} WHERE v.content_hash = ?1", kSelectVideo));
  select.bind(content_hash);
  if (!select.step()) return std::nullopt;
  return to_video(select);
}

std::vector<VideoRecord> Store::videos() const {
  auto select =
      impl_->database->prepare(fmt::format("{} ORDER BY n.name, v.content_hash", kSelectVideo));
  std::vector<VideoRecord> videos;
  while (select.step()) videos.push_back(to_video(select));
  return videos;
}

std::vector<VideoName> Store::video_names(std::int64_t video_id) const {
  auto select = impl_->database->prepare(
      "SELECT name, path FROM video_names WHERE video_id = ?1 ORDER BY id DESC");
  select.bind(video_id);
  std::vector<VideoName> names;
  while (select.step()) names.push_back({select.text(0), select.text(1)});
  return names;
}

VideoRecord Store::resolve_video(std::string_view text, NameMatch match) const {
  if (text.empty()) {
    throw Error(ErrorCode::usage,
                "a video's name is empty; give a name, a path or the beginning of an id");
  }
  std::vector<KnownVideo> all;
  for (auto& video : videos()) {
    auto names = video_names(video.id);
    all.push_back({std::move(video), std::move(names)});
  }
  if (all.empty()) {
    throw Error(ErrorCode::not_found,
                impl_->message("holds no video yet; add one with 'hindsight ingest VIDEO'"));
  }
  std::vector<KnownVideo> near;
  for (const Way& way : ways_to_match(text)) {
    std::vector<KnownVideo> found;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), way.matches);
    if (way.match == NameMatch::near && match == NameMatch::exact) {
      if (near.empty()) near = std::move(found);
      continue;
    }
    if (found.size() == 1) return found.front().video;
    if (found.size() > 1) {
      throw Error(ErrorCode::usage,
                  fmt::format("'{}' can mean several videos: {}; use the code in brackets",
                              text,
                              list_candidates(found)));
    }
  }
  if (!near.empty()) {
    throw Error(ErrorCode::not_found,
                impl_->message(fmt::format(
                    "has no video '{}'; did you mean {}?", text, list_candidates(near))));
  }
  throw Error(
      ErrorCode::not_found,
      impl_->message(fmt::format("has no video '{}'; it has {}", text, list_candidates(all))));
}

}  // namespace hindsight::index
