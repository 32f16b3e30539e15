#include "pipeline/detail/decoding_server.h"

#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <utility>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "pipeline/detail/wire.h"

namespace hindsight::pipeline {
namespace {

/// Ends with its parent; crashes as a process without handlers does, and leaves no core of a
/// program that may have a model in memory.
void settle() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // With SIGCHLD ignored, which exec hands on, no child tells how it ended.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGCHLD})
    std::signal(signal, SIG_DFL);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

/// Ctrl-C reaches every process of a terminal; the one that was started by hand decides.  Open
/// files of that one, the lock of its store among them, must not live on in this one.
void leave_to_parent(int kept_fd) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
  const auto kept = static_cast<unsigned>(kept_fd);
  if (kept > 3) close_range(3, kept - 1, 0);
  close_range(kept + 1, ~0U, 0);
}

/// An error's code and text.
std::string to_bytes(const std::exception& error) {
  WireWriter to;
  if (const auto* ours = dynamic_cast<const Error*>(&error)) {
    to.put(ours->code());
    to.put(std::string(ours->what()));
  } else if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    to.put(ErrorCode::exhausted);
    to.put(std::string("memory does not suffice to decode the video; close other programs"));
  } else {
    to.put(ErrorCode::internal);
    to.put(std::string("decoding failed: ") + error.what());
  }
  return to.take();
}

class DecodingServer {
 public:
  DecodingServer(MessageSocket socket, Pulse& pulse) : socket_(std::move(socket)), pulse_(pulse) {}

  void run(const SourceInputs& inputs, const OpenSource& open) {
    if (!open_source(inputs, open)) return;
    while (const auto asked = socket_.receive()) {
      if (asked->kind == MessageKind::start_worker && worker_ < 0) {
        start_worker();
      } else if (asked->kind == MessageKind::end_worker) {
        WireWriter to;
        to.put(end_worker());
        if (!socket_.send(MessageKind::reply, to.take())) break;
      }
    }
    if (worker_ >= 0) end_worker();
  }

 private:
  bool open_source(SourceInputs inputs, const OpenSource& open) {
    const Logger asked = inputs.logger;
    inputs.logger = {LogLevel::trace, [this, asked](LogLevel level, std::string_view line) {
                       if (asked.speaks(level)) log(level, line);
                     }};
    inputs.fetch.reader.on_packet = [this] { ++pulse_.beats; };
    return answer([&] {
      source_ = open(inputs);
      return pipeline::to_bytes(source_->scan(), source_->texts());
    });
  }

  void log(LogLevel level, std::string_view line) {
    WireWriter to;
    to.put(level);
    to.put(std::string(line));
    // Nobody listens: the next message notices.
    (void)socket_.send(MessageKind::log, to.take());
  }

  void start_worker() {
    auto ends = MessageSocket::make_pair();
    worker_ = fork();
    if (worker_ == 0) {
      settle();
      socket_ = std::move(ends[1]);
      ends[0].close();
      serve_source();
      source_.reset();  // says what was damaged
      _exit(0);
    }
    // Without a worker its end is closed, which is how a lost one looks.
    (void)socket_.send_end(ends[0]);
  }

  int end_worker() {
    int status = 0;
    if (worker_ < 0) return status;  // it could not be started
    kill(worker_, SIGKILL);
    while (waitpid(worker_, &status, 0) < 0 && errno == EINTR) {
    }
    worker_ = -1;
    return status;
  }

  /// Sends what `work` returns, or what it throws; false for the latter, or when nobody listens.
  template <class Work>
  bool answer(Work work) {
    std::string bytes;
    try {
      bytes = work();
    } catch (const std::exception& error) {
      (void)socket_.send(MessageKind::error, to_bytes(error));
      return false;
    }
    return socket_.send(MessageKind::reply, bytes);
  }

  void serve_source() {
    while (const auto asked = socket_.receive()) {
      const bool goes_on = answer([&] { return work(*asked); });
      if (!goes_on) break;
    }
  }

  std::string work(const Message& asked) {
    WireReader from(asked.bytes);
    std::string bytes;
    if (asked.kind == MessageKind::measure) {
      WireWriter to;
      to.put(source_->measure_decoding());
      bytes = to.take();
    } else if (asked.kind == MessageKind::plan) {
      bytes = pipeline::to_bytes(source_->plan(from.get<PlanPosition>(), [this](MediaTime time) {
        pulse_.reached_ns = time.ns();
        pulse_.frames = source_->frames_decoded();
        return true;
      }));
    } else {
      const auto pair = from.get<sampler::PlannedPair>();
      bytes = pipeline::to_bytes(source_->fetch(pair, from.get<std::int64_t>()));
    }
    pulse_.frames = source_->frames_decoded();
    return bytes;
  }

  MessageSocket socket_;
  Pulse& pulse_;
  std::unique_ptr<StretchSource> source_;
  pid_t worker_ = -1;
};

}  // namespace

void serve_decoding(MessageSocket control,
                    const SourceInputs& inputs,
                    const OpenSource& open,
                    Pulse& pulse,
                    const sigset_t& signals) {
  settle();
  leave_to_parent(control.fd());
  pthread_sigmask(SIG_SETMASK, &signals, nullptr);
  try {
    DecodingServer(std::move(control), pulse).run(inputs, open);
  } catch (...) {
    // No process can be started: the parent sees this one end.
    _exit(1);
  }
  _exit(0);
}

}  // namespace hindsight::pipeline
