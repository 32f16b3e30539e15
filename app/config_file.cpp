#include "app/config_file.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::app {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_bare_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool is_number_or_flag(std::string_view text) {
  if (text == "true" || text == "false") return true;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

/// One line at a time; throws with the line's number.
class LineReader {
 public:
  LineReader(const std::string& file, int line) : file_(file), line_(line) {}

  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(ErrorCode::usage, fmt::format("{}:{}: {}", file_, line_, what));
  }

  std::string section(std::string_view text) const {
    const auto close = text.find(']');
    const auto name = trim(text.substr(1, close == std::string_view::npos ? 0 : close - 1));
    if (!is_bare_key(name) || !is_end(text.substr(close + 1))) {
      refuse(fmt::format("'{}' is no heading; write [verb]", text));
    }
    return std::string(name);
  }

  ConfigEntry entry(std::string_view text, const std::string& section) const {
    const auto equals = text.find('=');
    const auto key = trim(text.substr(0, equals));
    if (equals == std::string_view::npos || !is_bare_key(key)) {
      refuse(fmt::format("'{}' is not of the form key = value", text));
    }
    return {section, std::string(key), value(key, trim(text.substr(equals + 1))), line_};
  }

 private:
  static bool is_end(std::string_view rest) {
    const auto text = trim(rest);
    return text.empty() || text.front() == '#';
  }

  std::string value(std::string_view key, std::string_view text) const {
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) return quoted(key, text);
    const auto bare = trim(text.substr(0, text.find('#')));
    if (!is_number_or_flag(bare)) {
      refuse(fmt::format(
          "the value of {} is neither a number nor true nor false; put text in quotes: {} = \"{}\"",
          key,
          key,
          bare));
    }
    return std::string(bare);
  }

  std::string quoted(std::string_view key, std::string_view text) const {
    const char quote = text.front();
    std::string value;
    std::size_t i = 1;
    for (; i < text.size() && text[i] != quote; ++i) {
      if (quote == '"' && text[i] == '\\') {
        ++i;
        if (i >= text.size() || (text[i] != '"' && text[i] != '\\')) {
          refuse(fmt::format("the value of {} has an escape other than \\\" and \\\\", key));
        }
      }
      value += text[i];
    }
    if (i >= text.size() || !is_end(text.substr(i + 1))) {
      refuse(fmt::format("the value of {} does not end where its quotes end", key));
    }
    return value;
  }

  const std::string& file_;
  int line_;
};

}  // namespace

std::vector<ConfigEntry> parse_config_file(std::string_view text, const std::string& file) {
  std::vector<ConfigEntry> entries;
  std::string section;
  int line = 0;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    ++line;
    const auto end = std::min(text.find('\n'), text.size());
    const auto content = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (content.empty() || content.front() == '#') continue;
    const LineReader reader(file, line);
    if (content.front() == '[') {
      section = reader.section(content);
      continue;
    }
    auto entry = reader.entry(content, section);
    for (const auto& other : entries) {
      if (other.section == entry.section && other.key == entry.key) {
        reader.refuse(fmt::format("{} is already set in line {}", entry.key, other.line));
      }
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string to_config_value(std::string_view value) {
  if (is_number_or_flag(value)) return std::string(value);
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace hindsight::app
