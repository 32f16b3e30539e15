#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/run_command.h"
#include "support/temp_dir.h"

using hindsight::test::CommandResult;
using hindsight::test::run_hindsight;
using hindsight::test::TempDir;

namespace {

/// Runs `hindsight` with nothing of the caller's settings around it.
CommandResult run(const TempDir& home,
                  std::vector<std::string> arguments,
                  std::vector<std::string> environment = {}) {
  for (const auto* variable : {"HINDSIGHT_CONFIG=", "HINDSIGHT_STORE=", "HINDSIGHT_MODEL="}) {
    environment.insert(environment.begin(), variable);
  }
  environment.push_back("XDG_CONFIG_HOME=" + home.file("config"));
  environment.push_back("XDG_DATA_HOME=" + home.file("data"));
  return run_hindsight(std::move(arguments), {.standard_input = {}, .environment = environment});
}

std::string write_config(const TempDir& home,
                         const std::string& text,
                         const std::string& name = "my.toml") {
  std::ofstream(home.file(name), std::ios::binary) << text;
  return home.file(name);
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

/// "value source" of the line that sets `key`.
std::string effective(const CommandResult& result, const std::string& key) {
  const auto begin = ("\n" + result.out).find("\n" + key + " = ");
  if (begin == std::string::npos) return "";
  const auto line = result.out.substr(begin, result.out.find('\n', begin) - begin);
  const auto comment = line.find('#', key.size());
  const auto value = line.substr(key.size() + 3, comment - key.size() - 3);
  return value.substr(0, value.find_last_not_of(' ') + 1) + " from " + line.substr(comment + 2);
}

}  // namespace

TEST_CASE("flags win over the environment, it over the file, the file over defaults") {
  const TempDir home;
  const auto file =
      write_config(home, "store = \"/file.db\"  # mine\nverbosity = 'warn'\nquiet = true\n");
  const auto named = std::string("HINDSIGHT_CONFIG=") + file;

  const auto defaults = run(home, {"config"});
  CHECK(effective(defaults, "store") ==
        "\"" + home.file("data") + "/hindsight/store.db\" from default");
  CHECK(effective(defaults, "quiet") == "false from default");
  // A build finds the one that ships in its source tree.
  CHECK(has(defaults.out, "# model is not set, the one that ships is used: /"));
  CHECK(has(defaults.out, "/models/hindsight-tiny"));

  const auto from_file = run(home, {"config"}, {named});
  CHECK(effective(from_file, "store") == "\"/file.db\" from file " + file);
  CHECK(effective(from_file, "verbosity") == "\"warn\" from file " + file);
  CHECK(effective(from_file, "quiet") == "true from file " + file);

  const auto from_environment = run(home, {"config"}, {named, "HINDSIGHT_STORE=/env.db"});
  CHECK(effective(from_environment, "store") == "\"/env.db\" from env HINDSIGHT_STORE");

  const auto from_flag = run(
      home, {"config", "--store", "/flag.db", "-v", "debug"}, {named, "HINDSIGHT_STORE=/env.db"});
  CHECK(effective(from_flag, "store") == "\"/flag.db\" from flag");
  CHECK(effective(from_flag, "verbosity") == "\"debug\" from flag");

  // The flag that says what the variable says anyway is still a flag.
  const auto same = run(home, {"config", "--store=/env.db"}, {"HINDSIGHT_STORE=/env.db"});
  CHECK(effective(same, "store") == "\"/env.db\" from flag");
}

TEST_CASE("the file is found by flag, by variable and in its usual place") {
  const TempDir home;
  std::filesystem::create_directories(home.path() / "config" / "hindsight");
  const auto usual = write_config(home, "verbosity = \"warn\"\n", "config/hindsight/config.toml");
  const auto other = write_config(home, "verbosity = \"debug\"\n", "other.toml");
  const auto third = write_config(home, "verbosity = \"trace\"\n", "third.toml");
  CHECK(effective(run(home, {"config"}), "verbosity") == "\"warn\" from file " + usual);
  CHECK(effective(run(home, {"config"}, {"HINDSIGHT_CONFIG=" + other}), "verbosity") ==
        "\"debug\" from file " + other);
  CHECK(effective(run(home, {"config", "--config", third}, {"HINDSIGHT_CONFIG=" + other}),
                  "verbosity") == "\"trace\" from file " + third);
}

TEST_CASE("values keep what other readers cut") {
  const TempDir home;
  const auto file =
      write_config(home, "\xEF\xBB\xBF# a comment\n\n  store = \"/a, b#c \\\"d\\\" \\\\e.db\"\r\n");
  const auto result = run(home, {"config", "--config", file});
  CHECK(effective(result, "store").starts_with("\"/a, b"));
  CHECK(has(result.out, "store = \"/a, b#c \\\"d\\\" \\\\e.db\""));
}

TEST_CASE("a configuration file that is wrong is refused by file, line and cure") {
  struct Row {
    std::string text;
    std::string message;
  };
  const std::vector<Row> rows{
      {"\nstroe = \"/x\"\n", ":2: the key stroe is not known, did you mean store?"},
      {"[aks]\nverbosity = \"warn\"\n", ":2: the section [aks] is not known"},
      {"zzz = 1\n",
       ":1: the key zzz is not known; 'hindsight config --template' lists all settings"},
      {"verbosity = \"loud\"\n", ":1: verbosity = loud is not accepted: "},
      {"quiet = 7.5\n", ":1: quiet = 7.5 is not accepted: "},
      {"store\n", ":1: 'store' is not of the form key = value"},
      {"= 3\n", ":1: '= 3' is not of the form key = value"},
      {"store = /x\n",
       ":1: the value of store is neither a number nor true nor false; put text in quotes: store = "
       "\"/x\""},
      {"store =\n", ":1: the value of store is neither"},
      {"store = \"/x\n", ":1: the value of store does not end where its quotes end"},
      {"store = \"/x\" y\n", ":1: the value of store does not end where its quotes end"},
      {"store = \"\\n\"\n", ":1: the value of store has an escape other than"},
      {"store = \"/x\"\nstore = \"/y\"\n", ":2: store is already set in line 1"},
      {"[ask\n", ":1: '[ask' is no heading; write [verb]"},
      {"[]\n", ":1: '[]' is no heading"},
      {"config = \"/x\"\n", ":1: the key config is not known"},
      {std::string("\0\x01\xff", 3), ":1: '"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const TempDir home;
    const auto file = write_config(home, row.text);
    const auto result = run(home, {"config", "--config", file});
    CHECK(result.exit_code == 2);
    CHECK(has(result.err, "hindsight: " + file + row.message));
    CHECK(result.out.empty());
  }
}

TEST_CASE("a configuration file that was named must be there") {
  const TempDir home;
  for (const auto& path : {home.file("absent.toml"), home.path().string()}) {
    CAPTURE(path);
    const auto result = run(home, {"config"}, {"HINDSIGHT_CONFIG=" + path});
    CHECK(result.exit_code == 5);
    CHECK(has(result.err, "the configuration file " + path + " cannot be read"));
  }
  CHECK(effective(run(home, {"config", "--config", write_config(home, "")}), "quiet") ==
        "false from default");
}

TEST_CASE("a broken configuration file leaves --help and --version usable") {
  const TempDir home;
  const auto broken = "HINDSIGHT_CONFIG=" + write_config(home, "nonsense\n");
  CHECK(run(home, {"--help"}, {broken}).exit_code == 0);
  CHECK(run(home, {"--version"}, {broken}).exit_code == 0);
  CHECK(run(home, {"version"}, {broken}).exit_code == 2);
}

TEST_CASE("the template lists every setting and changes nothing") {
  const TempDir home;
  const auto made = run(home, {"config", "--template"}, {"HINDSIGHT_STORE=/env.db"});
  CHECK(made.exit_code == 0);
  CHECK(
      has(made.out, "# The token cache file (HINDSIGHT_STORE)\n# store = \"" + home.file("data")));
  const auto file = write_config(home, made.out);
  const auto with = run(home, {"config", "--config", file});
  CHECK(with.out == run(home, {"config"}).out);

  // Uncommented it is a valid file as far as it has values: every key is known, every default
  // accepted.
  std::string uncommented;
  for (std::size_t at = 0; at < made.out.size();) {
    const auto end = made.out.find('\n', at);
    const auto line = made.out.substr(at, end - at);
    const bool is_setting =
        line.starts_with("# ") && line.find(" = ") != std::string::npos && !line.ends_with("\"\"");
    uncommented += (is_setting ? line.substr(2) : line) + "\n";
    at = end + 1;
  }
  const auto all = run(home, {"config", "--config", write_config(home, uncommented)});
  CHECK(all.err == "");
  CHECK(all.exit_code == 0);
}
