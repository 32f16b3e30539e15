#include "core/content_hash.h"

#include <doctest/doctest.h>

using hindsight::checksum64;
using hindsight::ContentHash;

TEST_CASE("the digest does not depend on how the bytes are cut") {
  ContentHash whole;
  whole.add("hindsight");
  ContentHash pieces;
  pieces.add("hind");
  pieces.add("");
  pieces.add("sight");
  CHECK(whole.hex() == pieces.hex());
  CHECK(whole.hex().size() == 32);
}

// Published test values of XXH3 for the empty input.
TEST_CASE("digests of nothing are those of the reference implementation") {
  CHECK(ContentHash().hex() == "99aa06d3014798d86001c324468d497f");
  CHECK(checksum64({}) == 0x2d06800538d394c2ULL);
}

TEST_CASE("numbers are hashed as eight little-endian bytes") {
  ContentHash number;
  number.add(std::int64_t{0x0102});
  ContentHash bytes;
  bytes.add(std::string_view("\x02\x01\0\0\0\0\0\0", 8));
  CHECK(number.hex() == bytes.hex());
}
