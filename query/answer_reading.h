// An answer read back from its JSON form, to be checked where the model and the store are.
#pragma once

#include <string_view>

#include "query/answer.h"

namespace hindsight::query {

/// What to_json() wrote, as far as it can be checked: question, text, value, plan, intervals with
/// their pairs and looks, counter-evidence, fingerprints.  Row ids are 0, and pairs have their
/// frame times and size alone: the store at hand has its own.  Throws Error(usage) naming `source`
/// and what is wrong.
[[nodiscard]] Answer parse_answer(std::string_view json, std::string_view source);

}  // namespace hindsight::query
