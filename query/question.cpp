#include "query/question.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "core/error.h"
#include "model/preprocess.h"

namespace hindsight::query {
namespace {

std::vector<index::VideoRecord> asked_videos(const Question& question, const index::Store& store) {
  if (question.videos.empty()) {
    auto videos = store.videos();
    if (videos.empty()) {
      throw Error(
          ErrorCode::not_found,
          fmt::format("the store {} holds no video yet; read one first: hindsight ingest VIDEO",
                      store.path()));
    }
    return videos;
  }
  std::vector<index::VideoRecord> videos;
  std::set<std::int64_t> seen;
  for (const auto& name : question.videos) {
    auto video = store.resolve_video(name);
    if (seen.insert(video.id).second) videos.push_back(std::move(video));
  }
  return videos;
}

std::string label_of(const index::VideoRecord& video, const std::vector<index::VideoRecord>& all) {
  const auto same =
      std::count_if(all.begin(), all.end(), [&](const auto& v) { return v.name == video.name; });
  return same > 1 ? video.path : video.name;
}

/// The newest complete run of this model, else the newest with anything in it, else the newest.
index::RunRecord choose_run(const index::VideoRecord& video,
                            const std::vector<index::RunRecord>& runs,
                            const model::ModelInfo& model) {
  const index::RunRecord* best = nullptr;
  const auto worth = [](const index::RunRecord& run) {
    return run.complete ? 2 : run.stretches_done > 0 ? 1 : 0;
  };
  for (const auto& run : runs) {
    const bool fits = run.model_fingerprint == model.vision_fingerprint &&
                      model::is_current_preprocessing(run.preprocessing);
    if (fits && (!best || worth(run) > worth(*best))) best = &run;
  }
  if (best) return *best;
  if (runs.empty()) {
    throw Error(
        ErrorCode::not_found,
        fmt::format(
            "{} has no tokens yet; read it first: hindsight ingest {}", video.name, video.path));
  }
  const auto& other = runs.front();
  if (other.model_fingerprint == model.vision_fingerprint) {
    throw Error(ErrorCode::not_found,
                fmt::format("the tokens of {} were made from pixels prepared the way of '{}', this "
                            "version does it the "
                            "way of '{}'; read it again: hindsight ingest {}",
                            video.name,
                            other.preprocessing,
                            model::kPreprocessingVersion,
                            video.path));
  }
  throw Error(ErrorCode::not_found,
              fmt::format("the tokens of {} are for the model {} ({:.12}), not for {} ({:.12}); "
                          "name that model with "
                          "--model, or read the video for this one: hindsight ingest {} --model {}",
                          video.name,
                          other.model_name,
                          other.model_fingerprint,
                          model.directory,
                          model.vision_fingerprint,
                          video.path,
                          model.directory));
}

VideoScope make_scope(const Question& question,
                      const index::VideoRecord& video,
                      const std::string& label,
                      const index::Store& store,
                      const model::ModelInfo& model) {
  VideoScope scope{.video = video, .run = {}, .label = label, .words = {}, .ranges = {}};
  scope.run = choose_run(video, store.runs(video.id), model);
  scope.words = read_time_words(question.text, video.end, label);
  scope.ranges = limit_ranges(scope.words, question.from, question.to, video.end, label);
  return scope;
}

}  // namespace

QuestionPlan plan_question(const Question& question,
                           const index::Store& store,
                           const model::ModelInfo& model) {
  if (question.text.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw Error(ErrorCode::usage,
                "the question is empty; ask something, such as 'When does the red car leave?'");
  }
  const auto videos = asked_videos(question, store);
  QuestionPlan plan{.question = question, .scopes = {}, .left_out = {}};
  std::optional<Error> first_fault;
  for (const auto& video : videos) {
    const auto label = label_of(video, videos);
    try {
      plan.scopes.push_back(make_scope(question, video, label, store, model));
    } catch (const Error& e) {
      if (e.code() != ErrorCode::usage && e.code() != ErrorCode::not_found) throw;
      if (!first_fault) first_fault = e;
      plan.left_out.push_back({label, e.what()});
    }
  }
  if (plan.scopes.empty()) throw *first_fault;
  return plan;
}

}  // namespace hindsight::query
