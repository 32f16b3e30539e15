#include "support/http_file_server.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "support/loopback.h"

namespace hindsight::test {
HttpFileServer::HttpFileServer(const std::string& file, std::string name, std::size_t cut_after)
    : name_(std::move(name)), cut_after_(cut_after), listener_(listen_on_loopback(port_)) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  content_ = bytes.str();
  thread_ = std::thread([this] { serve(); });
}

HttpFileServer::~HttpFileServer() {
  stopping_ = true;
  thread_.join();
  close(listener_);
}

std::string HttpFileServer::url(const std::string& name) const {
  return fmt::format("http://127.0.0.1:{}/{}", port_, name);
}

void HttpFileServer::serve() {
  while (!stopping_) {
    const int connection = accept_soon(listener_);
    if (connection < 0) continue;
    answer(connection);
    close(connection);
  }
}

void HttpFileServer::answer(int connection) const {
  const std::string request = read_request(connection);
  if (!request.starts_with("GET /" + name_ + " ")) {
    send_all(connection,
             "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return;
  }
  std::size_t begin = 0;
  constexpr std::string_view kRange = "Range: bytes=";
  const auto range = request.find(kRange);
  if (range != std::string::npos) {
    std::from_chars(request.data() + range + kRange.size(), request.data() + request.size(), begin);
  }
  begin = std::min(begin, content_.size());
  std::string_view body = std::string_view(content_).substr(begin);
  send_all(connection,
           fmt::format("HTTP/1.1 {}\r\nAccept-Ranges: bytes\r\nContent-Length: {}\r\n{}Connection: "
                       "close\r\n\r\n",
                       range != std::string::npos ? "206 Partial Content" : "200 OK",
                       body.size(),
                       range != std::string::npos ? fmt::format("Content-Range: bytes {}-{}/{}\r\n",
                                                                begin,
                                                                content_.size() - 1,
                                                                content_.size())
                                                  : ""));
  if (cut_after_ > 0) body = body.substr(0, cut_after_);
  send_all(connection, body);
}

}  // namespace hindsight::test
