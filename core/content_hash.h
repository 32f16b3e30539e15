// The one hash of the project: XXH3, 128 bits.  Identities and checksums, not security.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hindsight {

/// Feeds bytes to XXH3-128 piece by piece; the same bytes in other pieces give the same digest.
/// Move-only, not thread-safe.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(ContentHash&&) noexcept;
  ContentHash& operator=(ContentHash&&) noexcept;
  ContentHash(const ContentHash&) = delete;
  ContentHash& operator=(const ContentHash&) = delete;

  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);
  /// Little-endian, so that digests agree between machines.
  void add(std::int64_t value);

  /// 32 lower-case hex digits of everything added so far.
  [[nodiscard]] std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// XXH3-64 of one block: the checksum beside every stored blob.
[[nodiscard]] std::uint64_t checksum64(std::span<const std::byte> bytes);

}  // namespace hindsight
