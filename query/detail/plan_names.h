// The words that plans are written in, and how many operands each operator takes.
#pragma once

#include <optional>
#include <string_view>

#include "query/plan.h"

namespace hindsight::query::detail {

inline constexpr int kUnbounded = 16;

struct OpFacts {
  PlanOp op;
  std::string_view name;
  int min_operands;
  int max_operands;
};

[[nodiscard]] const OpFacts& op_facts(PlanOp op);
/// Null for a word that is no operator.
[[nodiscard]] const OpFacts* find_op(std::string_view name);

[[nodiscard]] std::string_view to_string(Edge edge);
[[nodiscard]] std::optional<Edge> edge_of(std::string_view name);
[[nodiscard]] std::string_view to_string(Pick pick);
[[nodiscard]] std::optional<Pick> pick_of(std::string_view name);
[[nodiscard]] std::optional<AnswerType> type_of(std::string_view name);

}  // namespace hindsight::query::detail
