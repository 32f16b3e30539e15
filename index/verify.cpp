// Store: is everything still what was written, and one hash of it all.
#include <functional>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/content_hash.h"
#include "core/error.h"
#include "index/detail/digest.h"
#include "index/detail/store_impl.h"
#include "index/token_codec.h"

namespace hindsight::index {
namespace {

using detail::BlobTable;
using detail::Database;

constexpr int kMaxIntegrityRows = 20;

/// One pass over the file inside one snapshot.
class Verification {
 public:
  explicit Verification(const Database& database) : database_(database) {}

  VerifyReport run() {
    guarded([&] { check_structure(); });
    for (const auto table : {BlobTable::token_data, BlobTable::vectors, BlobTable::thumbnails}) {
      guarded([&] { check_blobs(table); });
    }
    guarded([&] { check_sizes(); });
    guarded([&] { check_runs(); });
    guarded([&] { check_repeats(); });
    guarded([&] { hash_content(); });
    return std::move(report_);
  }

 private:
  template <class... Args>
  void fault(fmt::format_string<Args...> format, Args&&... args) {
    report_.faults.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  /// A damaged page ends one check, not all of them.
  void guarded(const std::function<void()>& check) {
    try {
      check();
    } catch (const Error& error) {
      report_.faults.emplace_back(error.what());
    }
  }

  void check_structure() {
    auto integrity =
        database_.prepare(fmt::format("PRAGMA integrity_check({})", kMaxIntegrityRows));
    while (integrity.step()) {
      if (const auto text = integrity.text(0); text != "ok")
        fault("SQLite's integrity check: {}", text);
    }
    auto references = database_.prepare("PRAGMA foreign_key_check");
    while (references.step()) {
      fault("row {} of {} refers to a row of {} that is missing",
            references.integer(1),
            references.text(0),
            references.text(2));
    }
    const auto num_unsearchable = database_.integer(
        "SELECT count(*) FROM texts WHERE id NOT IN (SELECT id FROM texts_fts_docsize)");
    if (num_unsearchable > 0) fault("{} texts are missing from the search index", num_unsearchable);
  }

  /// What a user can remove and ingest again.
  [[nodiscard]] std::string name_of(std::int64_t video_id) const {
    auto select = database_.prepare(R"sql(
SELECT v.content_hash, coalesce(n.name, '') FROM videos v
LEFT JOIN video_names n ON n.id = (SELECT max(id) FROM video_names WHERE video_id = v.id) WHERE v.id = ?1)sql");
    select.bind(video_id);
    if (!select.step()) return "no video";
    return fmt::format("{} ({:.8})", select.text(1), select.text(0));
  }

  /// One sentence a video: how many rows have `fault`.
  class Tally {
   public:
    void add(std::int64_t video_id, std::int64_t row) {
      ++rows_.try_emplace(video_id, 0, row).first->second.first;
    }
    /// `things`: what a row is, in the plural.
    void report(Verification& to, std::string_view things, std::string_view fault) const {
      for (const auto& [video_id, counted] : rows_) {
        to.fault("{}: {} that {}: {}, the first is row {}",
                 to.name_of(video_id),
                 things,
                 fault,
                 counted.first,
                 counted.second);
      }
    }

   private:
    /// By video: how many, and the first.
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> rows_;
  };

  /// The video that a row of the table is about; 0 when it is gone.
  [[nodiscard]] std::int64_t owner_of(BlobTable table, std::int64_t owner_id) const {
    auto select = database_.prepare(
        table == BlobTable::vectors
            ? "SELECT r.video_id FROM stretches s JOIN runs r ON r.id = s.run_id WHERE s.id = ?1"
            : "SELECT video_id FROM tokens WHERE id = ?1");
    select.bind(owner_id);
    return select.step() ? select.integer(0) : 0;
  }

  void check_blobs(BlobTable table) {
    Tally damaged;
    // What was found before a damaged page ends the check is told, too.
    try {
      compare_blobs(table, damaged);
    } catch (const Error& error) {
      report_.faults.emplace_back(error.what());
    }
    damaged.report(*this,
                   table == BlobTable::token_data ? "token blocks"
                   : table == BlobTable::vectors  ? "vector blocks"
                                                  : "thumbnails",
                   "do not match their checksum");
  }

  void compare_blobs(BlobTable table, Tally& damaged) {
    auto select =
        database_.prepare(fmt::format("SELECT owner_id, checksum, data FROM {}", to_string(table)));
    while (select.step()) {
      const auto bytes = select.blob(2);
      ++report_.num_blobs;
      report_.bytes_checked += static_cast<std::int64_t>(bytes.size());
      if (detail::stored_checksum(bytes) != select.integer(1)) {
        damaged.add(owner_of(table, select.integer(0)), select.integer(0));
      }
    }
  }

  void check_sizes() {
    Tally lost_tokens;
    Tally lost_thumbnails;
    auto tokens = database_.prepare(R"sql(
SELECT t.id, t.codec, t.num_tokens, m.token_width, length(d.data), t.thumbnail_bytes, coalesce(length(h.data), 0),
       t.video_id
FROM tokens t JOIN models m ON m.id = t.model_id LEFT JOIN token_data d ON d.owner_id = t.id
LEFT JOIN thumbnails h ON h.owner_id = t.id)sql");
    while (tokens.step()) {
      const auto expected = encoded_bytes(
          static_cast<TokenCodec>(tokens.integer(1)), tokens.small(2), tokens.small(3));
      if (tokens.is_null(4) || tokens.integer(4) != static_cast<std::int64_t>(expected)) {
        lost_tokens.add(tokens.integer(7), tokens.integer(0));
      }
      if (tokens.integer(5) != tokens.integer(6)) {
        lost_thumbnails.add(tokens.integer(7), tokens.integer(0));
      }
    }
    lost_tokens.report(*this, "token blocks", "are missing or have the wrong size");
    lost_thumbnails.report(*this, "thumbnails", "are missing or have the wrong size");
  }

  void check_runs() {
    auto runs = database_.prepare(R"sql(
SELECT r.id, count(s.id), coalesce(max(s.number), -1) + 1, coalesce(r.num_stretches, count(s.id)),
       r.video_id
FROM runs r LEFT JOIN stretches s ON s.run_id = r.id GROUP BY r.id)sql");
    while (runs.step()) {
      if (runs.integer(1) != runs.integer(2) || runs.integer(1) != runs.integer(3)) {
        fault("{}: run {} has {} stretches where {} are expected",
              name_of(runs.integer(4)),
              runs.integer(0),
              runs.integer(1),
              std::max(runs.integer(2), runs.integer(3)));
      }
    }
  }

  void check_repeats() {
    auto lost = database_.prepare(R"sql(
SELECT x.pair_id, r.video_id FROM repeats x JOIN pairs p ON p.id = x.pair_id
LEFT JOIN stretches s ON s.id = p.stretch_id LEFT JOIN runs r ON r.id = s.run_id
LEFT JOIN pairs o ON o.stretch_id = p.stretch_id AND o.rank = x.original_rank
LEFT JOIN repeats again ON again.pair_id = o.id
WHERE o.id IS NULL OR o.rank >= p.rank OR o.tokens_id != p.tokens_id OR again.pair_id IS NOT NULL)sql");
    while (lost.step()) {
      fault("{}: pair {} repeats a pair that is missing, later or has other tokens",
            name_of(lost.integer(1)),
            lost.integer(0));
    }
  }

  void hash_content() {
    ContentHash hash;
    auto videos = database_.prepare(
        "SELECT id, content_hash, end_ns, width, height, checksum FROM videos ORDER BY "
        "content_hash");
    while (videos.step()) {
      VideoRecord video;
      video.content_hash = videos.text(1);
      video.end = MediaTime::from_ns(videos.integer(2));
      video.width = videos.small(3);
      video.height = videos.small(4);
      if (detail::video_checksum(video) != videos.integer(5)) {
        fault("{}: its facts do not match their checksum", name_of(videos.integer(0)));
      }
      add_text(hash, "video");
      hash.add(videos.integer(5));
      hash_runs(hash, videos.integer(0));
      hash_texts(hash, videos.integer(0));
    }
    report_.content_hash = hash.hex();
  }

  void hash_runs(ContentHash& hash, std::int64_t video_id) {
    auto runs = database_.prepare(R"sql(
SELECT r.id, m.fingerprint, m.preprocessing, r.plan_settings, r.codec, m.token_width, r.num_stretches IS NOT NULL
FROM runs r JOIN models m ON m.id = r.model_id WHERE r.video_id = ?1
ORDER BY m.fingerprint, m.preprocessing, r.plan_settings, r.codec)sql");
    runs.bind(video_id);
    while (runs.step()) {
      add_text(hash, "run");
      for (const int column : {1, 2, 3}) add_text(hash, runs.text(column));
      for (const int column : {4, 5, 6}) hash.add(runs.integer(column));
      hash_stretches(hash, video_id, runs.integer(0));
    }
  }

  void hash_stretches(ContentHash& hash, std::int64_t video_id, std::int64_t run_id) {
    auto stretches = database_.prepare(R"sql(
SELECT s.id, s.number, s.begin_ns, s.end_ns, s.digest, v.checksum FROM stretches s
LEFT JOIN vectors v ON v.owner_id = s.id WHERE s.run_id = ?1 ORDER BY s.number)sql");
    stretches.bind(run_id);
    while (stretches.step()) {
      detail::StretchFacts facts;
      facts.number = stretches.small(1);
      facts.span = {MediaTime::from_ns(stretches.integer(2)),
                    MediaTime::from_ns(stretches.integer(3))};
      facts.vectors_checksum = stretches.integer(5);
      add_text(hash, "stretch");
      read_spans(stretches.integer(0), facts);
      read_pairs(stretches.integer(0), facts, hash);
      const std::string digest = detail::stretch_digest(facts);
      if (digest != stretches.text(4)) {
        fault("{}: stretch {} of run {} does not match its digest",
              name_of(video_id),
              facts.number,
              run_id);
      }
      hash.add(digest);
    }
  }

  void read_spans(std::int64_t stretch_id, detail::StretchFacts& facts) {
    auto shots =
        database_.prepare("SELECT begin_ns, end_ns FROM shots WHERE stretch_id = ?1 ORDER BY id");
    shots.bind(stretch_id);
    while (shots.step()) {
      facts.shots.push_back(
          {MediaTime::from_ns(shots.integer(0)), MediaTime::from_ns(shots.integer(1))});
    }
    auto activity = database_.prepare(
        "SELECT begin_ns, end_ns, score FROM activity WHERE stretch_id = ?1 ORDER BY id");
    activity.bind(stretch_id);
    while (activity.step()) {
      facts.activity.push_back(
          {{MediaTime::from_ns(activity.integer(0)), MediaTime::from_ns(activity.integer(1))},
           activity.real(2)});
    }
  }

  /// Thumbnails go into the hash but not into the digest: the tokens they belong to may be shared.
  void read_pairs(std::int64_t stretch_id, detail::StretchFacts& facts, ContentHash& hash) {
    auto pairs = database_.prepare(R"sql(
SELECT p.rank, coalesce(x.first_ns, t.first_ns), coalesce(x.second_ns, t.second_ns), p.covers_begin_ns,
       p.covers_end_ns, t.width, t.height, t.num_tokens, p.reason, d.checksum, coalesce(h.checksum, 0), x.original_rank
FROM pairs p JOIN tokens t ON t.id = p.tokens_id LEFT JOIN repeats x ON x.pair_id = p.id LEFT JOIN token_data d ON d.owner_id = t.id
LEFT JOIN thumbnails h ON h.owner_id = t.id WHERE p.stretch_id = ?1 ORDER BY p.rank)sql");
    pairs.bind(stretch_id);
    while (pairs.step()) {
      StoredPair pair;
      pair.rank = pairs.small(0);
      pair.first = MediaTime::from_ns(pairs.integer(1));
      pair.second = MediaTime::from_ns(pairs.integer(2));
      pair.covers = {MediaTime::from_ns(pairs.integer(3)), MediaTime::from_ns(pairs.integer(4))};
      pair.width = pairs.small(5);
      pair.height = pairs.small(6);
      pair.num_tokens = pairs.small(7);
      pair.reason = pairs.text(8);
      if (!pairs.is_null(11)) pair.same_as = pairs.small(11);
      facts.pairs.push_back({std::move(pair), pairs.integer(9)});
      hash.add(pairs.integer(10));
    }
  }

  void hash_texts(ContentHash& hash, std::int64_t video_id) {
    auto texts = database_.prepare(R"sql(
SELECT begin_ns, end_ns, origin, language, text FROM texts WHERE video_id = ?1
ORDER BY origin, begin_ns, end_ns, language, text)sql");
    texts.bind(video_id);
    while (texts.step()) {
      add_text(hash, "text");
      for (const int column : {0, 1}) hash.add(texts.integer(column));
      for (const int column : {2, 3, 4}) add_text(hash, texts.text(column));
    }
  }

  /// With its length, so that neighbours cannot trade characters.
  static void add_text(ContentHash& hash, std::string_view text) {
    hash.add(static_cast<std::int64_t>(text.size()));
    hash.add(text);
  }

  const Database& database_;
  VerifyReport report_;
};

}  // namespace

VerifyReport Store::verify() const {
  const detail::Transaction snapshot(*impl_->database, detail::Transaction::Kind::read);
  return Verification(*impl_->database).run();
}

}  // namespace hindsight::index
