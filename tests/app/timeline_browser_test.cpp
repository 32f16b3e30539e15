// The timeline page in a browser: what its script does.  Needs chromium, and says so without it.
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "app/planned.h"
#include "app/written_page.h"
#include "support/run_command.h"

using namespace hindsight::test;
using Json = nlohmann::json;

namespace {

// Moves the page as a user does and notes where it stands after each step.
constexpr const char* kSteps = R"html(<pre id="steps"></pre><script>
(async () => {
  const chart = document.getElementById("chart");
  const steps = {};
  const settle = () => new Promise((done) => setTimeout(done, 400));
  const note = async (name) => {
    await settle();
    steps[name] = {from: Number(chart.dataset.from), to: Number(chart.dataset.to),
      cards: document.querySelectorAll("#cards figure:not([hidden])").length,
      here: document.getElementById("here").textContent};
  };
  const box = () => chart.getBoundingClientRect();
  const place = (share, y = 150) => ({clientX: box().left + share * box().width,
    clientY: box().top + y, bubbles: true, cancelable: true});
  const point = (type, id, share, y) => chart.dispatchEvent(
    new PointerEvent(type, {...place(share, y), pointerId: id, buttons: 1}));
  const key = (name) => document.dispatchEvent(new KeyboardEvent("keydown", {key: name}));
  const press = (name) => document.querySelector(`button[data-do=${name}]`).click();
  await note("whole");
  chart.dispatchEvent(new WheelEvent("wheel", {...place(0.25), deltaY: -300}));
  await note("wheel");
  key("0");
  await note("key_all");
  key("+");
  await note("key_in");
  key("ArrowRight");
  await note("key_right");
  press("all");
  point("pointerdown", 1, 0.4); point("pointerdown", 2, 0.6);
  point("pointermove", 1, 0.2); point("pointermove", 2, 0.8);
  await note("pinch");
  point("pointerup", 1, 0.2); point("pointerup", 2, 0.8);
  point("pointerdown", 3, 0.5); point("pointermove", 3, 0.6); point("pointermove", 3, 0.7);
  point("pointerup", 3, 0.7);
  await note("drag");
  press("all"); press("out");
  await note("button_out");
  point("pointermove", 4, 0.15);
  await note("hover");
  point("pointerdown", 5, 0.16, 170); point("pointerup", 5, 0.16, 170);
  await note("click");
  steps.width = [document.documentElement.scrollWidth, window.innerWidth];
  const pixels = chart.getContext("2d").getImageData(0, 0, chart.width, chart.height).data;
  steps.colors = new Set(new Uint32Array(pixels.buffer)).size;
  document.getElementById("steps").textContent = JSON.stringify(steps);
})();
</script>)html";

std::string in_browser(const std::string& path, const std::string& profile, int width) {
  return run_command({"chromium",
                      "--headless",
                      "--no-sandbox",
                      "--disable-gpu",
                      "--user-data-dir=" + profile,
                      "--window-size=" + std::to_string(width) + ",900",
                      "--virtual-time-budget=20000",
                      "--dump-dom",
                      "file://" + path})
      .out;
}

double length(const Json& step) { return step["to"].get<double>() - step["from"].get<double>(); }

}  // namespace

TEST_CASE("in a browser the page zooms and moves by wheel, pinch, drag, keys and buttons") {
  if (run_command({"sh", "-c", "chromium --version || exit 1"}).exit_code != 0) {
    MESSAGE("skipped: there is no chromium");
    return;
  }
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file("film.mp4"));
  REQUIRE(run_unlimited({"timeline", clip, "--html", dir.file("out.html")}).exit_code == 0);
  auto page = read_bytes(dir.file("out.html"));

  // As it is, under its own policy, its script runs.
  const auto dom = in_browser(dir.file("out.html"), dir.file("profile"), 1200);
  CHECK(dom.find("<output id=\"span\">00:00:00.000 \u2013 00:00:40.000</output>") !=
        std::string::npos);

  // The steps are a script more than the policy lets run.
  const auto policy = page.find("<meta http-equiv");
  REQUIRE(policy != std::string::npos);
  page.erase(policy, page.find('>', policy) + 1 - policy);
  page.insert(page.find("</body>"), kSteps);
  std::ofstream(dir.file("steps.html"), std::ios::binary) << page;
  for (const int width : {1200, 500}) {
    CAPTURE(width);
    const auto walked = in_browser(dir.file("steps.html"), dir.file("profile"), width);
    const auto text = between(walked, "<pre id=\"steps\">", "</pre>");
    REQUIRE_FALSE(text.empty());
    const auto steps = Json::parse(text);
    const double whole = length(steps["whole"]);
    CHECK(whole == 40000);
    CHECK(steps["whole"]["cards"].get<int>() >= 4);
    // What lies under the pointer stays there.
    CHECK(length(steps["wheel"]) == doctest::Approx(whole * std::exp(-0.6)).epsilon(0.001));
    CHECK(steps["wheel"]["from"].get<double>() + 0.25 * length(steps["wheel"]) ==
          doctest::Approx(0.25 * whole).epsilon(0.01));
    CHECK(length(steps["key_all"]) == whole);
    CHECK(length(steps["key_in"]) == whole / 2);
    CHECK(steps["key_in"]["cards"] < steps["whole"]["cards"]);
    CHECK(steps["key_right"]["from"].get<double>() > steps["key_in"]["from"].get<double>());
    CHECK(length(steps["key_right"]) == whole / 2);
    CHECK(length(steps["pinch"]) == doctest::Approx(whole / 3).epsilon(0.01));
    CHECK(steps["drag"]["from"].get<double>() < steps["pinch"]["from"].get<double>());
    CHECK(length(steps["drag"]) == doctest::Approx(length(steps["pinch"])).epsilon(0.001));
    CHECK(length(steps["button_out"]) == whole);
    const auto hover = steps["hover"]["here"].get<std::string>();
    CAPTURE(hover);
    CHECK(hover.starts_with("00:00:0"));
    CHECK(hover.find("shot 1") != std::string::npos);
    CHECK(steps["click"]["here"].get<std::string>().starts_with("Pair 00:00:0"));
    CHECK(steps["width"][0] <= steps["width"][1]);
    CHECK(steps["colors"].get<int>() > 20);
  }
}
