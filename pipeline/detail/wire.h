// Values as bytes, between processes of one program: both sides have the same layouts.
// Private to pipeline/.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pipeline/stretch_source.h"

namespace hindsight::pipeline {

class WireWriter {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T)); }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const std::vector<T>& values) {
    put(values.size());
    bytes_.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// The bytes end too early: whoever wrote them was out of its mind.
class BadMessage : public std::runtime_error {
 public:
  BadMessage()
      : std::runtime_error("the process that decodes has sent a message that is too short") {}
};

/// Throws BadMessage.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] T get() {
    T value{};
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  [[nodiscard]] std::string get_text() { return std::string(take(get<std::size_t>())); }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] std::vector<T> get_values() {
    const auto count = get<std::size_t>();
    if (count > rest_.size() / sizeof(T)) refuse();
    const auto bytes = take(count * sizeof(T));
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

 private:
  [[noreturn]] static void refuse();
  [[nodiscard]] std::string_view take(std::size_t size) {
    if (size > rest_.size()) refuse();
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
};

/// What is known before anything but the first pictures is decoded.
struct SourceFacts {
  ingest::PacketScan scan;  ///< without its table
  std::vector<ingest::TimedText> texts;
};

[[nodiscard]] std::string to_bytes(const ingest::PacketScan& scan,
                                   const std::vector<ingest::TimedText>& texts);
[[nodiscard]] SourceFacts to_facts(std::string_view bytes);
[[nodiscard]] std::string to_bytes(const std::optional<sampler::StretchPlan>& plan);
[[nodiscard]] std::optional<sampler::StretchPlan> to_plan(std::string_view bytes);
[[nodiscard]] std::string to_bytes(const std::optional<PairPixels>& pixels);
[[nodiscard]] std::optional<PairPixels> to_pixels(std::string_view bytes);

}  // namespace hindsight::pipeline
