#include "support/rtsp_camera.h"

#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "support/loopback.h"

namespace hindsight::test {
namespace {

constexpr std::string_view kDescription =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 33\r\na=control:track1\r\n";
constexpr std::size_t kPayload = 7 * 188;

void put16(std::string& bytes, unsigned value) {
  bytes += static_cast<char>(value >> 8 & 0xff);
  bytes += static_cast<char>(value & 0xff);
}

/// '$', the channel, the length, then an RTP packet of payload type 33.
std::string interleaved(std::string_view payload, unsigned number) {
  std::string frame("$\0", 2);
  put16(frame, static_cast<unsigned>(12 + payload.size()));
  frame += static_cast<char>(0x80);
  frame += static_cast<char>(33);
  put16(frame, number);
  put16(frame, 0);
  put16(frame, number);  // its time: transport streams have their own
  put16(frame, 0x1234);
  put16(frame, 0x5678);
  return frame.append(payload);
}

std::string header_of(const std::string& request, std::string_view name) {
  const auto at = request.find(name);
  if (at == std::string::npos) return {};
  const auto begin = at + name.size();
  return request.substr(begin, request.find('\r', begin) - begin);
}

}  // namespace

RtspCamera::RtspCamera(std::vector<std::string> clips)
    : clips_(std::move(clips)), listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { serve(); });
}

RtspCamera::~RtspCamera() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

std::string RtspCamera::url(const std::string& user) const {
  return fmt::format("rtsp://{}{}127.0.0.1:{}/camera", user, user.empty() ? "" : "@", port_);
}

void RtspCamera::serve() {
  while (!stopping_) {
    const int connection = accept_soon(listener_);
    if (connection < 0) continue;
    if (num_played_ < clips_.size() && talk(connection)) ++num_played_;
    close(connection);
  }
}

bool RtspCamera::talk(int connection) {
  while (true) {
    const std::string request = read_request(connection);
    if (request.empty()) return false;
    std::string more;
    std::string body;
    if (request.starts_with("OPTIONS")) more = "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n";
    if (request.starts_with("DESCRIBE")) {
      body = kDescription;
      more = fmt::format("Content-Base: {}/\r\nContent-Type: application/sdp\r\n", url());
    }
    if (request.starts_with("SETUP"))
      more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n";
    if (request.starts_with("PLAY")) more = "Session: 1\r\n";
    send_all(connection,
             fmt::format("RTSP/1.0 200 OK\r\nCSeq: {}\r\n{}Content-Length: {}\r\n\r\n{}",
                         header_of(request, "CSeq: "),
                         more,
                         body.size(),
                         body));
    if (request.starts_with("PLAY")) break;
  }
  play(connection, clips_[num_played_]);
  return true;
}

void RtspCamera::play(int connection, const std::string& clip) {
  std::ifstream in(clip, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  unsigned number = 0;
  for (std::size_t at = 0; at < bytes.size() && !stopping_; at += kPayload) {
    send_all(connection, interleaved(std::string_view(bytes).substr(at, kPayload), number++));
  }
  shutdown(connection, SHUT_WR);
  // What the viewer still says is read, or closing would throw away what was sent.
  char buffer[512];
  while (recv(connection, buffer, sizeof buffer, 0) > 0) {
  }
}

}  // namespace hindsight::test
