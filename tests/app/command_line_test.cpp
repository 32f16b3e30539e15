#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/run_command.h"

using hindsight::test::run_hindsight;

TEST_CASE("--version and --help print to stdout and succeed") {
  CHECK(run_hindsight({"--version"}).out.starts_with("hindsight "));
  const auto help = run_hindsight({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(help.out.find("ingest once") != std::string::npos);
  CHECK(help.err.empty());
}

TEST_CASE("a misspelt verb or flag is refused with the right one") {
  const auto verb = run_hindsight({"verison"});
  CHECK(verb.exit_code == 2);
  CHECK(
      verb.err ==
      "hindsight: the word verison is not known, did you mean version?; see 'hindsight --help'\n");
  const auto flag = run_hindsight({"version", "--quite"});
  CHECK(flag.exit_code == 2);
  CHECK(flag.err.find("did you mean --quiet?") != std::string::npos);
  CHECK(flag.out.empty());
}

TEST_CASE("a TMPDIR that is not there is named") {
  const auto result = run_hindsight(
      {"ingest", "-"}, {.standard_input = "x", .environment = {"TMPDIR=/nonexistent"}});
  CHECK(result.exit_code == 8);
  CHECK(result.err.find("cannot make a folder for the copy of the input in '/nonexistent': ") !=
        std::string::npos);
}

TEST_CASE("a number out of bounds is refused with the bound") {
  struct Row {
    std::vector<std::string> arguments;
    std::string said;
  };
  const std::vector<Row> rows{
      {{"ask", "What?", "--max-visual-tokens", "0"},
       "--max-visual-tokens: 0 is not a number above 0; see 'hindsight ask --help'"},
      {{"ask", "What?", "--max-visual-tokens", "many"},
       "--max-visual-tokens: many is not a number above 0; see 'hindsight ask --help'"},
      {{"plan", "v.mp4", "--rows", "-1"},
       "--rows: -1 is not 0 or a number above; see 'hindsight plan --help'"},
      {{"ingest", "v.mp4", "--threads", "-1"},
       "--threads: Value -1 not in range 0 to 4096; see 'hindsight ingest --help'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.said);
    const auto result = run_hindsight(row.arguments);
    CHECK(result.exit_code == 2);
    CHECK(result.err == "hindsight: " + row.said + "\n");
  }
}

TEST_CASE("no verb at all shows the help and is a usage error") {
  const auto result = run_hindsight({});
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("ingest once") != std::string::npos);
}

TEST_CASE("the help of every verb has an example and its exit codes") {
  const auto has_both = [](std::vector<std::string> verb) {
    CAPTURE(verb.back());
    verb.push_back("--help");
    const auto help = run_hindsight(verb);
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example") != std::string::npos);
    CHECK(help.out.find("Exit code") != std::string::npos);
    return help.out;
  };
  std::istringstream lines(has_both({}));
  std::size_t num_verbs = 0;
  bool in_verbs = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) in_verbs = false;
    if (in_verbs) {
      const auto verb = line.substr(2, line.find_first_of(" ,", 2) - 2);
      ++num_verbs;
      if (verb != "model" && verb != "version") (void)has_both({verb});
    }
    if (line == "Subcommands:") in_verbs = true;
  }
  CHECK(num_verbs > 15);
  for (const std::string verb : {"info", "run", "make-random"}) (void)has_both({"model", verb});
}
