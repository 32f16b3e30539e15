// Messages over a socket between two processes of one program.  Private to pipeline/.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hindsight::pipeline {

enum class MessageKind : std::uint32_t {
  reply,
  error,  ///< code of an Error, then its text
  log,    ///< level, then the line
  measure,
  plan,
  fetch,
  start_worker,
  end_worker,
};

struct Message {
  MessageKind kind = MessageKind::reply;
  std::string bytes;
};

/// One end; closes it.  Not thread-safe.  No call raises SIGPIPE.
class MessageSocket {
 public:
  /// A negative `fd`: closed.
  explicit MessageSocket(int fd = -1) : fd_(fd) {}
  ~MessageSocket() { close(); }
  MessageSocket(MessageSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  MessageSocket& operator=(MessageSocket&& other) noexcept;
  MessageSocket(const MessageSocket&) = delete;
  MessageSocket& operator=(const MessageSocket&) = delete;

  /// Two ends that belong together.  Throws Error(exhausted).
  [[nodiscard]] static std::array<MessageSocket, 2> make_pair();

  [[nodiscard]] int fd() const { return fd_; }
  /// From now on a message that stops coming in its middle for so long is none.
  void set_patience(std::chrono::seconds patience);
  /// The other end sees that nothing more comes, and can still talk.
  void end_sending();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  void close();

  /// Waits for room.  False when the other end is gone.
  [[nodiscard]] bool send(MessageKind kind, std::string_view bytes = {});
  /// Waits for all of a message.  Empty when the other end is gone, or talks nonsense.
  [[nodiscard]] std::optional<Message> receive();
  /// Whether receive() would begin to read, or find the other end gone, within `wait`.
  [[nodiscard]] bool is_readable(std::chrono::milliseconds wait) const;

  /// Another process's end of a pair, through this socket.
  [[nodiscard]] bool send_end(const MessageSocket& end);
  /// Closed when none came.
  [[nodiscard]] MessageSocket receive_end();

 private:
  [[nodiscard]] bool read_all(char* to, std::size_t size);
  [[nodiscard]] bool write_all(const char* from, std::size_t size);

  int fd_;
};

}  // namespace hindsight::pipeline
