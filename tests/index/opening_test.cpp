// A path that is not a store of ours is named, and left as it was, byte for byte.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "index/detail/schema.h"
#include "index/raw_sql.h"
#include "index/support.h"
#include "support/child.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;
namespace fs = std::filesystem;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// The message with which open() fails; empty when it does not.
std::string failure(const std::string& path, OpenMode mode, ErrorCode expected = ErrorCode::store) {
  try {
    (void)Store::open(path, mode, {.wait = std::chrono::milliseconds{0}});
  } catch (const Error& error) {
    CHECK(error.code() == expected);
    return error.what();
  }
  return "";
}

void make_store(const std::string& path, int num_stretches = 6) {
  Store store = Store::open(path, OpenMode::write);
  fill(store, make_video("gate.mp4", "aaaa1111"), num_stretches);
}

}  // namespace

TEST_CASE("files that are no store of ours") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  make_store(path);
  const std::string good = read_file(path);
  REQUIRE(good.size() > 100'000);

  struct Row {
    std::string name;
    std::function<void(const std::string&)> make;
    std::string message;  ///< {} is the path
  };
  const std::string foreign =
      "'{}' is not a token cache: it is an SQLite file of another program; name another file with "
      "--store";
  const std::string no_header =
      "'{}' is not a token cache: it has no SQLite header; name another file with --store";
  const std::vector<Row> rows{
      {"another program's database",
       [](const auto& p) { run_sql(p, "CREATE TABLE t (x); INSERT INTO t VALUES (1)"); },
       foreign},
      {"another program's database in WAL mode",
       [](const auto& p) {
         run_sql(p, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
       },
       foreign},
      {"a text",
       [](const auto& p) { write_file(p, "these are my notes, do not touch them\n"); },
       no_header},
      {"a long text", [](const auto& p) { write_file(p, std::string(100'000, 'x')); }, no_header},
      {"the first 50 bytes", [&](const auto& p) { write_file(p, good.substr(0, 50)); }, no_header},
      {"a newer schema",
       [&](const auto& p) {
         write_file(p, good);
         run_sql(p, "PRAGMA user_version = 99");
       },
       fmt::format("the token cache '{{}}' was written by a newer hindsight (schema 99, this one "
                   "knows up to {}); update hindsight",
                   detail::current_version())},
      {"a damaged magic",
       [&](const auto& p) { write_file(p, "sqlite" + good.substr(6)); },
       no_header},
      {"a damaged page size",
       [&](const auto& p) {
         auto bytes = good;
         bytes[16] = 3;
         write_file(p, bytes);
       },
       "the token cache '{}' is damaged (file is not a database); restore a copy, or ingest again "
       "into a new file"},
      {"half of the file",
       [&](const auto& p) { write_file(p, good.substr(0, good.size() / 2)); },
       "the token cache '{}' is damaged (database disk image is malformed); restore a copy, or "
       "ingest again into a new file"},
      {"a damaged schema page",
       [&](const auto& p) {
         auto bytes = good;
         std::fill(bytes.begin() + 100, bytes.begin() + 8000, '\x5a');
         write_file(p, bytes);
       },
       "the token cache '{}' is damaged (database disk image is malformed); restore a copy, or "
       "ingest again into a new file"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto bad = dir.file("bad.db");
    row.make(bad);
    const std::string before = read_file(bad);
    for (const auto mode : {OpenMode::read, OpenMode::write}) {
      CHECK(failure(bad, mode) == fmt::format(fmt::runtime(row.message), bad));
      CHECK(read_file(bad) == before);
    }
    for (const auto& entry : fs::directory_iterator(dir.path())) {
      if (entry.path().filename().string().starts_with("bad.db")) fs::remove(entry);
    }
  }
}

TEST_CASE("places where no store can be") {
  const TempDir dir;
  const auto missing = dir.file("missing.db");
  CHECK(failure(missing, OpenMode::read, ErrorCode::not_found) ==
        fmt::format("there is no token cache at '{}'; make one with 'hindsight ingest VIDEO' or "
                    "name another with --store",
                    missing));
  CHECK(failure(missing, OpenMode::update, ErrorCode::not_found) ==
        failure(missing, OpenMode::read, ErrorCode::not_found));
  CHECK(fs::is_empty(dir.path()));

  for (const auto mode : {OpenMode::read, OpenMode::write}) {
    CHECK(failure(dir.path().string(), mode) ==
          fmt::format("the token cache '{}' is a folder; name a file with --store",
                      dir.path().string()));
    CHECK(failure("/dev/null", mode) ==
          "the token cache '/dev/null' is not a regular file; name another one with --store");
    CHECK(failure("", mode, ErrorCode::usage) ==
          "the token cache has no name; give one with --store");
  }
  write_file(dir.file("plain"), "x");
  CHECK(failure(dir.file("plain/store.db"), OpenMode::write) != "");
}

TEST_CASE("an empty file, as mktemp makes it, becomes a store") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  write_file(path, "");
  CHECK(failure(path, OpenMode::read, ErrorCode::not_found) != "");
  CHECK(fs::file_size(path) == 0);
  make_store(path, 1);
  CHECK(Store::open(path, OpenMode::read).verify().faults.empty());
}

TEST_CASE("a store is made with its folder, and through a link") {
  const TempDir dir;
  make_store(dir.file("a/b/c/store.db"), 1);
  fs::create_symlink(dir.file("a/b/c/store.db"), dir.file("link.db"));
  CHECK(Store::open(dir.file("link.db"), OpenMode::write).videos().size() == 1);
  CHECK(fs::is_symlink(dir.file("link.db")));
}

TEST_CASE("the log of a deleted store does not leak into its successor") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  std::string log;
  {
    Store store = Store::open(path, OpenMode::write);
    fill(store, make_video("old.mp4", "aaaa1111"), 3);
    log = read_file(path + "-wal");
  }
  REQUIRE(log.size() > 0);
  fs::remove(path);
  write_file(path + "-wal", log);
  Store store = Store::open(path, OpenMode::write);
  CHECK(store.videos().empty());
  CHECK(store.verify().faults.empty());
}

TEST_CASE("a creation that was killed does not hinder the next one") {
  const TempDir dir;
  write_file(dir.file("store.db.new"), "half a file");
  make_store(dir.file("store.db"), 1);
  CHECK_FALSE(fs::exists(dir.file("store.db.new")));
}

TEST_CASE("read-only files and folders are named when written and read all the same") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  make_store(path, 2);
  fs::remove(path + ".lock");
  chmod(path.c_str(), 0444);
  const std::string before = read_file(path);

  SUBCASE("a read-only file in a folder that can be written") {
    chmod(dir.path().c_str(), 0777);
    CHECK(in_child([&] {
            become_nobody();
            return failure(path, OpenMode::write);
          }) == fmt::format("the token cache '{}' cannot be written: the file or its folder is "
                            "read-only; choose another --store or change the permissions",
                            path));
  }
  SUBCASE("a read-only folder") {
    chmod(dir.path().c_str(), 0555);
    CHECK(in_child([&] {
            become_nobody();
            return failure(path, OpenMode::write);
          }) == fmt::format("the token cache '{0}' cannot be written: Permission denied "
                            "('{0}.lock'); choose another --store or change the permissions",
                            path));
    CHECK(in_child([&] {
            become_nobody();
            return failure(dir.file("new.db"), OpenMode::write);
          }) == fmt::format("the token cache '{0}' cannot be written: Permission denied "
                            "('{0}.lock'); choose another --store or change the permissions",
                            dir.file("new.db")));
    CHECK(in_child([&] {
            become_nobody();
            const Store store = Store::open(path, OpenMode::read);
            return fmt::format(
                "{} videos, {} faults", store.videos().size(), store.verify().faults.size());
          }) == "1 videos, 0 faults");
  }
  SUBCASE("a file that may not be read") {
    chmod(dir.path().c_str(), 0777);
    chmod(path.c_str(), 0);
    CHECK(in_child([&] {
            become_nobody();
            return failure(path, OpenMode::read);
          }) == fmt::format("the token cache '{}' cannot be opened: Permission denied", path));
    chmod(path.c_str(), 0444);
  }
  chmod(dir.path().c_str(), 0700);
  CHECK(read_file(path) == before);
}

namespace {

/// What a user without permissions reads of the store before and after another one commits to it.
std::string read_beside_writer(const std::string& path) {
  return in_child([&]() -> std::string {
    int go[2];
    if (pipe(go) != 0) return "no pipe";
    const pid_t writer = fork();
    if (writer == 0) {
      close(go[1]);
      char word = 0;
      if (read(go[0], &word, 1) == 1) {
        Store store = Store::open(path, OpenMode::write);
        fill(store, make_video("yard.mp4", "bbbb2222"), 4);
      }
      _exit(0);
    }
    become_nobody();
    const Store store = Store::open(path, OpenMode::read);
    const auto num_pairs = [&] { return store.stats().num_pairs; };
    const auto before = num_pairs();
    [[maybe_unused]] const auto written = write(go[1], "x", 1);
    waitpid(writer, nullptr, 0);
    try {
      return fmt::format("{} pairs, then {}", before, num_pairs());
    } catch (const Error& error) {
      return fmt::format("{} pairs, then {}", before, error.what());
    }
  });
}

}  // namespace

TEST_CASE("who may not write the folder reads what others commit, or is told that he cannot") {
  if (geteuid() != 0) {
    MESSAGE("skipped: only root can make a store that another user may not write");
    return;
  }
  const TempDir dir;
  const auto path = dir.file("store.db");
  make_store(path, 2);
  chmod(dir.path().c_str(), 0755);
  SUBCASE("beside the files that connections share") {
    CHECK(fs::file_size(path + "-wal") == 0);
    CHECK(read_beside_writer(path) == "6 pairs, then 18");
  }
  SUBCASE("of a copy, which has none until somebody writes") {
    fs::remove(path + "-wal");
    fs::remove(path + "-shm");
    CHECK(read_beside_writer(path) ==
          fmt::format("6 pairs, then the token cache '{}' is being written since it was opened; "
                      "give the command again",
                      path));
  }
  SUBCASE("of a copy of the file and its log alone") {
    fs::remove(path + "-shm");
    CHECK(read_beside_writer(path).starts_with("6 pairs, then "));
  }
}

TEST_CASE("a full disk ends in one sentence and keeps what was committed") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  const auto message = in_child([&] {
    Store store = Store::open(path, OpenMode::write);
    const auto run =
        store.find_or_create_run(make_run(store.put_video(make_video("gate.mp4", "aaaa1111"))));
    store.commit_stretch(run.id, make_stretch(0));
    // Writes beyond this size fail like those on a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    const auto limit = static_cast<rlim_t>(fs::file_size(path + "-wal") + 20'000);
    const rlimit file_size{limit, limit};
    setrlimit(RLIMIT_FSIZE, &file_size);
    try {
      for (int number = 1; number < 100; ++number)
        store.commit_stretch(run.id, make_stretch(number));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  });
  CHECK(message == fmt::format("the token cache '{}' cannot grow: the disk is full; free some "
                               "space and give the command "
                               "again, what was committed is kept",
                               path));
  Store store = Store::open(path, OpenMode::write);
  const auto run = store.runs(store.videos().at(0).id).at(0);
  CHECK(run.stretches_done >= 1);
  CHECK(store.verify().faults.empty());
  fill(store, make_video("gate.mp4", "aaaa1111"), 6);
  CHECK(store.verify().faults.empty());
}

TEST_CASE("SQLite's own word for a full disk becomes the same sentence") {
  using namespace hindsight::index::detail;
  const TempDir dir;
  Database database(dir.file("full.db"), Access::create);
  database.execute("CREATE TABLE t (x); PRAGMA max_page_count = 10");
  CHECK_THROWS_WITH_AS(
      database.execute("INSERT INTO t VALUES (zeroblob(1000000))"),
      fmt::format(
          "the token cache '{}' cannot grow: the disk is full; free some space and give the "
          "command again, what was committed is kept",
          dir.file("full.db"))
          .c_str(),
      Error);
}

TEST_CASE("older files become current step by step, newer steps are not run twice") {
  using namespace hindsight::index::detail;
  const TempDir dir;
  const std::vector<Migration> steps{
      {1, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)"},
      {2, "ALTER TABLE notes ADD COLUMN language TEXT; UPDATE notes SET language = 'en'"},
      {3, "CREATE INDEX notes_by_language ON notes(language)"},
  };
  Database database(dir.file("old.db"), Access::create);
  migrate(database, std::span(steps).first(1));
  database.execute("INSERT INTO notes (text) VALUES ('kept')");
  CHECK(database.integer("PRAGMA user_version") == 1);
  migrate(database, steps);
  CHECK(database.integer("PRAGMA user_version") == 3);
  CHECK(database.integer("PRAGMA application_id") == kApplicationId);
  CHECK(database.integer("SELECT count(*) FROM notes WHERE text = 'kept' AND language = 'en'") ==
        1);
  migrate(database, steps);
  CHECK(database.integer("PRAGMA user_version") == 3);

  SUBCASE("a step that fails leaves the version before it") {
    auto broken = steps;
    broken.push_back({4, "CREATE TABLE more (x); SELECT * FROM nowhere"});
    CHECK_THROWS_AS(migrate(database, broken), Error);
    CHECK(database.integer("PRAGMA user_version") == 3);
    CHECK(database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0);
  }
}

TEST_CASE(
    "a store of an older schema is migrated by a writer and refused, untouched, by a reader") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  {
    // Version 0: ours by its application id, before the first migration.
    detail::Database database(path, detail::Access::create);
    database.execute(fmt::format("PRAGMA application_id = {}; CREATE TABLE placeholder (x)",
                                 detail::kApplicationId));
  }
  const std::string before = read_file(path);
  CHECK(failure(path, OpenMode::read) ==
        fmt::format("the token cache '{0}' was written by an older hindsight (schema 0); bring it "
                    "up to date once with "
                    "'hindsight gc --store {0}'",
                    path));
  CHECK(read_file(path) == before);
  make_store(path, 1);
  CHECK(Store::open(path, OpenMode::read).verify().faults.empty());
}
