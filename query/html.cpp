#include "query/html.h"

#include <cstdint>

#include <fmt/format.h>

namespace hindsight::query {
namespace {

constexpr std::string_view kSharedStyle = R"css(
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;
 overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0.5rem 0; }
h2 { font-size: 1.05rem; margin: 0 0 0.5rem; }
section { border-top: 1px solid var(--line); padding: 1rem 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr));
 gap: 0.75rem; }
figure { margin: 0; }
img, .none { width: 100%; border-radius: 6px; background: var(--soft); display: block; }
.none { padding: 2rem 0; text-align: center; }
figcaption, footer, .facts { font-size: 0.85rem; opacity: 0.85; }
time { font-variant-numeric: tabular-nums; }
)css";

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        // A page may hold no control characters.
        safe += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return safe;
}

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group <<= 8;
      if (i + k < bytes.size()) group |= static_cast<unsigned char>(bytes[i + k]);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool is_data = i + k < bytes.size() + 1;
      text += is_data ? kDigits[(group >> (18 - 6 * k)) & 63U] : '=';
    }
  }
  return text;
}

std::string jpeg_source(std::string_view jpeg) {
  return "data:image/jpeg;base64," + to_base64(jpeg);
}

std::string page_head(const PageHead& head) {
  const auto script = head.script_hash.empty()
                          ? std::string()
                          : fmt::format("; script-src 'sha256-{}'", to_base64(head.script_hash));
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\"\n"
      " content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'{}\">\n"
      "<title>{}</title>\n<style>{}{}</style>\n</head>\n<body>\n",
      script,
      escaped(head.title),
      kSharedStyle,
      head.style);
}

}  // namespace hindsight::query
