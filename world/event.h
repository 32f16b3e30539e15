// What happens in a world: the log from which all truth comes.
#pragma once

#include <string>
#include <string_view>

namespace hindsight::world {

enum class EventType {
  enter,
  leave,
  pass,
  stop,
  take,
  put_back,
  leave_behind,
  open,
  close,
  switch_on,
  switch_off,
  change_text,
  meet,
  cut
};
[[nodiscard]] std::string_view to_string(EventType type);

/// One happening over [begin, end) seconds of the world's time.
struct Event {
  EventType type = EventType::enter;
  double begin = 0;
  double end = 0;
  int entity = 0;      ///< who or what, 0: none
  int other = 0;       ///< what it is done to or with, 0: none
  std::string text{};  ///< the new text or the direction, empty where there is none
};

}  // namespace hindsight::world
