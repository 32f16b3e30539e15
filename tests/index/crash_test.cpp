// Writers that are killed.
#include <chrono>
#include <csignal>
#include <random>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;

namespace {

constexpr int kNumStretches = 200;
constexpr int kNumKills = 20;

/// Ingests until it is done or killed, and writes a byte to `progress` after each commit.
void ingest(const std::string& path, int progress = -1) {
  Store store = Store::open(path, OpenMode::write);
  auto key = make_run(store.put_video(make_video("gate.mp4", "aaaa1111")));
  key.token_width = 1024;
  const auto run = store.find_or_create_run(key);
  for (int number = run.stretches_done; number < kNumStretches; ++number) {
    auto stretch = make_stretch(number);
    for (auto& pair : stretch.pairs)
      pair.tokens = make_tokens(4, static_cast<unsigned>(number), 1024);
    store.commit_stretch(run.id, stretch);
    if (progress >= 0 && write(progress, "x", 1) != 1) _exit(1);
  }
  store.finish_run(run.id);
}

/// Kills a writer that has committed `num_commits` more stretches, after a moment.
void ingest_and_kill(const std::string& path, int num_commits, std::chrono::microseconds moment) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    try {
      ingest(path, ends[1]);
    } catch (const std::exception&) {
      _exit(1);
    }
    _exit(0);
  }
  close(ends[1]);
  char byte = 0;
  for (int i = 0; i < num_commits; ++i) CHECK(read(ends[0], &byte, 1) == 1);
  usleep(static_cast<useconds_t>(moment.count()));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(ends[0]);
  CHECK(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("a writer killed at random moments loses at most its open stretch") {
  const TempDir dir;
  const auto reference = dir.file("reference.db");
  ingest(reference);
  const auto expected = Store::open(reference, OpenMode::read).verify().content_hash;

  constexpr unsigned kSeed = 11;
  std::mt19937 random(kSeed);
  const auto path = dir.file("store.db");
  int num_done = 0;
  for (int round = 0; round < kNumKills; ++round) {
    CAPTURE(round);
    // The first rounds fall into the making of the file, the others anywhere in or between commits.
    const int num_commits = round < kNumKills / 4 ? 0 : static_cast<int>(random() % 3);
    ingest_and_kill(path, num_commits, std::chrono::microseconds(random() % 5'000));
    if (access(path.c_str(), F_OK) != 0) continue;
    const Store store = Store::open(path, OpenMode::read);
    CHECK(store.verify().faults == std::vector<std::string>{});
    if (store.videos().empty() || store.runs(store.videos()[0].id).empty()) continue;
    const int now_done = store.runs(store.videos()[0].id)[0].stretches_done;
    CHECK(now_done >= num_done + num_commits);
    num_done = now_done;
  }
  CHECK(num_done > 0);
  CHECK(num_done < kNumStretches);
  ingest(path);
  const auto report = Store::open(path, OpenMode::read).verify();
  CHECK(report.faults.empty());
  CHECK(report.content_hash == expected);
}

TEST_CASE("a dead writer does not block the next one") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Store store = Store::open(path, OpenMode::write, {.purpose = "ingest of gate.mp4"});
    [[maybe_unused]] const auto written = write(ready[1], "x", 1);
    for (;;) pause();
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  const StoreOptions impatient{.wait = std::chrono::milliseconds{0}};
  const auto holder = fmt::format("process {} (ingest of gate.mp4)", child);
  try {
    (void)Store::open(path, OpenMode::write, impatient);
    FAIL("two writers at once");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(holder) != std::string::npos);
  }
  CHECK(Store::open(path, OpenMode::read).videos().empty());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  CHECK_NOTHROW((void)Store::open(path, OpenMode::write, impatient));
}

TEST_CASE("a reader in another process keeps its view while the writer commits and removes") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  Store writer = Store::open(path, OpenMode::write);
  const auto run = fill(writer, make_video("gate.mp4", "aaaa1111"), 5);
  int to_child[2];
  int from_child[2];
  REQUIRE(pipe(to_child) == 0);
  REQUIRE(pipe(from_child) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const Store reader = Store::open(path, OpenMode::read);
    char verdict = reader.read_tokens(ids_of(reader.pairs(run.id))).rows == 60 ? '1' : '0';
    if (write(from_child[1], &verdict, 1) != 1) _exit(1);
    char go = 0;
    if (read(to_child[0], &go, 1) != 1) _exit(1);
    verdict = reader.videos().size() == 1 && reader.pairs(run.id).empty() ? '1' : '0';
    if (write(from_child[1], &verdict, 1) != 1) _exit(1);
    _exit(0);
  }
  char verdict = 0;
  REQUIRE(read(from_child[0], &verdict, 1) == 1);
  CHECK(verdict == '1');
  fill(writer, make_video("yard.mp4", "bbbb2222"), 2);
  writer.remove_video(run.video_id);
  REQUIRE(write(to_child[1], "g", 1) == 1);
  REQUIRE(read(from_child[0], &verdict, 1) == 1);
  CHECK(verdict == '1');
  waitpid(child, nullptr, 0);
  for (const int end : {to_child[0], to_child[1], from_child[0], from_child[1]}) close(end);
}
