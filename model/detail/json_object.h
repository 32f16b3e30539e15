// An object of a JSON file, read with checks that name file and key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace hindsight::model {

/// The whole file.  Throws Error(model), naming it, when it cannot be read.
[[nodiscard]] std::string read_text_file(const std::filesystem::path& path);

/// A member that is missing or null is empty; one of another type is an Error(model).  Immutable,
/// cheap to copy.
class JsonObject {
 public:
  /// `name` is what error messages call the file.  Throws Error(model) when `json` is not one JSON
  /// object.
  [[nodiscard]] static JsonObject parse(std::string_view json, const std::string& name);

  /// False for a member that is null.
  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] std::optional<std::int64_t> find_int64(const std::string& key) const;
  [[nodiscard]] std::optional<int> find_int(const std::string& key) const;
  [[nodiscard]] std::optional<double> find_double(const std::string& key) const;
  [[nodiscard]] std::optional<bool> find_bool(const std::string& key) const;
  [[nodiscard]] std::optional<std::string> find_string(const std::string& key) const;
  /// A single number counts as a list of one.
  [[nodiscard]] std::optional<std::vector<int>> find_ints(const std::string& key) const;
  [[nodiscard]] std::optional<std::vector<double>> find_doubles(const std::string& key) const;
  [[nodiscard]] std::optional<std::vector<std::string>> find_strings(const std::string& key) const;
  [[nodiscard]] std::optional<JsonObject> find_object(const std::string& key) const;

  /// Error(model): "cannot use 'FILE': KEY is ...", KEY with the path of the objects around it.
  [[nodiscard]] Error error(const std::string& key, std::string_view what) const;

 private:
  struct Node;
  explicit JsonObject(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  template <class T, class Accept>
  std::optional<T> find(const std::string& key, Accept accept, std::string_view expected) const;
  template <class T, class Accept>
  std::optional<std::vector<T>> find_list(const std::string& key,
                                          Accept accept,
                                          std::string_view expected) const;
  std::shared_ptr<const Node> node_;
};

}  // namespace hindsight::model
