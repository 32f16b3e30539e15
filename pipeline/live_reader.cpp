#include "pipeline/live_reader.h"

#include <optional>
#include <utility>

#include "pipeline/detail/small_pictures.h"

namespace hindsight::pipeline {
namespace {

class LiveReading {
 public:
  LiveReading(ingest::LiveStream& stream, LivePlanner& planner, const LiveEvents& events)
      : stream_(stream), planner_(planner), events_(events) {}

  void run(MediaDuration length) {
    while (auto live = stream_.next()) {
      const MediaTime time = live->frame.time();
      const bool is_enough = (length.count() > 0 && time.since_start >= length) ||
                             (events_.on_frame && !events_.on_frame(time));
      if (is_enough) break;
      if (last_ && (live->gap || live->part != part_)) {
        end_ = live->gap ? live->gap->begin : time;
        break_off();
      }
      if (live->gap && events_.on_gap) events_.on_gap(*live->gap);
      part_ = live->part;
      const auto picture = reducer_.reduce(live->frame);
      planner_.add(picture);
      last_ = time;
      end_ = time + picture.duration;
      decide();
    }
    break_off();
  }

 private:
  void break_off() {
    planner_.break_off(end_);
    decide();
    reducer_ = {};
  }

  void decide() {
    while (auto step = planner_.decide(events_.room ? events_.room() : INT64_MAX)) {
      const MediaTime end = step->span.end;
      planner_.settle(events_.on_step ? events_.on_step(std::move(*step), part_)
                                      : std::move(*step));
      stream_.forget_before(part_, end);
      if (const auto stretch = planner_.close(); stretch && events_.on_stretch)
        events_.on_stretch(*stretch);
    }
  }

  ingest::LiveStream& stream_;
  LivePlanner& planner_;
  const LiveEvents& events_;
  PictureReducer reducer_;
  int part_ = 0;
  std::optional<MediaTime> last_;
  MediaTime end_;
};

}  // namespace

void read_live(ingest::LiveStream& stream,
               LivePlanner& planner,
               MediaDuration length,
               const LiveEvents& events) {
  LiveReading(stream, planner, events).run(length);
}

}  // namespace hindsight::pipeline
