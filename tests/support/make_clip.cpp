#include "support/make_clip.h"

#include <stdexcept>

#include <fmt/format.h>

#include "support/run_command.h"

namespace hindsight::test {
namespace {

constexpr int kColumns = 16;

}  // namespace

std::string make_clip(const std::string& path, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-v", "error", "-y"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  command.push_back(path);
  const auto result = run_command(command);
  if (result.exit_code != 0)
    throw std::runtime_error(fmt::format("ffmpeg made no {}: {}", path, result.err));
  return path;
}

std::vector<std::string> numbered(const NumberedSource& source,
                                  const std::vector<std::string>& more) {
  // In the top quarter column i is white when bit i of the frame number is set.
  const auto paint = [](const std::string& inside, const std::string& outside) {
    return fmt::format("'if(lt(Y,H/4),{},{})'", inside, outside);
  };
  const std::string bit = fmt::format("16+219*mod(floor(N/pow(2,floor(X*{}/W))),2)", kColumns);
  std::vector<std::string> arguments{
      "-f",
      "lavfi",
      "-i",
      fmt::format("testsrc2=size={}x{}:rate={},trim=end_frame={},format=yuv444p,geq=lum={}:cb={}:"
                  "cr={},format=yuv420p",
                  source.width,
                  source.height,
                  source.rate,
                  source.frames,
                  paint(bit, "lum(X,Y)"),
                  paint("128", "cb(X,Y)"),
                  paint("128", "cr(X,Y)"))};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

int painted_number(ImageView picture) {
  const std::uint8_t* row = picture.row(picture.height / 8);
  int number = 0;
  for (int i = 0; i < kColumns; ++i) {
    const int x = (2 * i + 1) * picture.width / (2 * kColumns);
    // Any channel will do: the columns are gray.
    if (row[x * picture.channels + picture.channels / 2] > 127) number |= 1 << i;
  }
  return number;
}

}  // namespace hindsight::test
