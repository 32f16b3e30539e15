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

TEST_CASE("no verb at all shows the help and is a usage error") {
  const auto result = run_hindsight({});
  CHECK(result.exit_code == 2);
  CHECK(result.err.find("ingest once") != std::string::npos);
}
