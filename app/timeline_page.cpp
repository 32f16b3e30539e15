#include "app/timeline_page.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "app/text.h"
#include "ingest/jpeg.h"
#include "page/timeline_assets.h"
#include "query/html.h"
#include "sampler/overview.h"

namespace hindsight::app {
namespace {

using query::escaped;

constexpr int kJpegQuality = 80;
// Points of a curve: more than a screen has, also when it is zoomed in by ten.
constexpr std::int64_t kMostPoints = 20'000;

std::int64_t to_ms(MediaTime time) { return std::llround(to_seconds(time) * 1000); }

std::string list_of(const std::vector<std::string>& values) {
  return fmt::format("[{}]", fmt::join(values, ","));
}

/// Points lie this far apart: a whole number of seconds.
MediaDuration point_distance(MediaTime end) {
  const auto seconds = end.since_start / std::chrono::seconds{1} + 1;
  return std::chrono::seconds{(seconds + kMostPoints - 1) / kMostPoints};
}

/// The strongest motion of each point in hundredths of what begins an activity; -1: not looked for.
std::string motion_json(const VideoPlan& plan) {
  const auto step = point_distance(plan.end);
  std::vector<int> values(static_cast<std::size_t>(plan.end.since_start / step + 1), -1);
  for (const auto& stretch : plan.stretches) {
    for (const auto& peak : stretch.motion) {
      auto& value = values.at(std::min(values.size() - 1,
                                       static_cast<std::size_t>(peak.time.since_start / step)));
      value = std::max(value, static_cast<int>(std::lround(std::min(peak.strength, 1e4F) * 100)));
    }
  }
  return fmt::format(
      R"({{"step":{},"values":[{}]}})", step.count() / 1'000'000, fmt::join(values, ","));
}

/// Hundreds of bytes a second in each point: all packets, and those of key frames.
std::string bytes_json(const VideoPlan& plan) {
  const auto& profile = plan.profile;
  const auto step = std::max(point_distance(plan.end), profile.bin_length);
  const auto bins_a_point = static_cast<std::size_t>(step / profile.bin_length);
  std::vector<std::int64_t> all;
  std::vector<std::int64_t> key;
  for (std::size_t i = 0; i < profile.bins.size(); i += bins_a_point) {
    std::int64_t key_bytes = 0;
    std::int64_t bytes = 0;
    for (std::size_t k = i; k < std::min(i + bins_a_point, profile.bins.size()); ++k) {
      key_bytes += profile.bins[k].key_bytes;
      bytes += profile.bins[k].key_bytes + profile.bins[k].other_bytes;
    }
    const double scale = 100 * to_seconds(step);
    all.push_back(std::llround(static_cast<double>(bytes) / scale));
    key.push_back(std::llround(static_cast<double>(key_bytes) / scale));
  }
  return fmt::format(R"({{"step":{},"all":[{}],"key":[{}]}})",
                     step.count() / 1'000'000,
                     fmt::join(all, ","),
                     fmt::join(key, ","));
}

std::string span_json(const TimeSpan& span, int more) {
  return fmt::format("[{},{},{}]", to_ms(span.begin), to_ms(span.end), more);
}

std::string shots_json(const VideoPlan& plan) {
  std::vector<std::string> rows;
  for (const auto& shot : sampler::join_shots(plan.stretches)) {
    rows.push_back(span_json(shot.span, shot.begins_at_cut ? 1 : 0));
  }
  return list_of(rows);
}

std::string activity_json(const VideoPlan& plan) {
  std::vector<std::string> rows;
  for (const auto& a : sampler::join_activity(plan.stretches)) {
    rows.push_back(span_json(a.span, static_cast<int>(std::lround(a.score * 100))));
  }
  return list_of(rows);
}

// Behind the reasons for which a window is opened: a stretch that was read from end to end.
constexpr int kReadWhole = 4;
static_assert(static_cast<int>(sampler::WindowReason::unseen) + 1 == kReadWhole);
constexpr std::array kWindowNames{"change", "scene", "packets", "unseen", "all"};
constexpr std::array kWindowTexts{
    "the key frames around it differ: something begins, ends or moves",
    "the key frames around it show two scenes, and the encoder marked no cut",
    "its packets are larger than those elsewhere",
    "its key frames are too far apart",
    "every frame, as key frames are too few or cannot be found by themselves, or by --every-frame"};

std::string windows_json(const VideoPlan& plan) {
  std::vector<sampler::Window> windows = plan.ladder.opened;
  std::ranges::sort(windows, {}, [](const sampler::Window& window) { return window.span; });
  std::vector<std::string> rows;
  for (const auto& span : plan.ladder.straight_stretches) {
    rows.push_back(span_json(span, kReadWhole));
  }
  for (const auto& window : windows) {
    rows.push_back(span_json(window.span, static_cast<int>(window.reason)));
  }
  return list_of(rows);
}

std::vector<std::string> gap_texts(const VideoPlan& plan) {
  return {fmt::format("no pair for longer than {}: the budget does not reach",
                      human_seconds(to_seconds(plan.options.coverage_floor))),
          "no picture begins here in the file: the one before stands",
          "not decoded: the file is damaged"};
}

std::string gaps_json(const std::vector<Gap>& gaps) {
  std::vector<std::string> rows;
  for (const auto& gap : gaps) rows.push_back(span_json(gap.span, static_cast<int>(gap.kind)));
  return list_of(rows);
}

std::string pairs_json(const std::vector<sampler::PlannedPair>& pairs) {
  std::vector<std::string> rows;
  for (const auto& pair : pairs) {
    rows.push_back(fmt::format("[{},{},{},{},{},{},{}]",
                               to_ms(pair.first),
                               to_ms(pair.second),
                               to_ms(pair.covers.begin),
                               to_ms(pair.covers.end),
                               pair.width,
                               pair.height,
                               static_cast<int>(pair.reason)));
  }
  return list_of(rows);
}

template <class Texts>
std::string texts_json(const Texts& texts) {
  std::vector<std::string> quoted;
  for (const auto& text : texts) quoted.push_back(json_string(std::string(text)));
  return list_of(quoted);
}

std::vector<std::string_view> reason_names() {
  using sampler::Reason;
  return {to_string(Reason::shot),
          to_string(Reason::activity),
          to_string(Reason::coverage),
          to_string(Reason::novelty)};
}

/// What the script draws.  It holds no text of the video's, so nothing in it can end its element.
std::string data_json(const VideoPlan& plan, const PlanPictures& pictures) {
  std::string json = fmt::format(R"({{"end":{},"reasons":{},"windowReasons":{},)",
                                 to_ms(plan.end),
                                 texts_json(reason_names()),
                                 texts_json(kWindowNames));
  json += fmt::format("\"windowTexts\":{},\"gapTexts\":{},\n",
                      texts_json(kWindowTexts),
                      texts_json(gap_texts(plan)));
  json += fmt::format("\"shots\":{},\n\"activity\":{},\n\"windows\":{},\n\"gaps\":{},\n",
                      shots_json(plan),
                      activity_json(plan),
                      windows_json(plan),
                      gaps_json(pictures.gaps));
  json += fmt::format("\"motion\":{},\n\"bytes\":{},\n\"pairs\":{}}}",
                      motion_json(plan),
                      bytes_json(plan),
                      pairs_json(pictures.pairs));
  return json;
}

std::string figure_html(const sampler::PlannedPair& pair,
                        std::size_t rank,
                        const std::optional<Image>& picture) {
  const auto shown =
      picture ? fmt::format(R"(<img alt="the picture at {}" width="{}" height="{}" src="{}">)",
                            to_clock(pair.first),
                            picture->width,
                            picture->height,
                            query::jpeg_source(ingest::encode_jpeg(picture->view(), kJpegQuality)))
              : std::string(R"(<div class="none gap">not decoded</div>)");
  return fmt::format(
      "<figure data-rank=\"{}\" data-reason=\"{}\">{}<figcaption><time>{}</time><br>"
      "<span>{}x{}, {}</span><br><span>{}, rank {}</span></figcaption></figure>\n",
      rank,
      to_string(pair.reason),
      shown,
      to_clock(pair.first),
      pair.width,
      pair.height,
      counted(pair.num_tokens(), "token"),
      to_string(pair.reason),
      rank);
}

std::string facts_html(const VideoPlan& plan, const PlanPictures& pictures) {
  std::int64_t tokens = 0;
  for (const auto& pair : pictures.pairs) tokens += pair.num_tokens();
  const auto num_shots = std::ssize(sampler::join_shots(plan.stretches));
  auto facts = fmt::format("{}, {}x{}, {} \u00b7 {} \u00b7 activity: {} \u00b7 {}, {}",
                           human_seconds(to_seconds(plan.end)),
                           plan.facts.display_width,
                           plan.facts.display_height,
                           escaped(plan.facts.codec),
                           counted(num_shots, "shot"),
                           activity_summary(plan),
                           counted(std::ssize(pictures.pairs), "pair"),
                           counted(tokens, "token"));
  if (!pictures.gaps.empty()) {
    facts += " \u00b7 " + counted(std::ssize(pictures.gaps), "gap");
  }
  // Both readers met the same damage.
  if (const auto errors = std::max(plan.decoding.errors, pictures.num_errors); errors > 0) {
    facts += fmt::format(" \u00b7 damaged: {} could not be decoded fully",
                         errors == 1 ? "1 packet or picture"
                                     : human_count(errors) + " packets or pictures");
  }
  return fmt::format("<p class=\"facts\">{}</p>\n", facts);
}

constexpr std::string_view kChart = R"html(<noscript><p>The chart needs its script; the pictures are
below.</p></noscript>
<div id="live" hidden>
<div class="bar">
<button type="button" data-do="left" aria-label="earlier">&#8592;</button>
<button type="button" data-do="out" aria-label="zoom out">&#8722;</button>
<button type="button" data-do="in" aria-label="zoom in">+</button>
<button type="button" data-do="right" aria-label="later">&#8594;</button>
<button type="button" data-do="all">All</button>
<output id="span"></output>
</div>
<canvas id="chart" tabindex="0" role="img" data-from="0" data-to="0"
 aria-label="pairs, activity, packets, shots and windows over time"></canvas>
<canvas id="whole" role="img" aria-label="which part of the video is shown"></canvas>
<p id="here">Point at the chart to read it, tap it to choose a pair. Wheel, pinch or + and - zoom;
drag or the arrow keys move; 0 shows all.</p>
<ul class="legend">
<li><b>Pairs</b></li><li><i class="activity"></i>activity</li><li><i class="shot"></i>shot</li>
<li><i class="coverage"></i>coverage</li><li><i class="novelty"></i>novelty</li>
<li>taller: more tokens</li>
</ul>
<ul class="legend">
<li><b>Read closely</b></li><li><i class="change"></i>change</li><li><i class="scene"></i>scene</li>
<li><i class="packets"></i>packets</li><li><i class="unseen"></i>unseen</li>
<li><i class="all"></i>every frame</li><li>blank: key frames alone</li>
</ul>
<ul class="legend">
<li><i class="gap"></i>gap</li><li>dashed: here motion becomes activity</li>
<li>packets: bytes a second, those of key frames in colour</li>
</ul>
</div>
)html";

constexpr std::string_view kLists = R"html(<section>
<h2>Gaps</h2>
<ul class="rows" id="gaps"></ul>
</section>
<section>
<h2>Read closely</h2>
<ul class="rows" id="windows"></ul>
</section>
<footer>A pair is two frames that are encoded together. Its rank says how early it is taken: the
first N ranks are the plan for a smaller budget.</footer>
)html";

std::string bytes_of_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned char byte = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace

std::string to_html(const VideoPlan& plan, const PlanPictures& pictures) {
  const auto name = std::filesystem::path(plan.name).filename().string();
  auto page = query::page_head({.title = name + ": timeline",
                                .style = std::string(kTimelineStyle),
                                .script_hash = bytes_of_hex(kTimelineScriptHash)});
  page += fmt::format("<h1>{}</h1>\n", escaped(name));
  page += facts_html(plan, pictures);
  page += kChart;
  page += "<section>\n<h2>Pairs <span id=\"count\" class=\"facts\"></span></h2>\n"
          "<div class=\"pictures\" id=\"cards\">\n";
  for (std::size_t i = 0; i < pictures.pictures.size(); ++i) {
    page += figure_html(pictures.pairs[i], i, pictures.pictures[i]);
  }
  page += "</div>\n</section>\n";
  page += kLists;
  page += fmt::format("<script type=\"application/json\" id=\"data\">{}</script>\n",
                      data_json(plan, pictures));
  page += fmt::format("<script>{}</script>\n</body>\n</html>\n", kTimelineScript);
  return page;
}

}  // namespace hindsight::app
