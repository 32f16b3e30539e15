#!/usr/bin/env bash
# A job that is killed again and again ends with the content of an undisturbed one.
#   tests/soak/kill_resume.sh HINDSIGHT MODEL_DIR VIDEO [KILLS=20] [MAX_SECONDS=60]
# Kills `hindsight ingest VIDEO` with SIGKILL after a random time of up to MAX_SECONDS, KILLS times, lets it finish, and
# compares the hash of `hindsight verify` with that of an undisturbed ingest.  RANDOM_SEED=n repeats a run; INGEST_FLAGS
# are passed on, for example '--stretch-length 10'.
set -euo pipefail

(($# >= 3)) || { sed -n 2,6p "$0" >&2; exit 2; }
hindsight=$1 model=$2 video=$3 kills=${4:-20} max_seconds=${5:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
RANDOM=${RANDOM_SEED:-$$}
echo "seed ${RANDOM_SEED:-$$}"

ingest() {  # ingest STORE [PREFIX...]
  local store=$1
  shift
  # shellcheck disable=SC2086  # several flags in one variable
  "$@" "$hindsight" ingest --quiet --store "$store" --model "$model" ${INGEST_FLAGS:-} "$video" >/dev/null
}
content_hash() {
  "$hindsight" verify --json --store "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["content_hash"])'
}

ingest "$work/undisturbed.db" env
expected=$(content_hash "$work/undisturbed.db")

killed=0 number=0
while ((killed < kills)); do
  store=$work/killed$number.db
  while ((killed < kills)); do
    after=$(awk -v r=$RANDOM -v m="$max_seconds" 'BEGIN { print 0.1 + m * r / 32768 }')
    code=0
    { ingest "$store" timeout -s KILL "$after"; } 2>/dev/null || code=$?  # silences the shell's "Killed"
    if ((code == 0)); then break; fi
    ((code == 137)) || { echo "the ingest ended with $code instead of being killed" >&2; exit 1; }
    killed=$((killed + 1))
    echo "kill $killed after $after s"
  done
  ingest "$store" env
  actual=$(content_hash "$store")
  [[ $actual == "$expected" ]] || { echo "content $actual, but $expected undisturbed" >&2; exit 1; }
  rm -f "$store"*
  number=$((number + 1))
done
echo "$killed kills, $number stores: content $expected every time"
