// Store: how much there is, and how it goes away again.
#include <algorithm>
#include <ctime>
#include <optional>

#include <fmt/format.h>

#include "core/error.h"
#include "index/coverage.h"
#include "index/detail/store_impl.h"

namespace hindsight::index {
namespace {

using detail::Database;

/// Everything, or what belongs to one video, without the file's own sizes.
StoreStats count_content(const Database& database, std::optional<std::int64_t> video_id = {}) {
  // A condition that SQLite can answer from an index; the id is a number of ours.
  const auto of_video = [&](std::string_view column) {
    return video_id ? fmt::format("{} = {}", column, *video_id) : std::string("1");
  };
  const auto count = [&](std::string_view table, std::string_view column) {
    return database.integer(
        fmt::format("SELECT count(*) FROM {} WHERE {}", table, of_video(column)));
  };
  StoreStats stats;
  stats.num_videos = count("videos", "id");
  stats.num_runs = count("runs", "video_id");
  stats.num_texts = count("texts", "video_id");
  stats.text_bytes = database.integer(
      fmt::format("SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM texts WHERE {}",
                  of_video("video_id")));
  auto tokens =
      database.prepare(fmt::format("SELECT coalesce(sum(t.num_tokens), 0), coalesce(sum{}, 0), "
                                   "coalesce(sum(t.thumbnail_bytes), 0) "
                                   "FROM tokens t JOIN models m ON m.id = t.model_id WHERE {}",
                                   detail::kTokenBytesSql,
                                   of_video("t.video_id")));
  tokens.step();
  stats.num_tokens = tokens.integer(0);
  stats.token_bytes = tokens.integer(1);
  stats.thumbnail_bytes = tokens.integer(2);
  auto pairs = database.prepare(
      fmt::format("SELECT count(*), coalesce(sum(m.token_width + 4), 0) FROM runs r "
                  "JOIN models m ON m.id = r.model_id JOIN stretches s ON s.run_id = r.id "
                  "JOIN pairs p ON p.stretch_id = s.id WHERE {}",
                  of_video("r.video_id")));
  pairs.step();
  stats.num_pairs = pairs.integer(0);
  stats.vector_bytes = pairs.integer(1);
  return stats;
}

std::int64_t content_bytes(const StoreStats& stats) {
  return stats.token_bytes + stats.vector_bytes + stats.thumbnail_bytes + stats.text_bytes;
}

RemovalReport difference(const StoreStats& before, const StoreStats& after) {
  return {before.num_runs - after.num_runs,
          before.num_pairs - after.num_pairs,
          before.num_tokens - after.num_tokens,
          content_bytes(before) - content_bytes(after),
          0};
}

void remove_unused(Database& database) {
  database.execute("DELETE FROM tokens WHERE id NOT IN (SELECT tokens_id FROM pairs)");
  database.execute(
      "DELETE FROM models WHERE id NOT IN (SELECT model_id FROM runs) AND id NOT IN (SELECT "
      "model_id FROM tokens)");
  database.execute("DELETE FROM look_keys WHERE id NOT IN (SELECT key_id FROM looks)");
}

/// Returns free pages to the file system.  Readers of an old snapshot only delay it.
std::int64_t shrink(Database& database, const std::string& path) {
  // Everything into the file first, so that both sizes count the same things.
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::int64_t before = detail::bytes_on_disk(path);
  database.prepare("PRAGMA incremental_vacuum").run();
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return std::max<std::int64_t>(0, before - detail::bytes_on_disk(path));
}

}  // namespace

RemovalReport Store::remove_video(std::int64_t video_id) {
  Database& database = *impl_->database;
  RemovalReport report;
  {
    detail::Transaction transaction(database, detail::Transaction::Kind::write);
    const StoreStats before = count_content(database);
    database.prepare("DELETE FROM videos WHERE id = ?1").bind(video_id).run();
    if (database.num_changes() == 0) {
      throw Error(ErrorCode::not_found,
                  impl_->message(fmt::format("has no video with the row id {}", video_id)));
    }
    remove_unused(database);
    report = difference(before, count_content(database));
    transaction.commit();
  }
  report.file_bytes = shrink(database, impl_->path);
  return report;
}

RemovalReport Store::collect_garbage(const GcOptions& options) {
  Database& database = *impl_->database;
  RemovalReport report;
  {
    // A dry run does the same work and takes it back: what it reports is what would happen.
    detail::Transaction transaction(database, detail::Transaction::Kind::write);
    const StoreStats before = count_content(database);
    if (options.incomplete_older_than_s >= 0) {
      // A live source cannot be read again: what a crash left of its recording is all there is.
      database
          .prepare(R"sql(
DELETE FROM runs WHERE num_stretches IS NULL AND updated_unix_s <= ?1
  AND NOT coalesce((SELECT json_extract(facts_json, '$.live') FROM videos
                    WHERE id = runs.video_id), 0))sql")
          .bind(std::time(nullptr) - options.incomplete_older_than_s)
          .run();
    }
    if (options.superseded) {
      database.execute(R"sql(
DELETE FROM runs WHERE num_stretches IS NOT NULL AND EXISTS (
  SELECT 1 FROM runs newer WHERE newer.video_id = runs.video_id AND newer.model_id = runs.model_id
  AND newer.num_stretches IS NOT NULL AND newer.id > runs.id))sql");
    }
    remove_unused(database);
    report = difference(before, count_content(database));
    if (options.dry_run) return report;
    transaction.commit();
  }
  report.file_bytes = shrink(database, impl_->path);
  return report;
}

StoreStats Store::stats(std::optional<std::int64_t> video_id) const {
  const Database& database = *impl_->database;
  const detail::Transaction snapshot(*impl_->database, detail::Transaction::Kind::read);
  StoreStats stats = count_content(database, video_id);
  if (video_id) return stats;
  stats.file_bytes = detail::bytes_on_disk(impl_->path);
  stats.free_bytes =
      database.integer("PRAGMA freelist_count") * database.integer("PRAGMA page_size");
  return stats;
}

RunStats Store::run_stats(std::int64_t run_id) const {
  const detail::Transaction snapshot(*impl_->database, detail::Transaction::Kind::read);
  RunStats stats;
  auto select = impl_->database->prepare(fmt::format(
      "SELECT count(*), count(x.pair_id), "
      "coalesce(sum(t.num_tokens) FILTER (WHERE x.pair_id IS NULL), 0), "
      "coalesce(sum{} FILTER (WHERE x.pair_id IS NULL), 0), coalesce(sum(m.token_width + 4), 0), "
      "coalesce(sum(t.thumbnail_bytes) FILTER (WHERE x.pair_id IS NULL), 0) "
      "FROM stretches s JOIN pairs p ON p.stretch_id = s.id LEFT JOIN repeats x ON x.pair_id = "
      "p.id "
      "JOIN tokens t ON t.id = p.tokens_id JOIN models m ON m.id = t.model_id WHERE s.run_id = ?1",
      detail::kTokenBytesSql));
  select.bind(run_id);
  select.step();
  stats.num_pairs = select.integer(0);
  stats.num_repeats = select.integer(1);
  stats.num_tokens = select.integer(2);
  stats.token_bytes = select.integer(3);
  stats.vector_bytes = select.integer(4);
  stats.thumbnail_bytes = select.integer(5);
  auto ends = impl_->database->prepare(R"sql(
SELECT v.end_ns, (SELECT coalesce(max(end_ns), 0) FROM stretches WHERE run_id = r.id)
FROM runs r JOIN videos v ON v.id = r.video_id WHERE r.id = ?1)sql");
  ends.bind(run_id);
  if (!ends.step()) return stats;
  stats.reached = MediaTime::from_ns(ends.integer(1));
  stats.coverage = coverage_of(pairs(run_id), MediaTime::from_ns(ends.integer(0)));
  return stats;
}

}  // namespace hindsight::index
