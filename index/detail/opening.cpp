#include "index/detail/opening.h"

#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/error.h"
#include "index/detail/schema.h"

namespace hindsight::index::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr int kHeaderBytes = 100;
constexpr std::size_t kUserVersionOffset = 60;
constexpr std::size_t kApplicationIdOffset = 68;

std::int64_t big_endian_at(const std::string& bytes, std::size_t offset) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value * 256 + static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

[[noreturn]] void refuse(const std::string& path, std::string_view sentence_end) {
  throw Error(ErrorCode::store, fmt::format("the token cache '{}' {}", path, sentence_end));
}

[[noreturn]] void refuse_foreign(const std::string& path, std::string_view reason) {
  throw Error(
      ErrorCode::store,
      fmt::format("'{}' is not a token cache: {}; name another file with --store", path, reason));
}

void refuse_newer(const std::string& path, std::int64_t version) {
  if (version <= current_version()) return;
  refuse(
      path,
      fmt::format(
          "was written by a newer hindsight (schema {}, this one knows up to {}); update hindsight",
          version,
          current_version()));
}

void remove_files(const std::string& path, std::initializer_list<std::string_view> suffixes) {
  std::error_code ignored;
  for (const auto suffix : suffixes) fs::remove(path + std::string(suffix), ignored);
}

void sync_folder(const std::string& path) {
  const int descriptor =
      open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

/// The files that connections share are neither there nor can be made, so SQLite would not open it;
/// without a log nobody needs them until somebody writes.
bool is_frozen(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  if (access(folder.empty() ? "." : folder.c_str(), W_OK) == 0) return false;
  std::error_code no_log;
  const auto log_bytes = fs::file_size(path + "-wal", no_log);
  if (no_log) return true;
  std::error_code error;
  return log_bytes == 0 && !fs::exists(path + "-shm", error);
}

}  // namespace

bool has_store(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return false;
  if (error) refuse(path, fmt::format("cannot be opened: {}", error.message()));
  if (fs::is_directory(status)) refuse(path, "is a folder; name a file with --store");
  if (!fs::is_regular_file(status))
    refuse(path, "is not a regular file; name another one with --store");
  const std::string head = read_head(path, kHeaderBytes);
  if (head.empty()) return false;
  if (head.size() < kHeaderBytes || !head.starts_with(kMagic))
    refuse_foreign(path, "it has no SQLite header");
  if (big_endian_at(head, kApplicationIdOffset) != kApplicationId) {
    refuse_foreign(path, "it is an SQLite file of another program");
  }
  refuse_newer(path, big_endian_at(head, kUserVersionOffset));
  return true;
}

void make_folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error)
    refuse(path,
           fmt::format("cannot be made: its folder '{}': {}", folder.string(), error.message()));
}

void create_store(const std::string& path) {
  // Made beside its place and moved there: whoever looks sees nothing or a whole store.
  const std::string draft = path + ".new";
  remove_files(draft, {"", "-journal", "-wal", "-shm"});
  {
    Database database(draft, Access::create);
    database.execute(
        fmt::format("PRAGMA page_size = {}; PRAGMA auto_vacuum = INCREMENTAL", kPageBytes));
    migrate(database, migrations());
    database.execute("PRAGMA journal_mode = WAL");
  }
  // The log of a store that was deleted would be replayed into the new one.
  remove_files(path, {"-journal", "-wal", "-shm"});
  std::error_code error;
  fs::rename(draft, path, error);
  if (error) refuse(path, fmt::format("cannot be made: {}", error.message()));
  sync_folder(path);
}

std::unique_ptr<Database> open_for_reading(const std::string& path) {
  auto database =
      std::make_unique<Database>(path, is_frozen(path) ? Access::read_frozen : Access::read);
  // The log may be ahead of the header that has_store() read.
  const std::int64_t version = database->integer("PRAGMA user_version");
  refuse_newer(path, version);
  if (version < current_version()) {
    refuse(path,
           fmt::format("was written by an older hindsight (schema {}); bring it up to date once "
                       "with 'hindsight gc --store {}'",
                       version,
                       path));
  }
  [[maybe_unused]] const auto num_tables = database->integer("SELECT count(*) FROM sqlite_schema");
  return database;
}

std::unique_ptr<Database> open_for_writing(const std::string& path) {
  auto database = std::make_unique<Database>(path, Access::write);
  // Until the file is known to be ours and whole, closing it must not change it.
  database->checkpoint_on_close(false);
  refuse_newer(path, database->integer("PRAGMA user_version"));
  [[maybe_unused]] const auto num_tables = database->integer("SELECT count(*) FROM sqlite_schema");
  database->checkpoint_on_close(true);
  database->keep_shared_files();
  migrate(*database, migrations());
  // NORMAL: a crash of the machine may lose the last commits but never the file.  Deleted tokens
  // are no secret.
  database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
      "PRAGMA secure_delete = OFF; PRAGMA cache_size = -16384; PRAGMA journal_size_limit = "
      "67108864");
  return database;
}

}  // namespace hindsight::index::detail
