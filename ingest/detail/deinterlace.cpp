#include "ingest/detail/deinterlace.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

#include <new>

#include <fmt/format.h>

namespace hindsight::ingest::detail {
namespace {

using GraphPtr = std::unique_ptr<AVFilterGraph, DeleteRef<avfilter_graph_free>>;

struct Bwdif {
  GraphPtr graph;
  AVFilterContext* source = nullptr;
  AVFilterContext* sink = nullptr;
};

Bwdif make_bwdif(const AVFrame& like) {
  Bwdif bwdif{GraphPtr(avfilter_graph_alloc())};
  if (!bwdif.graph) throw std::bad_alloc();
  bwdif.graph->nb_threads = 1;
  const auto add = [&](AVFilterContext*& filter, const char* name, const std::string& arguments) {
    check(avfilter_graph_create_filter(&filter,
                                       avfilter_get_by_name(name),
                                       name,
                                       arguments.c_str(),
                                       nullptr,
                                       bwdif.graph.get()),
          name);
  };
  AVFilterContext* filter = nullptr;
  add(bwdif.source,
      "buffer",
      fmt::format(
          "video_size={}x{}:pix_fmt={}:time_base=1/1", like.width, like.height, like.format));
  add(filter, "bwdif", "mode=send_frame:parity=auto:deint=all");
  add(bwdif.sink, "buffersink", "");
  check(avfilter_link(bwdif.source, 0, filter, 0), "avfilter_link");
  check(avfilter_link(filter, 0, bwdif.sink, 0), "avfilter_link");
  check(avfilter_graph_config(bwdif.graph.get(), nullptr), "avfilter_graph_config");
  return bwdif;
}

bool same_shape(const AVFrame& a, const AVFrame& b) {
  return a.width == b.width && a.height == b.height && a.format == b.format;
}

}  // namespace

FramePtr deinterlace(const AVFrame* before, const AVFrame& frame, const AVFrame* after) {
  const Bwdif bwdif = make_bwdif(frame);
  std::int64_t time = 0;
  const auto push = [&](const AVFrame* picture) {
    if (picture == nullptr || !same_shape(*picture, frame)) return;
    const FramePtr reference = share(*picture);
    reference->pts = time++;
    check(av_buffersrc_add_frame(bwdif.source, reference.get()), "av_buffersrc_add_frame");
  };
  push(before);
  const std::int64_t wanted = time;
  push(&frame);
  push(after);
  check(av_buffersrc_add_frame(bwdif.source, nullptr), "av_buffersrc_add_frame");
  auto result = make_frame();
  for (std::int64_t i = 0; i <= wanted; ++i) {
    av_frame_unref(result.get());
    check(av_buffersink_get_frame(bwdif.sink, result.get()), "av_buffersink_get_frame");
  }
  return result;
}

}  // namespace hindsight::ingest::detail
