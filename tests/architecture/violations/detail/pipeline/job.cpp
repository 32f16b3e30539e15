#include "ingest/detail/ffmpeg.h"
