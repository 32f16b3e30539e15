// Decoding in a process of its own, so that a decoder that crashes or hangs does not end the job.
//
// Note [Who decodes]: a decoder in machine code that reads hostile bytes can crash or never come
// back, and neither can be undone in the process where it happens.  So the job forks before it
// opens the video: that process, the server, scans the packets and from then on forks a worker
// when it is asked to, which plans and fetches; what it makes comes over a socket.  A worker that
// is gone is replaced by a fork of the server, which has the scan and no threads; forking the job
// itself would copy the locks of its tower's threads.  A worker that reads no packet and sends
// nothing for some seconds is killed.  Pictures stay where they are decoded: only the pixels of
// chosen pairs cross, once, some hundred kilobytes a pair.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "pipeline/stretch_source.h"

namespace hindsight::pipeline {

/// The process that decodes crashed or stood still at what it was asked last; another one takes the
/// next question, and the stretch that was asked about is to be planned anew.
class DecoderLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `open` runs in the other process.  `stall`: see Note [Who decodes]; at least a second.
/// plan() and fetch() throw DecoderLost, and what they throw over there.  Call it where no other
/// thread is at work.  Throws like `open`, Error(unreadable_input) when the process is lost before
/// the video is known, and Error(exhausted) when there can be no such process.
[[nodiscard]] std::unique_ptr<StretchSource> open_isolated_source(const SourceInputs& inputs,
                                                                  const OpenSource& open,
                                                                  std::chrono::seconds stall);

}  // namespace hindsight::pipeline
