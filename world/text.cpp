#include "world/text.h"

#include <array>
#include <cmath>

#include "world/entity.h"

namespace hindsight::world {
namespace {

/// Polylines on a grid of 5 columns (0..4) and 7 rows (0..6, 0 on top); '/' lifts the pen.
constexpr std::string_view strokes_of(char letter) {
  switch (letter) {
    case 'A':
      return "06022042 46/0444";
    case 'B':
      return "06003041423303/3344453606";
    case 'C':
      return "4130100105163645";
    case 'D':
      return "060020424426 06";
    case 'E':
      return "40000646/0333";
    case 'F':
      return "400006/0333";
    case 'G':
      return "413010010516364543 23";
    case 'H':
      return "0006/4046/0343";
    case 'I':
      return "1030/2026/1636";
    case 'J':
      return "404536160504";
    case 'K':
      return "0006/400346";
    case 'L':
      return "000646";
    case 'M':
      return "0600234046";
    case 'N':
      return "06004640";
    case 'O':
      return "1030414536160501 10";
    case 'P':
      return "0600304142330 3";
    case 'Q':
      return "1030414536160501 10/2446";
    case 'R':
      return "06003041423303/2346";
    case 'S':
      return "413010010213334445361605";
    case 'T':
      return "0040/2026";
    case 'U':
      return "000516364540";
    case 'V':
      return "002640";
    case 'W':
      return "0016233640";
    case 'X':
      return "0046/4006";
    case 'Y':
      return "002340/2326";
    case 'Z':
      return "00400646";
    case '0':
      return "1030414536160501 10/3115";
    case '1':
      return "112026/1636";
    case '2':
      return "0110304142 0646";
    case '3':
      return "0110304142334445361605/1333";
    case '4':
      return "36300444";
    case '5':
      return "400003334445361605";
    case '6':
      return "4130100105163645443303";
    case '7':
      return "004016";
    case '8':
      return "130201103041423313/1304051636454433";
    case '9':
      return "4313020110304145361605";
    case ':':
      return "2121/2525";
    case '-':
      return "1333";
    case '.':
      return "2626";
    case '/':
      return "4006";
    default:
      return "";
  }
}

struct Stroke {
  float x0, y0, x1, y1;
};

std::vector<Stroke> letter_strokes(char letter) {
  std::vector<Stroke> out;
  float x = 0, y = 0;
  bool down = false;
  std::array<char, 2> pair{};
  std::size_t have = 0;
  for (const char c : strokes_of(letter)) {
    if (c == ' ') continue;
    if (c == '/') {
      down = false;
      continue;
    }
    pair[have++] = c;
    if (have < 2) continue;
    have = 0;
    const float nx = static_cast<float>(pair[0] - '0') / 4;
    const float ny = static_cast<float>(pair[1] - '0') / 6;
    if (down) out.push_back({x, y, nx, ny});
    x = nx, y = ny, down = true;
  }
  return out;
}

void stroke_line(TextBitmap& bitmap, const Stroke& s, float half) {
  const int x0 = std::max(0, static_cast<int>(std::min(s.x0, s.x1) - half - 1));
  const int x1 = std::min(bitmap.width, static_cast<int>(std::max(s.x0, s.x1) + half + 2));
  const int y0 = std::max(0, static_cast<int>(std::min(s.y0, s.y1) - half - 1));
  const int y1 = std::min(bitmap.height, static_cast<int>(std::max(s.y0, s.y1) + half + 2));
  const float dx = s.x1 - s.x0, dy = s.y1 - s.y0;
  const float square = dx * dx + dy * dy;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const float px = static_cast<float>(x) + 0.5F - s.x0,
                  py = static_cast<float>(y) + 0.5F - s.y0;
      const float k = square > 0 ? clamp01((px * dx + py * dy) / square) : 0;
      const float away = std::hypot(px - k * dx, py - k * dy);
      auto& ink = bitmap.ink[static_cast<std::size_t>(y) * static_cast<std::size_t>(bitmap.width) +
                             static_cast<std::size_t>(x)];
      ink = std::max(ink, clamp01(half + 0.5F - away));
    }
  }
}

void draw_line(
    TextBitmap& bitmap, std::string_view line, const TextStyle& style, float letter, float top) {
  const float advance = style.aspect + style.spacing;
  float left = (static_cast<float>(bitmap.width) -
                letter * (advance * static_cast<float>(line.size()) - style.spacing)) /
               2;
  for (const char c : line) {
    for (const auto& s : letter_strokes(c)) {
      const auto x = [&](float u, float v) {
        return left + letter * (u * style.aspect + style.slant * (0.5F - v));
      };
      stroke_line(bitmap,
                  {x(s.x0, s.y0), top + s.y0 * letter, x(s.x1, s.y1), top + s.y1 * letter},
                  style.weight * letter);
    }
    left += letter * advance;
  }
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

TextStyle draw_text_style(bool display, Rng& rng) {
  TextStyle style;
  style.weight = rng.between(0.065F, 0.11F);
  style.slant = rng.chance(0.2F) ? rng.between(0, 0.2F) : 0;
  style.spacing = rng.between(0.26F, 0.36F);
  style.aspect = rng.between(0.55F, 0.72F);
  if (display) {
    constexpr std::array kInks = {Vec3{1.4F, 0.12F, 0.08F},
                                  Vec3{0.15F, 1.2F, 0.25F},
                                  Vec3{1.3F, 0.75F, 0.1F},
                                  Vec3{1.1F, 1.1F, 1.2F}};
    style.board = Vec3{0.01F, 0.01F, 0.012F};
    style.ink = rng.pick(kInks);
    style.glows = true;
    return style;
  }
  constexpr std::array kDark = {Color::black, Color::blue, Color::green, Color::red, Color::black};
  constexpr std::array kLight = {Color::white, Color::white, Color::yellow};
  const Vec3 dark = shade_of(rng.pick(kDark), rng) * 0.6F;
  const Vec3 light = shade_of(rng.pick(kLight), rng) * 0.9F;
  const bool swapped = rng.chance(0.45F);
  style.board = swapped ? dark : light;
  style.ink = swapped ? light : dark;
  return style;
}

float TextBitmap::at(float u, float v) const {
  const float x =
      std::clamp(u * static_cast<float>(width) - 0.5F, 0.0F, static_cast<float>(width - 1));
  const float y =
      std::clamp(v * static_cast<float>(height) - 0.5F, 0.0F, static_cast<float>(height - 1));
  const int xi = std::min(static_cast<int>(x), width - 2),
            yi = std::min(static_cast<int>(y), height - 2);
  const float fx = x - static_cast<float>(xi), fy = y - static_cast<float>(yi);
  const auto ink_at = [&](int i, int j) {
    return ink[static_cast<std::size_t>(j) * static_cast<std::size_t>(width) +
               static_cast<std::size_t>(i)];
  };
  return mix(mix(ink_at(xi, yi), ink_at(xi + 1, yi), fx),
             mix(ink_at(xi, yi + 1), ink_at(xi + 1, yi + 1), fx),
             fy);
}

std::string_view title_of(std::string_view text) { return text.substr(0, text.find('\n')); }

TextBitmap draw_text(std::string_view text, const TextStyle& style, float aspect) {
  const auto lines = lines_of(text);
  const bool titled = lines.size() > 1;
  const int tall = titled ? 192 : 96;
  TextBitmap bitmap{.width = std::max(8, static_cast<int>(static_cast<float>(tall) * aspect)),
                    .height = tall};
  bitmap.ink.resize(static_cast<std::size_t>(bitmap.width) * static_cast<std::size_t>(tall));
  const float advance = style.aspect + style.spacing;
  const auto height = static_cast<float>(tall);
  const auto by_width = [&](std::size_t letters) {
    return static_cast<float>(bitmap.width) * (titled ? 0.9F : 0.86F) /
           (static_cast<float>(std::max<std::size_t>(letters, 1)) * advance);
  };
  const float title = std::min(by_width(lines[0].size()), height * (titled ? 0.26F : 0.62F));
  float body = std::min(0.7F * title, height * 0.5F / (1.5F * static_cast<float>(lines.size())));
  for (const auto line : lines) body = std::min(body, by_width(line.size()));
  bitmap.letter_height = static_cast<int>(title);
  const float below = body * (1.5F * static_cast<float>(lines.size()) - 1.1F);
  float top = (height - title - (titled ? below : 0)) / 2;
  if (titled) bitmap.title_end = (top + title + 0.25F * body) / height;
  const float half = title * (advance * static_cast<float>(lines[0].size()) - style.spacing) / 2 /
                     static_cast<float>(bitmap.width);
  bitmap.first_line = {0.5F - half, top / height, 0.5F + half, (top + title) / height};
  for (std::size_t row = 0; row < lines.size(); ++row) {
    const float letter = row == 0 ? title : body;
    if (row > 0) top += (row == 1 ? 0.9F : 0.5F) * body;
    draw_line(bitmap, lines[row], style, letter, top);
    top += letter;
  }
  return bitmap;
}

}  // namespace hindsight::world
