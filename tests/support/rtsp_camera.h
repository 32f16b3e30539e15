// A camera behind an rtsp URL on the loopback interface: transport streams in RTP packets through
// the connection itself (RFC 2326, 10.12; RFC 2250).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace hindsight::test {

/// The k-th viewer that plays gets the k-th clip, then the connection is closed; viewers after the
/// last clip find nobody.
class RtspCamera {
 public:
  explicit RtspCamera(std::vector<std::string> clips);
  ~RtspCamera();
  RtspCamera(const RtspCamera&) = delete;
  RtspCamera& operator=(const RtspCamera&) = delete;

  /// "rtsp://<user>@127.0.0.1:<port>/camera", without the user when it is empty.
  [[nodiscard]] std::string url(const std::string& user = {}) const;

 private:
  void serve();
  /// True when a clip was played.
  bool talk(int connection);
  void play(int connection, const std::string& clip);

  std::vector<std::string> clips_;
  std::size_t num_played_ = 0;
  std::atomic<bool> stopping_ = false;
  int port_ = 0;
  int listener_ = -1;
  std::thread thread_;
};

}  // namespace hindsight::test
