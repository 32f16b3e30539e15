// A context-free grammar over bytes and the texts that it allows, byte by byte.  What a language
// model may write next is decided with it (constrained_generation.h).
#pragma once

#include <bitset>
#include <cstddef>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace hindsight::model {

using ByteSet = std::bitset<256>;

/// The bytes of `text`, each once.
[[nodiscard]] ByteSet bytes_in(std::string_view text);
/// The bytes first ... last.
[[nodiscard]] ByteSet bytes_between(unsigned char first, unsigned char last);

/// Rules, each a choice of sequences of byte sets and rules.  Filled once, then read only.
class ByteGrammar {
 public:
  using Rule = std::size_t;
  using Element = std::variant<ByteSet, Rule>;
  using Sequence = std::vector<Element>;

  /// A rule without a choice yet, so that rules can name each other.
  Rule add_rule();
  void add_choice(Rule rule, Sequence sequence);
  /// A rule that is exactly this text.
  Rule add_text(std::string_view text);

  /// To be called once, after the last choice.  Throws Error(internal) when a rule has no finite
  /// text, or can begin with itself.
  void finish(Rule root);

  [[nodiscard]] Rule root() const { return root_; }
  [[nodiscard]] const std::vector<Sequence>& choices(Rule rule) const { return rules_[rule]; }
  /// Bytes of the shortest text from element `from` of the sequence on.
  [[nodiscard]] int shortest(const Sequence& sequence, std::size_t from) const;

 private:
  void find_shortest();
  void check_left(Rule rule, std::vector<int>& state) const;

  std::vector<std::vector<Sequence>> rules_;
  std::vector<int> shortest_;  ///< by rule
  Rule root_ = 0;
};

/// A position in the texts of a grammar: every way in which what was read so far can go on.
/// Immutable, cheap to copy.  Borrows the grammar.
class GrammarState {
 public:
  /// Before the first byte.
  explicit GrammarState(const ByteGrammar& grammar);

  /// After one byte more; stuck() when the grammar does not allow it.
  [[nodiscard]] GrammarState after(unsigned char byte) const;
  [[nodiscard]] GrammarState after(std::string_view bytes) const;

  /// No text of the grammar begins so.
  [[nodiscard]] bool stuck() const { return ways_.empty() && !complete_; }
  /// What was read is a text of the grammar.
  [[nodiscard]] bool complete() const { return complete_; }
  /// Bytes of the shortest ending; 0 when complete.  Not for a state that is stuck.
  [[nodiscard]] int shortest_ending() const;

 private:
  struct Way;
  using Below = std::shared_ptr<const Way>;
  /// What is left to read: element `next` of a sequence and what follows it, then what lies below.
  struct Way {
    const ByteGrammar::Sequence* sequence;
    std::size_t next;
    Below below;
    int shortest;  ///< bytes of the shortest ending from here
  };

  explicit GrammarState(const ByteGrammar* grammar) : grammar_(grammar) {}
  void go_on(const ByteGrammar::Sequence& sequence, std::size_t next, const Below& below);

  const ByteGrammar* grammar_;
  std::vector<Way> ways_;  ///< each before a byte set
  bool complete_ = false;
};

}  // namespace hindsight::model
