#include "query/detail/comparison.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace hindsight::query::detail {
namespace {

class Comparer {
 public:
  Comparer(const Plan& plan, std::vector<VideoExecution>& videos) : plan_(plan), videos_(videos) {}

  Comparison run() {
    if (picks_by_number(plan_))
      by_number();
    else
      in_one_video();
    return std::move(found_);
  }

 private:
  void refuse(std::string detail) {
    found_.refusal = Refusal{RefusalReason::ambiguous, std::move(detail)};
  }

  void by_number() {
    std::vector<std::size_t> order;
    for (const auto& node : plan_.of) {
      const std::size_t before = found_.intervals.size();
      for (auto& video : videos_) {
        const auto found = video.evaluate(node);
        found_.missing.insert(found_.missing.end(), found.missing.begin(), found.missing.end());
        for (const auto& span : found.list) found_.intervals.push_back(video.evidence(node, span));
      }
      order.push_back(found_.counts.size());
      found_.counts.push_back(found_.intervals.size() - before);
    }
    if (!found_.missing.empty()) return;
    // As for other numbers: where nothing was seen at all there may have been nothing to see.
    if (found_.intervals.empty() && plan_.type == AnswerType::order) {
      for (const auto& node : plan_.of) found_.missing.push_back(leaves_of(node).front().predicate);
      return;
    }
    const auto& counts = found_.counts;
    const bool is_most = plan_.pick == Pick::most;
    if (plan_.type == AnswerType::yes_no) {
      found_.value = is_most ? counts[0] > counts[1] : counts[0] < counts[1];
      return;
    }
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return is_most ? counts[a] > counts[b] : counts[a] < counts[b];
    });
    if (counts[order[0]] == counts[order[1]]) {
      refuse(fmt::format("{} and {} are seen equally often, {} times each",
                         name_of(plan_, order[0]),
                         name_of(plan_, order[1]),
                         counts[order[0]]));
      return;
    }
    found_.value = name_of(plan_, order[0]);
  }

  void in_one_video() {
    VideoExecution* video = nullptr;
    const auto lists = lists_of(video);
    if (lists.empty()) return;
    const bool by_length = plan_.pick == Pick::longest || plan_.pick == Pick::shortest;
    if (by_length)
      pick_by_length(*video, lists);
    else
      put_in_order(*video, lists);
  }

  /// The operands' intervals in the one video that shows them; empty, with a refusal where there is
  /// something to say, when no video shows them all.
  std::vector<Intervals> lists_of(VideoExecution*& shown_by) {
    std::vector<Intervals> lists;
    for (auto& video : videos_) {
      std::vector<Intervals> here;
      for (const auto& node : plan_.of) here.push_back(video.evaluate(node).list);
      if (order_of(here).empty()) continue;
      if (!lists.empty()) {
        refuse("several videos show some of them; name one with --video");
        return {};
      }
      lists = std::move(here);
      shown_by = &video;
    }
    for (std::size_t i = 0; i < plan_.of.size(); ++i) {
      if (!lists.empty() && !lists[i].empty()) continue;
      for (const auto& leaf : leaves_of(plan_.of[i])) found_.missing.push_back(leaf.predicate);
    }
    return found_.missing.empty() ? lists : std::vector<Intervals>{};
  }

  void put_in_order(const VideoExecution& video, const std::vector<Intervals>& lists) {
    std::vector<Intervals> moments;
    for (std::size_t i = 0; i < lists.size(); ++i)
      moments.push_back(moments_of(plan_.of[i], lists[i]));
    const auto order = order_of(moments);
    const auto event = [&](std::size_t i) { return moments[i].front().begin; };
    for (std::size_t i = 1; i < order.size(); ++i) {
      const bool decides = plan_.pick == Pick::first  ? i == 1
                           : plan_.pick == Pick::last ? i + 1 == order.size()
                                                      : true;
      if (!decides || event(order[i]) != event(order[i - 1])) continue;
      return refuse(fmt::format("{} and {} {} together at {}",
                                name_of(plan_, order[i - 1]),
                                name_of(plan_, order[i]),
                                happens_at_end(plan_.of[order[i]]) ? "end" : "begin",
                                to_clock(event(order[i]))));
    }
    std::vector<std::string> names;
    for (const std::size_t i : order) {
      found_.intervals.push_back(video.evidence(plan_.of[i], lists[i].front()));
      names.push_back(name_of(plan_, i));
    }
    if (plan_.pick == Pick::first)
      found_.value = names.front();
    else if (plan_.pick == Pick::last)
      found_.value = names.back();
    else
      found_.value = std::move(names);
  }

  /// Which operand holds longest, or shortest, in all.
  void pick_by_length(const VideoExecution& video, const std::vector<Intervals>& lists) {
    std::vector<std::size_t> order(lists.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const auto x = total_duration(lists[a]);
      const auto y = total_duration(lists[b]);
      return plan_.pick == Pick::longest ? x > y : x < y;
    });
    const std::size_t best = order[0];
    if (total_duration(lists[best]) == total_duration(lists[order[1]]))
      return refuse(fmt::format(
          "{} and {} hold equally long", name_of(plan_, best), name_of(plan_, order[1])));
    for (const auto& span : lists[best])
      found_.intervals.push_back(video.evidence(plan_.of[best], span));
    found_.value = name_of(plan_, best);
  }

  const Plan& plan_;
  std::vector<VideoExecution>& videos_;
  Comparison found_;
};

}  // namespace

Comparison compare(const Plan& plan, std::vector<VideoExecution>& videos) {
  return Comparer(plan, videos).run();
}

}  // namespace hindsight::query::detail
