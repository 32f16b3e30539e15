// What pages have in common that need nothing else: one file, nothing is fetched, and no script
// runs but the page's own.
#pragma once

#include <string>
#include <string_view>

namespace hindsight::query {

/// `text` inside an element or an attribute; control characters become spaces.
[[nodiscard]] std::string escaped(std::string_view text);

/// RFC 4648, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

/// The value of an <img>'s src that holds the picture itself.
[[nodiscard]] std::string jpeg_source(std::string_view jpeg);

struct PageHead {
  std::string title{};
  /// Added to what all pages share.
  std::string style{};
  /// SHA-256 (32 bytes) of the one script that may run; empty: none.
  std::string script_hash{};
};

/// From the doctype to <body>.
[[nodiscard]] std::string page_head(const PageHead& head);

}  // namespace hindsight::query
