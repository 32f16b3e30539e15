#include "model/safetensors.h"

#include <array>
#include <cstring>
#include <fstream>
#include <numeric>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/error.h"
#include "support/temp_dir.h"

namespace {

using namespace hindsight;
using namespace hindsight::model;
using test::TempDir;

std::string message_of(const std::filesystem::path& path) {
  try {
    const SafetensorsReader reader(path);
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::model);
    return e.what();
  }
}

/// A file with the given header text and as many payload bytes.
void write_raw(const std::string& file, const std::string& header, std::size_t payload) {
  std::ofstream out(file, std::ios::binary);
  const auto size = static_cast<std::uint64_t>(header.size());
  std::array<char, 8> length{};
  std::memcpy(length.data(), &size, length.size());
  out.write(length.data(), 8);
  out << header << std::string(payload, '\0');
}

void write_floats(const std::string& file,
                  const std::string& name,
                  const std::vector<float>& values) {
  const std::vector<TensorSpec> specs{
      {name, ElementType::f32, {static_cast<std::int64_t>(values.size())}}};
  SafetensorsWriter writer(file, specs);
  writer.write_values(std::span<const float>(values));
  writer.finish();
}

TEST_CASE("what the writer writes, the reader reads") {
  const TempDir dir;
  const std::vector<TensorSpec> specs{{"b", ElementType::f32, {2, 3}},
                                      {"a", ElementType::i64, {2}},
                                      {"empty", ElementType::bf16, {0, 4}},
                                      {"scalar", ElementType::f32, {}}};
  std::array<float, 6> b{};
  std::iota(b.begin(), b.end(), -2.5F);
  const std::array<std::int64_t, 2> a{-1, std::int64_t{1} << 40};
  SafetensorsWriter writer(dir.file("x.safetensors"), specs, {{"format", "pt"}});
  writer.write_values(std::span<const float>(b).first(1));
  writer.write_values(std::span<const float>(b).subspan(1));
  writer.write_values(std::span<const std::int64_t>(a));
  const float scalar = 7;
  writer.write_values(std::span(&scalar, 1));
  CHECK_FALSE(std::filesystem::exists(dir.file("x.safetensors")));
  writer.finish();
  CHECK_FALSE(std::filesystem::exists(dir.file("x.safetensors.partial")));

  const SafetensorsReader reader(dir.file("x.safetensors"));
  CHECK(reader.tensors().size() == 4);
  CHECK(reader.at("b").spec == specs[0]);
  CHECK(reader.at("b").values<float>() == std::vector<float>(b.begin(), b.end()));
  CHECK(reader.at("a").values<std::int64_t>() == std::vector<std::int64_t>(a.begin(), a.end()));
  CHECK(reader.at("empty").bytes.empty());
  CHECK(reader.at("scalar").values<float>() == std::vector<float>{7});
  reader.at("b").release_pages();
  CHECK(reader.at("b").values<float>()[5] == b[5]);
  CHECK(reader.find("c") == nullptr);
  CHECK_THROWS_WITH_AS(
      (void)reader.at("c"),
      fmt::format("there is no tensor 'c' in '{}'", dir.file("x.safetensors")).c_str(),
      Error);
  CHECK_THROWS_WITH_AS((void)reader.at("a").values<float>(), "tensor 'a' is I64, not F32", Error);
}

TEST_CASE("a tensor outlives the reader it came from") {
  const TempDir dir;
  write_floats(dir.file("x.safetensors"), "x", {1, 2, 3});
  const MappedTensor tensor = SafetensorsReader(dir.file("x.safetensors")).at("x");
  CHECK(tensor.values<float>() == std::vector<float>{1, 2, 3});
}

TEST_CASE("a folder is read through its index or its single file") {
  const TempDir dir;
  CHECK(
      message_of(dir.path()) ==
      fmt::format(
          "no weights in '{}': neither model.safetensors.index.json nor model.safetensors is there",
          dir.path().string()));
  write_floats(dir.file("model.safetensors"), "single", {1});
  CHECK(SafetensorsReader(dir.path()).find("single") != nullptr);

  write_floats(dir.file("model-00001-of-00002.safetensors"), "x", {1, 2});
  write_floats(dir.file("model-00002-of-00002.safetensors"), "y", {3});
  const std::string index = dir.file("model.safetensors.index.json");
  std::ofstream(index)
      << R"({"weight_map": {"x": "model-00001-of-00002.safetensors", "y": "model-00002-of-00002.safetensors"}})";
  const SafetensorsReader sharded(dir.path());
  CHECK(sharded.files().size() == 2);
  CHECK(sharded.at("y").values<float>() == std::vector<float>{3});
  CHECK(sharded.find("single") == nullptr);
}

TEST_CASE("a damaged index is refused by name") {
  const TempDir dir;
  const std::string index = dir.file("model.safetensors.index.json");
  write_floats(dir.file("a.safetensors"), "x", {1});
  write_floats(dir.file("b.safetensors"), "x", {1});
  struct Row {
    std::string content;
    std::string file;
    std::string why;
  };
  const std::vector<Row> rows{
      {"[1, 2]", index, "it is not JSON with a weight_map"},
      {"{", index, "it is not JSON with a weight_map"},
      {R"({"weight_map": {"x": 3}})", index, "the shard of tensor 'x' is not a file name"},
      {R"({"weight_map": {"x": "../a.safetensors"}})",
       index,
       "shard '../a.safetensors' is not in the same folder"},
      {R"({"weight_map": {"z": "a.safetensors"}})",
       index,
       "tensor 'z' is not in its shard 'a.safetensors'"},
      {R"({"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}})",
       dir.file("b.safetensors"),
       "tensor 'x' is also in another shard"},
      {R"({"weight_map": {"x": "c.safetensors"}})",
       dir.file("c.safetensors"),
       "No such file or directory"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.content);
    std::ofstream(index) << row.content;
    CHECK(message_of(dir.path()) ==
          fmt::format("cannot read safetensors file '{}': {}", row.file, row.why));
  }
}

TEST_CASE("a damaged header is refused, naming the tensor") {
  const TempDir dir;
  struct Row {
    std::string header;
    std::size_t payload;
    std::string why;
  };
  const std::vector<Row> rows{
      {"<html>", 0, "its header is not JSON; this is not a safetensors file"},
      {R"({"x": 1})", 0, "the header entry of tensor 'x' is not {dtype, shape, data_offsets}"},
      {R"({"x": {"dtype": "F8", "shape": [1], "data_offsets": [0, 1]}})",
       1,
       "tensor 'x' has the unknown dtype 'F8'"},
      {R"({"x": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}})",
       4,
       "tensor 'x' has a shape that is not a list of sizes"},
      {R"({"x": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 4]}})",
       4,
       "tensor 'x' has an impossible shape"},
      {R"({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0]}})",
       4,
       "tensor 'x' has no valid data_offsets"},
      {R"({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})",
       4,
       "tensor 'x' ends at byte 8, but the data has 4 bytes; the download may be incomplete"},
      {R"({"x": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}})",
       4,
       "tensor 'x' ends at byte 0, but the data has 4 bytes; the download may be incomplete"},
      {R"({"x": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 4]}})",
       4,
       "tensor 'x' holds 4 bytes, but F32 of shape [2, 3] needs 24"},
      {R"({"x": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "y": {"dtype": "U8", "shape": [2], "data_offsets": [2, 4]}})",
       4,
       "tensor 'y' overlaps the tensor before it"},
      {R"({"x": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}})",
       2,
       "there is a hole before tensor 'x'"},
      {R"({"x": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}})",
       3,
       "2 bytes after the last tensor belong to none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    const std::string file = dir.file("bad.safetensors");
    write_raw(file, row.header, row.payload);
    CHECK(message_of(file) == fmt::format("cannot read safetensors file '{}': {}", file, row.why));
  }
}

TEST_CASE("a file that is cut anywhere is refused") {
  const TempDir dir;
  write_floats(dir.file("x.safetensors"), "x", std::vector<float>(100, 1.F));
  const auto size = std::filesystem::file_size(dir.file("x.safetensors"));
  for (std::uintmax_t kept = 0; kept < size; ++kept) {
    const std::string cut = dir.file("cut.safetensors");
    std::filesystem::copy_file(
        dir.file("x.safetensors"), cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, kept);
    CHECK_MESSAGE(!message_of(cut).empty(), "kept ", kept);
  }
}

TEST_CASE("what is no file is refused") {
  const TempDir dir;
  CHECK(message_of(dir.file("none")) ==
        fmt::format("cannot read safetensors file '{}': No such file or directory",
                    dir.file("none")));
  CHECK(message_of("/dev/null") ==
        "cannot read safetensors file '/dev/null': it is not a regular file");
  std::ofstream(dir.file("long")) << std::string(8, '\xff') << "{}";
  CHECK(message_of(dir.file("long")) ==
        fmt::format("cannot read safetensors file '{}': its header claims 18446744073709551615 "
                    "bytes, the limit is 100000000",
                    dir.file("long")));
}

TEST_CASE("the writer refuses double names, unfinished payloads and places it cannot write") {
  const TempDir dir;
  const std::vector<TensorSpec> twice{{"x", ElementType::u8, {1}}, {"x", ElementType::u8, {1}}};
  CHECK_THROWS_WITH_AS(SafetensorsWriter(dir.file("x"), twice),
                       "cannot write two safetensors entries named 'x'",
                       Error);
  const std::vector<TensorSpec> one{{"x", ElementType::u8, {4}}};
  {
    SafetensorsWriter writer(dir.file("x"), one);
    CHECK_THROWS_AS(writer.finish(), Error);
  }
  CHECK(std::filesystem::is_empty(dir.path()));
  CHECK_THROWS_WITH_AS(
      SafetensorsWriter(dir.file("no/x"), one),
      fmt::format("cannot create '{}': No such file or directory", dir.file("no/x")).c_str(),
      Error);
}

TEST_CASE("a full disk stops the writer with one sentence") {
  if (!std::filesystem::exists("/dev/full")) {
    MESSAGE("skipped: there is no /dev/full");
    return;
  }
  const TempDir dir;
  std::filesystem::create_symlink("/dev/full", dir.file("x.partial"));
  const std::vector<TensorSpec> specs{{"x", ElementType::u8, {1 << 20}}};
  SafetensorsWriter writer(dir.file("x"), specs);
  const std::vector<std::byte> payload(1 << 20);
  CHECK_THROWS_WITH_AS(
      writer.write(payload),
      fmt::format("cannot write '{}': No space left on device", dir.file("x")).c_str(),
      Error);
}

}  // namespace
