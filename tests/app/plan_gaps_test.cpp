#include "app/plan_gaps.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace hindsight;
using app::find_gaps;
using app::Gap;
using app::GapKind;
using sampler::PlannedPair;

namespace {

PlannedPair pair_at(MediaDuration first) {
  PlannedPair pair;
  pair.first = MediaTime{first};
  pair.second = MediaTime{first + 400ms};
  return pair;
}

/// Bins of a second with `packets` each, in their order.
ingest::PacketScan scan_of(const std::vector<int>& packets) {
  ingest::PacketScan scan;
  for (const int count : packets) {
    ingest::ProfileBin bin;
    bin.other_packets = count;
    scan.bins.push_back(bin);
    scan.num_packets += count;
  }
  scan.end = MediaTime{std::chrono::seconds{packets.size()}};
  return scan;
}

/// "no pair 0-20": in seconds.
std::vector<std::string> texts(const std::vector<Gap>& gaps) {
  std::vector<std::string> texts;
  for (const auto& gap : gaps) {
    texts.push_back(std::string(to_string(gap.kind)) + " " +
                    std::to_string(gap.span.begin.since_start / 1ms) + "-" +
                    std::to_string(gap.span.end.since_start / 1ms));
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a stretch longer than the coverage floor without a pair is a gap") {
  struct Row {
    std::string name;
    std::vector<PlannedPair> pairs;
    Texts gaps;
  };
  const std::vector<Row> rows{
      {"none", {pair_at(15s), pair_at(35s), pair_at(50s)}, {}},
      {"by rank, not by time", {pair_at(35s), pair_at(50s), pair_at(15s)}, {}},
      {"at the begin", {pair_at(21s), pair_at(41s)}, {"no pair 0-21000"}},
      {"at the end", {pair_at(10s), pair_at(30s)}, {"no pair 30400-60000"}},
      {"between", {pair_at(15s), pair_at(45s)}, {"no pair 15400-45000"}},
      {"everything", {}, {"no pair 0-60000"}},
  };
  const auto scan = scan_of(std::vector<int>(60, 25));
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(texts(find_gaps(row.pairs, {}, scan, MediaTime{60s}, 20s)) == row.gaps);
  }
}

TEST_CASE("a video without a pair is a gap, however short it is") {
  CHECK(texts(find_gaps({}, {}, scan_of({25, 25}), MediaTime{2s}, 20s)) == Texts{"no pair 0-2000"});
  CHECK(find_gaps({}, {}, {}, MediaTime{}, 20s).empty());
}

TEST_CASE("a hole in the file is a gap where pictures are usually dense") {
  std::vector<int> camera(60, 25);
  for (std::size_t i = 20; i < 30; ++i) camera[i] = 0;
  camera[40] = 0;
  const std::vector<PlannedPair> pairs{pair_at(15s), pair_at(35s), pair_at(50s)};
  CHECK(texts(find_gaps(pairs, {}, scan_of(camera), MediaTime{60s}, 20s)) ==
        Texts{"no packet 20000-30000"});
  // A slide every ten seconds is no hole.
  std::vector<int> slides(60, 0);
  for (std::size_t i = 0; i < 60; i += 10) slides[i] = 1;
  CHECK(find_gaps(pairs, {}, scan_of(slides), MediaTime{60s}, 20s).empty());
}

TEST_CASE("what cannot be decoded is a gap, once, and gaps are in the order of time") {
  const std::vector<PlannedPair> pairs{pair_at(15s), pair_at(45s)};
  const std::vector<TimeSpan> lost{{MediaTime{18s}, MediaTime{22s}},
                                   {MediaTime{10s}, MediaTime{20s}},
                                   {MediaTime{50s}, MediaTime{55s}}};
  CHECK(texts(find_gaps(pairs, lost, scan_of(std::vector<int>(60, 25)), MediaTime{60s}, 20s)) ==
        Texts{"not decoded 10000-22000", "no pair 15400-45000", "not decoded 50000-55000"});
}
