#include "model/safetensors.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// The reference implementation's limit; a longer header is an attack or damage.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::int64_t kMaxElements = std::int64_t{1} << 40;

struct ElementRow {
  ElementType type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<ElementRow, 10> kElements{{{ElementType::boolean, "BOOL", 1},
                                                {ElementType::u8, "U8", 1},
                                                {ElementType::i8, "I8", 1},
                                                {ElementType::i16, "I16", 2},
                                                {ElementType::i32, "I32", 4},
                                                {ElementType::i64, "I64", 8},
                                                {ElementType::f16, "F16", 2},
                                                {ElementType::bf16, "BF16", 2},
                                                {ElementType::f32, "F32", 4},
                                                {ElementType::f64, "F64", 8}}};

const ElementRow& row_of(ElementType type) { return kElements[static_cast<std::size_t>(type)]; }

[[noreturn]] void refuse(const fs::path& file, std::string_view why) {
  throw Error(ErrorCode::model,
              fmt::format("cannot read safetensors file '{}': {}", file.string(), why));
}

/// Maps a whole file read-only.  The result's deleter unmaps it.
std::shared_ptr<const std::byte> map_file(const fs::path& file, std::size_t& size) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) refuse(file, std::strerror(errno));
  struct stat status {};
  const bool readable = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  size = readable ? static_cast<std::size_t>(status.st_size) : 0;
  void* address = MAP_FAILED;
  if (size >= 8) address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  const int map_errno = errno;
  ::close(fd);
  if (!readable) refuse(file, "it is not a regular file");
  if (size < 8) refuse(file, fmt::format("it has {} bytes, too few for a header", size));
  if (address == MAP_FAILED) refuse(file, std::strerror(map_errno));
  return {static_cast<const std::byte*>(address),
          [size](const std::byte* p) { ::munmap(const_cast<std::byte*>(p), size); }};
}

std::uint64_t read_header_size(const fs::path& file,
                               const std::byte* bytes,
                               std::size_t file_size) {
  std::uint64_t size = 0;
  for (int i = 7; i >= 0; --i) size = size << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  if (size > kMaxHeaderBytes)
    refuse(file, fmt::format("its header claims {} bytes, the limit is {}", size, kMaxHeaderBytes));
  if (size > file_size - 8) {
    refuse(
        file,
        fmt::format(
            "its header claims {} bytes, but the file has only {}; the download may be incomplete",
            size,
            file_size));
  }
  return size;
}

struct Entry {
  TensorSpec spec;
  std::size_t begin = 0;
  std::size_t end = 0;
};

Entry parse_entry(const fs::path& file, const std::string& name, const json& value) {
  Entry entry;
  entry.spec.name = name;
  try {
    const auto type_name = value.at("dtype").get<std::string>();
    const auto row = std::find_if(kElements.begin(), kElements.end(), [&](const ElementRow& r) {
      return r.name == type_name;
    });
    if (row == kElements.end())
      refuse(file, fmt::format("tensor '{}' has the unknown dtype '{}'", name, type_name));
    entry.spec.type = row->type;
    std::int64_t elements = 1;
    for (const json& extent : value.at("shape")) {
      if (!extent.is_number_unsigned())
        refuse(file, fmt::format("tensor '{}' has a shape that is not a list of sizes", name));
      const auto n = extent.get<std::uint64_t>();
      if (n > static_cast<std::uint64_t>(kMaxElements) ||
          (n != 0 && elements > kMaxElements / static_cast<std::int64_t>(n))) {
        refuse(file, fmt::format("tensor '{}' has an impossible shape", name));
      }
      elements *= static_cast<std::int64_t>(n);
      entry.spec.shape.push_back(static_cast<std::int64_t>(n));
    }
    const json& offsets = value.at("data_offsets");
    if (offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
      refuse(file, fmt::format("tensor '{}' has no valid data_offsets", name));
    }
    entry.begin = offsets[0].get<std::size_t>();
    entry.end = offsets[1].get<std::size_t>();
  } catch (const json::exception&) {
    refuse(
        file,
        fmt::format("the header entry of tensor '{}' is not {{dtype, shape, data_offsets}}", name));
  }
  return entry;
}

/// The format allows no holes, so sorted ranges must follow each other exactly; damage shows here.
void check_ranges(const fs::path& file, std::vector<Entry>& entries, std::size_t payload_size) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t at = 0;
  for (const Entry& entry : entries) {
    const std::string& name = entry.spec.name;
    if (entry.end < entry.begin || entry.end > payload_size) {
      refuse(file,
             fmt::format("tensor '{}' ends at byte {}, but the data has {} bytes; the download may "
                         "be incomplete",
                         name,
                         entry.end,
                         payload_size));
    }
    if (entry.end - entry.begin != entry.spec.num_bytes()) {
      refuse(file,
             fmt::format("tensor '{}' holds {} bytes, but {} of shape {} needs {}",
                         name,
                         entry.end - entry.begin,
                         element_type_name(entry.spec.type),
                         shape_text(entry.spec.shape),
                         entry.spec.num_bytes()));
    }
    if (entry.begin < at)
      refuse(file, fmt::format("tensor '{}' overlaps the tensor before it", name));
    if (entry.begin > at) refuse(file, fmt::format("there is a hole before tensor '{}'", name));
    at = entry.end;
  }
  if (at != payload_size)
    refuse(file, fmt::format("{} bytes after the last tensor belong to none", payload_size - at));
}

std::vector<Entry> parse_header(const fs::path& file, std::string_view text) {
  const json header = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) refuse(file, "its header is not JSON; this is not a safetensors file");
  std::vector<Entry> entries;
  entries.reserve(header.size());
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") entries.push_back(parse_entry(file, name, value));
  }
  return entries;
}

}  // namespace

std::string_view element_type_name(ElementType type) { return row_of(type).name; }

std::size_t element_size(ElementType type) { return row_of(type).size; }

std::int64_t TensorSpec::num_elements() const {
  std::int64_t n = 1;
  for (const std::int64_t extent : shape) n *= extent;
  return n;
}

std::size_t TensorSpec::num_bytes() const {
  return static_cast<std::size_t>(num_elements()) * element_size(type);
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

void MappedTensor::release_pages() const {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::uintptr_t begin = (first + page - 1) / page * page;
  const std::uintptr_t end = (first + bytes.size()) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void MappedTensor::copy_values(ElementType expected, void* out) const {
  if (spec.type != expected) {
    throw Error(ErrorCode::model,
                fmt::format("tensor '{}' is {}, not {}",
                            spec.name,
                            element_type_name(spec.type),
                            element_type_name(expected)));
  }
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
}

SafetensorsReader::SafetensorsReader(const fs::path& path) : path_(path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    add_file(path);
    return;
  }
  const fs::path index = path / "model.safetensors.index.json";
  const fs::path single = path / "model.safetensors";
  if (fs::exists(index, ignored)) {
    add_index(index);
  } else if (fs::exists(single, ignored)) {
    add_file(single);
  } else {
    throw Error(ErrorCode::model,
                fmt::format("no weights in '{}': neither model.safetensors.index.json nor "
                            "model.safetensors is there",
                            path.string()));
  }
}

void SafetensorsReader::add_file(const fs::path& file) {
  std::size_t size = 0;
  const std::shared_ptr<const std::byte> mapping = map_file(file, size);
  const std::uint64_t header_size = read_header_size(file, mapping.get(), size);
  const std::byte* payload = mapping.get() + 8 + header_size;
  auto entries =
      parse_header(file, {reinterpret_cast<const char*>(mapping.get()) + 8, header_size});
  check_ranges(file, entries, size - 8 - header_size);
  for (Entry& entry : entries) {
    MappedTensor tensor{entry.spec, {payload + entry.begin, entry.end - entry.begin}, mapping};
    if (!tensors_.emplace(entry.spec.name, std::move(tensor)).second) {
      refuse(file, fmt::format("tensor '{}' is also in another shard", entry.spec.name));
    }
  }
  files_.push_back(file);
}

void SafetensorsReader::add_index(const fs::path& index) {
  std::ifstream in(index);
  const json content = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!content.is_object() || !content.contains("weight_map") ||
      !content["weight_map"].is_object()) {
    refuse(index, "it is not JSON with a weight_map");
  }
  std::set<std::string> shards;
  for (const auto& [name, shard] : content["weight_map"].items()) {
    if (!shard.is_string())
      refuse(index, fmt::format("the shard of tensor '{}' is not a file name", name));
    const fs::path file = shard.get<std::string>();
    if (file.has_parent_path())
      refuse(index, fmt::format("shard '{}' is not in the same folder", file.string()));
    shards.insert(file.string());
  }
  for (const std::string& shard : shards) add_file(index.parent_path() / shard);
  for (const auto& [name, shard] : content["weight_map"].items()) {
    if (!find(name))
      refuse(index,
             fmt::format("tensor '{}' is not in its shard '{}'", name, shard.get<std::string>()));
  }
}

const MappedTensor* SafetensorsReader::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

const MappedTensor& SafetensorsReader::at(std::string_view name) const {
  if (const MappedTensor* tensor = find(name)) return *tensor;
  throw Error(ErrorCode::model,
              fmt::format("there is no tensor '{}' in '{}'", name, path_.string()));
}

}  // namespace hindsight::model
