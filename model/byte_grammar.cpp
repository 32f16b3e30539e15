#include "model/byte_grammar.h"

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace hindsight::model {
namespace {

/// No text is so long; sums of a few do not overflow.
constexpr int kEndless = std::numeric_limits<int>::max() / 1024;

}  // namespace

ByteSet bytes_in(std::string_view text) {
  ByteSet set;
  for (const char c : text) set.set(static_cast<unsigned char>(c));
  return set;
}

ByteSet bytes_between(unsigned char first, unsigned char last) {
  ByteSet set;
  for (std::size_t byte = first; byte <= last; ++byte) set.set(byte);
  return set;
}

ByteGrammar::Rule ByteGrammar::add_rule() {
  rules_.emplace_back();
  return rules_.size() - 1;
}

void ByteGrammar::add_choice(Rule rule, Sequence sequence) {
  rules_.at(rule).push_back(std::move(sequence));
}

ByteGrammar::Rule ByteGrammar::add_text(std::string_view text) {
  const Rule rule = add_rule();
  Sequence sequence;
  for (const char& c : text) sequence.emplace_back(bytes_in({&c, 1}));
  add_choice(rule, std::move(sequence));
  return rule;
}

void ByteGrammar::finish(Rule root) {
  root_ = root;
  find_shortest();
  const bool is_finite =
      std::all_of(shortest_.begin(), shortest_.end(), [](int bytes) { return bytes < kEndless; });
  if (!is_finite) throw Error(ErrorCode::internal, "a rule of the grammar has no finite text");
  std::vector<int> state(rules_.size());
  for (Rule rule = 0; rule < rules_.size(); ++rule) check_left(rule, state);
}

int ByteGrammar::shortest(const Sequence& sequence, std::size_t from) const {
  int bytes = 0;
  for (std::size_t i = from; i < sequence.size(); ++i) {
    const auto* rule = std::get_if<Rule>(&sequence[i]);
    bytes = std::min(bytes + (rule != nullptr ? shortest_[*rule] : 1), kEndless);
  }
  return bytes;
}

void ByteGrammar::find_shortest() {
  shortest_.assign(rules_.size(), kEndless);
  for (bool changed = true; changed;) {
    changed = false;
    for (Rule rule = 0; rule < rules_.size(); ++rule) {
      for (const auto& sequence : rules_[rule]) {
        const int bytes = shortest(sequence, 0);
        if (bytes >= shortest_[rule]) continue;
        shortest_[rule] = bytes;
        changed = true;
      }
    }
  }
}

/// state, by rule: 0 unknown, 1 on the way, 2 good.
void ByteGrammar::check_left(Rule rule, std::vector<int>& state) const {
  if (state[rule] == 2) return;
  if (state[rule] == 1)
    throw Error(ErrorCode::internal, "a rule of the grammar can begin with itself");
  state[rule] = 1;
  for (const auto& sequence : rules_[rule]) {
    for (const auto& element : sequence) {
      const auto* first = std::get_if<Rule>(&element);
      if (first == nullptr) break;
      check_left(*first, state);
      if (shortest_[*first] > 0) break;
    }
  }
  state[rule] = 2;
}

GrammarState::GrammarState(const ByteGrammar& grammar) : grammar_(&grammar) {
  for (const auto& sequence : grammar.choices(grammar.root())) go_on(sequence, 0, nullptr);
}

void GrammarState::go_on(const ByteGrammar::Sequence& sequence,
                         std::size_t next,
                         const Below& below) {
  if (next == sequence.size()) {
    if (below == nullptr)
      complete_ = true;
    else
      go_on(*below->sequence, below->next, below->below);
    return;
  }
  const auto way_at = [&](std::size_t at) {
    const int rest = below != nullptr ? below->shortest : 0;
    return Way{&sequence, at, below, grammar_->shortest(sequence, at) + rest};
  };
  const auto* rule = std::get_if<ByteGrammar::Rule>(&sequence[next]);
  if (rule == nullptr) {
    ways_.push_back(way_at(next));
    return;
  }
  // Nothing is left behind a last element, so that long lists stay shallow.
  const Below rest =
      next + 1 == sequence.size() ? below : std::make_shared<const Way>(way_at(next + 1));
  for (const auto& choice : grammar_->choices(*rule)) go_on(choice, 0, rest);
}

GrammarState GrammarState::after(unsigned char byte) const {
  GrammarState state(grammar_);
  for (const auto& way : ways_) {
    const auto& set = std::get<ByteSet>((*way.sequence)[way.next]);
    if (set.test(byte)) state.go_on(*way.sequence, way.next + 1, way.below);
  }
  return state;
}

GrammarState GrammarState::after(std::string_view bytes) const {
  GrammarState state = *this;
  for (const char c : bytes) state = state.after(static_cast<unsigned char>(c));
  return state;
}

int GrammarState::shortest_ending() const {
  if (complete_) return 0;
  int bytes = kEndless;
  for (const auto& way : ways_) bytes = std::min(bytes, way.shortest);
  return bytes;
}

}  // namespace hindsight::model
