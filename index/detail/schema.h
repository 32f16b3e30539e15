// The schema of the token cache and how files of older versions become current.
#pragma once

#include <span>
#include <string_view>

#include "index/detail/sqlite.h"

namespace hindsight::index::detail {

/// "HSGT" in the file's header: this SQLite file is a token cache.
inline constexpr std::int64_t kApplicationId = 0x48534754;
/// Chosen by measurement: index/README.md.
inline constexpr int kPageBytes = 16'384;

/// The SQL that turns version `number - 1` into version `number`.
struct Migration {
  int number = 0;
  std::string_view sql;
};

/// All versions, 1, 2, ...; the last one is current.
[[nodiscard]] std::span<const Migration> migrations();
[[nodiscard]] int current_version();

/// Brings an open file (0: an empty one) to the last of `steps`, each step in a transaction of its
/// own.
void migrate(Database& database, std::span<const Migration> steps);

}  // namespace hindsight::index::detail
