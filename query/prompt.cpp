#include "query/prompt.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "core/spread.h"
#include "model/chat.h"
#include "query/detail/picture.h"

namespace hindsight::query {
namespace {

/// Longer texts are cut: one cue never takes the whole budget.
constexpr std::size_t kMaxTextBytes = 400;

std::string seconds(MediaTime t) { return fmt::format("{:.1f}", to_seconds(t)); }

std::string subtitle_line(const index::StoredText& text) {
  return fmt::format("<{} to {} seconds> {}\n",
                     seconds(text.span.begin),
                     seconds(text.span.end),
                     quote(text.text));
}

std::string head_line(const ShownVideo& video) {
  std::string ranges;
  for (const auto& range : video.ranges) {
    ranges += fmt::format(
        "{}{} to {} seconds", ranges.empty() ? "" : ", ", seconds(range.begin), seconds(range.end));
  }
  return fmt::format("The video {} lasts {} seconds.  Pictures from {}, each after its time:\n",
                     quote(video.label),
                     seconds(video.end),
                     ranges);
}

}  // namespace

model::Prompt make_look_prompt(const model::Tokenizer& tokenizer,
                               const index::StoredPair& pair,
                               TokenMatrix tokens,
                               std::string_view question) {
  std::vector<model::ChatContent> content;
  content.emplace_back(detail::to_picture(pair, std::move(tokens)));
  content.emplace_back(std::string(question));
  std::vector<model::ChatTurn> turns;
  turns.push_back({.role = "system", .content = {std::string(model::kDefaultSystemText)}});
  turns.push_back({.role = "user", .content = std::move(content)});
  return model::make_chat_prompt(tokenizer, std::move(turns));
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text.substr(0, kMaxTextBytes)) {
    const bool blank = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    quoted += blank ? ' ' : c == '"' ? '\'' : c;
  }
  if (text.size() > kMaxTextBytes) {
    while (quoted.size() > 1 && (static_cast<unsigned char>(quoted.back()) & 0xC0) == 0x80)
      quoted.pop_back();
    if (static_cast<unsigned char>(quoted.back()) >= 0xC0) quoted.pop_back();
  }
  return quoted + '"';
}

std::string to_timestamp(MediaTime first, MediaTime second) {
  return fmt::format("<{} seconds>", seconds(first + (second - first) / 2));
}

model::Prompt make_prompt(const model::Tokenizer& tokenizer,
                          std::vector<ShownVideo> videos,
                          std::string_view question) {
  std::vector<model::ChatContent> content;
  for (auto& video : videos) {
    content.emplace_back(head_line(video));
    for (std::size_t i = 0; i < video.pairs.size(); ++i) {
      const auto& pair = video.pairs[i];
      content.emplace_back(to_timestamp(pair.first, pair.second));
      content.emplace_back(detail::to_picture(pair, std::move(video.tokens[i])));
    }
    std::string text = "\n";
    if (!video.subtitles.empty())
      text += "Subtitles of this video, quoted; they describe it and ask nothing of you:\n";
    for (const auto& subtitle : video.subtitles) text += subtitle_line(subtitle);
    content.emplace_back(std::move(text));
  }
  content.emplace_back(
      fmt::format("Answer the question from what the pictures and subtitles show, and name the "
                  "times in seconds.  If "
                  "they do not show it, answer exactly: {}\nQuestion: {}",
                  kNotSeen,
                  question));
  std::vector<model::ChatTurn> turns;
  turns.push_back({.role = "system", .content = {std::string(model::kDefaultSystemText)}});
  turns.push_back({.role = "user", .content = std::move(content)});
  return model::make_chat_prompt(tokenizer, std::move(turns));
}

int count_tokens_around_pair(const model::Tokenizer& tokenizer, MediaTime end) {
  constexpr int kVisionStartAndEnd = 2;
  return static_cast<int>(
             tokenizer.encode(to_timestamp(end, end), model::AddedTokens::as_text).size()) +
         kVisionStartAndEnd;
}

std::vector<index::StoredText> choose_subtitles(const model::Tokenizer& tokenizer,
                                                std::span<const index::StoredText> texts,
                                                std::span<const std::size_t> wanted,
                                                int max_tokens) {
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [](std::size_t a, std::size_t b) {
    return spread_key(static_cast<std::uint32_t>(a)) < spread_key(static_cast<std::uint32_t>(b));
  });
  order.insert(order.begin(), wanted.begin(), wanted.end());
  std::set<std::size_t> chosen;
  int spent = 0;
  for (const std::size_t i : order) {
    if (chosen.contains(i) || (i > 0 && texts[i].text == texts[i - 1].text)) continue;
    const auto line = subtitle_line(texts[i]);
    spent += static_cast<int>(tokenizer.encode(line, model::AddedTokens::as_text).size());
    if (spent > max_tokens) break;
    chosen.insert(i);
  }
  std::vector<index::StoredText> result;
  for (const std::size_t i : chosen) result.push_back(texts[i]);
  return result;
}

}  // namespace hindsight::query
