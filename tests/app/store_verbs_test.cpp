// ls, info, verify, rm, gc and export, run the way a user does.
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "index/support.h"
#include "model/safetensors.h"
#include "support/child.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::test;
using Json = nlohmann::json;

namespace {

/// A store with a complete and an incomplete video.
struct Library {
  TempDir dir;
  std::string path = dir.file("store.db");
  Library() {
    auto store = index::Store::open(path, index::OpenMode::write);
    fill(store, make_video("gate.mp4", "aaaa1111aaaa1111"), 6);
    auto run = store.find_or_create_run(
        make_run(store.put_video(make_video("yard.mp4", "bbbb2222bbbb2222"))));
    store.commit_stretch(run.id, make_stretch(0));
  }
  [[nodiscard]] CommandResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--store", path});
    return run_hindsight(std::move(arguments));
  }
  [[nodiscard]] Json json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto result = run(std::move(arguments));
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    return Json::parse(result.out);
  }
};

}  // namespace

TEST_CASE("ls shows what there is and how far it is") {
  const Library library;
  const auto result = library.run({"ls"});
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("aaaa1111  gate.mp4  00:01:00.000        18           72") !=
        std::string::npos);
  CHECK(result.out.find("100%  tiny") != std::string::npos);
  CHECK(result.out.find("17%  tiny") != std::string::npos);

  const auto videos = library.json({"ls"}).at("videos");
  REQUIRE(videos.size() == 2);
  CHECK(videos[0].at("id") == "aaaa1111");
  CHECK(videos[0].at("duration") == 60.0);
  CHECK(videos[0].at("pairs") == 18);
  CHECK(videos[0].at("tokens") == 72);
  CHECK(videos[0].at("complete") == true);
  CHECK(videos[1].at("complete") == false);
  CHECK(videos[1].at("models") == Json::array({"tiny"}));
}

TEST_CASE("ls of an empty store says how to fill it") {
  const TempDir dir;
  (void)index::Store::open(dir.file("store.db"), index::OpenMode::write);
  const auto result = run_hindsight({"ls", "--store", dir.file("store.db")});
  CHECK(result.exit_code == 0);
  CHECK(result.out.empty());
  CHECK(result.err.find("holds no video yet; add one with 'hindsight ingest VIDEO'") !=
        std::string::npos);
}

TEST_CASE("info describes the store and a video") {
  const Library library;
  const auto store = library.json({"info"});
  CHECK(store.at("videos") == 2);
  CHECK(store.at("duration") == 120.0);
  CHECK(store.at("pairs") == 21);
  CHECK(store.at("file_bytes").get<std::int64_t>() >
        store.at("bytes").at("tokens").get<std::int64_t>());

  const auto video = library.json({"info", "gate"});
  CHECK(video.at("name") == "gate.mp4");
  CHECK(video.at("width") == 1280);
  REQUIRE(video.at("runs").size() == 1);
  CHECK(video.at("runs")[0].at("coverage").get<double>() == doctest::Approx(0.3));
  CHECK(video.at("runs")[0].at("widest_gap") == Json({{"from", 2.5}, {"to", 10.0}}));

  const auto text = library.run({"info", "yard.mp4"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("incomplete, reached 00:00:10.000") != std::string::npos);
  CHECK(library.run({"info"}).out.find("videos      2, 00:02:00.000 in all") != std::string::npos);
}

TEST_CASE("verify prints one hash, and the same one again") {
  const Library library;
  const auto first = library.json({"verify"});
  CHECK(first.at("sound") == true);
  CHECK(first.at("content_hash").get<std::string>().size() == 32);
  CHECK(library.json({"verify"}).at("content_hash") == first.at("content_hash"));
  CHECK(library.run({"verify"}).out.find("all sound") != std::string::npos);
}

TEST_CASE("verify names faults and ends with exit code 6") {
  const Library library;
  std::string bytes;
  {
    std::ifstream file(library.path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  // The thumbnails are the one text in the file that begins like this.
  const auto at = bytes.find("jpeg 41");
  REQUIRE(at != std::string::npos);
  bytes[at] = 'J';
  std::ofstream(library.path, std::ios::binary) << bytes;
  const auto result = library.run({"verify"});
  CHECK(result.exit_code == 6);
  CHECK(result.out.find("gate.mp4 (aaaa1111): thumbnails that do not match their checksum: 1, the "
                        "first is row ") != std::string::npos);
  CHECK(result.err.find("is damaged; remove the videos concerned") != std::string::npos);
  const auto as_json = library.run({"verify", "--json"});
  CHECK(as_json.exit_code == 6);
  CHECK(Json::parse(as_json.out).at("faults").size() == 1);
}

TEST_CASE("rm removes what is named, once, or nothing at all") {
  const Library library;
  SUBCASE("one video, by two of its names") {
    const auto removed = library.json({"rm", "gate.mp4", "aaaa1111"}).at("removed");
    REQUIRE(removed.size() == 1);
    CHECK(removed[0].at("pairs") == 18);
    CHECK(library.json({"ls"}).at("videos").size() == 1);
    CHECK(library.json({"verify"}).at("sound") == true);
  }
  SUBCASE("a name that is not there keeps the others") {
    const auto result = library.run({"rm", "gate.mp4", "cellar.mp4"});
    CHECK(result.exit_code == 5);
    CHECK(result.err.find(
              "has no video 'cellar.mp4'; it has gate.mp4 (aaaa1111), yard.mp4 (bbbb2222)") !=
          std::string::npos);
    CHECK(library.json({"ls"}).at("videos").size() == 2);
  }
  SUBCASE("the beginning of a name is asked back") {
    const auto result = library.run({"rm", "gate"});
    CHECK(result.exit_code == 5);
    CHECK(result.err.find("has no video 'gate'; did you mean gate.mp4 (aaaa1111)?") !=
          std::string::npos);
    CHECK(library.run({"rm", ""}).exit_code == 2);
    CHECK(library.json({"ls"}).at("videos").size() == 2);
  }
  SUBCASE("text") {
    CHECK(library.run({"rm", "yard.mp4"})
              .out.starts_with("removed yard.mp4: 1 run, 3 pairs, 12 tokens"));
  }
}

TEST_CASE("gc predicts with --dry-run what it then does") {
  const Library library;
  const auto predicted = library.json({"gc", "--incomplete-days", "0", "--dry-run"});
  CHECK(predicted.at("pairs") == 3);
  CHECK(library.json({"ls"}).at("videos")[1].at("pairs") == 3);
  CHECK(library.json({"gc"}).at("pairs") == 0);
  const auto done = library.json({"gc", "--incomplete-days", "0"});
  CHECK(done.at("content_bytes") == predicted.at("content_bytes"));
  CHECK(library.json({"ls"}).at("videos")[1].at("pairs") == 0);
  CHECK(library.run({"gc", "--incomplete-days", "-1"}).exit_code == 2);
}

TEST_CASE("export writes tokens, times and sizes that another program can read") {
  const Library library;
  const auto output = library.dir.file("gate.safetensors");
  const auto report = library.json({"export", "gate.mp4", "--output", output});
  CHECK(report.at("pairs") == 18);
  const model::SafetensorsReader reader(output);
  CHECK(reader.at("tokens").spec.shape == std::vector<std::int64_t>{72, kTokenWidth});
  const auto times = reader.at("frame_times_ns").values<std::int64_t>();
  CHECK(times.size() == 36);
  CHECK(std::is_sorted(times.begin(), times.end()));
  CHECK(times[2] == 1 * kSecond);
  CHECK(times[3] == 1 * kSecond + kSecond / 2);
  CHECK(reader.at("sizes").values<std::int64_t>()[0] == 56);
  CHECK(reader.at("token_offsets").values<std::int64_t>().back() == 72);

  const auto store = index::Store::open(library.path, index::OpenMode::read);
  const auto pair = store.pairs(1, span(51, 51.5)).at(0);
  const auto expected = store.read_tokens(std::vector{pair.id});
  const auto tokens = reader.at("tokens").values<float>();
  CHECK(std::equal(
      expected.values.begin(), expected.values.end(), tokens.begin() + 16 * 4 * kTokenWidth));

  SUBCASE("and replaces a file only when told to") {
    const auto refused = library.run({"export", "gate.mp4", "-o", output});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err ==
          fmt::format("hindsight: '{}' exists already; give --force to replace it\n", output));
    CHECK(library.run({"export", "gate.mp4", "-o", output, "--force"}).exit_code == 0);
  }
  SUBCASE("and says when a run is incomplete or not there") {
    const auto partial =
        library.run({"export", "yard.mp4", "-o", library.dir.file("yard.safetensors")});
    CHECK(partial.exit_code == 0);
    CHECK(partial.err.find("is incomplete: only what is done so far was written") !=
          std::string::npos);
    const auto missing =
        library.run({"export", "yard.mp4", "--run", "9", "-o", library.dir.file("x")});
    CHECK(missing.exit_code == 5);
    CHECK(missing.err == "hindsight: yard.mp4 has no run 9; see 'hindsight info yard.mp4'\n");
    CHECK_FALSE(std::filesystem::exists(library.dir.file("x")));
  }
}

TEST_CASE("export refuses what it cannot write before it reads") {
  const Library library;
  const auto nowhere = library.run({"export", "gate.mp4", "-o", library.dir.file("no/x")});
  CHECK(nowhere.exit_code == 6);
  CHECK(nowhere.err.find("cannot be written: its folder is not there") != std::string::npos);
  const auto store = library.run({"export", "gate.mp4", "-o", library.path, "--force"});
  CHECK(store.exit_code == 2);
  CHECK(store.err.find("is the token cache itself") != std::string::npos);
  for (const char* beside : {"-wal", "-shm"}) {
    CAPTURE(beside);
    std::ofstream(library.path + beside, std::ios::app).flush();
    const auto part = library.run({"export", "gate.mp4", "-o", library.path + beside, "--force"});
    CHECK(part.exit_code == 2);
    CHECK(part.err.find("belongs to the token cache") != std::string::npos);
  }
  CHECK(library.json({"ls"}).at("videos").size() == 2);
}

TEST_CASE("doctor warns of a store that may be read alone") {
  const Library library;
  chmod(library.dir.path().c_str(), 0555);
  const auto out = in_child([&] {
    become_nobody();
    return library.run({"doctor"}).out;
  });
  chmod(library.dir.path().c_str(), 0700);
  CHECK(out.find("2 videos, may be read but not written: ingest, rm and gc will fail") !=
        std::string::npos);
}

TEST_CASE("names of videos move no cursor, and need not be UTF-8") {
  const Library library;
  const std::string name = "\x1b[2J\xff.mp4";
  {
    auto store = index::Store::open(library.path, index::OpenMode::write);
    fill(store, make_video(name, "cccc3333cccc3333"), 1);
  }
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"ls"}, {"info", "cccc3333"}, {"rm", "no\x1b[2J"}, {"rm", name}}) {
    CAPTURE(arguments.front());
    if (arguments.back() == name) {
      const auto output = library.dir.file("x.safetensors");
      CHECK(library.run({"export", name, "-o", output}).exit_code == 0);
      std::ifstream file(output, std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      CHECK(bytes.find("[2J\xef\xbf\xbd.mp4") != std::string::npos);
    }
    const auto result = library.run(arguments);
    CHECK((result.out + result.err).find("[2J") != std::string::npos);
    CHECK((result.out + result.err).find('\x1b') == std::string::npos);
  }
}

TEST_CASE("a working directory that is gone is no fault of ours") {
  const Library library;
  const auto gone = library.dir.file("gone");
  const auto result =
      run_command({"sh",
                   "-c",
                   "mkdir $0 && cd $0 && rmdir $0 && exec $1 info gate.mp4 --store $2",
                   gone,
                   hindsight_program(),
                   library.path});
  CHECK(result.exit_code == 0);
  CHECK(result.out.find("gate.mp4") != std::string::npos);
}

TEST_CASE("every verb names a missing or foreign store and makes none") {
  const TempDir dir;
  const auto missing = dir.file("none/store.db");
  const auto foreign = dir.file("notes.txt");
  std::ofstream(foreign) << "my notes";
  const std::vector<std::vector<std::string>> commands{{"ls"},
                                                       {"info"},
                                                       {"info", "gate.mp4"},
                                                       {"verify"},
                                                       {"rm", "gate.mp4"},
                                                       {"gc"},
                                                       {"export", "gate.mp4", "-o", dir.file("x")}};
  for (auto command : commands) {
    CAPTURE(command[0]);
    command.insert(command.end(), {"--store", missing});
    auto result = run_hindsight(command);
    CHECK(result.exit_code == 5);
    CHECK(result.out.empty());
    CHECK(result.err ==
          fmt::format(
              "hindsight: there is no token cache at '{}'; make one with 'hindsight ingest VIDEO' "
              "or name another with --store\n",
              missing));
    command.back() = foreign;
    result = run_hindsight(command);
    CHECK(result.exit_code == 6);
    CHECK(result.err ==
          fmt::format(
              "hindsight: '{}' is not a token cache: it has no SQLite header; name another file "
              "with --store\n",
              foreign));
  }
  CHECK_FALSE(std::filesystem::exists(dir.file("none")));
}

TEST_CASE("a verb that writes says who holds the store; verbs that read do not mind") {
  const Library library;
  const auto writer =
      index::Store::open(library.path, index::OpenMode::write, {.purpose = "ingest of gate.mp4"});
  const auto result = library.run({"gc"});
  CHECK(result.exit_code == 6);
  CHECK(result.err.find("(ingest of gate.mp4) since 20") != std::string::npos);
  CHECK(library.json({"ls"}).at("videos").size() == 2);
}
