#include "app/ingest_command.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "app/ingest_report.h"
#include "app/interrupts.h"
#include "app/live_line.h"
#include "app/model_dir.h"
#include "app/model_limit.h"
#include "app/peak_memory.h"
#include "app/progress_display.h"
#include "app/text.h"
#include "core/error.h"
#include "index/store.h"
#include "ingest/live_stream.h"
#include "ingest/sources.h"
#include "model/config.h"
#include "pipeline/forecast.h"
#include "pipeline/live_job.h"

namespace hindsight::app {
namespace {

namespace fs = std::filesystem;
using pipeline::IngestJob;

/// Where standard input and URLs are copied to: a folder of this process, gone with it.
class SpoolDirectory {
 public:
  explicit SpoolDirectory(const std::vector<std::string>& inputs) {
    const bool is_needed = std::any_of(inputs.begin(), inputs.end(), [](const std::string& input) {
      std::error_code ignored;
      return !fs::is_regular_file(input, ignored) && !fs::is_directory(input, ignored);
    });
    if (!is_needed) return;
    std::error_code failed;
    const auto folder = fs::temp_directory_path(failed);
    if (failed) {
      const char* named = std::getenv("TMPDIR");
      refuse(named != nullptr ? named : "/tmp", failed.message());
    }
    path_ = (folder / "hindsight-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) refuse(folder.string(), std::strerror(errno));
  }
  ~SpoolDirectory() { remove(); }
  SpoolDirectory(const SpoolDirectory&) = delete;
  SpoolDirectory& operator=(const SpoolDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  void remove() const {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }

 private:
  [[noreturn]] static void refuse(const std::string& folder, const std::string& why) {
    throw Error(ErrorCode::exhausted,
                fmt::format("cannot make a folder for the copy of the input in '{}': {}; name "
                            "another one in TMPDIR",
                            folder,
                            why));
  }

  std::string path_;  ///< empty: no input needs it
};

/// Passes lines on so that they do not end up in the middle of a progress bar or of NDJSON.
Logger beside_progress(const Logger& logger, ProgressStyle style) {
  return {LogLevel::trace, [logger, style](LogLevel level, std::string_view line) {
            if (!logger.speaks(level)) return;
            if (style == ProgressStyle::ndjson) {
              fmt::print(stderr, "{}\n", log_ndjson(level, line));
              return;
            }
            if (style == ProgressStyle::bar) fmt::print(stderr, "\r\033[K");
            logger.log(level, "{}", line);
          }};
}

ProgressStyle progress_style(bool json, bool quiet) {
  if (quiet) return ProgressStyle::none;
  if (json) return ProgressStyle::ndjson;
  return is_terminal(STDERR_FILENO) ? ProgressStyle::bar : ProgressStyle::none;
}

class IngestCommand {
 public:
  IngestCommand(Context& context, IngestArguments arguments);
  void run();

 private:
  void expand_inputs();
  [[nodiscard]] IngestPreview preview(IngestJob& job, const std::optional<index::RunRecord>& run);
  [[nodiscard]] bool is_live(const ingest::Source& source) const;
  void ingest(const ingest::Source& source);
  void record(const ingest::Source& source);
  void keep(IngestReport report);
  void dry_run(const ingest::Source& source, const std::optional<index::Store>& store);
  void fail(const std::string& name, const Error& error);
  void show(const std::string& text, const std::string& ndjson) const;
  void end();
  [[nodiscard]] int exit_code() const;
  [[nodiscard]] std::string next_command(const std::string& video) const;
  model::VisionTower& tower();

  Context& context_;
  IngestArguments arguments_;
  ProgressStyle style_;
  Logger logger_;
  IngestSettings settings_;
  SpoolDirectory spool_;
  std::vector<ingest::Source> sources_;
  std::optional<index::Store> store_;
  std::unique_ptr<model::VisionTower> tower_;
  double tokens_per_second_ = 0;
  std::size_t num_begun_ = 0;          ///< of sources_
  bool recorded_to_the_stop_ = false;  ///< the last input was live and ended by Ctrl-C
  std::vector<IngestReport> reports_;
  std::vector<IngestPreview> previews_;
  Interrupts interrupts_;
};

IngestCommand::IngestCommand(Context& context, IngestArguments arguments)
    : context_(context),
      arguments_(std::move(arguments)),
      style_(progress_style(arguments_.json, context.quiet)),
      logger_(beside_progress(context.logger, style_)),
      spool_(arguments_.inputs),
      interrupts_({.on_first =
                       [this] {
                         logger_.warn(
                             "a stretch that is being encoded is finished first; press Ctrl-C "
                             "again to stop at once");
                       },
                   .on_second = [this] { spool_.remove(); }}) {
  auto& options = arguments_.options;
  options.spool_directory = spool_.path();
  options.fetch.reader.threads = arguments_.load.threads;
  sampler::validate(options.plan);
  const auto directory = resolve_model_dir(context_);
  options.fetch.preprocessor = model::load_preprocessor_config(directory);
  limit_to_model(options.plan, options.fetch.preprocessor);
  settings_ = {context_.store_path,
               model::torch::read_model_info(directory, arguments_.load),
               options,
               arguments_.load.threads};
}

void IngestCommand::show(const std::string& text, const std::string& ndjson) const {
  if (style_ == ProgressStyle::ndjson) {
    fmt::print(stderr, "{}\n", ndjson);
  } else {
    logger_.info("{}", text);
  }
}

void IngestCommand::fail(const std::string& name, const Error& error) {
  IngestReport report;
  report.name = name;
  report.failure = error;
  logger_.log(LogLevel::error, "{}", error.what());
  reports_.push_back(std::move(report));
}

model::VisionTower& IngestCommand::tower() {
  if (!tower_) {
    tower_ = model::torch::load_vision_tower(settings_.model.directory, arguments_.load, logger_);
    tokens_per_second_ = pipeline::measure_encoding(*tower_);
  }
  return *tower_;
}

IngestPreview IngestCommand::preview(IngestJob& job, const std::optional<index::RunRecord>& run) {
  IngestPreview preview;
  preview.name = job.source().name;
  preview.facts = job.scan().facts;
  preview.end = job.scan().end;
  preview.already_stored = run && run->complete;
  if (preview.already_stored) return preview;
  const auto& options = settings_.options;
  if (run)
    preview.start = sampler::stretch_span(run->stretches_done, preview.end, options.plan).begin;
  tower();
  preview.rates = {job.measure_decoding(), tokens_per_second_};
  preview.forecast = pipeline::forecast(
      {preview.start, preview.end}, options, settings_.model.token_width, preview.rates);
  return preview;
}

bool IngestCommand::is_live(const ingest::Source& source) const {
  return arguments_.live.live || ingest::is_live(source, settings_.options.fetch.reader.limits);
}

void IngestCommand::record(const ingest::Source& source) {
  // A model takes longer to load than a source waits.
  tower();
  pipeline::LiveJobOptions options{
      .ingest = settings_.options,
      .stream =
          to_live_options(arguments_.live, settings_.options.fetch.reader, arguments_.load.threads),
      .length = from_seconds(arguments_.live.for_seconds)};
  if (!arguments_.stretch_given) shorten_stretches(options.ingest.plan);
  pipeline::LiveJob job(source, options, interrupts_.finish(), logger_);
  const MediaDuration length = options.ingest.plan.stretch_length;
  show(fmt::format("{}, stored every {}; Ctrl-C ends it",
                   live_line(job.name(), job.facts()),
                   human_seconds(to_seconds(length))),
       live_ndjson(job.name(), job.facts(), length));
  pipeline::LiveOutcome outcome;
  {
    const ProgressDisplay display(style_, job.name(), [&job] { return job.progress(); });
    outcome = job.run(*store_, tower());
  }
  // Stopping it is how a recording ends.
  recorded_to_the_stop_ = interrupts_.finish().stop_requested();
  keep({.name = job.name(),
        .end = outcome.end,
        .content_hash = outcome.content_hash,
        .outcome = outcome.ingest,
        .stored = store_->run_stats(outcome.ingest.run_id),
        .live = outcome.live,
        .failure = {}});
}

void IngestCommand::keep(IngestReport report) {
  if (!arguments_.json) {
    if (report.outcome.status != pipeline::IngestStatus::already_stored)
      logger_.info("{}", to_text(report));
    fmt::print("{}\n", printable(result_line(report)));
    std::fflush(stdout);
  }
  reports_.push_back(std::move(report));
}

void IngestCommand::ingest(const ingest::Source& source) {
  if (is_live(source)) return record(source);
  IngestJob job(source, settings_.options, logger_);
  const auto known = job.find_run(*store_, settings_.model);
  const auto before = preview(job, known);
  show(to_text(before), to_ndjson(before));

  IngestReport report;
  report.name = source.name;
  report.end = job.scan().end;
  report.content_hash = job.scan().content_hash;
  if (before.already_stored) {
    report.outcome = job.refresh(*store_, *known);
  } else {
    const ProgressDisplay display(style_, source.name, [&job] { return job.progress(); });
    report.outcome = job.run(*store_, tower(), interrupts_.finish());
  }
  report.stored = store_->run_stats(report.outcome.run_id);
  keep(std::move(report));
}

void IngestCommand::dry_run(const ingest::Source& source,
                            const std::optional<index::Store>& store) {
  if (is_live(source)) {
    throw Error(ErrorCode::usage,
                fmt::format("--dry-run cannot tell what '{}' will take: it is live; leave it out",
                            source.name));
  }
  IngestJob job(source, settings_.options, logger_);
  previews_.push_back(preview(job, store ? job.find_run(*store, settings_.model) : std::nullopt));
  if (!arguments_.json) fmt::print("{}\n", printable(to_text(previews_.back())));
}

void IngestCommand::expand_inputs() {
  for (const auto& input : arguments_.inputs) {
    try {
      for (auto& source : ingest::expand_inputs({input})) sources_.push_back(std::move(source));
    } catch (const Error& e) {
      fail(input, e);
    }
  }
}

void IngestCommand::run() {
  expand_inputs();
  if (sources_.empty()) return end();  // no store is made for it
  show(to_text(settings_), to_ndjson(settings_));
  if (!arguments_.dry_run) {
    store_ = index::Store::open(context_.store_path, index::OpenMode::write, {.purpose = "ingest"});
  } else if (std::error_code failed; fs::exists(context_.store_path, failed) || failed) {
    store_ = index::Store::open(context_.store_path, index::OpenMode::read);
  }
  for (const auto& source : sources_) {
    if (interrupts_.finish().stop_requested()) break;
    ++num_begun_;
    try {
      arguments_.dry_run ? dry_run(source, store_) : ingest(source);
    } catch (const Error& e) {
      // One input cannot spoil the others; a store or a model that fails would fail for all of
      // them.
      fail(source.name, e);
      if (e.code() != ErrorCode::unreadable_input) break;
    }
  }
  end();
}

int IngestCommand::exit_code() const {
  const bool is_all_done = recorded_to_the_stop_ && num_begun_ == sources_.size();
  if (interrupts_.exit_code() != 0 && !is_all_done) return interrupts_.exit_code();
  const IngestReport* failed = nullptr;
  bool any_done = !previews_.empty();
  for (const auto& report : reports_) {
    if (!report.failure) {
      any_done = true;
    } else if (!failed || report.failure->code() != ErrorCode::unreadable_input) {
      failed = &report;
    }
  }
  if (!failed) return 0;
  const bool is_partial = any_done && failed->failure->code() == ErrorCode::unreadable_input;
  return static_cast<int>(is_partial ? ErrorCode::partial : failed->failure->code());
}

std::string IngestCommand::next_command(const std::string& video) const {
  return "hindsight ask 'What happens?' --video " + shell_quoted(video) + typed_again(context_);
}

void IngestCommand::end() {
  context_.exit_code = exit_code();
  if (arguments_.json) {
    fmt::print(
        "{}\n",
        arguments_.dry_run
            ? to_json(settings_, previews_)
            : to_json(settings_, reports_, peak_memory_bytes(), peak_memory_of_ended_bytes()));
    return;
  }
  std::vector<std::string> done;
  for (const auto& report : reports_) {
    if (report.failure) {
      fmt::print("{}\n", printable(result_line(report)));
    } else {
      done.push_back(report.name);
    }
  }
  if (context_.exit_code > 128) {
    std::string again = "hindsight";
    for (const auto& word : context_.arguments) again += " " + shell_quoted(word);
    logger_.info("stopped, what was finished is kept; go on with: {}", again);
  } else if (!done.empty()) {
    logger_.info("next: {}", next_command(done.front()));
  }
}

}  // namespace

void run_ingest(Context& context, IngestArguments arguments) {
  IngestCommand(context, std::move(arguments)).run();
}

}  // namespace hindsight::app
