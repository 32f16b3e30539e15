#!/usr/bin/env bash
# examples/demo.sh HINDSIGHT WORLD: the main job, from video to checked answers, every command shown before it runs.
# Leaves videos and store in demo/, so that one can go on asking.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
hindsight=$1 world=$2
clip=examples/clips/car-detection.mp4
video=demo/gate.mp4
mkdir -p demo
export HINDSIGHT_STORE=$PWD/demo/store.db

bold=$'\033[1m' plain=$'\033[0m'
[[ -t 1 && -z ${NO_COLOR:-} ]] || bold='' plain=''
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Shows a command the way a user would type it, then runs it.
show() { printf '%s$ hindsight %s%s\n' "$bold" "${*@Q}" "$plain"; "$hindsight" "$@"; }

step "A real video: when does something happen in it (no model needed)"
show timeline "$clip"

if [[ ! -s $video || ! -s ${video%.mp4}.questions.jsonl ]]; then
  step "25 minutes of a gate camera that nobody has seen before (a minute or two; hindsight-world knows the truth)"
  printf '%s$ hindsight-world make --seed 2026 --family road_gate --minutes 25 --fps 6 --out %s%s\n' "$bold" "$video" "$plain"
  "$world" make --seed 2026 --family road_gate --minutes 25 --fps 6 --out "$video"
fi
step "Read it once: sample, encode, cache"
show ingest "$video"
step "Ask the cache; the video is not touched again"
show ask "When is a red car visible?"
step "Ten questions of different types, with the truth beside the answers"
show eval --questions "${video%.mp4}.questions.jsonl" --per-type 1 --show all \
  --type when --type count_events --type count_entities --type duration --type attribute \
  --type order --type before_after --type direction --type two_hop --type absent
step "What the store holds, and whether it is sound"
show ls
show verify

cat <<EOF

The store is demo/store.db. Go on asking:
  export HINDSIGHT_STORE=$HINDSIGHT_STORE
  $hindsight ask "How many trucks appear?"
  $hindsight ask --explain "What colour is the first car after 10:00?"
The model that ships knows the small world of hindsight-world and nothing else; models/hindsight-tiny/README.md says how
often it is right. For open questions point HINDSIGHT_MODEL at a Qwen2-VL folder and ingest again (README, "Real models").
EOF
