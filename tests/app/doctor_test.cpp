#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/run_command.h"
#include "support/temp_dir.h"

using hindsight::test::run_hindsight;
using hindsight::test::TempDir;

namespace {

nlohmann::json check_named(const nlohmann::json& report, const std::string& name) {
  for (const auto& check : report) {
    if (check.at("check") == name) return check;
  }
  return {};
}

}  // namespace

TEST_CASE("doctor names what is wrong with model and store, and looks at everything else too") {
  const TempDir dir;
  const auto result = run_hindsight(
      {"doctor", "--json", "--model", dir.file("no-model"), "--store", dir.path().string()});
  CHECK(result.exit_code == 4);
  const auto report = nlohmann::json::parse(result.out);
  CHECK(check_named(report, "codecs").at("finding").get<std::string>().find("h264") !=
        std::string::npos);
  CHECK(check_named(report, "libtorch").at("finding").get<std::string>().find("GF/s") !=
        std::string::npos);
  CHECK(check_named(report, "model").at("verdict") == "failure");
  CHECK(check_named(report, "model").at("finding").get<std::string>().find("no-model") !=
        std::string::npos);
  CHECK(check_named(report, "store").at("verdict") == "failure");
  CHECK_FALSE(check_named(report, "store").at("fix").get<std::string>().empty());
}

TEST_CASE("doctor reports a store that is not there yet as fine") {
  const TempDir dir;
  const auto result = run_hindsight({"doctor", "--json", "--store", dir.file("a/b/store.db")});
  const auto store = check_named(nlohmann::json::parse(result.out), "store");
  CHECK(store.at("finding").get<std::string>().find("not there yet") != std::string::npos);
}
