// A live playlist behind an http URL on the loopback interface: it grows when the test says so, and
// its server can go away and come back.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hindsight::test {

/// Serves /live.m3u8 and the segments in it.  Thread-safe.
class HlsOrigin {
 public:
  HlsOrigin();
  ~HlsOrigin();
  HlsOrigin(const HlsOrigin&) = delete;
  HlsOrigin& operator=(const HlsOrigin&) = delete;

  /// "http://127.0.0.1:<port>/live.m3u8"
  [[nodiscard]] std::string url() const;
  /// One more segment; the playlist shows the last `window` ones.
  void add(const std::string& file, double seconds);
  /// No segment follows.
  void finish();
  /// Away: connections are closed without an answer.
  void set_away(bool away) { away_ = away; }
  /// Segments, as a whole, that were asked for so far.
  [[nodiscard]] int num_served() const { return num_served_; }

 private:
  struct Segment {
    std::string content;
    double seconds = 0;
  };
  void serve();
  void answer(int connection);
  [[nodiscard]] std::string body_of(const std::string& path);

  static constexpr std::size_t kWindow = 6;
  std::mutex mutex_;  // guards the next two
  std::vector<Segment> segments_;
  bool finished_ = false;
  std::atomic<bool> away_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> num_served_ = 0;
  int port_ = 0;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace hindsight::test
