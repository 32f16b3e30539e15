// What every verb of the `hindsight` command shares: settings, streams, the log.  Built in main,
// passed by reference.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/settings.h"
#include "core/logger.h"

namespace hindsight::app {

/// Settings that flags, environment and configuration file may give; flags win over environment
/// over file.
struct Context {
  std::string store_path;  ///< --store, HINDSIGHT_STORE; default: $XDG_DATA_HOME/hindsight/store.db
  std::string model_dir;  ///< --model, HINDSIGHT_MODEL; empty: the model that ships, if it is there
  std::string verbosity = "info";
  bool quiet = false;
  std::vector<std::string> arguments;  ///< as typed, without the program's name
  ConfigSource config;                 ///< the configuration file that was read
  /// Set by the verb that ran; main returns it.
  int exit_code = 0;
  Logger logger;  ///< writes to stderr according to verbosity
};

/// Adds --store to a verb.
void add_store_option(CLI::App& verb, Context& context);
/// Adds --model to a verb.
void add_model_option(CLI::App& verb, Context& context);

/// " --store S --model M": those of the two that were typed, for a command that goes on from this
/// one; empty when neither was.
[[nodiscard]] std::string typed_again(const Context& context);

/// True when the stream is a terminal that understands cursor movement (TERM is not "dumb").
[[nodiscard]] bool is_terminal(int file_descriptor);

/// A verb: adds its subcommand, whose callback does the work and throws hindsight::Error.
using AddVerb = void (*)(CLI::App& root, Context& context);

/// The verbs in the order of --help.  The one list of what the program can do: app/verbs.cpp.
[[nodiscard]] std::vector<AddVerb> all_verbs();

}  // namespace hindsight::app
