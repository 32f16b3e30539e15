#!/usr/bin/env bash
# Trains, exports, measures and checks models/hindsight-tiny:  training/run.sh [CONFIG [MINUTES [ANNEAL_STEPS [DEVICE]]]]
# Goes on with an earlier run of the same config.  RUN, PYTHON and HINDSIGHT_WORLD replace the defaults below.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

config=${1:-training/configs/cpu.json}
minutes=${2:-60}
anneal=${3:-200}
device=${4:-cpu}
work=build/training
run=${RUN:-$work/$(basename "$config" .json)}
world=${HINDSIGHT_WORLD:-build/release/bin/hindsight-world}
model=models/hindsight-tiny

if [[ -z ${PYTHON:-} ]]; then
  PYTHON=$work/venv/bin/python
  if [[ ! -x $PYTHON ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet -r training/requirements.txt
  fi
fi
if [[ ! -x $world ]]; then
  [[ -f build/release/build.ninja ]] || cmake --preset release >/dev/null
  cmake --build build/release --target hindsight-world
fi

# Pages of 4 kB and products that are prepared anew for a shape seen before make a run slower the longer it lasts;
# glibc gives freed blocks back to the kernel and gets them again, cleared: large tensors are twice as fast without.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 ONEDNN_PRIMITIVE_CACHE_CAPACITY=8192
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=4294967296 MALLOC_TOP_PAD_=268435456
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$(nproc)}

"$PYTHON" training/train.py --config "$config" --run "$run" --program "$world" --minutes "$minutes" --device "$device"
"$PYTHON" training/train.py --run "$run" --program "$world" --anneal "$anneal" --device "$device"
"$PYTHON" training/export.py --run "$run" --out "$model"
"$PYTHON" training/evaluate.py --model "$model" --program "$world" --json "$model/figures.json" --device "$device"
"$PYTHON" training/write_card.py --model "$model" --run "$run" --device "${device/cpu/fp32 on a CPU}"
goldens=$work/goldens.hswp
"$world" pairs --seed 11 --count 64 --family mix --split test --sizes 112x112 --out "$goldens"
"$PYTHON" training/check_transformers.py --model "$model" --write "$goldens"
