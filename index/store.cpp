#include "index/store.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/content_hash.h"
#include "core/error.h"
#include "index/detail/opening.h"
#include "index/detail/store_impl.h"

namespace hindsight::index {

namespace fs = std::filesystem;

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Store Store::open(const std::string& path, OpenMode mode, const StoreOptions& options) {
  if (path.empty())
    throw Error(ErrorCode::usage, "the token cache has no name; give one with --store");
  auto impl = std::make_unique<Impl>();
  // One name a file: the lock beside it must not depend on how it was spelt.
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(path, error);
  impl->path = error ? path : absolute.string();

  if (!detail::has_store(impl->path) && mode != OpenMode::write) {
    throw Error(ErrorCode::not_found,
                fmt::format("there is no token cache at '{}'; make one with 'hindsight ingest "
                            "VIDEO' or name another with --store",
                            impl->path));
  }
  if (mode == OpenMode::read) {
    impl->database = detail::open_for_reading(impl->path);
    return Store(std::move(impl));
  }
  detail::make_folder_of(impl->path);
  impl->lock = std::make_unique<detail::WriterLock>(impl->path, options.purpose, options.wait);
  // Another writer may have made or replaced it meanwhile.
  if (!detail::has_store(impl->path)) detail::create_store(impl->path);
  impl->database = detail::open_for_writing(impl->path);
  return Store(std::move(impl));
}

const std::string& Store::path() const { return impl_->path; }

std::int64_t Store::bytes_read() const { return impl_->bytes_read; }

std::string Store::Impl::message(std::string_view sentence_end) const {
  return fmt::format("the token cache '{}' {}", path, sentence_end);
}

namespace detail {

std::string_view to_string(BlobTable table) {
  switch (table) {
    case BlobTable::token_data:
      return "token_data";
    case BlobTable::vectors:
      return "vectors";
    case BlobTable::thumbnails:
      return "thumbnails";
  }
  return "";
}

std::int64_t stored_checksum(std::span<const std::byte> bytes) {
  return static_cast<std::int64_t>(checksum64(bytes));
}

void insert_blob(Database& database,
                 BlobTable table,
                 std::int64_t owner_id,
                 std::span<const std::byte> bytes) {
  database.prepare(fmt::format("INSERT INTO {} VALUES (?1, ?2, ?3)", to_string(table)))
      .bind(owner_id, stored_checksum(bytes), bytes)
      .run();
}

BlobReader::BlobReader(Store::Impl& store, BlobTable table)
    : store_(store),
      table_(table),
      statement_(store.database->prepare(
          fmt::format("SELECT checksum, data FROM {} WHERE owner_id = ?1", to_string(table)))) {}

std::span<const std::byte> BlobReader::read(std::int64_t owner_id) {
  statement_.bind(owner_id);
  if (!statement_.step()) {
    throw Error(
        ErrorCode::store,
        store_.message(fmt::format("is damaged: row {} of {} is missing; see 'hindsight verify'",
                                   owner_id,
                                   to_string(table_))));
  }
  const auto bytes = statement_.blob(1);
  if (stored_checksum(bytes) != statement_.integer(0)) {
    throw Error(ErrorCode::store,
                store_.message(fmt::format(
                    "is damaged: row {} of {} does not match its checksum; see 'hindsight verify'",
                    owner_id,
                    to_string(table_))));
  }
  store_.bytes_read += static_cast<std::int64_t>(bytes.size());
  return bytes;
}

std::int64_t bytes_on_disk(const std::string& path) {
  std::int64_t total = 0;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = fs::file_size(path + suffix, error);
    if (!error) total += static_cast<std::int64_t>(size);
  }
  return total;
}

}  // namespace detail
}  // namespace hindsight::index
