// Generation that can only write texts of a grammar: before each choice, tokens that no text of it
// goes on with are taken out.
#pragma once

#include <vector>

#include "model/byte_grammar.h"
#include "model/tokenizer.h"
#include "model/vision_language_model.h"

namespace hindsight::model {

/// For GenerationOptions::filter.  What is generated is a whole text of the grammar, whatever the
/// logits say: a token is left in only when the text can still be ended within `max_new_tokens`,
/// one byte a token at worst, and an end token only where the text is complete.  For one
/// generation.  Throws Error(exhausted) when the shortest text has more bytes than max_new_tokens,
/// Error(model) when the tokenizer lacks a byte or there is no end token.
[[nodiscard]] TokenFilter restrict_to(ByteGrammar grammar,
                                      const Tokenizer& tokenizer,
                                      std::vector<int> eos_ids,
                                      int max_new_tokens);

}  // namespace hindsight::model
