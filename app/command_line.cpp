#include "app/command_line.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "app/context.h"
#include "app/settings.h"
#include "app/text.h"
#include "core/error.h"

namespace hindsight::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// $VARIABLE, or `fallback` below $HOME.
std::string base_directory(const char* variable, const char* fallback) {
  if (const auto value = environment(variable); !value.empty()) return value;
  return environment("HOME") + "/" + fallback;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

Logger make_stderr_logger(const std::string& verbosity) {
  static const std::map<std::string, LogLevel> levels{{"error", LogLevel::error},
                                                      {"warn", LogLevel::warn},
                                                      {"warning", LogLevel::warn},
                                                      {"info", LogLevel::info},
                                                      {"debug", LogLevel::debug},
                                                      {"trace", LogLevel::trace}};
  if (verbosity == "none") return {};
  return {levels.at(verbosity), [](LogLevel level, std::string_view line) {
            const char* prefix = level == LogLevel::error  ? "error: "
                                 : level == LogLevel::warn ? "warning: "
                                                           : "";
            fmt::print(stderr, "{}{}\n", prefix, printable(line));
          }};
}

/// Every long flag that `app` and the verb that was typed accept, and all verbs.
std::vector<std::string> known_words(const CLI::App& app, bool flags) {
  std::vector<std::string> words;
  if (!flags) {
    for (const CLI::App* verb : app.get_subcommands({})) words.push_back(verb->get_name());
    return words;
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* verb : app.get_subcommands()) {
    for (auto& word : known_words(*verb, true)) words.push_back(std::move(word));
  }
  return words;
}

/// The deepest subcommand that was typed.
const CLI::App& selected(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? app : selected(*verbs.front());
}

/// The words of the verb that was typed, each with a space behind it: "model info ".
std::string typed_verb(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? "" : verbs.front()->get_name() + " " + typed_verb(*verbs.front());
}

/// Every verb's --store writes to the same variable, and CLI11 hands the environment's value to all
/// verbs, typed or not: the verb that was typed has the last word.
void apply_selected_options(const CLI::App& verb, Context& context) {
  const auto apply = [&](const char* name, std::string& value) {
    const CLI::Option* option = verb.get_option_no_throw(name);
    if (option != nullptr && option->count() > 0) value = option->results().back();
  };
  apply("--store", context.store_path);
  apply("--model", context.model_dir);
}

[[noreturn]] void refuse_unknown_words(const CLI::App& root,
                                       const std::vector<std::string>& words) {
  const std::string& word = words.front();
  const CLI::App& verb = selected(root);
  const bool is_flag = word.starts_with("-");
  const auto name = word.substr(0, word.find('='));
  const auto near = closest_word(name, known_words(is_flag ? root : verb, is_flag));
  throw Error(ErrorCode::usage,
              fmt::format("{} {} is not known{}; see 'hindsight {}--help'",
                          is_flag ? "the flag" : "the word",
                          name,
                          near.empty() ? "" : fmt::format(", did you mean {}?", near),
                          typed_verb(root)));
}

/// Reads the configuration file into the options' defaults.  What is wrong with it is returned, so
/// that --help and
/// --version work all the same.
std::optional<Error> apply_config(CLI::App& root, Context& context) {
  const auto path = find_config_file(context.arguments);
  if (path.empty()) return std::nullopt;
  try {
    context.config = apply_config_file(root, path);
  } catch (const Error& e) {
    return e;
  }
  return std::nullopt;
}

}  // namespace

std::string closest_word(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = word.size() / 3 + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance || (best.empty() && distance == best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

void add_store_option(CLI::App& verb, Context& context) {
  verb.add_option("--store", context.store_path, "The token cache file")
      ->envname("HINDSIGHT_STORE");
}

void add_model_option(CLI::App& verb, Context& context) {
  verb.add_option("--model", context.model_dir, "A Hugging Face model folder")
      ->envname("HINDSIGHT_MODEL");
}

std::string typed_again(const Context& context) {
  std::string flags;
  const auto repeat = [&](const std::string& flag, const std::string& value) {
    const auto is_it = [&](const std::string& word) {
      return word == flag || word.starts_with(flag + "=");
    };
    if (std::ranges::any_of(context.arguments, is_it))
      flags += fmt::format(" {} {}", flag, shell_quoted(value));
  };
  repeat("--store", context.store_path);
  repeat("--model", context.model_dir);
  return flags;
}

bool is_terminal(int file_descriptor) {
  return isatty(file_descriptor) == 1 && environment("TERM") != "dumb";
}

int run_command_line(int argc, char** argv) {
  Context context;
  context.arguments.assign(argv + 1, argv + argc);
  context.store_path = base_directory("XDG_DATA_HOME", ".local/share") + "/hindsight/store.db";

  CLI::App root{"Answers questions about hours of video: ingest once, then ask.", "hindsight"};
  root.option_defaults()->always_capture_default();
  root.set_version_flag("--version", fmt::format("hindsight {}", HINDSIGHT_VERSION))
      ->configurable(false);
  root.add_flag("-q,--quiet", context.quiet, "No progress and no information lines on stderr");
  root.add_option("-v,--verbosity", context.verbosity, "none, error, warn, info, debug or trace")
      ->check(CLI::IsMember({"none", "error", "warn", "warning", "info", "debug", "trace"}));
  root.add_option("--config", context.config.path, "The configuration file")->configurable(false);
  root.footer(
      "Settings come from flags, then HINDSIGHT_STORE and HINDSIGHT_MODEL, then the configuration "
      "file (--config,\n"
      "HINDSIGHT_CONFIG or $XDG_CONFIG_HOME/hindsight/config.toml); 'hindsight config' shows what "
      "holds.\n\n"
      "Exit codes: 0 done, 1 a fault of ours, 2 usage, 3 unreadable input, 4 some inputs failed, 5 "
      "no such video,\n"
      "model or store, 6 store, 7 model, 8 not enough memory or context, 9 refused (with "
      "--fail-on-abstain),\n"
      "130 and 143 stopped by a signal; the README has the table.\n"
      "Examples:\n"
      "  hindsight ingest gate-cam.mp4 && hindsight ask 'When does the red car leave?'\n"
      "  hindsight timeline gate-cam.mp4");
  root.fallthrough();
  root.allow_extras();
  // Verbs run when parsing is over, so that a misspelt flag is refused before any work starts.
  for (const AddVerb add : all_verbs()) add(root, context);
  for (CLI::App* verb : root.get_subcommands({})) verb->fallthrough();
  const auto config_error = apply_config(root, context);
  root.parse_complete_callback([&] {
    if (config_error) throw *config_error;
    if (const auto extras = root.remaining(true); !extras.empty())
      refuse_unknown_words(root, extras);
    if (root.get_subcommands().empty()) throw CLI::RequiredError("a verb");
    apply_selected_options(selected(root), context);
    context.logger = make_stderr_logger(context.quiet ? "error" : context.verbosity);
  });

  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return root.exit(e);
  } catch (const CLI::ParseError& e) {
    if (root.get_subcommands().empty() && argc == 1) {
      fmt::print(stderr, "{}", root.help());
      return static_cast<int>(ErrorCode::usage);
    }
    throw Error(ErrorCode::usage,
                fmt::format("{}; see 'hindsight {}--help'", e.what(), typed_verb(root)));
  }
  return context.exit_code;
}

}  // namespace hindsight::app
