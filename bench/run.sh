#!/usr/bin/env bash
# bench/run.sh BIN_DIR [NAME...] [--json]: the benchmarks, with the machine they ran on.
# Inputs are made once and kept in build/bench-data (about 5 GB with the 2B-shape checkpoint).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$1
shift
{
  echo "# $(date -u +%F), $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), $(nproc) cores," \
       "$(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo)"
  echo "# $("$bin/hindsight" --version), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)," \
       "$(ffmpeg -version | head -1 | cut -d' ' -f1-3)"
} >&2
mkdir -p build/bench-data
# Two at once would spoil each other's inputs, and each other's figures.
taken=75
status=0
flock --nonblock --conflict-exit-code $taken build/bench-data/lock \
  "$bin/hindsight_bench" build/bench-data "$bin/hindsight" examples/clips/car-detection.mp4 "$@" || status=$?
((status != taken)) || echo "bench: another one is running in build/bench-data; wait until it ends" >&2
exit $status
