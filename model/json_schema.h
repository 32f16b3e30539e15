// What a JSON text may hold, as a value, and the grammar of the texts that hold just that.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/byte_grammar.h"

namespace hindsight::model {

struct JsonSchema;
/// Shared, so that a schema may use another in several places.  Never null, never a cycle.
using JsonSchemaPtr = std::shared_ptr<const JsonSchema>;

struct JsonMember {
  std::string name;
  JsonSchemaPtr value;
  bool required = true;
};

struct JsonSchema {
  enum class Kind {
    object,   ///< `members`, in this order; the first must be required
    array,    ///< `least` ... `most` of of[0]
    text,     ///< `least` ... `most` characters, none of which needs an escape
    integer,  ///< not 0, at most `most` digits; with a minus when `least` is negative
    number,   ///< not negative: at most `most` digits, then perhaps one behind a point
    word,     ///< one of `words`, as a text
    literal,  ///< one of `words`, as they stand: "true", "1"
    choice,   ///< one of `of`
  };
  Kind kind = Kind::text;
  std::vector<JsonMember> members{};
  std::vector<JsonSchemaPtr> of{};
  std::vector<std::string> words{};
  int least = 0;
  int most = 0;
};

/// The texts that fit, each with at most one space behind ':' and ','.  All are finite.  Throws
/// Error(internal) for a schema that makes no sense.
[[nodiscard]] ByteGrammar to_grammar(const JsonSchemaPtr& schema);

}  // namespace hindsight::model
