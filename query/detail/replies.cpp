#include "query/detail/replies.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "query/select_pairs.h"

namespace hindsight::query::detail {
namespace {

constexpr int kMostLooks = 300;
/// One pair alone may be misread.
constexpr std::size_t kLeastAgreeing = 2;

}  // namespace

std::string normalized_reply(const std::string& reply) {
  std::string text;
  for (const char c : reply) text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string phrase_of(std::string reply) {
  std::replace_if(
      reply.begin(),
      reply.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      ' ');
  reply.erase(reply.find_last_not_of(" .") + 1);
  const bool has_article =
      reply.starts_with("A ") || reply.starts_with("An ") || reply.starts_with("The ");
  if (has_article) reply.front() = reply.starts_with("The ") ? 't' : 'a';
  return reply;
}

bool says_nothing(const std::string& normalized) {
  return normalized.empty() || normalized == "nothing" || normalized == "none" ||
         normalized == "still" || normalized == "not moving" ||
         normalized.starts_with("there is no ") || normalized.starts_with("there are no ");
}

std::string reply_in(const EvidenceInterval& interval) {
  return phrase_of(interval.looks.front().reply.value_or(""));
}

Inventory take_inventory(const std::string& question,
                         const VideoScope& scope,
                         const index::Store& store,
                         Judge& judge) {
  Inventory inventory{.first_given = {}, .looked = uniform_pairs(scope, store, kMostLooks)};
  const auto& pairs = inventory.looked;
  const auto replies = judge.replies(question, pairs);
  const std::size_t least = std::min(kLeastAgreeing, pairs.size());
  std::set<std::string> known;
  for (std::size_t first = 0, next = 0; first < pairs.size(); first = next) {
    const auto said = normalized_reply(replies[first]);
    for (next = first + 1; next < pairs.size() && normalized_reply(replies[next]) == said;) ++next;
    const std::size_t count = next - first;
    if (count < least || says_nothing(said) || !known.insert(said).second) continue;
    EvidenceInterval evidence{
        .video = scope.label,
        .video_id = scope.video.id,
        .video_hash = scope.video.content_hash,
        .span = {std::max(pairs[first].covers.begin, scope.ranges.front().begin),
                 std::min(pairs[next - 1].covers.end, scope.ranges.back().end)},
        .score = static_cast<double>(count) / static_cast<double>(count + 1),
        .basis = EvidenceBasis::looked,
        .pairs = {}};
    for (const std::size_t i : std::set{first, first + count / 2, next - 1}) {
      evidence.pairs.push_back(pairs[i]);
      evidence.looks.push_back(
          {.pair = pairs[i], .question = question, .reply = replies[i], .p_yes = 0});
    }
    inventory.first_given.push_back(std::move(evidence));
  }
  return inventory;
}

}  // namespace hindsight::query::detail
