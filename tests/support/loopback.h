// A listening socket on the loopback interface.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hindsight::test {

/// A socket of this kind on a port of the system's choice, which is written to `port`.
inline int listen_on_loopback(int& port, int kind = SOCK_STREAM) {
  const int listener = socket(AF_INET, kind | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || bind(listener, any, size) != 0 ||
      (kind == SOCK_STREAM && listen(listener, 8) != 0) || getsockname(listener, any, &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  port = ntohs(address.sin_port);
  return listener;
}

/// The next connection, or -1 when none came in 20 ms.
inline int accept_soon(int listener) {
  pollfd waiting{listener, POLLIN, 0};
  if (poll(&waiting, 1, 20) <= 0) return -1;
  return accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
}

inline void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// Up to the empty line that ends it; empty when the connection was closed before.
inline std::string read_request(int connection) {
  std::string request;
  char buffer[2048];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = recv(connection, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    request.append(buffer, static_cast<std::size_t>(count));
  }
  return request;
}

}  // namespace hindsight::test
