// Plans proposed by real networks with generated weights: the whole way from weights to JSON.
#include "query/planner.h"

#include <doctest/doctest.h>

#include "model/random_checkpoint.h"
#include "model/torch/load.h"
#include "support/temp_dir.h"

using namespace hindsight;

TEST_CASE("generated checkpoints of both families propose nothing but plans") {
  for (const auto family : {model::Family::qwen2_vl, model::Family::qwen2_5_vl}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      CAPTURE(seed);
      const test::TempDir dir;
      model::write_random_checkpoint(
          dir.file("m"), model::checkpoint_shape("tiny", family), {.seed = seed});
      const auto language_model = model::torch::load_language_model(dir.file("m"), {}, {});
      const auto tokenizer = model::Tokenizer::load(dir.file("m"));
      const auto proposal =
          query::propose_plan("how do red cars go",
                              *language_model,
                              tokenizer,
                              {.planning = query::Planning::always, .max_new_tokens = 160});
      CAPTURE(proposal.json);
      CAPTURE(proposal.rejected);
      CHECK_NOTHROW(static_cast<void>(query::parse_plan(proposal.json, "the proposal")));
      CHECK_FALSE(proposal.plan);
      CHECK_FALSE(proposal.rejected.empty());
    }
  }
}
