#include "app/generation_flags.h"

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/random_checkpoint.h"
#include "support/temp_dir.h"

using namespace hindsight;
using app::GenerationFlags;

namespace {

constexpr const char* kReleased =
    R"({"do_sample": true, "temperature": 0.01, "top_p": 0.001, "top_k": 1})";
constexpr const char* kSampling =
    R"({"do_sample": true, "temperature": 0.7, "top_p": 0.8, "top_k": 20})";
constexpr const char* kGreedy = R"({"do_sample": false})";

/// A model folder with this generation_config.json.
class Folder {
 public:
  Folder() {
    model::write_random_checkpoint(
        path(), model::checkpoint_shape("tiny", model::Family::qwen2_vl), {.seed = 1});
  }
  [[nodiscard]] std::string path() const { return dir_.file("m"); }
  [[nodiscard]] model::GenerationOptions read(const std::string& config,
                                              const GenerationFlags& flags) const {
    std::ofstream(path() + "/generation_config.json") << config;
    return app::generation_options(flags, path());
  }

 private:
  test::TempDir dir_;
};

}  // namespace

TEST_CASE("flags over the model's own values: what samples, and how") {
  struct Row {
    std::string name;
    std::string config;
    GenerationFlags flags;
    bool samples;
    double temperature = 0;
    int top_k = 0;
    double top_p = 0;
  };
  const std::vector<Row> rows{
      {"released: greedy", kReleased, {}, false},
      {"a seed changes no greedy answer", kReleased, {.seed = 7}, false},
      {"nor does top-p, until top-k is raised", kReleased, {.top_p = 0.9}, false},
      {"top-k 1 is what the file says", kReleased, {.top_k = 1}, false},
      {"top-k samples", kReleased, {.top_k = 40}, true, 1, 40, 1},
      {"among all tokens too", kReleased, {.top_k = 0}, true, 1, 0, 1},
      {"with the top-p that is given", kReleased, {.top_k = 40, .top_p = 0.9}, true, 1, 40, 0.9},
      {"temperature 0 is greedy all the same", kReleased, {.temperature = 0, .top_k = 40}, false},
      {"temperature samples", kReleased, {.temperature = 0.5}, true, 0.5, 0, 1},
      {"both", kReleased, {.temperature = 0.5, .top_k = 40}, true, 0.5, 40, 1},
      {"but not among one", kReleased, {.temperature = 0.5, .top_k = 1}, false},
      {"a file that samples", kSampling, {}, true, 0.7, 20, 0.8},
      {"keeps its other values", kSampling, {.top_k = 5}, true, 0.7, 5, 0.8},
      {"also under a temperature", kSampling, {.temperature = 0.2}, true, 0.2, 20, 0.8},
      {"and top-k 1 makes it greedy", kSampling, {.top_k = 1}, false},
      {"a greedy file", kGreedy, {.top_k = 40}, false},
      {"samples by temperature", kGreedy, {.temperature = 0.5, .top_k = 40}, true, 0.5, 40, 1},
  };
  const Folder folder;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto options = folder.read(row.config, row.flags);
    CHECK((options.do_sample && options.top_k != 1) == row.samples);
    if (!row.samples) continue;
    CHECK(options.temperature == row.temperature);
    CHECK(options.top_k == row.top_k);
    CHECK(options.top_p == row.top_p);
  }
  CHECK_THROWS_AS((void)folder.read(kReleased, {.top_k = -1}), Error);
  CHECK_THROWS_AS((void)folder.read(kReleased, {.temperature = -1}), Error);
}
