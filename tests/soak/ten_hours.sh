#!/usr/bin/env bash
# Peak memory does not grow with the video: ingests 20 minutes and 10 hours of the same pictures and compares.
#   tests/soak/ten_hours.sh HINDSIGHT MODEL_DIR [WORK_DIR]
# The long files are made by packet copy.  A small picture and few tokens: what is measured is what grows with the length,
# in minutes instead of hours.  Prints both peaks, of all processes together, and fails when they differ by more than 10 %.
set -euo pipefail

(($# >= 2)) || { sed -n 2,4p "$0" >&2; exit 2; }
hindsight=$1 model=$2 work=${3:-$(mktemp -d)}
mkdir -p "$work"

# make_clip NAME SECONDS: a two-minute film, repeated by packet copy.
make_clip() {
  local seed=$work/seed.mp4
  [[ -f $seed ]] || ffmpeg -v error -f lavfi -i "testsrc2=size=320x180:rate=25:duration=120" \
    -c:v libx264 -preset veryfast -g 50 -pix_fmt yuv420p "$seed"
  [[ -f $work/$1 ]] || ffmpeg -v error -stream_loop -1 -i "$seed" -t "$2" -c copy "$work/$1"
}

# peak NAME: ingests into a new store and prints the peak in bytes, mapped weights included.
peak() {
  rm -f "$work/store.db"*
  "$(dirname "$0")/peak_memory.py" \
    "$hindsight" ingest --quiet --tokens-per-hour 10000 --store "$work/store.db" --model "$model" "$work/$1"
}

make_clip minutes.mp4 1200
make_clip hours.mp4 36000
short=$(peak minutes.mp4)
long=$(peak hours.mp4)
weights=$(du -cb "$model"/*.safetensors | tail -1 | cut -f1)
awk -v short="$short" -v long="$long" -v weights="$weights" 'BEGIN {
  growth = (long - short) / (short - weights)
  printf "20 minutes %.1f MB, 10 hours %.1f MB, weights %.1f MB: %+.1f %% without the weights\n", \
    short / 1e6, long / 1e6, weights / 1e6, growth * 100
  exit growth > 0.10
}'
