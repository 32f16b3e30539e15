// A store changed as another program would: without our checks, references unguarded.
#pragma once

#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <sqlite3.h>

namespace hindsight::test {

/// Runs the statements; the number of rows that the last one which changes rows has changed.
inline int run_sql(const std::string& path, const std::string& sql) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open(path.c_str(), &raw);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(raw, sqlite3_close);
  REQUIRE(code == SQLITE_OK);
  CAPTURE(sql);
  REQUIRE(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  return sqlite3_changes(raw);
}

}  // namespace hindsight::test
