// Bytes inside a page.
#pragma once

#include <string>
#include <string_view>

namespace hindsight::query::detail {

/// RFC 4648, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);

}  // namespace hindsight::query::detail
