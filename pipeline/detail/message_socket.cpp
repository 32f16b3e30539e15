#include "pipeline/detail/message_socket.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"

namespace hindsight::pipeline {
namespace {

/// More than any pair of pictures and any scan; what claims more is not to be trusted.
constexpr std::uint64_t kMaxMessageBytes = std::uint64_t{512} << 20;
/// Bytes on their way; the usual buffer holds a fifth of a pair of pictures.
constexpr int kBufferBytes = 1 << 20;

struct Header {
  MessageKind kind = MessageKind::reply;
  std::uint32_t reserved = 0;
  std::uint64_t size = 0;
};

/// A message whose ancillary data has room for one descriptor.
struct EndCarrier {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};

  EndCarrier() {
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  EndCarrier(const EndCarrier&) = delete;
  EndCarrier& operator=(const EndCarrier&) = delete;
};

}  // namespace

MessageSocket& MessageSocket::operator=(MessageSocket&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

std::array<MessageSocket, 2> MessageSocket::make_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error(ErrorCode::exhausted,
                fmt::format("cannot talk to a process of its own for decoding: {}; close other "
                            "programs and repeat the command",
                            std::strerror(errno)));
  }
  for (const int end : ends) {
    setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kBufferBytes, sizeof kBufferBytes);
  }
  return {MessageSocket(ends[0]), MessageSocket(ends[1])};
}

void MessageSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void MessageSocket::set_patience(std::chrono::seconds patience) {
  const timeval limit{patience.count(), 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

void MessageSocket::end_sending() { shutdown(fd_, SHUT_WR); }

bool MessageSocket::write_all(const char* from, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::send(fd_, from, size, MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    from += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool MessageSocket::read_all(char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(fd_, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool MessageSocket::send(MessageKind kind, std::string_view bytes) {
  const Header header{kind, 0, bytes.size()};
  return write_all(reinterpret_cast<const char*>(&header), sizeof header) &&
         write_all(bytes.data(), bytes.size());
}

std::optional<Message> MessageSocket::receive() {
  Header header;
  if (!read_all(reinterpret_cast<char*>(&header), sizeof header)) return std::nullopt;
  if (header.size > kMaxMessageBytes) return std::nullopt;
  Message message{header.kind, std::string(header.size, '\0')};
  if (!read_all(message.bytes.data(), message.bytes.size())) return std::nullopt;
  return message;
}

bool MessageSocket::is_readable(std::chrono::milliseconds wait) const {
  pollfd asked{fd_, POLLIN, 0};
  return poll(&asked, 1, static_cast<int>(wait.count())) > 0;
}

bool MessageSocket::send_end(const MessageSocket& end) {
  EndCarrier carrier;
  cmsghdr* head = CMSG_FIRSTHDR(&carrier.header);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(head), &end.fd_, sizeof(int));
  return sendmsg(fd_, &carrier.header, MSG_NOSIGNAL) == 1;
}

MessageSocket MessageSocket::receive_end() {
  EndCarrier carrier;
  ssize_t got = 0;
  do {
    got = recvmsg(fd_, &carrier.header, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  const cmsghdr* head = got == 1 ? CMSG_FIRSTHDR(&carrier.header) : nullptr;
  if (head == nullptr || head->cmsg_type != SCM_RIGHTS) return MessageSocket();
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(head), sizeof(int));
  return MessageSocket(fd);
}

}  // namespace hindsight::pipeline
