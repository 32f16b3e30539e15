#include "support/hls_origin.h"

#include <cmath>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "support/loopback.h"

namespace hindsight::test {

HlsOrigin::HlsOrigin() : listener_(listen_on_loopback(port_)) {
  thread_ = std::thread([this] { serve(); });
}

HlsOrigin::~HlsOrigin() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

std::string HlsOrigin::url() const { return fmt::format("http://127.0.0.1:{}/live.m3u8", port_); }

void HlsOrigin::add(const std::string& file, double seconds) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  const std::lock_guard lock(mutex_);
  segments_.push_back({bytes.str(), seconds});
}

void HlsOrigin::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
}

void HlsOrigin::serve() {
  while (!stopping_) {
    const int connection = accept_soon(listener_);
    if (connection < 0) continue;
    answer(connection);
    close(connection);
  }
}

void HlsOrigin::answer(int connection) {
  const std::string request = read_request(connection);
  if (away_ || !request.starts_with("GET /")) return;
  const std::string path = request.substr(5, request.find(' ', 5) - 5);
  const std::string body = body_of(path);
  send_all(connection,
           fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                       body.empty() ? "404 Not Found" : "200 OK",
                       body.size(),
                       body));
}

std::string HlsOrigin::body_of(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (path == "live.m3u8") {
    const std::size_t first = segments_.size() > kWindow ? segments_.size() - kWindow : 0;
    std::string list =
        fmt::format("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n"
                    "#EXT-X-MEDIA-SEQUENCE:{}\n",
                    first);
    for (std::size_t i = first; i < segments_.size(); ++i)
      list += fmt::format("#EXTINF:{:.3f},\n{}.ts\n", segments_[i].seconds, i);
    return finished_ ? list + "#EXT-X-ENDLIST\n" : list;
  }
  const std::size_t number = std::strtoul(path.c_str(), nullptr, 10);
  if (path != fmt::format("{}.ts", number) || number >= segments_.size()) return {};
  ++num_served_;
  return segments_[number].content;
}

}  // namespace hindsight::test
