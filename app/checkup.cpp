#include "app/checkup.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "app/model_dir.h"
#include "app/peak_memory.h"
#include "app/text.h"
#include "core/error.h"
#include "index/store.h"
#include "ingest/codecs.h"
#include "model/config.h"
#include "model/tokenizer.h"
#include "model/torch/load.h"

namespace hindsight::app {
namespace {

namespace fs = std::filesystem;
using Verdict = Check::Verdict;

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
/// Below this, committing the tokens of an hour at the default budget may not fit.
constexpr double kLowDiskGiB = 2.0;
constexpr double kLowMemoryGiB = 2.0;

/// The nearest folder above `path` that exists.
fs::path existing_parent(fs::path path) {
  std::error_code ignored;
  do {
    path = path.parent_path();
  } while (!path.empty() && !fs::exists(path, ignored) && path != path.parent_path());
  return path.empty() ? fs::path(".") : path;
}

/// A store, or the folder that one can be made in.  SQLite writes beside the file too.
bool may_be_written(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && access(path.c_str(), W_OK) != 0) return false;
  return access(existing_parent(path).c_str(), W_OK) == 0;
}

}  // namespace

Check check_codecs() {
  std::vector<std::string> readable;
  std::vector<std::string> missing;
  for (const auto& status : ingest::decoder_status()) {
    (status.decoder.empty() ? missing : readable).push_back(status.codec);
  }
  Check check{
      .name = "codecs",
      .finding = fmt::format("{}; reads {}", ingest::ffmpeg_version(), fmt::join(readable, ", "))};
  if (!missing.empty()) {
    check.verdict = Verdict::warning;
    check.finding += fmt::format("; cannot read {}", fmt::join(missing, ", "));
    check.fix = "install an FFmpeg that was built with these decoders";
  }
  return check;
}

Check check_libtorch() {
  const auto info = model::torch::backend_info(/*measure=*/true);
  Check check{.name = "libtorch"};
  check.finding = fmt::format(
      "libtorch {}, BLAS {}, {}, {} threads; measured {:.0f} GF/s in fp32, {:.0f} GF/s in bf16",
      info.torch_version,
      info.blas,
      info.onednn ? "with oneDNN" : "without oneDNN",
      info.threads,
      info.fp32_gflops,
      info.bf16_gflops);
  if (info.cuda_devices > 0) check.finding += fmt::format("; CUDA devices: {}", info.cuda_devices);
  if (info.slow_blas) {
    check.verdict = Verdict::warning;
    check.fix =
        "install libopenblas0-pthread and select it: update-alternatives --config "
        "libblas.so.3-x86_64-linux-gnu";
  } else if (!info.native_bf16 && info.cuda_devices == 0) {
    check.finding += "; this processor has no bf16 instructions, so models run in fp32";
  }
  return check;
}

Check check_memory() {
  const double available = static_cast<double>(available_memory_bytes()) / kGiB;
  Check check{.name = "memory", .finding = fmt::format("{:.1f} GiB available", available)};
  if (available < kLowMemoryGiB) {
    check.verdict = Verdict::warning;
    check.fix = "close other programs; a 2B model needs 6 GiB, the model that ships less than 1";
  }
  return check;
}

Check check_model(const Context& context) {
  Check check{.name = "model"};
  try {
    const auto dir = resolve_model_dir(context);
    const auto config = model::load_model_config(dir);
    const auto info = model::torch::read_model_info(dir);
    (void)model::Tokenizer::load(dir);
    const std::int64_t bytes =
        model::count_parameters(config).total() * (info.dtype == "fp32" ? 4 : 2);
    check.finding = fmt::format("{}: {}, {} parameters, {} of weights in {}",
                                dir.string(),
                                info.architecture,
                                human_count(info.num_parameters),
                                human_bytes(bytes),
                                info.dtype);
    if (bytes > available_memory_bytes()) {
      check.verdict = Verdict::failure;
      check.fix = "the weights do not fit into memory: use a smaller model or a larger machine";
    }
  } catch (const Error& e) {
    check.verdict = Verdict::failure;
    check.finding = e.what();
    check.fix =
        "give a Hugging Face folder of a Qwen2-VL or Qwen2.5-VL model with --model or "
        "HINDSIGHT_MODEL";
  }
  return check;
}

Check check_store(const Context& context) {
  const fs::path path = context.store_path;
  Check check{.name = "store"};
  try {
    std::error_code failed;
    const bool is_there = fs::exists(path, failed) || failed;
    if (is_there) {
      const auto store = index::Store::open(path.string(), index::OpenMode::read);
      check.finding = fmt::format("{}: {}",
                                  path.string(),
                                  counted(static_cast<std::int64_t>(store.videos().size()), "video"));
    } else {
      check.finding = fmt::format("{}: not there yet, the first ingest makes it", path.string());
    }
    if (!may_be_written(path)) {
      check.verdict = Verdict::warning;
      check.finding += is_there ? ", may be read but not written: ingest, rm and gc will fail"
                                : ", its folder may not be written: ingest will fail";
      check.fix = "change the permissions, or name another file with --store or HINDSIGHT_STORE";
    }
    const auto space = fs::space(existing_parent(path), failed);
    if (failed) {
      check.finding += ", the room on its disk is not known";
      return check;
    }
    const double free = static_cast<double>(space.available) / kGiB;
    check.finding += fmt::format(", {:.0f} GiB free on its disk", free);
    if (free < kLowDiskGiB) {
      check.verdict = Verdict::warning;
      check.fix = "free some space, or put the store elsewhere with --store or HINDSIGHT_STORE";
    }
  } catch (const Error& e) {
    check.verdict = Verdict::failure;
    check.finding = e.what();
    check.fix = "name another file with --store or HINDSIGHT_STORE";
  }
  return check;
}

}  // namespace hindsight::app
