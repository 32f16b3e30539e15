// A file behind an http URL on the loopback interface.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace hindsight::test {

/// Serves one file at /<name>, whole or by Range, one connection after the other, until it is
/// destroyed. Anything else is 404.  `cut_after`: closes each connection after so many bytes of the
/// file; 0: never.
class HttpFileServer {
 public:
  HttpFileServer(const std::string& file, std::string name, std::size_t cut_after = 0);
  ~HttpFileServer();
  HttpFileServer(const HttpFileServer&) = delete;
  HttpFileServer& operator=(const HttpFileServer&) = delete;

  /// "http://127.0.0.1:<port>/<name>"
  [[nodiscard]] std::string url(const std::string& name) const;

 private:
  void serve();
  void answer(int connection) const;

  std::string content_;
  std::string name_;
  std::size_t cut_after_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace hindsight::test
