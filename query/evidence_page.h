// An answer as one HTML page that needs nothing else: for those who want to see why.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "query/answer.h"

namespace hindsight::query {

/// JPEG bytes by pair.
using Thumbnails = std::map<std::int64_t, std::string>;

/// Of every pair that the answer cites, counter-evidence included; those of which the store has
/// one.
[[nodiscard]] Thumbnails read_thumbnails(const Answer& answer, const index::Store& store);

/// UTF-8.  The question, the answer, its intervals with the pairs' pictures, times and
/// probabilities, coverage, counter-evidence, and what made it.  Pictures are inside; nothing is
/// fetched and no script runs; every text is escaped.
[[nodiscard]] std::string to_html(const Answer& answer, const Thumbnails& thumbnails);

}  // namespace hindsight::query
