#include "model/constrained_generation.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string_view>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

constexpr float kExcluded = -std::numeric_limits<float>::infinity();

class Filter {
 public:
  Filter(ByteGrammar grammar,
         const Tokenizer& tokenizer,
         std::vector<int> eos_ids,
         int max_new_tokens)
      : grammar_(std::move(grammar)),
        tokenizer_(tokenizer),
        eos_ids_(std::move(eos_ids)),
        max_new_tokens_(max_new_tokens),
        state_(grammar_) {
    for (int id = 0; id < tokenizer.num_ids(); ++id) {
      const auto bytes = tokenizer.bytes_of(id);
      if (!bytes.empty() && !tokenizer.is_special(id)) tokens_.push_back({bytes, id});
    }
    std::sort(tokens_.begin(), tokens_.end(), [](const Token& a, const Token& b) {
      return a.bytes < b.bytes;
    });
    check();
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  void operator()(std::span<const int> chosen, std::span<float> logits) {
    for (; num_read_ < chosen.size(); ++num_read_)
      state_ = state_.after(tokenizer_.bytes_of(chosen[num_read_]));
    const int left = max_new_tokens_ - static_cast<int>(chosen.size());
    std::vector<bool> allowed(logits.size());
    const auto allow = [&](int id) {
      if (static_cast<std::size_t>(id) < allowed.size())
        allowed[static_cast<std::size_t>(id)] = true;
    };
    if (state_.complete()) std::for_each(eos_ids_.begin(), eos_ids_.end(), allow);
    allow_tokens(left, allow);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      if (!allowed[i]) logits[i] = kExcluded;
    }
  }

 private:
  struct Token {
    std::string_view bytes;
    int id = 0;
  };

  void check() const {
    if (eos_ids_.empty())
      throw Error(ErrorCode::model, "the checkpoint names no end token, so that no text can end");
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const std::string_view wanted(&c, 1);
      const bool has = std::any_of(
          tokens_.begin(), tokens_.end(), [&](const Token& t) { return t.bytes == wanted; });
      if (!has) {
        throw Error(ErrorCode::model,
                    fmt::format("the tokenizer has no token for the byte 0x{:02x}", byte));
      }
    }
    if (state_.shortest_ending() > max_new_tokens_) {
      throw Error(ErrorCode::exhausted,
                  fmt::format("{} new tokens are allowed, but the shortest text has {} bytes",
                              max_new_tokens_,
                              state_.shortest_ending()));
    }
  }

  /// Tokens by their bytes: what is known of a beginning holds for all that share it.
  template <class Allow>
  void allow_tokens(int left, const Allow& allow) const {
    std::vector<GrammarState> states{state_};  // [k]: after k bytes of `previous`
    std::string_view previous;
    for (const auto& [bytes, id] : tokens_) {
      const auto differ =
          std::mismatch(previous.begin(), previous.end(), bytes.begin(), bytes.end());
      auto shared = static_cast<std::size_t>(differ.first - previous.begin());
      const std::size_t good = states.size() - 1;
      if (good < previous.size() && shared > good) continue;
      states.erase(states.begin() + static_cast<std::ptrdiff_t>(shared) + 1, states.end());
      previous = bytes;
      while (shared < bytes.size()) {
        auto next = states.back().after(static_cast<unsigned char>(bytes[shared]));
        if (next.stuck()) break;
        states.push_back(std::move(next));
        ++shared;
      }
      if (shared == bytes.size() && states.back().shortest_ending() < left) allow(id);
    }
  }

  ByteGrammar grammar_;
  Tokenizer tokenizer_;
  std::vector<int> eos_ids_;
  int max_new_tokens_;
  GrammarState state_;
  std::size_t num_read_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

TokenFilter restrict_to(ByteGrammar grammar,
                        const Tokenizer& tokenizer,
                        std::vector<int> eos_ids,
                        int max_new_tokens) {
  auto filter =
      std::make_shared<Filter>(std::move(grammar), tokenizer, std::move(eos_ids), max_new_tokens);
  return
      [filter](std::span<const int> chosen, std::span<float> logits) { (*filter)(chosen, logits); };
}

}  // namespace hindsight::model
