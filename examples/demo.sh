#!/usr/bin/env bash
# examples/demo.sh HINDSIGHT: the main job on a real video, from file to answer, every command shown before it runs.
# Leaves its store and model in demo/, so that one can go on asking.
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

if [[ -z ${HINDSIGHT_MODEL:-} ]]; then
  export HINDSIGHT_MODEL=$PWD/demo/model
  if [[ ! -f $HINDSIGHT_MODEL/config.json ]]; then
    step "No model ships yet: make one with generated weights (it runs the whole path; its words mean nothing)"
    show model make-random --shape tiny --seed 1 --out "$HINDSIGHT_MODEL"
  fi
fi

step "What is in the video"
show probe "$video"
step "When does something happen in it (no model needed)"
show timeline "$video"
step "Read it once: sample, encode, cache"
show ingest "$video"
step "Ask the cache; the video is not touched again"
show ask "What drives past between 0:04 and 0:09?" --max-new-tokens 24
step "What the store holds, and whether it is sound"
show ls
show verify

cat <<EOF

The store is demo/store.db. Go on asking:
  export HINDSIGHT_STORE=$HINDSIGHT_STORE HINDSIGHT_MODEL=$HINDSIGHT_MODEL
  $hindsight ask "When does the last car leave?"
For answers that mean something, point HINDSIGHT_MODEL at a Qwen2-VL folder and ingest again (README, "Real models").
EOF
