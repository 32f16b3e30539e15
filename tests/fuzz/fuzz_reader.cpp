// libFuzzer's entry; see tests/fuzz/README.md.
#include <cstddef>
#include <cstdint>

#include "fuzz/read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hindsight::test::read_everything({data, size});
  return 0;
}
