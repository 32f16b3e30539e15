// Visual tokens into and out of the cache, against a plain file written and read in the same
// pieces.

#include <filesystem>
#include <random>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

#include "bench/figure.h"
#include "index/store.h"

namespace hindsight::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kStretches = 20;
constexpr int kPairsPerStretch = 16;
constexpr int kTokensPerPair = 64;
constexpr int kWidth = 1536;

index::StretchRecord make_stretch(int number, const TokenMatrix& tokens) {
  index::StretchRecord stretch;
  stretch.number = number;
  stretch.span = {MediaTime{300s * number}, MediaTime{300s * (number + 1)}};
  for (int i = 0; i < kPairsPerStretch; ++i) {
    index::EncodedPair encoded;
    encoded.tokens = tokens;
    auto& pair = encoded.pair;
    pair.stretch = number;
    pair.rank = i;
    pair.first = stretch.span.begin + 10s * i;
    pair.second = pair.first + 200ms;
    pair.covers = {pair.first, pair.first + 10s};
    pair.width = pair.height = 224;
    pair.num_tokens = tokens.rows;
    pair.reason = "coverage";
    stretch.pairs.push_back(std::move(encoded));
  }
  return stretch;
}

/// Writes `blobs` blobs of `bytes` bytes, with one fsync a stretch, as the store commits them.
void write_plain(const std::string& path, std::size_t bytes) {
  const std::vector<char> blob(bytes, 'x');
  const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (fd < 0) throw std::runtime_error("cannot write " + path);
  for (int s = 0; s < kStretches; ++s) {
    for (int i = 0; i < kPairsPerStretch; ++i) {
      if (::write(fd, blob.data(), bytes) != static_cast<ssize_t>(bytes))
        throw std::runtime_error("short write");
    }
    ::fsync(fd);
  }
  ::close(fd);
}

void read_plain(const std::string& path, std::size_t bytes) {
  std::vector<char> blob(bytes);
  const int fd = ::open(path.c_str(), O_RDONLY);
  if (fd < 0) throw std::runtime_error("cannot read " + path);
  while (::read(fd, blob.data(), bytes) > 0) {
  }
  ::close(fd);
}

void write_store(const std::string& path, index::TokenCodec codec, const TokenMatrix& tokens) {
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  auto store = index::Store::open(path, index::OpenMode::write);
  const auto video = store.put_video({.content_hash = "bench",
                                      .name = "bench",
                                      .path = "bench",
                                      .end = MediaTime{300s * kStretches},
                                      .width = 224,
                                      .height = 224,
                                      .facts_json = {}});
  index::RunRecord key;
  key.video_id = video;
  key.model_fingerprint = "bench";
  key.codec = codec;
  key.token_width = kWidth;
  const auto run = store.find_or_create_run(key);
  for (int s = 0; s < kStretches; ++s) store.commit_stretch(run.id, make_stretch(s, tokens));
  store.finish_run(run.id);
}

double read_store(const std::string& path) {
  const auto store = index::Store::open(path, index::OpenMode::read);
  const auto video = store.resolve_video("bench");
  std::vector<std::int64_t> ids;
  for (const auto& pair : store.pairs(store.runs(video.id).front().id)) ids.push_back(pair.id);
  constexpr std::size_t kBatch = 16;
  for (std::size_t i = 0; i < ids.size(); i += kBatch) {
    (void)store.read_tokens(std::span(ids).subspan(i, std::min(kBatch, ids.size() - i)));
  }
  return static_cast<double>(store.bytes_read());
}

}  // namespace

std::vector<Figure> bench_store(const Setup& setup) {
  std::mt19937 random{1};
  std::normal_distribution<float> normal;
  TokenMatrix tokens{
      kTokensPerPair, kWidth, std::vector<float>(std::size_t{kTokensPerPair} * kWidth)};
  for (float& value : tokens.values) value = normal(random);

  std::vector<Figure> figures;
  const auto plain = setup.data_dir + "/store-bench.bin";
  for (const auto& [codec, name] :
       {std::pair{index::TokenCodec::int8, "int8"}, {index::TokenCodec::bf16, "bf16"}}) {
    const auto path = setup.data_dir + "/store-bench-" + name + ".db";
    const double write_seconds = median_seconds(setup, [&] { write_store(path, codec, tokens); });
    double bytes = 0;
    const double read_seconds = median_seconds(setup, [&] { bytes = read_store(path); });
    const auto blob = static_cast<std::size_t>(bytes / (kStretches * kPairsPerStretch));
    const double plain_write = median_seconds(setup, [&] { write_plain(plain, blob); });
    const double plain_read = median_seconds(setup, [&] { read_plain(plain, blob); });
    const double mb = bytes / 1e6;
    figures.push_back({std::string("store.write.") + name,
                       mb / write_seconds,
                       "MB/s",
                       "plain file, fsync a stretch",
                       mb / plain_write});
    figures.push_back({std::string("store.read.") + name,
                       mb / read_seconds,
                       "MB/s",
                       "plain file, hot",
                       mb / plain_read});
    figures.push_back({std::string("store.file_size.") + name,
                       static_cast<double>(std::filesystem::file_size(path)) / 1e6,
                       "MB",
                       "token bytes",
                       mb});
  }
  return figures;
}

}  // namespace hindsight::bench
