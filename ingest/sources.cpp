#include "ingest/sources.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <glob.h>

#include "core/error.h"
#include "ingest/detail/media_file.h"

namespace hindsight::ingest {
namespace {

namespace fs = std::filesystem;
using detail::refuse;

constexpr std::array<std::string_view, 42> kVideoExtensions{
    ".3g2", ".3gp",  ".asf",  ".av1",  ".avi",  ".divx", ".dv",  ".f4v", ".flv",   ".gif",  ".h264",
    ".264", ".h265", ".265",  ".hevc", ".ivf",  ".m2ts", ".m2v", ".m4v", ".mjpeg", ".mjpg", ".mkv",
    ".mov", ".mp4",  ".mpeg", ".mpg",  ".mts",  ".mxf",  ".nut", ".obu", ".ogm",   ".ogv",  ".qt",
    ".rm",  ".rmvb", ".ts",   ".vob",  ".webm", ".wmv",  ".wtv", ".y4m", ".mk3d"};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool has_video_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(
      extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::find(kVideoExtensions, extension) != kVideoExtensions.end();
}

std::vector<std::string> videos_below(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  fs::recursive_directory_iterator walk(folder, error);
  if (error)
    refuse(folder.string(), fmt::format("{}; check the folder's permissions", error.message()));
  for (const fs::recursive_directory_iterator end; walk != end; walk.increment(error)) {
    std::error_code ignored;
    if (is_hidden(walk->path())) {
      walk.disable_recursion_pending();
    } else if (walk->is_regular_file(ignored) && has_video_extension(walk->path())) {
      found.push_back(walk->path().string());
    }
    if (error) break;
  }
  std::ranges::sort(found);
  return found;
}

std::vector<std::string> glob_matches(const std::string& pattern) {
  glob_t matches{};
  const std::unique_ptr<glob_t, decltype(&globfree)> owner(&matches, globfree);
  if (glob(pattern.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &matches) != 0) return {};
  return {matches.gl_pathv, matches.gl_pathv + matches.gl_pathc};
}

std::vector<std::string> expand_glob(const std::string& pattern) {
  std::vector<std::string> videos;
  std::vector<std::string> others;
  for (const auto& match : glob_matches(pattern)) {
    std::error_code ignored;
    if (fs::is_directory(match, ignored)) {
      std::ranges::copy(videos_below(match), std::back_inserter(videos));
    } else {
      (has_video_extension(match) ? videos : others).push_back(match);
    }
  }
  return videos.empty() ? others : videos;
}

std::vector<std::string> expand(const std::string& input) {
  std::error_code ignored;
  if (input == "-" || detail::is_url(input)) return {input};
  if (fs::is_directory(input, ignored)) {
    auto videos = videos_below(input);
    if (videos.empty())
      refuse(input, "the folder holds no file with the extension of a video; name the file itself");
    return videos;
  }
  if (fs::exists(fs::symlink_status(input, ignored))) return {input};
  if (input.find_first_of("*?[{~") != std::string::npos) {
    auto videos = expand_glob(input);
    if (videos.empty())
      refuse(input, "no file matches this pattern; check the folder and the quotes");
    return videos;
  }
  detail::refuse_unreadable_path(input);
  refuse(input, "there is no such file; check the path");
}

/// One spelling for all names of a file.
std::string identity(const std::string& input) {
  if (input == "-" || detail::is_url(input)) return input;
  std::error_code error;
  const auto path = fs::weakly_canonical(input, error);
  return error ? input : path.string();
}

}  // namespace

std::vector<Source> expand_inputs(const std::vector<std::string>& inputs) {
  std::vector<Source> sources;
  std::set<std::string> seen;
  for (const auto& input : inputs) {
    for (auto& path : expand(input)) {
      if (!seen.insert(identity(path)).second) continue;
      sources.push_back({path == "-" ? "stdin" : detail::without_credentials(path), path});
    }
  }
  return sources;
}

std::string lasting_path(const Source& source) {
  if (source.spooled) return source.name;
  if (detail::is_url(source.path)) return detail::without_credentials(source.path);
  std::error_code ignored;
  return fs::absolute(source.path, ignored).string();
}

std::string said_of(const Source& source, std::string text) {
  if (!source.spooled) return text;
  for (std::size_t at = 0; (at = text.find(source.path, at)) != std::string::npos;
       at += source.name.size()) {
    text.replace(at, source.path.size(), source.name);
  }
  return text;
}

}  // namespace hindsight::ingest
