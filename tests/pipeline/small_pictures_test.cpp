#include "pipeline/detail/small_pictures.h"

#include <doctest/doctest.h>

using namespace hindsight;
using namespace hindsight::pipeline;

TEST_CASE("blocks of large pictures are not smoothed for signals, those of small ones are") {
  const auto of = [](int width, int height) {
    ingest::StreamFacts facts;
    facts.width = width;
    facts.height = height;
    return deblocking_for(facts);
  };
  CHECK(of(1920, 1080) == ingest::Deblocking::off);
  CHECK(of(1280, 720) == ingest::Deblocking::off);
  CHECK(of(720, 1280) == ingest::Deblocking::off);
  CHECK(of(768, 432) == ingest::Deblocking::on);
  CHECK(of(320, 180) == ingest::Deblocking::on);
}
