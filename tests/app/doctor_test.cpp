#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "support/child.h"
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

TEST_CASE("doctor says of a store that may not be looked at, or not be written") {
  const TempDir dir;
  const auto store = dir.file("store.db");
  const auto check = [](const std::string& path) {
    const auto found = hindsight::test::in_child([&] {
      hindsight::test::become_nobody();
      return run_hindsight({"doctor", "--json", "--store", path}).out;
    });
    return check_named(nlohmann::json::parse(found), "store");
  };
  chmod(dir.path().c_str(), 0555);
  const auto too_long = check(dir.file(std::string(300, 'x')) + "/store.db");
  CHECK(too_long.at("verdict") == "failure");
  CHECK(too_long.at("finding").get<std::string>().find("name too long") != std::string::npos);
  CHECK(check(store).at("verdict") == "warning");
  CHECK(check(store).at("finding").get<std::string>().find(
            "its folder may not be written: ingest will fail") != std::string::npos);
  chmod(dir.path().c_str(), 0700);
  const auto shut = check(store);
  // Who is not root owns the folder and may.
  if (geteuid() == 0) {
    CHECK(shut.at("verdict") == "failure");
    CHECK(shut.at("finding").get<std::string>().find("Permission denied") != std::string::npos);
  }
}
