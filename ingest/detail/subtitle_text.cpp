#include "ingest/detail/subtitle_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "ingest/detail/media_file.h"

namespace hindsight::ingest::detail {
namespace {

namespace fs = std::filesystem;

/// A subtitle file is text; more than this is something else.
constexpr std::uintmax_t kMaxBytes = 64U << 20;
constexpr int kFieldsBeforeText = 8;

std::string lower(std::string text) {
  std::ranges::transform(
      text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

bool is_language(std::string_view token) {
  const auto letters = [](std::string_view part, std::size_t min, std::size_t max) {
    return part.size() >= min && part.size() <= max &&
           std::ranges::all_of(part, [](unsigned char c) { return std::isalpha(c) != 0; });
  };
  const auto dash = token.find_first_of("-_");
  if (dash == std::string_view::npos) return letters(token, 2, 3);
  return letters(token.substr(0, dash), 2, 3) && letters(token.substr(dash + 1), 2, 4);
}

bool is_kind(std::string_view token) {
  static constexpr std::array<std::string_view, 5> kKinds{"forced", "sdh", "cc", "hi", "default"};
  return std::ranges::find(kKinds, token) != kKinds.end();
}

/// What stands between "movie." and ".srt"; false when it shows that the file belongs to another
/// video.
bool read_middle(std::string_view middle,
                 const std::string& video_extension,
                 std::string& language) {
  for (std::stringstream tokens{std::string(middle)}; !tokens.eof();) {
    std::string token;
    std::getline(tokens, token, '.');
    if (token.empty() || '.' + lower(token) == video_extension) continue;
    if (is_kind(lower(token))) continue;
    if (!is_language(token)) return false;
    language = token;
  }
  return true;
}

bool has_utf16_mark(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

}  // namespace

std::string plain_text_of_dialogue(std::string_view dialogue) {
  for (int i = 0; i < kFieldsBeforeText; ++i) {
    const auto comma = dialogue.find(',');
    if (comma == std::string_view::npos) return {};
    dialogue.remove_prefix(comma + 1);
  }
  std::string text;
  bool drawing = false;
  while (!dialogue.empty()) {
    if (dialogue.front() == '{') {
      const auto end = dialogue.find('}');
      const auto tags = dialogue.substr(0, end);
      // \p1 begins a drawing in vector commands, \p0 ends it.
      if (const auto p = tags.rfind("\\p");
          p != std::string_view::npos && p + 2 < tags.size() &&
          std::isdigit(static_cast<unsigned char>(tags[p + 2])) != 0) {
        drawing = tags[p + 2] != '0';
      }
      dialogue.remove_prefix(end == std::string_view::npos ? dialogue.size() : end + 1);
      continue;
    }
    std::size_t used = 1;
    char out = dialogue.front();
    if (out == '\\' && dialogue.size() > 1) {
      const char code = dialogue[1];
      if (code == 'N' || code == 'n' || code == 'h') {
        out = code == 'h' ? ' ' : '\n';
        used = 2;
      } else if (code == '{' || code == '}' || code == '\\') {
        out = code;
        used = 2;
      }
    }
    if (!drawing && out != '\r') text.push_back(out);
    dialogue.remove_prefix(used);
  }
  return std::string(trimmed(text));
}

std::vector<Sidecar> find_sidecars(const std::string& video) {
  if (is_url(video)) return {};
  static constexpr std::array<std::string_view, 4> kExtensions{".srt", ".vtt", ".ass", ".ssa"};
  const fs::path path(video);
  const std::string prefix = path.stem().string() + ".";
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::vector<Sidecar> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& file = entry->path();
    const std::string name = file.filename().string();
    const std::string extension = lower(file.extension().string());
    if (std::ranges::find(kExtensions, extension) == kExtensions.end() || !name.starts_with(prefix))
      continue;
    if (file == path) continue;
    Sidecar sidecar{file, ""};
    const std::size_t end_of_stem = name.size() - extension.size();
    const auto middle =
        end_of_stem > prefix.size()
            ? std::string_view(name).substr(prefix.size(), end_of_stem - prefix.size())
            : std::string_view();
    if (read_middle(middle, lower(path.extension().string()), sidecar.language))
      found.push_back(sidecar);
  }
  std::ranges::sort(found, {}, &Sidecar::path);
  return found;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80                   ? 1
                               : byte >= 0xF0 && byte < 0xF5 ? 4
                               : byte >= 0xE0                ? 3
                               : byte >= 0xC2                ? 2
                                                             : 0;
    if (length == 0 || byte > 0xF4 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

// The table of 0x80 to 0x9F: https://encoding.spec.whatwg.org/index-windows-1252.txt
std::string utf8_from_windows_1252(std::string_view text) {
  static constexpr std::array<std::uint16_t, 32> kHigh{
      0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
      0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(out, byte >= 0x80 && byte < 0xA0 ? kHigh[byte - 0x80U] : byte);
  }
  return out;
}

Utf8Copy::Utf8Copy(std::filesystem::path original) : path_(std::move(original)) {
  std::error_code error;
  const auto size = fs::file_size(path_, error);
  if (error) refuse(path_.string(), error.message() + "; check the file");
  if (size > kMaxBytes) refuse(path_.string(), "it is too large for subtitles; check the file");
  std::ifstream file(path_, std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf()))
    refuse(path_.string(), "it is empty or may not be read; check the file");
  const std::string text = bytes.str();
  if (is_utf8(text) || has_utf16_mark(text)) return;
  // The extension tells FFmpeg the format.
  const auto folder = fs::temp_directory_path(error);
  if (error)
    refuse(path_.string(), "no temporary copy of it can be made; set TMPDIR to another folder");
  std::string name = (folder / ("hindsight-XXXXXX" + path_.extension().string())).string();
  const int fd =
      mkostemps(name.data(), static_cast<int>(path_.extension().string().size()), O_CLOEXEC);
  if (fd < 0)
    refuse(path_.string(), "no temporary copy of it can be made; set TMPDIR to another folder");
  close(fd);
  path_ = name;
  copied_ = true;
  std::ofstream(path_, std::ios::binary) << utf8_from_windows_1252(text);
}

Utf8Copy::~Utf8Copy() {
  std::error_code ignored;
  if (copied_) fs::remove(path_, ignored);
}

}  // namespace hindsight::ingest::detail
