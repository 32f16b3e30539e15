#include "pipeline/isolated_source.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "pipeline/detail/decoding_server.h"
#include "pipeline/detail/message_socket.h"
#include "pipeline/detail/pulse.h"
#include "pipeline/detail/wire.h"

namespace hindsight::pipeline {
namespace {

/// Waiting is counted in these and not by the clock: while a terminal has stopped both processes
/// time goes on.
constexpr std::chrono::milliseconds kSlice{100};

/// What a process's end is called.
std::string ending(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("the decoder crashed ({})", strsignal(WTERMSIG(status)));
  }
  return fmt::format("the decoder ended its process ({})", WEXITSTATUS(status));
}

/// Keeps signals from the process that fork() makes until it is ready for them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  [[nodiscard]] const sigset_t& before() const { return before_; }

 private:
  sigset_t before_{};
};

/// The server, from outside.
class ServerProcess {
 public:
  ServerProcess(const SourceInputs& inputs, const OpenSource& open, Pulse& pulse) {
    auto ends = MessageSocket::make_pair();
    const SignalsBlocked blocked;
    pid_ = fork();
    if (pid_ == 0) serve_decoding(std::move(ends[1]), inputs, open, pulse, blocked.before());
    if (pid_ < 0) {
      throw Error(ErrorCode::exhausted,
                  fmt::format("cannot start a process for decoding: {}; close other programs, or "
                              "decode in this one with --in-process",
                              std::strerror(errno)));
    }
    control = std::move(ends[0]);
  }
  ~ServerProcess() { (void)end(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Returns its status.  It ends by itself once it sees that nobody talks to it.
  int end() {
    control.close();
    if (pid_ < 0) return status_;
    while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status_;
  }
  void kill_it() {
    if (pid_ >= 0) kill(pid_, SIGKILL);
  }

  MessageSocket control;

 private:
  pid_t pid_ = -1;
  int status_ = 0;
};

class IsolatedSource final : public StretchSource {
 public:
  IsolatedSource(const SourceInputs& inputs, const OpenSource& open, std::chrono::seconds stall)
      : path_(inputs.path),
        logger_(inputs.logger),
        stall_(stall),
        pulse_(make_shared_pulse()),
        server_(inputs, open, *pulse_) {
    server_.control.set_patience(stall);
    std::string lost;
    try {
      const auto answer = await(server_.control, {});
      if (answer.kind == Answer::error) throw to_error(answer.bytes);
      if (answer.kind == Answer::still) lost = stood_still();
      if (answer.kind == Answer::reply) {
        facts_ = to_facts(answer.bytes);
        return;
      }
    } catch (const BadMessage& fault) {
      lost = fault.what();
    }
    if (!lost.empty()) server_.kill_it();
    const int status = server_.end();
    throw Error(ErrorCode::unreadable_input,
                fmt::format("cannot read '{}': {} at its beginning; check that it plays elsewhere, "
                            "or convert it to H.264",
                            path_,
                            lost.empty() ? ending(status) : lost));
  }

  ~IsolatedSource() override {
    if (!worker_.is_open()) return;
    try {
      // Its last words tell what was damaged.
      worker_.end_sending();
      (void)await(worker_, {});
      (void)end_worker();
    } catch (const std::exception&) {
      // Nobody is left to be told.
    }
  }

  const ingest::PacketScan& scan() const override { return facts_.scan; }
  const std::vector<ingest::TimedText>& texts() const override { return facts_.texts; }

  double measure_decoding() override {
    try {
      const auto bytes = ask(MessageKind::measure, {}, {});
      return understood([&] { return WireReader(*bytes).get<double>(); });
    } catch (const DecoderLost&) {
      return 0;
    }
  }

  std::optional<sampler::StretchPlan> plan(const PlanPosition& position,
                                           const OnFrame& on_frame) override {
    WireWriter to;
    to.put(position);
    const auto bytes = ask(MessageKind::plan, to.take(), on_frame);
    return bytes ? understood([&] { return to_plan(*bytes); }) : std::nullopt;
  }

  std::optional<PairPixels> fetch(const sampler::PlannedPair& pair,
                                  std::int64_t stored_tokens) override {
    WireWriter to;
    to.put(pair);
    to.put(stored_tokens);
    const auto bytes = ask(MessageKind::fetch, to.take(), {});
    return understood([&] { return to_pixels(*bytes); });
  }

  std::int64_t frames_decoded() const override { return frames_before_ + pulse_->frames; }

 private:
  struct Answer {
    enum Kind { reply, error, unwanted, gone, still } kind = gone;
    std::string bytes{};
  };

  [[nodiscard]] std::string stood_still() const {
    return fmt::format("the decoder stood still for {} s", stall_.count());
  }

  /// Waits for a reply or an error.  `unwanted`: `on_frame` returned false.  Throws BadMessage.
  Answer await(MessageSocket& socket, const OnFrame& on_frame) {
    std::int64_t beats = pulse_->beats;
    std::chrono::milliseconds quiet{0};
    while (quiet < stall_) {
      if (socket.is_readable(kSlice)) {
        auto message = socket.receive();
        // A process that is gone leaves an end that can be read; one that hangs does not.
        if (!message) return {socket.is_readable({}) ? Answer::gone : Answer::still};
        if (message->kind == MessageKind::reply) return {Answer::reply, std::move(message->bytes)};
        if (message->kind == MessageKind::error) {
          return {Answer::error, std::move(message->bytes)};
        }
        pass_on(*message);
        quiet = {};
        continue;
      }
      if (on_frame && !on_frame(MediaTime::from_ns(pulse_->reached_ns))) return {Answer::unwanted};
      const std::int64_t beats_now = pulse_->beats;
      quiet = beats_now == beats ? quiet + kSlice : kSlice * 0;
      beats = beats_now;
    }
    return {Answer::still};
  }

  void pass_on(const Message& log) const {
    WireReader from(log.bytes);
    const auto level = from.get<LogLevel>();
    logger_.log(level, "{}", from.get_text());
  }

  /// What `read` makes of an answer; a process whose answers are none has lost its mind.
  template <class Read>
  std::invoke_result_t<Read> understood(Read read) {
    try {
      return read();
    } catch (const BadMessage& fault) {
      (void)end_worker();
      throw DecoderLost(fault.what());
    }
  }

  static Error to_error(const std::string& bytes) {
    WireReader from(bytes);
    const auto code = from.get<ErrorCode>();
    return {code, from.get_text()};
  }

  /// The bytes of the reply; empty when `on_frame` returned false.
  std::optional<std::string> ask(MessageKind kind,
                                 const std::string& question,
                                 const OnFrame& on_frame) {
    if (!worker_.is_open()) start_worker();
    Answer answer;
    if (worker_.send(kind, question)) answer = understood([&] { return await(worker_, on_frame); });
    if (answer.kind == Answer::reply) {
      if (on_frame) (void)on_frame(MediaTime::from_ns(pulse_->reached_ns));
      return std::move(answer.bytes);
    }
    std::optional<Error> error;
    if (answer.kind == Answer::error) error = understood([&] { return to_error(answer.bytes); });
    const int status = end_worker();
    if (error) throw *error;
    if (answer.kind == Answer::unwanted) return std::nullopt;
    if (answer.kind == Answer::still) throw DecoderLost(stood_still());
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
      throw Error(ErrorCode::exhausted,
                  fmt::format("the process that decodes '{}' was killed, probably because memory "
                              "was short; close other programs and repeat the command, it goes on "
                              "where this one ended",
                              path_));
    }
    throw DecoderLost(ending(status));
  }

  void start_worker() {
    if (server_.control.send(MessageKind::start_worker)) worker_ = server_.control.receive_end();
    if (!worker_.is_open()) refuse_without_server();
    worker_.set_patience(stall_);
  }

  /// Returns its status, which is of no use if it still ran.
  int end_worker() {
    worker_.close();
    frames_before_ += pulse_->frames.exchange(0);
    if (!server_.control.send(MessageKind::end_worker)) refuse_without_server();
    const auto answer = server_.control.receive();
    if (!answer) refuse_without_server();
    try {
      return WireReader(answer->bytes).get<int>();
    } catch (const BadMessage& fault) {
      throw DecoderLost(fault.what());
    }
  }

  [[noreturn]] void refuse_without_server() const {
    throw Error(ErrorCode::exhausted,
                fmt::format("no process can be started to decode '{}', memory may not suffice; "
                            "close other programs and repeat the command, it goes on where this "
                            "one ended",
                            path_));
  }

  std::string path_;
  Logger logger_;
  std::chrono::seconds stall_;
  SharedPulse pulse_;
  ServerProcess server_;
  MessageSocket worker_;
  SourceFacts facts_;
  std::int64_t frames_before_ = 0;
};

}  // namespace

std::unique_ptr<StretchSource> open_isolated_source(const SourceInputs& inputs,
                                                    const OpenSource& open,
                                                    std::chrono::seconds stall) {
  return std::make_unique<IsolatedSource>(inputs, open, stall);
}

}  // namespace hindsight::pipeline
