#include "index/detail/schema.h"

#include <array>

#include <fmt/format.h>

namespace hindsight::index::detail {
namespace {

// Note [Blobs live apart]: listing pairs must not touch pages full of tokens, so each blob has a
// table of (owner_id, checksum, data) beside the table that describes it.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE videos (
  id INTEGER PRIMARY KEY,
  content_hash TEXT NOT NULL UNIQUE,
  end_ns INTEGER NOT NULL CHECK (end_ns >= 0),
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  facts_json TEXT NOT NULL
) STRICT;

-- A higher id was used later.
CREATE TABLE video_names (
  id INTEGER PRIMARY KEY,
  video_id INTEGER NOT NULL REFERENCES videos(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  UNIQUE (video_id, path, name)
) STRICT;

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  preprocessing TEXT NOT NULL,
  name TEXT NOT NULL,
  token_width INTEGER NOT NULL CHECK (token_width > 0),
  UNIQUE (fingerprint, preprocessing)
) STRICT;

-- num_stretches is NULL until the run is complete.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  video_id INTEGER NOT NULL REFERENCES videos(id) ON DELETE CASCADE,
  model_id INTEGER NOT NULL REFERENCES models(id),
  plan_settings TEXT NOT NULL,
  codec INTEGER NOT NULL CHECK (codec IN (0, 1)),
  num_stretches INTEGER,
  updated_unix_s INTEGER NOT NULL,
  UNIQUE (video_id, model_id, plan_settings, codec)
) STRICT;
CREATE INDEX runs_by_model ON runs(model_id);

CREATE TABLE stretches (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  begin_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL CHECK (end_ns >= begin_ns),
  digest TEXT NOT NULL,
  UNIQUE (run_id, number)
) STRICT;

CREATE TABLE vectors (
  owner_id INTEGER PRIMARY KEY REFERENCES stretches(id) ON DELETE CASCADE,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE shots (
  id INTEGER PRIMARY KEY,
  stretch_id INTEGER NOT NULL REFERENCES stretches(id) ON DELETE CASCADE,
  begin_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL CHECK (end_ns >= begin_ns)
) STRICT;
CREATE INDEX shots_by_stretch ON shots(stretch_id);

CREATE TABLE activity (
  id INTEGER PRIMARY KEY,
  stretch_id INTEGER NOT NULL REFERENCES stretches(id) ON DELETE CASCADE,
  begin_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL CHECK (end_ns >= begin_ns),
  score REAL NOT NULL
) STRICT;
CREATE INDEX activity_by_stretch ON activity(stretch_id);

-- What a model made of two frames; pairs of several runs may share it.
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY,
  video_id INTEGER NOT NULL REFERENCES videos(id) ON DELETE CASCADE,
  model_id INTEGER NOT NULL REFERENCES models(id),
  first_ns INTEGER NOT NULL,
  second_ns INTEGER NOT NULL CHECK (second_ns >= first_ns),
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  codec INTEGER NOT NULL CHECK (codec IN (0, 1)),
  num_tokens INTEGER NOT NULL CHECK (num_tokens > 0),
  thumbnail_bytes INTEGER NOT NULL,
  UNIQUE (video_id, model_id, first_ns, second_ns, width, height, codec)
) STRICT;
CREATE INDEX tokens_by_model ON tokens(model_id);

CREATE TABLE token_data (
  owner_id INTEGER PRIMARY KEY REFERENCES tokens(id) ON DELETE CASCADE,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE thumbnails (
  owner_id INTEGER PRIMARY KEY REFERENCES tokens(id) ON DELETE CASCADE,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE pairs (
  id INTEGER PRIMARY KEY,
  stretch_id INTEGER NOT NULL REFERENCES stretches(id) ON DELETE CASCADE,
  rank INTEGER NOT NULL CHECK (rank >= 0),
  covers_begin_ns INTEGER NOT NULL,
  covers_end_ns INTEGER NOT NULL CHECK (covers_end_ns >= covers_begin_ns),
  reason TEXT NOT NULL,
  tokens_id INTEGER NOT NULL REFERENCES tokens(id),
  UNIQUE (stretch_id, rank)
) STRICT;
CREATE INDEX pairs_by_tokens ON pairs(tokens_id);

CREATE TABLE texts (
  id INTEGER PRIMARY KEY,
  video_id INTEGER NOT NULL REFERENCES videos(id) ON DELETE CASCADE,
  origin TEXT NOT NULL,
  begin_ns INTEGER NOT NULL,
  end_ns INTEGER NOT NULL CHECK (end_ns >= begin_ns),
  language TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (video_id, origin, begin_ns, end_ns, language, text)
) STRICT;

CREATE VIRTUAL TABLE texts_fts USING fts5(
  text, content='texts', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER texts_inserted AFTER INSERT ON texts BEGIN
  INSERT INTO texts_fts(rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER texts_deleted AFTER DELETE ON texts BEGIN
  INSERT INTO texts_fts(texts_fts, rowid, text) VALUES ('delete', old.id, old.text);
END;
)sql";

// What a language model said of pairs.  `judge` says which model and in which form it was asked.
constexpr std::string_view kVersion2 = R"sql(
CREATE TABLE look_keys (
  id INTEGER PRIMARY KEY,
  judge TEXT NOT NULL,
  question TEXT NOT NULL,
  UNIQUE (judge, question)
) STRICT;

CREATE TABLE looks (
  key_id INTEGER NOT NULL REFERENCES look_keys(id) ON DELETE CASCADE,
  tokens_id INTEGER NOT NULL REFERENCES tokens(id) ON DELETE CASCADE,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  reply TEXT NOT NULL,
  PRIMARY KEY (key_id, tokens_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX looks_by_tokens ON looks(tokens_id);
)sql";

// Pairs that show what the pair of a lower rank shows: `pairs.tokens_id` is that one's, the frames
// are their own.
constexpr std::string_view kVersion3 = R"sql(
CREATE TABLE repeats (
  pair_id INTEGER PRIMARY KEY REFERENCES pairs(id) ON DELETE CASCADE,
  original_rank INTEGER NOT NULL CHECK (original_rank >= 0),
  first_ns INTEGER NOT NULL,
  second_ns INTEGER NOT NULL CHECK (second_ns >= first_ns)
) STRICT;
)sql";

// Of each pair of a run which other one stands for it, where `count` of them stand for all.
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE representatives (
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (run_id, count)
) STRICT;
)sql";

constexpr std::array kMigrations{Migration{1, kVersion1},
                                 Migration{2, kVersion2},
                                 Migration{3, kVersion3},
                                 Migration{4, kVersion4}};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

int current_version() { return kMigrations.back().number; }

void migrate(Database& database, std::span<const Migration> steps) {
  for (const Migration& step : steps) {
    if (step.number <= database.integer("PRAGMA user_version")) continue;
    Transaction transaction(database, Transaction::Kind::write);
    database.execute(std::string(step.sql));
    database.execute(fmt::format(
        "PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, step.number));
    transaction.commit();
  }
}

}  // namespace hindsight::index::detail
