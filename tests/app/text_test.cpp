#include "app/text.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace hindsight::app;

TEST_CASE("bytes, seconds and counts are short") {
  struct Row {
    std::string text;
    std::string expected;
  };
  const std::vector<Row> rows{{human_bytes(0), "0 B"},
                              {human_bytes(999), "999 B"},
                              {human_bytes(1000), "1.0 kB"},
                              {human_bytes(3'449'000), "3.4 MB"},
                              {human_bytes(12'300'000'000), "12 GB"},
                              {human_bytes(999'700'000), "1.0 GB"},
                              {human_seconds(0.04), "0.0 s"},
                              {human_seconds(9.97), "10 s"},
                              {human_seconds(59.7), "1:00"},
                              {human_seconds(187), "3:07"},
                              {human_seconds(7509), "2:05:09"},
                              {human_count(0), "0"},
                              {human_count(999), "999"},
                              {human_count(-1234), "-1 234"},
                              {human_count(1234567), "1 234 567"},
                              {counted(1, "pair"), "1 pair"},
                              {counted(0, "pair"), "0 pairs"},
                              {counted(1000, "visual token"), "1 000 visual tokens"}};
  for (const auto& row : rows) CHECK(row.text == row.expected);
}

TEST_CASE("a word is quoted so that a shell gives it back") {
  CHECK(shell_quoted("clips/gate-cam.mp4") == "clips/gate-cam.mp4");
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("my clip.mp4") == "'my clip.mp4'");
  CHECK(shell_quoted("it's $HOME") == "'it'\\''s $HOME'");
}

TEST_CASE("what a model or a video says moves no cursor") {
  CHECK(printable("a red car\n\tat \u00fc") == "a red car\n\tat \u00fc");
  CHECK(printable("\x1b[2J\r\x07 gone \x7f") == " [2J   gone  ");
  CHECK(printable("\xc2\x9b"
                  "31m \xc2\xa0 \xe2\x82\x9b") == "  31m \xc2\xa0 \xe2\x82\x9b");
  CHECK(printable("").empty());
}
