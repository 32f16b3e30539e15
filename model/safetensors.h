// Safetensors files: eight bytes of header length, a JSON header, then the tensors' bytes.  Reading
// maps the file into memory and copies nothing; writing streams, so a checkpoint larger than memory
// can be made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hindsight::model {

enum class ElementType { boolean, u8, i8, i16, i32, i64, f16, bf16, f32, f64 };

/// The name in a safetensors header: "BF16", "I64", ...
[[nodiscard]] std::string_view element_type_name(ElementType type);
[[nodiscard]] std::size_t element_size(ElementType type);

/// A tensor's place in the header.  The payload is row-major, little-endian.
struct TensorSpec {
  std::string name;
  ElementType type = ElementType::f32;
  std::vector<std::int64_t> shape;

  [[nodiscard]] std::int64_t num_elements() const;
  [[nodiscard]] std::size_t num_bytes() const;
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

/// "[2, 3]", for messages.
[[nodiscard]] std::string shape_text(std::span<const std::int64_t> shape);

/// A tensor in a mapped file.  Valid as long as some copy of `owner` lives.
struct MappedTensor {
  TensorSpec spec;
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;

  /// Lets the kernel drop the pages that lie wholly inside the tensor; they are read again from the
  /// file when touched.
  void release_pages() const;
  /// The payload as T; throws Error(model), naming tensor and file, unless the tensor has that
  /// element type.
  template <class T>
  [[nodiscard]] std::vector<T> values() const {
    std::vector<T> out(static_cast<std::size_t>(spec.num_elements()));
    copy_values(ElementTypeOf<T>::value, out.data());
    return out;
  }

 private:
  template <class T>
  struct ElementTypeOf;
  void copy_values(ElementType expected, void* out) const;
};

template <>
struct MappedTensor::ElementTypeOf<float> {
  static constexpr auto value = ElementType::f32;
};
template <>
struct MappedTensor::ElementTypeOf<std::int64_t> {
  static constexpr auto value = ElementType::i64;
};

/// One file or the shards of one checkpoint folder.  Immutable, thread-safe; copies share the
/// mappings. A file that is cut short while it is mapped ends the process, as with any mapping:
/// replace files, do not rewrite them.
class SafetensorsReader {
 public:
  /// `path`: a .safetensors file, or a folder with model.safetensors.index.json or
  /// model.safetensors. Reads and checks the headers only.  Throws Error(model) naming the file and
  /// the tensor when a header is damaged, a range lies outside the file or overlaps another, a size
  /// does not fit its shape, or a shard is missing.
  explicit SafetensorsReader(const std::filesystem::path& path);

  /// In the order of their names.
  [[nodiscard]] const std::map<std::string, MappedTensor, std::less<>>& tensors() const {
    return tensors_;
  }
  /// nullptr when there is no such tensor.
  [[nodiscard]] const MappedTensor* find(std::string_view name) const;
  /// Throws Error(model) when there is no such tensor.
  [[nodiscard]] const MappedTensor& at(std::string_view name) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  void add_file(const std::filesystem::path& file);
  void add_index(const std::filesystem::path& index);

  std::filesystem::path path_;
  std::vector<std::filesystem::path> files_;
  std::map<std::string, MappedTensor, std::less<>> tensors_;
};

/// Writes one file: the header at construction, then the payloads in the order of `tensors`.
/// The file appears under its name only at finish(); an unfinished one is removed.  Not
/// thread-safe.
class SafetensorsWriter {
 public:
  /// Throws Error(model) when the file cannot be created, Error(usage) when two tensors share a
  /// name.
  SafetensorsWriter(const std::filesystem::path& file,
                    std::span<const TensorSpec> tensors,
                    const std::map<std::string, std::string>& metadata = {});
  ~SafetensorsWriter();
  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

  /// The next bytes of the payload, in pieces of any size.  Throws Error(model) when the disk is
  /// full.
  void write(std::span<const std::byte> bytes);
  template <class T>
  void write_values(std::span<const T> values) {
    write(std::as_bytes(values));
  }
  /// Throws Error(internal) unless exactly the announced bytes were written.
  void finish();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  [[noreturn]] void fail(std::string_view what) const;

  std::filesystem::path path_;
  std::filesystem::path partial_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::size_t expected_bytes_ = 0;
  std::size_t written_bytes_ = 0;
};

}  // namespace hindsight::model
