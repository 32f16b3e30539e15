#include "ingest/video_reader.h"
