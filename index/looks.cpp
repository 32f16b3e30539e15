// Store: what language models said of pairs.
#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "index/detail/store_impl.h"

namespace hindsight::index {

std::vector<Look> Store::looks(const LookKey& key, std::int64_t run_id) const {
  // Looks first, unless they are so many that most are those of other videos.
  constexpr int kMany = 20'000;
  auto count = impl_->database->prepare(R"sql(
SELECT count(*) FROM (SELECT 1 FROM looks WHERE key_id = (SELECT id FROM look_keys WHERE judge = ?1 AND question = ?2)
LIMIT ?3))sql");
  count.bind(key.judge, key.question, kMany);
  count.step();
  auto select = impl_->database->prepare(
      fmt::format(R"sql(
SELECT p.id, l.score, l.reply FROM look_keys k CROSS JOIN {}
WHERE k.judge = ?1 AND k.question = ?2 AND s.run_id = ?3
  AND p.stretch_id = s.id AND l.key_id = k.id AND l.tokens_id = p.tokens_id)sql",
                  count.integer(0) < kMany ? "looks l CROSS JOIN pairs p CROSS JOIN stretches s"
                                           : "stretches s CROSS JOIN pairs p CROSS JOIN looks l"));
  select.bind(key.judge, key.question, run_id);
  std::vector<Look> looks;
  while (select.step()) looks.push_back({select.integer(0), select.real(1), select.text(2)});
  std::ranges::sort(looks, {}, &Look::pair_id);
  return looks;
}

void Store::put_looks(const LookKey& key, std::span<const Look> looks) {
  for (const Look& look : looks) {
    if (!(look.score >= 0 && look.score <= 1))
      throw Error(ErrorCode::internal, "put_looks: a score lies outside 0..1");
  }
  detail::Transaction transaction(*impl_->database, detail::Transaction::Kind::write);
  impl_->database
      ->prepare("INSERT INTO look_keys (judge, question) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
      .bind(key.judge, key.question)
      .run();
  auto insert = impl_->database->prepare(R"sql(
INSERT INTO looks (key_id, tokens_id, score, reply)
SELECT k.id, p.tokens_id, ?4, ?5 FROM look_keys k, pairs p
WHERE k.judge = ?1 AND k.question = ?2 AND p.id = ?3
ON CONFLICT (key_id, tokens_id) DO UPDATE SET score = excluded.score, reply = excluded.reply)sql");
  for (const Look& look : looks)
    insert.bind(key.judge, key.question, look.pair_id, look.score, look.reply).run();
  transaction.commit();
}

}  // namespace hindsight::index
