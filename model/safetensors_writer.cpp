#include <cerrno>
#include <cstring>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "model/safetensors.h"

namespace hindsight::model {
namespace {

constexpr std::size_t kHeaderAlignment = 8;

std::string header_text(std::span<const TensorSpec> tensors,
                        const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t at = 0;
  for (const TensorSpec& tensor : tensors) {
    if (tensor.name == "__metadata__" || header.contains(tensor.name)) {
      throw Error(ErrorCode::usage,
                  fmt::format("cannot write two safetensors entries named '{}'", tensor.name));
    }
    const std::size_t end = at + tensor.num_bytes();
    header[tensor.name] = {{"dtype", element_type_name(tensor.type)},
                           {"shape", tensor.shape},
                           {"data_offsets", {at, end}}};
    at = end;
  }
  // Names of files may hold bytes that are not UTF-8.
  std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  text.append((kHeaderAlignment - text.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  return text;
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& file,
                                     std::span<const TensorSpec> tensors,
                                     const std::map<std::string, std::string>& metadata)
    : path_(file), partial_(file.string() + ".partial") {
  const std::string header = header_text(tensors, metadata);
  file_.reset(std::fopen(partial_.c_str(), "wb"));
  if (!file_) fail("create");
  std::array<std::byte, 8> size{};
  for (std::size_t i = 0; i < size.size(); ++i)
    size[i] = static_cast<std::byte>(header.size() >> (8 * i));
  for (const TensorSpec& tensor : tensors) expected_bytes_ += tensor.num_bytes();
  expected_bytes_ += size.size() + header.size();
  write(size);
  write(std::as_bytes(std::span(header)));
}

SafetensorsWriter::~SafetensorsWriter() {
  if (!file_) return;
  file_.reset();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void SafetensorsWriter::fail(std::string_view what) const {
  throw Error(ErrorCode::store,
              fmt::format("cannot {} '{}': {}", what, path_.string(), std::strerror(errno)));
}

void SafetensorsWriter::write(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail("write");
  written_bytes_ += bytes.size();
}

void SafetensorsWriter::finish() {
  if (written_bytes_ != expected_bytes_) {
    throw Error(ErrorCode::internal,
                fmt::format("wrote {} bytes to '{}' instead of the {} announced",
                            written_bytes_,
                            path_.string(),
                            expected_bytes_));
  }
  if (std::fclose(file_.release()) != 0) {
    const int reason = errno;
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
    errno = reason;
    fail("write");
  }
  std::error_code renamed;
  std::filesystem::rename(partial_, path_, renamed);
  if (renamed) {
    errno = renamed.value();
    fail("rename the finished file to");
  }
}

}  // namespace hindsight::model
