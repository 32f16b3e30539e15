// Readers beside a writer, two writers, and writers that die.
#include <atomic>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "index/support.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::index;
using namespace hindsight::test;
using namespace std::chrono_literals;

namespace {

constexpr int kNumStretches = 40;

}  // namespace

TEST_CASE("readers in other threads see whole stretches only, and the writer is not held up") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  Store writer = Store::open(path, OpenMode::write);
  const auto run =
      writer.find_or_create_run(make_run(writer.put_video(make_video("gate.mp4", "aaaa1111"))));
  std::atomic<bool> done = false;
  std::atomic<int> num_looks = 0;
  std::atomic<int> num_wrong = 0;
  const auto read = [&] {
    Store reader = Store::open(path, OpenMode::read);
    std::size_t seen = 0;
    while (!done || num_looks < 10) {
      const auto pairs = reader.pairs(run.id);
      const auto tokens = reader.read_tokens(ids_of(pairs));
      if (pairs.size() % 3 != 0 || pairs.size() < seen) ++num_wrong;
      if (tokens.rows != static_cast<int>(pairs.size()) * 4) ++num_wrong;
      seen = pairs.size();
      ++num_looks;
    }
  };
  {
    const std::jthread first(read);
    const std::jthread second(read);
    for (int number = 0; number < kNumStretches; ++number)
      writer.commit_stretch(run.id, make_stretch(number));
    writer.finish_run(run.id);
    done = true;
  }
  CHECK(num_wrong == 0);
  CHECK(num_looks >= 10);
  CHECK(Store::open(path, OpenMode::read).pairs(run.id).size() == 3 * kNumStretches);
}

TEST_CASE("a second writer waits for the first") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  auto first = std::make_unique<Store>(Store::open(path, OpenMode::write));
  std::jthread second([&] {
    Store store = Store::open(path, OpenMode::write, {.wait = 60s});
    store.put_video(make_video("second.mp4", "bbbb2222"));
  });
  std::this_thread::sleep_for(50ms);  // both orders must pass
  first->put_video(make_video("first.mp4", "aaaa1111"));
  first.reset();
  second.join();
  CHECK(Store::open(path, OpenMode::read).videos().size() == 2);
}

TEST_CASE("a second writer that does not wait is told who holds the file") {
  const TempDir dir;
  const auto path = dir.file("store.db");
  const Store first = Store::open(path, OpenMode::write, {.purpose = "ingest of gate.mp4"});
  std::string message;
  try {
    (void)Store::open(path, OpenMode::write, {.wait = 0ms});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::store);
    message = error.what();
  }
  const auto begin = fmt::format(
      "the token cache '{}' is held by process {} (ingest of gate.mp4) since 20", path, getpid());
  CHECK(message.substr(0, begin.size()) == begin);
  const std::string end = "; wait until it has ended or stop it";
  CHECK(message.size() > end.size());
  CHECK(message.substr(message.size() - end.size()) == end);
  CHECK(Store::open(path, OpenMode::read).videos().empty());
}
