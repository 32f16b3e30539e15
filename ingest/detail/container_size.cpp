#include "ingest/detail/container_size.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <string_view>

#include <sys/stat.h>

#include "ingest/detail/file_descriptor.h"

namespace hindsight::ingest::detail {
namespace {

constexpr std::uint32_t kEbmlHeader = 0x1A45DFA3;
constexpr std::uint32_t kMatroskaSegment = 0x18538067;

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// The length of one part of a file, header and contents.
using PartLength = std::optional<std::uint64_t>;

/// An ISO base media box at `at`; nothing when it has no length of its own or is none.
PartLength box_length(const FileDescriptor& file, std::int64_t at) {
  std::array<std::uint8_t, 8> head{};
  if (!file.read_at(at, head)) return std::nullopt;
  const auto printable = [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; };
  const auto type = std::span(head).last(4);
  // QuickTime's "©xyz" begins with a byte that is not ASCII, but no such box stands at the top.
  if (!std::ranges::all_of(type, printable)) return std::nullopt;
  const std::uint64_t length = big_endian(std::span(head).first(4));
  if (length != 1) return length >= head.size() ? PartLength(length) : std::nullopt;
  std::array<std::uint8_t, 8> large{};
  if (!file.read_at(at + 8, large)) return std::nullopt;
  const std::uint64_t long_length = big_endian(large);
  return long_length >= 16 ? PartLength(long_length) : std::nullopt;
}

/// A RIFF chunk at the top of an AVI file; a writer that was killed left its length at 0.
PartLength riff_length(const FileDescriptor& file, std::int64_t at) {
  std::array<std::uint8_t, 12> head{};
  if (!file.read_at(at, head)) return std::nullopt;
  const std::string_view tag(reinterpret_cast<const char*>(head.data()), 4);
  const std::string_view form(reinterpret_cast<const char*>(head.data()) + 8, 4);
  if (tag != "RIFF" || (form != "AVI " && form != "AVIX")) return std::nullopt;
  std::ranges::reverse(std::span(head).subspan(4, 4));
  const std::uint64_t contents = big_endian(std::span(head).subspan(4, 4));
  return contents > 4 ? PartLength(8 + contents + contents % 2) : std::nullopt;
}

/// An EBML element of the top level: the header or the segment; one of unknown length ends the
/// walk.
PartLength element_length(const FileDescriptor& file, std::int64_t at) {
  std::array<std::uint8_t, 5> head{};
  if (!file.read_at(at, head)) return std::nullopt;
  const auto id = big_endian(std::span(head).first(4));
  if (id != kEbmlHeader && id != kMatroskaSegment) return std::nullopt;
  const auto width = static_cast<std::size_t>(std::countl_zero(head[4])) + 1;
  std::array<std::uint8_t, 8> field{};
  if (width > field.size() || !file.read_at(at + 4, std::span(field).first(width)))
    return std::nullopt;
  const std::uint64_t mask = (std::uint64_t{1} << 7 * width) - 1;
  const std::uint64_t contents = big_endian(std::span(field).first(width)) & mask;
  if (contents == mask) return std::nullopt;
  return 4 + width + contents;
}

using LengthAt = PartLength (*)(const FileDescriptor&, std::int64_t);

/// Which kind of parts the file is made of; null for a container without lengths.
LengthAt parts_of(const FileDescriptor& file) {
  std::array<std::uint8_t, 12> head{};
  if (!file.read_at(0, head)) return nullptr;
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  if (text.starts_with("RIFF")) return riff_length;
  if (big_endian(std::span(head).first(4)) == kEbmlHeader) return element_length;
  for (const std::string_view type : {"ftyp", "moov", "mdat", "wide", "free", "skip"}) {
    if (text.substr(4, 4) == type) return box_length;
  }
  return nullptr;
}

}  // namespace

std::int64_t bytes_cut_off(const std::string& path) noexcept {
  try {
    const FileDescriptor file = open_regular(path);
    struct stat facts {};
    if (!file.is_open() || fstat(file.get(), &facts) != 0) return 0;
    const auto size = static_cast<std::uint64_t>(facts.st_size);
    const LengthAt length_at = parts_of(file);
    std::uint64_t at = 0;
    while (length_at != nullptr && at < size) {
      const auto length = length_at(file, static_cast<std::int64_t>(at));
      if (!length) return 0;
      if (*length > size - at) {
        const std::uint64_t missing = *length - (size - at);
        // No file is that long: a damaged length, which says nothing about the end.
        return std::bit_width(missing) < 48 ? static_cast<std::int64_t>(missing) : 0;
      }
      at += *length;
    }
  } catch (...) {
    // Only a warning depends on it.
  }
  return 0;
}

}  // namespace hindsight::ingest::detail
