// Store: one stretch goes in, all or nothing.
#include <ctime>

#include <fmt/format.h>

#include "core/error.h"
#include "index/detail/digest.h"
#include "index/detail/store_impl.h"
#include "index/token_codec.h"

namespace hindsight::index {
namespace {

using detail::BlobTable;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// A row of `tokens` and what the stretch needs to know of it.
struct PlacedTokens {
  std::int64_t id = 0;
  std::int64_t checksum = 0;
  PooledVector vector;
};

/// A pair that is placed, for those that repeat it.
struct PlacedPair {
  const StoredPair& pair;
  PlacedTokens tokens;
};

/// The vectors of one stretch as one blob: scales, then codes.
std::vector<std::byte> pack_vectors(const std::vector<PlacedPair>& pairs) {
  std::vector<std::byte> bytes;
  for (const auto& pair : pairs) {
    const auto scale = std::as_bytes(std::span(&pair.tokens.vector.scale, 1));
    bytes.insert(bytes.end(), scale.begin(), scale.end());
  }
  for (const auto& pair : pairs) {
    const auto codes = std::as_bytes(std::span(pair.tokens.vector.codes));
    bytes.insert(bytes.end(), codes.begin(), codes.end());
  }
  return bytes;
}

/// Writes inside the caller's transaction.
class StretchWriter {
 public:
  StretchWriter(Store::Impl& store, const RunRecord& run)
      : database_(*store.database), run_(run), token_data_(store, BlobTable::token_data) {
    auto select = database_.prepare("SELECT model_id FROM runs WHERE id = ?1");
    select.bind(run.id);
    select.step();
    model_id_ = select.integer(0);
  }

  void write(const StretchRecord& stretch) {
    detail::StretchFacts facts{
        stretch.number, stretch.span, stretch.shots, stretch.activity, {}, 0};
    std::vector<PlacedPair> placed;
    for (const auto& encoded : stretch.pairs) {
      check(encoded, facts.pairs);
      placed.push_back(
          {encoded.pair,
           encoded.pair.same_as ? original_of(encoded, placed).tokens : place_tokens(encoded)});
      keep_thumbnail(placed.back().tokens.id, encoded.thumbnail);
      facts.pairs.push_back({encoded.pair, placed.back().tokens.checksum});
    }
    const auto packed = pack_vectors(placed);
    facts.vectors_checksum = detail::stored_checksum(packed);
    const std::int64_t stretch_id = insert_stretch(facts);
    detail::insert_blob(database_, BlobTable::vectors, stretch_id, packed);
    insert_pairs(stretch_id, placed);
  }

 private:
  /// Throws Error(model) for tokens that do not fit, Error(internal) for a plan that breaks its
  /// promise.
  void check(const EncodedPair& encoded, const std::vector<detail::PairFacts>& earlier) const {
    const StoredPair& pair = encoded.pair;
    if (!earlier.empty() && pair.rank <= earlier.back().pair.rank) {
      throw Error(ErrorCode::internal, "commit_stretch: pairs must come by ascending rank");
    }
    if (encoded.stored_tokens != 0 || pair.same_as) return;
    const TokenMatrix& tokens = encoded.tokens;
    const auto num_values =
        static_cast<std::size_t>(tokens.rows) * static_cast<std::size_t>(tokens.width);
    if (tokens.rows <= 0 || tokens.rows != pair.num_tokens || tokens.width != run_.token_width ||
        tokens.values.size() != num_values) {
      throw Error(
          ErrorCode::model,
          fmt::format("the pair at {} needs {} tokens of width {}, the model gave {} of width {}",
                      to_clock(pair.first),
                      pair.num_tokens,
                      run_.token_width,
                      tokens.rows,
                      tokens.width));
    }
  }

  /// Throws Error(internal) unless it came before, is of the same size and no repeat.
  static const PlacedPair& original_of(const EncodedPair& repeat,
                                       const std::vector<PlacedPair>& earlier) {
    const StoredPair& pair = repeat.pair;
    for (const auto& other : earlier) {
      const StoredPair& original = other.pair;
      if (original.rank != *pair.same_as || original.same_as || original.width != pair.width ||
          original.height != pair.height || original.num_tokens != pair.num_tokens)
        continue;
      if (repeat.stored_tokens == 0 && repeat.tokens.values.empty()) return other;
    }
    throw Error(ErrorCode::internal,
                fmt::format("commit_stretch: the pair at {} repeats no earlier one of its size",
                            to_clock(pair.first)));
  }

  /// Shares tokens that are there and stores the others.
  PlacedTokens place_tokens(const EncodedPair& encoded) {
    const StoredPair& pair = encoded.pair;
    auto find = database_.prepare(R"sql(
SELECT id, num_tokens FROM tokens WHERE video_id = ?1 AND model_id = ?2 AND first_ns = ?3 AND second_ns = ?4
  AND width = ?5 AND height = ?6 AND codec = ?7)sql");
    find.bind(run_.video_id,
              model_id_,
              pair.first.ns(),
              pair.second.ns(),
              pair.width,
              pair.height,
              run_.codec);
    if (!find.step()) {
      if (encoded.stored_tokens != 0) refuse_reference(pair);
      return insert_tokens(encoded);
    }
    const std::int64_t id = find.integer(0);
    if (find.small(1) != pair.num_tokens ||
        (encoded.stored_tokens != 0 && encoded.stored_tokens != id)) {
      refuse_reference(pair);
    }
    const auto bytes = token_data_.read(id);
    const auto tokens = decode_tokens(bytes, run_.codec, pair.num_tokens, run_.token_width);
    return {id, detail::stored_checksum(bytes), pool_tokens(tokens)};
  }

  [[noreturn]] static void refuse_reference(const StoredPair& pair) {
    throw Error(
        ErrorCode::internal,
        fmt::format("commit_stretch: the tokens that the pair at {} refers to are not its own",
                    to_clock(pair.first)));
  }

  PlacedTokens insert_tokens(const EncodedPair& encoded) {
    const StoredPair& pair = encoded.pair;
    const auto bytes = encode_tokens(encoded.tokens, run_.codec);
    database_
        .prepare(R"sql(
INSERT INTO tokens (video_id, model_id, first_ns, second_ns, width, height, codec, num_tokens, thumbnail_bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0))sql")
        .bind(run_.video_id,
              model_id_,
              pair.first.ns(),
              pair.second.ns(),
              pair.width,
              pair.height,
              run_.codec,
              pair.num_tokens)
        .run();
    const std::int64_t id = database_.last_insert_id();
    detail::insert_blob(database_, BlobTable::token_data, id, bytes);
    const auto tokens = decode_tokens(bytes, run_.codec, pair.num_tokens, run_.token_width);
    return {id, detail::stored_checksum(bytes), pool_tokens(tokens)};
  }

  /// The first thumbnail of shared tokens stays.
  void keep_thumbnail(std::int64_t tokens_id, const std::string& jpeg) {
    if (jpeg.empty()) return;
    auto update = database_.prepare(
        "UPDATE tokens SET thumbnail_bytes = ?2 WHERE id = ?1 AND thumbnail_bytes = 0");
    update.bind(tokens_id, jpeg.size()).run();
    if (database_.num_changes() == 0) return;
    detail::insert_blob(database_, BlobTable::thumbnails, tokens_id, bytes_of(jpeg));
  }

  std::int64_t insert_stretch(const detail::StretchFacts& facts) {
    database_
        .prepare(
            "INSERT INTO stretches (run_id, number, begin_ns, end_ns, digest) VALUES (?1, ?2, ?3, "
            "?4, ?5)")
        .bind(run_.id,
              facts.number,
              facts.span.begin.ns(),
              facts.span.end.ns(),
              detail::stretch_digest(facts))
        .run();
    const std::int64_t id = database_.last_insert_id();
    for (const auto& shot : facts.shots) {
      database_.prepare("INSERT INTO shots (stretch_id, begin_ns, end_ns) VALUES (?1, ?2, ?3)")
          .bind(id, shot.begin.ns(), shot.end.ns())
          .run();
    }
    for (const auto& activity : facts.activity) {
      database_
          .prepare(
              "INSERT INTO activity (stretch_id, begin_ns, end_ns, score) VALUES (?1, ?2, ?3, ?4)")
          .bind(id, activity.span.begin.ns(), activity.span.end.ns(), activity.score)
          .run();
    }
    return id;
  }

  void insert_pairs(std::int64_t stretch_id, const std::vector<PlacedPair>& pairs) {
    auto insert = database_.prepare(
        "INSERT INTO pairs (stretch_id, rank, covers_begin_ns, covers_end_ns, reason, tokens_id) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    auto insert_repeat = database_.prepare(
        "INSERT INTO repeats (pair_id, original_rank, first_ns, second_ns) VALUES (?1, ?2, ?3, "
        "?4)");
    for (const auto& [pair, tokens] : pairs) {
      insert
          .bind(stretch_id,
                pair.rank,
                pair.covers.begin.ns(),
                pair.covers.end.ns(),
                pair.reason,
                tokens.id)
          .run();
      if (!pair.same_as) continue;
      insert_repeat
          .bind(database_.last_insert_id(), *pair.same_as, pair.first.ns(), pair.second.ns())
          .run();
    }
  }

  detail::Database& database_;
  const RunRecord& run_;
  detail::BlobReader token_data_;
  std::int64_t model_id_ = 0;
};

}  // namespace

void Store::commit_stretch(std::int64_t run_id, const StretchRecord& stretch) {
  detail::Transaction transaction(*impl_->database, detail::Transaction::Kind::write);
  const auto run = find_run(run_id);
  if (!run) {
    throw Error(ErrorCode::store,
                impl_->message(fmt::format("has lost run {} while it was being written", run_id)));
  }
  if (run->complete || stretch.number != run->stretches_done) {
    throw Error(ErrorCode::internal,
                fmt::format("commit_stretch: stretch {} was given to a run that is {} after {}",
                            stretch.number,
                            run->complete ? "complete" : "open",
                            run->stretches_done));
  }
  StretchWriter(*impl_, *run).write(stretch);
  impl_->database->prepare("UPDATE runs SET updated_unix_s = ?2 WHERE id = ?1")
      .bind(run_id, std::time(nullptr))
      .run();
  transaction.commit();
  // A stretch is written once and not read again: its pages would fill the cache to its bound.
  impl_->database->execute("PRAGMA shrink_memory");
}

}  // namespace hindsight::index
