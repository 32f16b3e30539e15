// A store with tokens and the model that made them, asked through the program.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "model/random_checkpoint.h"
#include "model/torch/load.h"
#include "query/support.h"
#include "support/run_command.h"

namespace hindsight::test {

/// A generated checkpoint and a store with its tokens: what `ask` needs, and no video file at all.
class AskedFilm {
 public:
  explicit AskedFilm(FilmOptions film = {}) {
    model::write_random_checkpoint(
        model_dir(), model::checkpoint_shape("tiny", model::Family::qwen2_vl), {.seed = 3});
    add(std::move(film));
  }

  /// Another film, or the same one for another model.
  void add(FilmOptions film) const {
    const auto info = model::torch::read_model_info(model_dir());
    if (film.fingerprint == "f00d") film.fingerprint = info.vision_fingerprint;
    film.token_width = info.token_width;
    auto store = index::Store::open(store_path(), index::OpenMode::write);
    add_film(store, film);
  }

  std::string model_dir() const { return dir_.file("model"); }
  std::string store_path() const { return dir_.file("s.db"); }
  std::string file(const std::string& name) const { return dir_.file(name); }

  CommandResult ask(std::vector<std::string> arguments,
                    const std::string& standard_input = {}) const {
    arguments.insert(arguments.begin(), "ask");
    return run(std::move(arguments), standard_input);
  }
  CommandResult run(std::vector<std::string> arguments,
                    const std::string& standard_input = {}) const {
    return run_hindsight(std::move(arguments),
                         {.standard_input = standard_input,
                          .environment = {"HINDSIGHT_CONFIG=",
                                          "XDG_CONFIG_HOME=" + dir_.file("none"),
                                          "HINDSIGHT_STORE=" + store_path(),
                                          "HINDSIGHT_MODEL=" + model_dir()}});
  }

 private:
  TempDir dir_;
};

inline bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

inline bool is_one_sentence(const CommandResult& result) {
  INFO(result.err);
  return result.out.empty() && result.err.starts_with("hindsight: ") &&
         std::count(result.err.begin(), result.err.end(), '\n') == 1;
}

}  // namespace hindsight::test
