// Store: which pairs of a run stand for the others.
#include <algorithm>
#include <cstring>

#include "index/detail/store_impl.h"

namespace hindsight::index {

std::vector<std::int32_t> Store::representatives(std::int64_t run_id, std::size_t count) const {
  auto select = impl_->database->prepare(
      "SELECT checksum, data FROM representatives WHERE run_id = ?1 AND count = ?2");
  select.bind(run_id, count);
  if (!select.step()) return {};
  const auto bytes = select.blob(1);
  std::vector<std::int32_t> of(bytes.size() / sizeof(std::int32_t));
  if (detail::stored_checksum(bytes) != select.integer(0)) return {};
  std::memcpy(of.data(), bytes.data(), of.size() * sizeof(std::int32_t));
  return of;
}

void Store::put_representatives(std::int64_t run_id,
                                std::size_t count,
                                std::span<const std::int32_t> of) {
  detail::Transaction transaction(*impl_->database, detail::Transaction::Kind::write);
  const auto bytes = std::as_bytes(of);
  // Those of the run as it was, while it grew.
  impl_->database->prepare("DELETE FROM representatives WHERE run_id = ?1 AND length(data) <> ?2")
      .bind(run_id, bytes.size())
      .run();
  // The run may have been removed meanwhile.
  auto insert = impl_->database->prepare(R"sql(
INSERT INTO representatives (run_id, count, checksum, data) SELECT id, ?2, ?3, ?4 FROM runs WHERE id = ?1
ON CONFLICT (run_id, count) DO UPDATE SET checksum = excluded.checksum, data = excluded.data)sql");
  insert.bind(run_id, count, detail::stored_checksum(bytes), bytes).run();
  transaction.commit();
}

}  // namespace hindsight::index
