#include "model/detail/json_object.h"

#include <fstream>
#include <limits>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hindsight::model {
namespace {

using Json = nlohmann::json;

bool is_integer(const Json& value) { return value.is_number_integer(); }
bool is_number(const Json& value) { return value.is_number(); }
bool is_bool(const Json& value) { return value.is_boolean(); }
bool is_string(const Json& value) { return value.is_string(); }
bool is_int(const Json& value) {
  if (!value.is_number_integer()) return false;
  const auto number = value.get<std::int64_t>();
  return number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max();
}

}  // namespace

struct JsonObject::Node {
  std::shared_ptr<const Json> root;  // keeps `object` alive
  const Json* object = nullptr;
  std::string file;
  std::string prefix;  // "vision_config." inside that object
};

std::string read_text_file(const std::filesystem::path& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    throw Error(ErrorCode::model, fmt::format("cannot read '{}': it is a folder", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    // Who may not enter its folder cannot tell whether it exists.
    const bool exists = std::filesystem::exists(path, failure) || failure;
    throw Error(
        ErrorCode::model,
        fmt::format(
            "cannot read '{}': {}", path.string(), exists ? "permission denied" : "no such file"));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

JsonObject JsonObject::parse(std::string_view json, const std::string& name) {
  auto node = std::make_shared<Node>();
  node->file = name;
  try {
    node->root = std::make_shared<const Json>(Json::parse(json));
  } catch (const Json::exception& e) {
    throw Error(ErrorCode::model,
                fmt::format("cannot use '{}': it is not valid JSON ({})", name, e.what()));
  }
  if (!node->root->is_object()) {
    throw Error(
        ErrorCode::model,
        fmt::format(
            "cannot use '{}': it holds a JSON {}, not an object", name, node->root->type_name()));
  }
  node->object = node->root.get();
  return JsonObject(std::move(node));
}

Error JsonObject::error(const std::string& key, std::string_view what) const {
  return {ErrorCode::model,
          fmt::format("cannot use '{}': {}{} {}", node_->file, node_->prefix, key, what)};
}

template <class T, class Accept>
std::optional<T> JsonObject::find(const std::string& key,
                                  Accept accept,
                                  std::string_view expected) const {
  const auto at = node_->object->find(key);
  if (at == node_->object->end() || at->is_null()) return std::nullopt;
  if (!accept(*at)) throw error(key, fmt::format("is {}, but must be {}", at->dump(), expected));
  return at->get<T>();
}

template <class T, class Accept>
std::optional<std::vector<T>> JsonObject::find_list(const std::string& key,
                                                    Accept accept,
                                                    std::string_view expected) const {
  const auto at = node_->object->find(key);
  if (at == node_->object->end() || at->is_null()) return std::nullopt;
  if (accept(*at)) return std::vector<T>{at->get<T>()};
  bool good = at->is_array();
  for (const auto& item : *at) good = good && accept(item);
  if (!good) throw error(key, fmt::format("is {}, but must be {}", at->dump(), expected));
  return at->get<std::vector<T>>();
}

bool JsonObject::has(const std::string& key) const {
  const auto at = node_->object->find(key);
  return at != node_->object->end() && !at->is_null();
}

std::optional<std::int64_t> JsonObject::find_int64(const std::string& key) const {
  return find<std::int64_t>(key, is_integer, "an integer");
}
std::optional<int> JsonObject::find_int(const std::string& key) const {
  return find<int>(key, is_int, "an integer of 32 bits");
}
std::optional<double> JsonObject::find_double(const std::string& key) const {
  return find<double>(key, is_number, "a number");
}
std::optional<bool> JsonObject::find_bool(const std::string& key) const {
  return find<bool>(key, is_bool, "true or false");
}
std::optional<std::string> JsonObject::find_string(const std::string& key) const {
  return find<std::string>(key, is_string, "a string");
}
std::optional<std::vector<int>> JsonObject::find_ints(const std::string& key) const {
  return find_list<int>(key, is_int, "a list of integers");
}
std::optional<std::vector<double>> JsonObject::find_doubles(const std::string& key) const {
  return find_list<double>(key, is_number, "a list of numbers");
}
std::optional<std::vector<std::string>> JsonObject::find_strings(const std::string& key) const {
  return find_list<std::string>(key, is_string, "a list of strings");
}

std::optional<JsonObject> JsonObject::find_object(const std::string& key) const {
  const auto at = node_->object->find(key);
  if (at == node_->object->end() || at->is_null()) return std::nullopt;
  if (!at->is_object())
    throw error(key, fmt::format("is a {}, but must be an object", at->type_name()));
  auto node = std::make_shared<Node>(*node_);
  node->object = &*at;
  node->prefix += key + ".";
  return JsonObject(std::move(node));
}

}  // namespace hindsight::model
