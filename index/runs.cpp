// Store: runs and the tokens they can share.
#include <ctime>

#include <fmt/format.h>

#include "core/error.h"
#include "index/detail/store_impl.h"

namespace hindsight::index {
namespace {

constexpr std::string_view kSelectRun = R"sql(
SELECT r.id, r.video_id, m.fingerprint, m.name, m.preprocessing, r.plan_settings, r.codec, m.token_width,
       r.num_stretches IS NOT NULL,
       (SELECT count(*) FROM stretches s WHERE s.run_id = r.id)
FROM runs r JOIN models m ON m.id = r.model_id
)sql";

RunRecord to_run(const detail::Statement& row) {
  RunRecord run;
  run.id = row.integer(0);
  run.video_id = row.integer(1);
  run.model_fingerprint = row.text(2);
  run.model_name = row.text(3);
  run.preprocessing = row.text(4);
  run.plan_settings = row.text(5);
  run.codec = static_cast<TokenCodec>(row.integer(6));
  run.token_width = row.small(7);
  run.complete = row.integer(8) != 0;
  run.stretches_done = row.small(9);
  return run;
}

std::optional<RunRecord> find_by_key(const detail::Database& database, const RunRecord& key) {
  auto select =
      database.prepare(fmt::format("{} WHERE r.video_id = ?1 AND m.fingerprint = ?2 AND "
                                   "m.preprocessing = ?3 AND r.plan_settings = ?4 AND r.codec = ?5",
                                   kSelectRun));
  select.bind(key.video_id, key.model_fingerprint, key.preprocessing, key.plan_settings, key.codec);
  if (!select.step()) return std::nullopt;
  return to_run(select);
}

std::int64_t find_or_create_model(detail::Database& database, const RunRecord& key) {
  database
      .prepare(
          "INSERT INTO models (fingerprint, preprocessing, name, token_width) VALUES "
          "(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
      .bind(key.model_fingerprint, key.preprocessing, key.model_name, key.token_width)
      .run();
  auto select = database.prepare(
      "SELECT id, token_width FROM models WHERE fingerprint = ?1 AND preprocessing = ?2");
  select.bind(key.model_fingerprint, key.preprocessing);
  select.step();
  if (select.integer(1) != key.token_width) {
    throw Error(ErrorCode::model,
                fmt::format("model {} made tokens of width {} and now claims {}; its fingerprint "
                            "should have changed",
                            key.model_name,
                            select.integer(1),
                            key.token_width));
  }
  return select.integer(0);
}

}  // namespace

RunRecord Store::find_or_create_run(const RunRecord& key) {
  if (key.token_width <= 0)
    throw Error(ErrorCode::internal, "find_or_create_run: token_width must be positive");
  detail::Transaction transaction(*impl_->database, detail::Transaction::Kind::write);
  const std::int64_t model_id = find_or_create_model(*impl_->database, key);
  impl_->database
      ->prepare(
          "INSERT INTO runs (video_id, model_id, plan_settings, codec, updated_unix_s) "
          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")
      .bind(key.video_id, model_id, key.plan_settings, key.codec, std::time(nullptr))
      .run();
  auto run = find_by_key(*impl_->database, key);
  transaction.commit();
  return run.value();
}

std::vector<RunRecord> Store::runs(std::int64_t video_id) const {
  auto select = impl_->database->prepare(
      fmt::format("{} WHERE r.video_id = ?1 ORDER BY r.id DESC", kSelectRun));
  select.bind(video_id);
  std::vector<RunRecord> runs;
  while (select.step()) runs.push_back(to_run(select));
  return runs;
}

std::optional<RunRecord> Store::find_run(std::int64_t run_id) const {
  auto select = impl_->database->prepare(fmt::format("{} WHERE r.id = ?1", kSelectRun));
  select.bind(run_id);
  if (!select.step()) return std::nullopt;
  return to_run(select);
}

std::int64_t Store::tokens_spent(std::int64_t run_id) const {
  auto select = impl_->database->prepare(R"sql(
SELECT coalesce(sum(t.num_tokens), 0) FROM stretches s JOIN pairs p ON p.stretch_id = s.id
JOIN tokens t ON t.id = p.tokens_id
WHERE s.run_id = ?1 AND NOT EXISTS (SELECT 1 FROM repeats x WHERE x.pair_id = p.id))sql");
  select.bind(run_id);
  select.step();
  return select.integer(0);
}

void Store::finish_run(std::int64_t run_id) {
  auto update = impl_->database->prepare(
      "UPDATE runs SET num_stretches = (SELECT count(*) FROM stretches WHERE run_id = ?1), "
      "updated_unix_s = ?2 WHERE id = ?1");
  update.bind(run_id, std::time(nullptr)).run();
  if (impl_->database->num_changes() == 0) {
    throw Error(ErrorCode::store,
                impl_->message(fmt::format("has lost run {} while it was being written", run_id)));
  }
}

std::optional<std::int64_t> Store::find_tokens(std::int64_t video_id,
                                               const ModelKey& model,
                                               const TokenKey& key) const {
  auto select = impl_->database->prepare(R"sql(
SELECT t.id FROM tokens t JOIN models m ON m.id = t.model_id
WHERE t.video_id = ?1 AND m.fingerprint = ?2 AND m.preprocessing = ?3 AND t.first_ns = ?4 AND t.second_ns = ?5
  AND t.width = ?6 AND t.height = ?7 AND t.codec = ?8)sql");
  select.bind(video_id,
              model.fingerprint,
              model.preprocessing,
              key.first.ns(),
              key.second.ns(),
              key.width,
              key.height,
              key.codec);
  if (!select.step()) return std::nullopt;
  return select.integer(0);
}

}  // namespace hindsight::index
