// From a path to an open database: is it ours, is it current, and if there is none, a new one.
#pragma once

#include <memory>
#include <string>

#include "index/detail/sqlite.h"

namespace hindsight::index::detail {

/// False when there is nothing yet: no file, or an empty one.
/// Throws Error(store) for a foreign, newer or unreadable file.  Never changes anything.
[[nodiscard]] bool has_store(const std::string& path);

/// Makes an empty store with its folder.  The caller holds the writer lock.
void create_store(const std::string& path);

[[nodiscard]] std::unique_ptr<Database> open_for_reading(const std::string& path);
/// Migrates an older store.  The caller holds the writer lock.
[[nodiscard]] std::unique_ptr<Database> open_for_writing(const std::string& path);

/// The folder of a file that may not exist yet.
void make_folder_of(const std::string& path);

}  // namespace hindsight::index::detail
