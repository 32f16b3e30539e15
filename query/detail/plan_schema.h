// The JSON schema of plans that a language model may propose.
#pragma once

#include "model/json_schema.h"

namespace hindsight::query::detail {

/// Plans of version 1 whose operators are nested at most two deep, without what only code or a
/// person states: names, moments, what gaps are filled.  Every text that fits passes parse_plan().
[[nodiscard]] model::JsonSchemaPtr plan_schema();

}  // namespace hindsight::query::detail
