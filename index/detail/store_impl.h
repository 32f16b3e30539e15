// What the parts of Store share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "index/detail/sqlite.h"
#include "index/detail/writer_lock.h"
#include "index/store.h"

namespace hindsight::index {

struct Store::Impl {
  std::string path;
  /// Before the database, so that it is given up after the database is closed.
  std::unique_ptr<detail::WriterLock> lock;
  std::unique_ptr<detail::Database> database;
  std::int64_t bytes_read = 0;

  [[nodiscard]] std::string message(std::string_view sentence_end) const;
};

namespace detail {

/// Where a table keeps its owners' blobs; see Note [Blobs live apart].
enum class BlobTable { token_data, vectors, thumbnails };
[[nodiscard]] std::string_view to_string(BlobTable table);

/// The form in which checksum64() is stored.
[[nodiscard]] std::int64_t stored_checksum(std::span<const std::byte> bytes);

void insert_blob(Database& database,
                 BlobTable table,
                 std::int64_t owner_id,
                 std::span<const std::byte> bytes);

/// Reads the blobs of one table.  Throws Error(store) when one is missing or does not match its
/// checksum.
class BlobReader {
 public:
  BlobReader(Store::Impl& store, BlobTable table);
  /// Valid until the next read().
  [[nodiscard]] std::span<const std::byte> read(std::int64_t owner_id);

 private:
  Store::Impl& store_;
  BlobTable table_;
  Statement statement_;
};

/// For SQL: begin < end_ns and end > begin_ns is the overlap with `span`; an empty span means its
/// own instant.
struct SpanBounds {
  std::int64_t begin_ns = INT64_MIN;
  std::int64_t end_ns = INT64_MAX;
  explicit SpanBounds(const std::optional<TimeSpan>& span) {
    if (!span) return;
    begin_ns = span->begin.ns();
    end_ns = std::max(span->end.ns(), span->begin.ns() + 1);
  }
};

/// SQL that gives the bytes of a row of `tokens t` joined to `models m`.
inline constexpr std::string_view kTokenBytesSql =
    "(t.num_tokens * CASE t.codec WHEN 0 THEN m.token_width + 4 ELSE 2 * m.token_width END)";

/// Bytes of the database file and its write-ahead log.
[[nodiscard]] std::int64_t bytes_on_disk(const std::string& path);

}  // namespace detail
}  // namespace hindsight::index
