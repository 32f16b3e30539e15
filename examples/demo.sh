#!/usr/bin/env bash
# examples/demo.sh HINDSIGHT: the main job on a real video, from file to answer, every command shown before it runs.
# Leaves its store in demo/, so that one can go on asking.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
hindsight=$1
video=examples/clips/car-detection.mp4
mkdir -p demo
export HINDSIGHT_STORE=$PWD/demo/store.db

bold=$'\033[1m' plain=$'\033[0m'
[[ -t 1 && -z ${NO_COLOR:-} ]] || bold='' plain=''
step() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
# Shows a command the way a user would type it, then runs it.
show() { printf '%s$ hindsight %s%s\n' "$bold" "${*@Q}" "$plain"; "$hindsight" "$@"; }

step "What is in the video"
show probe "$video"
step "When does something happen in it (no model needed)"
show timeline "$video"
step "Read it once: sample, encode, cache"
show ingest "$video"
step "Ask the cache; the video is not touched again"
show ask "Describe the picture at 0:06."
show ask "What is in the picture between 0:15 and 0:18?"
show ask "Is a car visible between 0:05 and 0:08?"
step "What the store holds, and whether it is sound"
show ls
show verify

cat <<EOF

The store is demo/store.db. Go on asking:
  export HINDSIGHT_STORE=$HINDSIGHT_STORE
  $hindsight ask "Is a bus visible?"
The model that ships is small and at the beginning of its training: models/hindsight-tiny/README.md says how often it is
right. For open questions point HINDSIGHT_MODEL at a Qwen2-VL folder and ingest again (README, "Real models").
EOF
