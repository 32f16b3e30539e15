#include "bench/funnel.h"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench/world_log.h"

namespace hindsight::bench {
namespace {

using nlohmann::json;

constexpr double kLeastText = 1;
// An object that is plain and sharp at the largest size for less than this is nobody's to see.
constexpr double kLeastSharp = 0.5;
// A text that is hidden for less than this is one text.
constexpr double kTextGap = 1;

/// Where each object is seen plainly, by time.
using Seen = std::map<int, std::map<double, Happening::Extent>>;

Seen objects_in(const std::vector<json>& pictures, const sampler::PictureSize& logged) {
  Seen seen;
  for (const auto& picture : pictures) {
    for (const auto& thing : picture.at("things")) {
      if (!thing.at("plain").get<bool>()) continue;
      const auto& box = thing.at("box");
      seen[thing.at("id")][picture.at("t")] = {
          (box[2].get<double>() - box[0].get<double>()) / logged.width,
          (box[3].get<double>() - box[1].get<double>()) / logged.height};
    }
  }
  return seen;
}

double short_side(const Happening::Extent& extent, const sampler::PictureSize& size) {
  return std::min(extent.width * size.width, extent.height * size.height);
}

/// Seconds in which the object could be shown with a short side of `side` pixels.
double seconds_of(const Happening& event,
                  double side,
                  const sampler::PictureSize& size,
                  double step) {
  const auto pictures = std::ranges::count_if(
      event.seen, [&](const auto& entry) { return short_side(entry.second, size) >= side; });
  return static_cast<double>(pictures) * step;
}

bool is_legible(const Happening::Extent& extent, const sampler::PictureSize& size) {
  return extent.height * size.height >= kLegibleHeight;
}

std::vector<Happening> events_of(const std::vector<json>& log,
                                 const Seen& seen,
                                 const sampler::PictureSize& size,
                                 double step) {
  std::vector<Happening> events;
  for (const auto& line : log) {
    Happening event{.begin = line.at("begin"), .end = line.at("end")};
    if (!tells_of_event(line) || !line.contains("entity")) continue;
    const auto object = seen.find(line.at("entity").at("id"));
    if (object == seen.end() || event.end - event.begin < kLeastEvent) continue;
    event.seen = {object->second.lower_bound(event.begin), object->second.lower_bound(event.end)};
    event.can_be_whole = seconds_of(event, kWholeSide, size, step) >= kLeastSharp;
    if (seconds_of(event, kSharpSide, size, step) >= kLeastSharp)
      events.push_back(std::move(event));
  }
  return events;
}

std::vector<Happening> texts_of(const std::vector<json>& pictures,
                                const sampler::PictureSize& logged,
                                const sampler::PictureSize& size) {
  std::vector<Happening> texts;
  std::map<std::pair<std::string, std::string>, Happening> open;
  for (const auto& picture : pictures) {
    const double t = picture.at("t");
    for (const auto& text : picture.at("texts")) {
      const Happening::Extent extent{0, text.at("height").get<double>() / logged.height};
      if (!text.at("plain").get<bool>() || !is_legible(extent, size)) continue;
      auto& shown = open[{text.at("what"), text.at("text")}];
      if (!shown.seen.empty() && t - shown.end >= kTextGap) {
        texts.push_back(std::move(shown));
        shown = {};
      }
      if (shown.seen.empty()) shown.begin = t;
      shown.end = t;
      shown.seen[t] = extent;
    }
  }
  for (auto& [name, shown] : open) texts.push_back(std::move(shown));
  std::erase_if(texts, [](const Happening& text) { return text.end - text.begin < kLeastText; });
  return texts;
}

/// How the frame at `time` shows it: null when it does not.
const Happening::Extent* extent_at(const Happening& happening, double time) {
  constexpr double kSameFrame = 0.01;  // the log's times are rounded
  const auto at = happening.seen.lower_bound(time - kSameFrame);
  return at != happening.seen.end() && at->first <= time + kSameFrame ? &at->second : nullptr;
}

/// Whether a frame lies inside the event, and the largest short side at which one shows its object.
struct BestLook {
  bool sampled = false;
  double side = 0;
};

BestLook best_side(const Happening& event, const std::vector<Look>& looks) {
  BestLook best;
  for (const auto& look : looks) {
    for (const double time : {look.first, look.second}) {
      if (time < event.begin || time >= event.end) continue;
      best.sampled = true;
      const auto* extent = extent_at(event, time);
      if (extent != nullptr) best.side = std::max(best.side, short_side(*extent, look.size));
    }
  }
  return best;
}

}  // namespace

Truth read_truth(const std::string& stem,
                 const sampler::PictureSize& logged,
                 const sampler::PictureSize& size) {
  const auto pictures = read_lines(stem + ".boxes.jsonl");
  Truth truth;
  for (const auto& picture : pictures) truth.pictures.push_back(picture.at("t"));
  if (truth.pictures.size() < 2)
    throw std::runtime_error(stem + ".boxes.jsonl tells of fewer than two pictures");
  truth.events = events_of(read_lines(stem + ".events.jsonl"),
                           objects_in(pictures, logged),
                           size,
                           truth.pictures[1] - truth.pictures[0]);
  truth.texts = texts_of(pictures, logged, size);
  return truth;
}

Funnel& Funnel::operator+=(const Funnel& other) {
  events += other.events;
  sampled += other.sampled;
  sharp += other.sharp;
  large += other.large;
  whole += other.whole;
  texts += other.texts;
  legible += other.legible;
  return *this;
}

Funnel judge(const Truth& truth, const std::vector<Look>& looks) {
  Funnel funnel{.events = static_cast<double>(truth.events.size()),
                .texts = static_cast<double>(truth.texts.size())};
  for (const auto& event : truth.events) {
    const auto [sampled, side] = best_side(event, looks);
    funnel.sampled += sampled ? 1 : 0;
    funnel.sharp += side >= kSharpSide ? 1 : 0;
    funnel.large += event.can_be_whole ? 1 : 0;
    funnel.whole += event.can_be_whole && side >= kWholeSide ? 1 : 0;
  }
  for (const auto& text : truth.texts) {
    const bool legible = std::ranges::any_of(looks, [&](const Look& look) {
      const auto legible_at = [&](double time) {
        const auto* extent = extent_at(text, time);
        return extent != nullptr && is_legible(*extent, look.size);
      };
      return legible_at(look.first) || legible_at(look.second);
    });
    funnel.legible += legible ? 1 : 0;
  }
  return funnel;
}

}  // namespace hindsight::bench
