#include "query/answer.h"

namespace hindsight::query {

std::string_view to_string(EvidenceBasis basis) {
  switch (basis) {
    case EvidenceBasis::stated:
      return "stated";
    case EvidenceBasis::relevance:
      return "relevance";
    case EvidenceBasis::looked:
      return "looked";
  }
  return "";
}

std::string_view to_string(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::not_found:
      return "not_found";
    case RefusalReason::not_covered:
      return "not_covered";
    case RefusalReason::ambiguous:
      return "ambiguous";
    case RefusalReason::not_understood:
      return "not_understood";
  }
  return "";
}

bool says_so(const CitedLook& look) { return look.reply || (look.p_yes >= 0.5) == look.is_true; }

MadeBy made_by(const model::ModelInfo& info) {
  return {info.vision_fingerprint, info.language_fingerprint, info.dtype};
}

Answer empty_answer(const QuestionPlan& question,
                    const index::Store& store,
                    const model::ModelInfo& info) {
  Answer answer;
  answer.question = question.question.text;
  answer.model = info.directory;
  answer.made_by = made_by(info);
  answer.store = store.path();
  return answer;
}

Answer refusal(const QuestionPlan& question,
               const index::Store& store,
               const model::ModelInfo& info,
               Refusal why) {
  auto answer = empty_answer(question, store, info);
  answer.text = why.detail;
  answer.refusal = std::move(why);
  return answer;
}

}  // namespace hindsight::query
