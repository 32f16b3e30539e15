// What the processes that decode do.  Private to pipeline/.
#pragma once

#include <csignal>

#include "pipeline/detail/message_socket.h"
#include "pipeline/detail/pulse.h"
#include "pipeline/stretch_source.h"

namespace hindsight::pipeline {

/// See Note [Who decodes] in isolated_source.h.  For a process that was just forked and does
/// nothing else: opens the video, tells what is known of it, then starts and ends workers as
/// `control` asks for.  `signals`: to be blocked from now on.  Does not return: the process ends
/// when `control` does.
[[noreturn]] void serve_decoding(MessageSocket control,
                                 const SourceInputs& inputs,
                                 const OpenSource& open,
                                 Pulse& pulse,
                                 const sigset_t& signals);

}  // namespace hindsight::pipeline
