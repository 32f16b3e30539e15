// Store: subtitles and other timed texts.
#include <algorithm>

#include <fmt/format.h>

#include "index/detail/store_impl.h"

namespace hindsight::index {
namespace {

/// Longer questions rank no better and would exceed FTS5's limits.
constexpr std::size_t kMaxQueryWords = 64;

/// Each word as an FTS5 string, any of which may match: no character of the query is syntax.
std::string to_fts_query(std::string_view text) {
  std::string query;
  std::size_t num_words = 0;
  std::size_t position = 0;
  constexpr std::string_view separators{" \t\r\n\v\f\0", 7};
  while (num_words < kMaxQueryWords) {
    const auto begin = text.find_first_not_of(separators, position);
    if (begin == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(separators, begin), text.size());
    query += num_words++ == 0 ? "\"" : " OR \"";
    for (const char c : text.substr(begin, end - begin))
      query += c == '"' ? std::string("\"\"") : std::string(1, c);
    query += '"';
    position = end;
  }
  return query;
}

StoredText to_text(const detail::Statement& row) {
  return {row.integer(0),
          {MediaTime::from_ns(row.integer(1)), MediaTime::from_ns(row.integer(2))},
          row.text(3),
          row.text(4),
          row.text(5)};
}

}  // namespace

void Store::replace_texts(std::int64_t video_id,
                          std::string_view origin,
                          std::span<const StoredText> texts) {
  detail::Transaction transaction(*impl_->database, detail::Transaction::Kind::write);
  impl_->database->prepare("DELETE FROM texts WHERE video_id = ?1 AND origin = ?2")
      .bind(video_id, origin)
      .run();
  auto insert = impl_->database->prepare(
      "INSERT INTO texts (video_id, origin, begin_ns, end_ns, language, text) VALUES "
      "(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING");
  for (const auto& text : texts) {
    insert
        .bind(video_id, origin, text.span.begin.ns(), text.span.end.ns(), text.language, text.text)
        .run();
  }
  transaction.commit();
}

std::vector<TextHit> Store::search_texts(std::string_view query, const TextSearch& search) const {
  const std::string fts_query = to_fts_query(query);
  if (fts_query.empty()) return {};
  auto select = impl_->database->prepare(R"sql(
SELECT t.video_id, t.begin_ns, t.end_ns, t.text, t.language, t.origin, -bm25(texts_fts)
FROM texts_fts JOIN texts t ON t.id = texts_fts.rowid
WHERE texts_fts MATCH ?1 AND t.begin_ns < ?3 AND t.end_ns > ?2
  AND (?4 = '[]' OR t.video_id IN (SELECT value FROM json_each(?4)))
ORDER BY bm25(texts_fts), t.video_id, t.begin_ns LIMIT ?5)sql");
  const std::string videos = fmt::format("[{}]", fmt::join(search.video_ids, ","));
  const detail::SpanBounds bounds(search.span);
  select.bind(fts_query, bounds.begin_ns, bounds.end_ns, videos, search.limit);
  std::vector<TextHit> hits;
  while (select.step()) hits.push_back({to_text(select), select.real(6)});
  return hits;
}

std::vector<StoredText> Store::texts(std::int64_t video_id, std::optional<TimeSpan> span) const {
  auto select = impl_->database->prepare(R"sql(
SELECT video_id, begin_ns, end_ns, text, language, origin FROM texts
WHERE video_id = ?1 AND begin_ns < ?3 AND end_ns > ?2 ORDER BY begin_ns, end_ns, id)sql");
  const detail::SpanBounds bounds(span);
  select.bind(video_id, bounds.begin_ns, bounds.end_ns);
  std::vector<StoredText> texts;
  while (select.step()) texts.push_back(to_text(select));
  return texts;
}

}  // namespace hindsight::index
