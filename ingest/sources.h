// From what the user typed to videos that can be read: files, folders, globs, URLs, the standard
// input.
#pragma once

#include <string>
#include <vector>

#include "core/logger.h"

namespace hindsight::ingest {

/// One video to ingest.
struct Source {
  /// As the user knows it: a path, a URL without user and password, or "stdin".
  std::string name;
  std::string path;      ///< what VideoReader opens; differs from `name` for input that was spooled
  bool spooled = false;  ///< `path` is a temporary copy, removed by SpoolGuard
};

/// Expands folders (recursively, known video extensions, sorted, hidden files skipped) and globs
/// (likewise, but all that matches when nothing with a known extension does); keeps files, URLs and
/// "-" as they are; order of the arguments, no duplicates.  Throws Error(unreadable_input) for what
/// does not exist, and for a folder or a pattern without a video.  Nothing is opened.
[[nodiscard]] std::vector<Source> expand_inputs(const std::vector<std::string>& inputs);

/// Copies "-" (the standard input), a named pipe or a URL into `directory`, so that it can be read
/// twice and seeked in. Local files and playlists (.m3u8, .mpd) are returned as they are. Throws
/// Error(unreadable_input) when nothing comes, or when the connection breaks, Error(exhausted) when
/// the disk is full; no partial copy is left behind.
[[nodiscard]] Source spool(const Source& source,
                           const std::string& directory,
                           const Logger& logger = {});

/// What finds the video again: the whole path of a file, a URL without user and password; of a copy
/// the name of what was copied.
[[nodiscard]] std::string lasting_path(const Source& source);

/// `text` with the name that the user knows in place of the spooled copy's path.
[[nodiscard]] std::string said_of(const Source& source, std::string text);

/// Removes the spooled copy at the end of the scope.
class SpoolGuard {
 public:
  explicit SpoolGuard(Source source);
  ~SpoolGuard();
  SpoolGuard(const SpoolGuard&) = delete;
  SpoolGuard& operator=(const SpoolGuard&) = delete;

 private:
  Source source_;
};

}  // namespace hindsight::ingest
