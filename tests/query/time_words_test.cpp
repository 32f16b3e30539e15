#include "query/time_words.h"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"

using namespace std::chrono_literals;
using hindsight::Error;
using hindsight::ErrorCode;
using hindsight::MediaTime;
using hindsight::TimeSpan;
using hindsight::query::limit_ranges;
using hindsight::query::read_stated_times;
using hindsight::query::read_time_words;

namespace {

constexpr MediaTime kShort{25min};
constexpr MediaTime kDay{24h};

/// "10-20 30-40": ranges in seconds.
std::string in_seconds(const std::vector<TimeSpan>& ranges) {
  std::string text;
  for (const auto& range : ranges) {
    text += fmt::format(
        "{}{}-{}", text.empty() ? "" : " ", to_seconds(range.begin), to_seconds(range.end));
  }
  return text;
}

std::string refusal(const std::string& question, MediaTime end = kShort) {
  try {
    (void)read_time_words(question, end, "gate.mp4");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::usage);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("time words become ranges and leave the question") {
  struct Row {
    std::string question;
    std::string ranges;  // of a 25-minute video, in seconds
    std::string rest;
  };
  const std::vector<Row> rows{
      // intervals
      {"What happens between 10:00 and 12:00?", "600-720", "What happens?"},
      {"Between 0:10 and 0:20, who enters?", "10-20", "who enters?"},
      {"What is shown from 1:00 to 2:30?", "60-150", "What is shown?"},
      {"from 1:00 until 2:30 what is shown", "60-150", "what is shown"},
      {"What is shown 1:00-2:30?", "60-150", "What is shown?"},
      {"What is shown 1:00 – 2:30?", "60-150", "What is shown?"},
      {"What is shown 0:00:10.5 to 0:00:12.25?", "10.5-12.25", "What is shown?"},
      {"who talks between 5 and 10 minutes?", "300-600", "who talks?"},
      {"who talks between five and ten minutes", "300-600", "who talks"},
      {"who talks between minute 5 and minute 10", "300-600", "who talks"},
      {"who talks between minutes 5 and 10", "300-600", "who talks"},
      {"who talks from 90 seconds to 2 minutes", "90-120", "who talks"},
      {"who talks from the beginning to 2:00", "0-120", "who talks"},
      {"who talks from 20:00 to the end", "1200-1500", "who talks"},
      {"between 0:30 and 1 minute, who enters?", "30-60", "who enters?"},
      {"what happens between 24:00 and 25:00", "1440-1500", "what happens"},
      // first and last
      {"What happens in the first five minutes?", "0-300", "What happens?"},
      {"in the last hour, who came", "0-1500", "who came"},
      {"who came in the last 30 seconds", "1470-1500", "who came"},
      {"who came in the last 30s?", "1470-1500", "who came?"},
      {"who came during the first half hour", "0-1500", "who came"},
      {"who came during the first half-minute", "0-30", "who came"},
      {"who came in the first minute", "0-60", "who came"},
      {"who came in the first minute and a half", "0-90", "who came"},
      {"who came in the first two and a half minutes of the video", "0-150", "who came"},
      {"who came in the final forty-five seconds", "1455-1500", "who came"},
      {"who came in the last sixty seconds", "1440-1500", "who came"},
      {"who came in the opening 2 min", "0-120", "who came"},
      {"who came in the last quarter of an hour", "600-1500", "who came"},
      {"who came in the last couple of minutes", "1380-1500", "who came"},
      {"who came in the first few minutes", "0-300", "who came"},
      {"who came in the first 1m30s", "0-90", "who came"},
      {"who came in the first 2 minutes and 5 seconds", "0-125", "who came"},
      // instants
      {"What is on the table at 0:15?", "13-17", "What is on the table?"},
      {"What is on the table around 0:15?", "5-25", "What is on the table?"},
      {"What is there at about 0:15", "5-25", "What is there"},
      {"What is there at exactly 0:15", "13-17", "What is there"},
      {"What is there at 0:01", "0-3", "What is there"},
      {"What is there at 15 seconds", "13-17", "What is there"},
      {"What is there at 12.5s", "10.5-14.5", "What is there"},
      {"What is there at 5 minutes", "270-330", "What is there"},
      {"What is there at minute 5", "270-330", "What is there"},
      {"What is there at the five minute mark?", "270-330", "What is there?"},
      {"What is there at the five-minute mark?", "270-330", "What is there?"},
      {"What is there five minutes into the video?", "270-330", "What is there?"},
      {"What is there 30 seconds in?", "28-32", "What is there?"},
      {"What is there 30 seconds before the end?", "1468-1472", "What is there?"},
      {"What is there at 0:15 and 1:00?", "13-17 58-62", "What is there?"},
      {"What is there at 0:15, 0:30 and 1:00?", "13-17 28-32 58-62", "What is there?"},
      {"What is there at 25:00", "1498-1500", "What is there"},
      // bounds
      {"What happens after 10:00?", "600-1500", "What happens?"},
      {"what happens before 0:30", "0-30", "what happens"},
      {"what happens until 0:30", "0-30", "what happens"},
      {"what happens up to 0:30", "0-30", "what happens"},
      {"what happened since 20:00", "1200-1500", "what happened"},
      {"what happens from 20:00 on", "1200-1500", "what happens"},
      {"what happens starting at 20:00", "1200-1500", "what happens"},
      {"what happens after five minutes", "300-1500", "what happens"},
      {"what happens after the five minute mark", "300-1500", "what happens"},
      {"what happens after 1:00 and before 2:00", "60-120", "what happens and"},
      {"what happens before 1:00 or after 20:00", "0-60 1200-1500", "what happens or"},
      {"what happened after he left at 0:15?", "15-1500", "what happened after he left?"},
      {"what was there before the car came at 0:15", "0-15", "what was there before the car came"},
      {"Is the door open throughout the first minute?", "0-60", "Is the door open throughout?"},
      {"What is said throughout the first minute?", "0-60", "What is said?"},
      // bare numbers
      {"Is the door open after 10?", "600-1500", "Is the door open?"},
      {"Is the door open before 10?", "0-600", "Is the door open?"},
      {"Is the door open at 10?", "570-630", "Is the door open?"},
      {"After 10, who enters?", "600-1500", "who enters?"},
      {"who enters after 10 and before 12", "600-720", "who enters and"},
      {"who enters between 10 and 12?", "600-720", "who enters?"},
      {"who enters from 10 to 12?", "600-720", "who enters?"},
      // parts
      {"Who scores in the second half?", "750-1500", "Who scores?"},
      {"Who scores in the first third of the match", "0-500", "Who scores"},
      {"Who scores in the last quarter", "1125-1500", "Who scores"},
      {"What happens in the middle?", "500-1000", "What happens?"},
      {"Who stands in the middle of the video?", "500-1000", "Who stands?"},
      {"Who stands there at the beginning?", "0-150", "Who stands there?"},
      {"Who stands there at the very end", "1350-1500", "Who stands there"},
      {"What is said in the third minute?", "120-180", "What is said?"},
      {"What is said during the 5th minute?", "240-300", "What is said?"},
      {"How many people appear in minute 5?", "300-360", "How many people appear?"},
      {"who came in the video during minute 24", "1440-1500", "who came in the video"},
      {"Does a dog appear within 2 minutes?", "0-120", "Does a dog appear?"},
      {"does a dog appear within a minute of the video", "0-60", "does a dog appear"},
      {"does a dog appear within 40 minutes", "0-1500", "does a dog appear"},
      // only a time
      {"0:10-0:20", "10-20", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.question);
    const auto words = read_time_words(row.question, kShort, "gate.mp4");
    CHECK(in_seconds(words.ranges) == row.ranges);
    CHECK(words.question == row.rest);
    CHECK_FALSE(words.phrases.empty());
  }
}

TEST_CASE("what only looks like a time limits nothing") {
  for (const std::string question : {
           "What did he do at first?",
           "When does the second car leave?",
           "when does the one minute hand move",
           "Where is the second hand of the clock?",
           "How many cars are there after a second car arrives?",
           "Who has number 12?",
           "Who comes after number 12?",
           "What is at 2 places?",
           "Is the door open after 10 is shown?",
           "Is the battery at 10%?",
           "Is there a 12 at the gate?",
           "Did more than 10 cars pass?",
           "Does it last for 5 minutes?",
           "How many cars pass in 10 seconds?",
           "Does a dog appear within 10 seconds of the truck?",
           "Does a dog appear within 10 seconds after the truck?",
           "How many cars pass every 5 minutes?",
           "What happens 5 minutes after he left?",
           "What happens after ten seconds of silence?",
           "What happens after one minute-of silence?",
           "Who stands in the middle of the road?",
           "Who stands in the middle?",
           "Who waits at the end of the street?",
           "Who ate the first half of the pie?",
           "Is the second half empty?",
           "When was the score 21:15?",
           "Is the picture 16:9?",
           "Is the film about 5 minutes long?",
           "When does he say wait a minute?",
           "Which of the first five cars is red?",
           "Who came last?",
           "Who is in the last row?",
           "What does the 2nd sign say at last?",
           "Does he walk from one minute to the next?",
           "When does the five minute walk begin?",
           "What happens after the five minute walk?",
           "What is 1080p at 30 fps?",
           "Is it minute work?",
           "Is the water 5m deep at 2 places?",
           "between a second and a third car, which is red?",
           "Between 5 and 10 people came, why?",
           "Who is there except between 1:00 and 2:00?",
           "Was passiert um halb zehn?",
           "¿Cuándo sale el coche rojo?",
           "",
           "???",
       }) {
    CAPTURE(question);
    const auto words = read_time_words(question, kShort, "gate.mp4");
    CHECK(words.ranges == std::vector<TimeSpan>{{{}, kShort}});
    CHECK(words.phrases.empty());
  }
}

TEST_CASE("a two-part clock is hours and minutes only in a recording of half a day") {
  struct Row {
    std::string question;
    MediaTime end;
    std::string ranges;
  };
  const std::vector<Row> rows{
      {"between 10:00 and 12:00", {10h}, "600-720"},
      {"between 10:00 and 12:00", kDay, "36000-43200"},
      {"between 10:00:00 and 12:00:00", kDay, "36000-43200"},
      {"between 10:00 and 12:00", {13h}, "36000-43200"},
      {"between 10:00 and 18:00", {13h}, "600-1080"},  // both ends are read alike
      {"at 0:15", kDay, "13-17"},
      {"at 00:15", kDay, "898-902"},
      {"at 90:00", kDay, "5398-5402"},
      {"after 2 hours", kDay, "7200-86400"},
      {"between 10 and 12,", kDay, "36000-43200"},
      {"at 10,", kDay, "35700-36300"},
      {"at 30,", kDay, "1770-1830"},  // no such hour
      {"in the second hour", kDay, "3600-7200"},
      {"in the second half hour", kDay, "1800-3600"},
      {"in the last hour", kDay, "82800-86400"},
      {"during the last hour and a half", kDay, "81000-86400"},
      {"at 1 hour 30 minutes", kDay, "5370-5430"},
      {"around 2 hours", {1h}, "0-3600"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.question);
    CHECK(
        in_seconds(read_time_words(row.question + " what happens?", row.end, "gate.mp4").ranges) ==
        row.ranges);
  }
}

TEST_CASE("times that the video does not have are refused by name") {
  CHECK(refusal("What happens at 45:00?") ==
        "the question asks about 00:45:00.000, but gate.mp4 lasts 00:25:00.000; name a time within "
        "it");
  CHECK(refusal("What happens between 24:00 and 26:00?").find("00:26:00.000") != std::string::npos);
  CHECK(refusal("What happens after 30 minutes?").find("00:30:00.000") != std::string::npos);
  CHECK(refusal("What happens after 30?").find("00:30:00.000") != std::string::npos);
  CHECK(refusal("What happens after 2:00:00?").find("02:00:00.000") != std::string::npos);
  CHECK(refusal("What happens 40 minutes before the end?").find("00:40:00.000 before the end") !=
        std::string::npos);
  CHECK(refusal("What is said in the 30th minute?").find("00:29:00.000") != std::string::npos);
  CHECK(refusal("What happens after 25:00?").find("names no part of gate.mp4") !=
        std::string::npos);
  CHECK(refusal("What happens between 12:00 and 10:00?").find("swap the two times") !=
        std::string::npos);
  CHECK(refusal("What happens before 1:00 and after 2:00?").find("exclude each other") !=
        std::string::npos);
  CHECK(refusal("What happens at 10 am?").find("no wall clock") != std::string::npos);
  CHECK(refusal("What happens after 10:30 p.m.?").find("time of day, 10:30 p.m") !=
        std::string::npos);
  CHECK(refusal("What happens at 99999999999999999999 hours?").empty());
}

TEST_CASE("flags and time words intersect") {
  const auto words = read_time_words("what happens between 10:00 and 12:00", kShort, "gate.mp4");
  CHECK(in_seconds(limit_ranges(words, MediaTime{11min}, {}, kShort, "gate.mp4")) == "660-720");
  CHECK(in_seconds(limit_ranges(words, {}, MediaTime{11min}, kShort, "gate.mp4")) == "600-660");
  CHECK(in_seconds(limit_ranges(words, {}, MediaTime{1h}, kShort, "gate.mp4")) == "600-720");
  const auto message = [&](std::optional<MediaTime> from,
                           std::optional<MediaTime> to) -> std::string {
    try {
      (void)limit_ranges(words, from, to, kShort, "gate.mp4");
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::usage);
      return e.what();
    }
    return "";
  };
  CHECK(
      message({}, MediaTime{5min}).find("\"between 10:00 and 12:00\", which lies outside --from") !=
      std::string::npos);
  CHECK(message(MediaTime{26min}, {}) ==
        "--from 00:26:00.000 is not in gate.mp4, which lasts 00:25:00.000");
  CHECK(message(MediaTime{5min}, MediaTime{4min}) ==
        "--from 00:05:00.000 is not before --to 00:04:00.000");
  CHECK(message(MediaTime{5min}, MediaTime{5min}).find("not before") != std::string::npos);
}

TEST_CASE("the times an answer states are found") {
  struct Row {
    std::string answer;
    std::string times;
  };
  const std::vector<Row> rows{
      {"The car leaves at 12.5 seconds.", "12.5-12.5"},
      {"<12.5 seconds>", "12.5-12.5"},
      {"From <10.0 seconds> to <12.0 seconds> a man walks.", "10-12"},
      {"From 10.0 to 12.5 seconds and again at 0:20.", "10-12.5 20-20"},
      {"between 10 and 12 seconds", "10-12"},
      {"00:01:05.250", "65.25-65.25"},
      {"0:10-0:20", "10-20"},
      {"There are 3 cars and the 2nd one is red.", ""},
      {"At 99:00 nothing.", ""},
      {"The second car and a minute hand", ""},
      {"", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.answer);
    CHECK(in_seconds(read_stated_times(row.answer, kShort)) == row.times);
  }
}

TEST_CASE("whatever the words, ranges are sorted, disjoint and within the video") {
  const std::vector<std::string> pool{
      "at",    "the",   "first",  "last",   "between", "and",   "from",    "to",
      "10:00", "0:15",  "5",      "five",   "half",    "hour",  "minutes", "second",
      "of",    "video", "after",  "before", "-",       "in",    "end",     "middle",
      "a",     "or",    "minute", "until",  "around",  "1h30m", "mark",    "?"};
  std::mt19937 random(7);
  int limited = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string question;
    for (int n = 0; n < 8; ++n) question += pool[random() % pool.size()] + " ";
    CAPTURE(question);
    try {
      const auto words = read_time_words(question, kShort, "gate.mp4");
      MediaTime last{-1ns};
      REQUIRE_FALSE(words.ranges.empty());
      for (const auto& range : words.ranges) {
        REQUIRE(range.begin > last);
        REQUIRE_FALSE(range.empty());
        REQUIRE(range.end <= kShort);
        last = range.end;
      }
      limited += !words.phrases.empty();
    } catch (const Error& e) {
      REQUIRE(e.code() == ErrorCode::usage);
    }
  }
  CHECK(limited > 1000);
}
