#include "support/http_file_server.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hindsight::test {
namespace {

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string read_request(int connection) {
  std::string request;
  char buffer[2048];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    request.append(buffer, static_cast<std::size_t>(count));
  }
  return request;
}

}  // namespace

HttpFileServer::HttpFileServer(const std::string& file, std::string name, std::size_t cut_after)
    : name_(std::move(name)),
      cut_after_(cut_after),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  content_ = bytes.str();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, any, size) != 0 || listen(listener_, 8) != 0 ||
      getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  port_ = ntohs(address.sin_port);
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
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
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
