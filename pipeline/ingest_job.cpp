#include "pipeline/ingest_job.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.h"
#include "pipeline/detail/ingest_stages.h"
#include "pipeline/detail/progress_board.h"
#include "pipeline/detail/store_records.h"
#include "pipeline/input_guard.h"
#include "pipeline/isolated_source.h"

namespace hindsight::pipeline {
namespace {

/// What is logged of a spooled copy is said of what the user named.
Logger naming(const ingest::Source& source, const Logger& logger) {
  if (!source.spooled) return logger;
  return {LogLevel::trace, [source, logger](LogLevel level, std::string_view line) {
            logger.log(level, "{}", ingest::said_of(source, std::string(line)));
          }};
}

/// Runs `step`; so do its errors.
template <class Step>
auto with_names_of(const ingest::Source& source, Step step) {
  try {
    return step();
  } catch (const Error& e) {
    throw Error(e.code(), ingest::said_of(source, e.what()));
  }
}

}  // namespace

struct IngestJob::Impl {
  Impl(const ingest::Source& asked, IngestOptions given, Logger sink)
      : options(std::move(given)),
        logger(std::move(sink)),
        source(ingest::spool(asked, options.spool_directory, logger)),
        spooled(source),
        guard(source.name, source.path) {
    sampler::validate(options.plan);
    const StageTimer timer(board, &IngestCounters::scan_seconds);
    logger = naming(source, logger);
    with_names_of(source, [this] {
      const SourceInputs inputs{source.path, options.plan, options.fetch, logger};
      decoding = options.in_process
                     ? options.open_source(inputs)
                     : open_isolated_source(inputs, options.open_source, options.stall);
    });
    guard.check();
    board.update([&](IngestProgress& progress) { progress.end = scan().end; });
  }

  [[nodiscard]] const ingest::PacketScan& scan() const { return decoding->scan(); }

  void tell_losses(const std::vector<LostStretch>& lost) const {
    if (lost.empty()) return;
    std::string where;
    for (const auto& stretch : lost) {
      where += fmt::format("{}{} to {} ({})",
                           where.empty() ? "" : ", ",
                           to_clock(stretch.span.begin),
                           to_clock(stretch.span.end),
                           stretch.why);
    }
    logger.warn(
        "{} of '{}' could not be decoded and {} kept as not covered: {}; check that the file "
        "plays there",
        lost.size() == 1 ? "1 stretch" : fmt::format("{} stretches", lost.size()),
        source.name,
        lost.size() == 1 ? "is" : "are",
        where);
  }

  /// Adds the video, its name and its subtitles; returns its row.
  std::int64_t keep_video(index::Store& store) const {
    const auto video_id = store.put_video(to_video_record(source, scan()));
    std::map<std::string, std::vector<index::StoredText>> by_origin;
    for (const auto& text : decoding->texts()) {
      by_origin[text.origin].push_back(
          {video_id, text.span, text.text, text.language, text.origin});
    }
    for (const auto& [origin, stored] : by_origin) store.replace_texts(video_id, origin, stored);
    return video_id;
  }

  IngestOptions options;
  Logger logger;
  ingest::Source source;
  ingest::SpoolGuard spooled;
  InputGuard guard;
  std::unique_ptr<StretchSource> decoding;
  ProgressBoard board;
};

IngestJob::IngestJob(const ingest::Source& source, IngestOptions options, Logger logger)
    : impl_(std::make_unique<Impl>(source, std::move(options), std::move(logger))) {}
IngestJob::~IngestJob() = default;

const ingest::Source& IngestJob::source() const { return impl_->source; }
const ingest::PacketScan& IngestJob::scan() const { return impl_->scan(); }
double IngestJob::measure_decoding() { return impl_->decoding->measure_decoding(); }
IngestProgress IngestJob::progress() const { return impl_->board.read(); }

std::optional<index::RunRecord> IngestJob::find_run(const index::Store& store,
                                                    const model::ModelInfo& model) const {
  const auto video = store.find_video_by_hash(impl_->scan().content_hash);
  if (!video) return std::nullopt;
  const auto wanted = to_run_record(model, impl_->options);
  for (const auto& run : store.runs(video->id)) {
    if (is_same_run(run, wanted)) return run;
  }
  return std::nullopt;
}

IngestOutcome IngestJob::refresh(index::Store& store, const index::RunRecord& run) {
  impl_->keep_video(store);
  return {IngestStatus::already_stored,
          run.video_id,
          run.id,
          /*resumed=*/false,
          {},
          progress().counters};
}

IngestOutcome IngestJob::run(index::Store& store,
                             model::VisionTower& tower,
                             std::stop_token finish) {
  auto& board = impl_->board;
  auto wanted = to_run_record(tower.info(), impl_->options);
  wanted.video_id = impl_->keep_video(store);
  const auto run = store.find_or_create_run(wanted);
  if (run.complete) return refresh(store, run);

  IngestOutcome outcome{
      IngestStatus::interrupted, run.video_id, run.id, run.stretches_done > 0, {}, {}};
  const auto start =
      sampler::stretch_span(run.stretches_done, impl_->scan().end, impl_->options.plan).begin;
  board.update([&](IngestProgress& progress) {
    progress.start = progress.committed = progress.encoded = progress.planned = start;
  });
  {
    const StageTimer timer(board, &IngestCounters::wall_seconds);
    IngestStages stages({*impl_->decoding, impl_->options, impl_->guard}, board);
    const bool is_done =
        with_names_of(impl_->source, [&] { return stages.run(store, tower, run, finish); });
    impl_->tell_losses(stages.lost());
    if (is_done) {
      store.finish_run(run.id);
      outcome.status = IngestStatus::complete;
    }
  }
  outcome.counters = progress().counters;
  outcome.done = progress().committed - start;
  if (outcome.counters.pairs_skipped > 0) {
    impl_->logger.warn("{} of the planned pairs of '{}' could not be read again and are left out",
                       outcome.counters.pairs_skipped,
                       impl_->source.name);
  }
  return outcome;
}

}  // namespace hindsight::pipeline
