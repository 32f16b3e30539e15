// The parts of reading subtitles that need no FFmpeg: markup, character sets, files beside the
// video.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hindsight::ingest::detail {

/// The text of one ASS dialogue as FFmpeg's decoders give it
/// ("ReadOrder,Layer,Style,Name,L,R,V,Effect,Text"): override tags and drawings removed, \N as a
/// newline, spaces trimmed.
[[nodiscard]] std::string plain_text_of_dialogue(std::string_view dialogue);

struct Sidecar {
  std::filesystem::path path;
  std::string language;  ///< from "movie.en.srt"; empty when the name has none
};

/// movie.srt, movie.en.vtt, movie.pt-BR.forced.ass, ... beside movie.mp4, sorted by name.  None for
/// a URL.
[[nodiscard]] std::vector<Sidecar> find_sidecars(const std::string& video);

[[nodiscard]] bool is_utf8(std::string_view text);
/// Windows-1252, in which subtitle files without Unicode are mostly written; undefined bytes become
/// U+FFFD.
[[nodiscard]] std::string utf8_from_windows_1252(std::string_view text);

/// A text file that FFmpeg can read: the file itself, or for one that is not Unicode a temporary
/// copy in UTF-8.
class Utf8Copy {
 public:
  /// Throws Error(unreadable_input).
  explicit Utf8Copy(std::filesystem::path original);
  ~Utf8Copy();
  Utf8Copy(const Utf8Copy&) = delete;
  Utf8Copy& operator=(const Utf8Copy&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
  bool copied_ = false;
};

}  // namespace hindsight::ingest::detail
