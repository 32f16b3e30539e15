#!/usr/bin/env bash
# Makes the corpus anew: clips of a few kilobytes of every codec and container that this FFmpeg writes, and
# cuts of real ones.   tests/fuzz/make_corpus.sh OUTPUT [FOLDER WITH REAL CLIPS]
set -euo pipefail
out=${1:?usage: make_corpus.sh OUTPUT [CLIPS]}
clips=${2:-}
mkdir -p "$out"
source_of() { echo -f lavfi -i "testsrc2=size=$1:rate=10:duration=${2:-1}" -pix_fmt yuv420p; }
clip() { # NAME ARGUMENTS...
  local name=$1; shift
  ffmpeg -nostdin -loglevel error -y "$@" -fflags +bitexact -flags:v +bitexact "$out/$name" || rm -f "$out/$name"
}
small=($(source_of 48x32)); plain=($(source_of 64x48 2))
x264=(-c:v libx264 -preset veryslow -bf 2 -g 5 -crf 40)
clip h264.mp4 "${plain[@]}" "${x264[@]}"
clip h264_front.mp4 "${small[@]}" "${x264[@]}" -movflags +faststart
clip h264_parts.mp4 "${small[@]}" "${x264[@]}" -movflags +frag_keyframe+empty_moov
clip h264_open.mkv "${small[@]}" "${x264[@]}" -x264-params open-gop=1
clip h264_late.mp4 "${small[@]}" "${x264[@]}" -output_ts_offset 5
clip h264_sound.mp4 -f lavfi -i sine=duration=1 "${small[@]}" "${x264[@]}" -c:a aac -b:a 8k -shortest
clip h264.ts "${small[@]}" "${x264[@]}"
clip h264.flv "${small[@]}" "${x264[@]}"
clip h264.avi "${small[@]}" -c:v libx264 -bf 0 -crf 40
clip h264.h264 "${small[@]}" "${x264[@]}"
clip h264_interlaced.mkv "${small[@]}" -c:v libx264 -flags +ildct+ilme -crf 40
clip h264_10.mkv "${small[@]}" -pix_fmt yuv420p10le -c:v libx264 -crf 40
clip hevc.mp4 "${small[@]}" -c:v libx265 -x265-params log-level=none -crf 40
clip vp8.webm "${small[@]}" -c:v libvpx -b:v 20k
clip vp9.webm "${small[@]}" -c:v libvpx-vp9 -crf 50 -b:v 0
clip vp9.ivf "${small[@]}" -c:v libvpx-vp9 -crf 50 -b:v 0
clip av1.mkv "${small[@]}" -c:v libaom-av1 -crf 60 -cpu-used 8
clip mpeg2.mpg "${small[@]}" -c:v mpeg2video -q:v 31
clip mpeg2.ts "${small[@]}" -c:v mpeg2video -q:v 31 -flags +ildct+ilme
clip mpeg4.avi "${small[@]}" -c:v mpeg4 -bf 2 -q:v 31
clip mpeg4.mp4 "${small[@]}" -c:v mpeg4 -q:v 31
clip mjpeg.avi "${small[@]}" -pix_fmt yuvj420p -c:v mjpeg -q:v 31 -frames:v 4
clip prores.mov "${small[@]}" -pix_fmt yuv422p10le -c:v prores_ks -frames:v 2
clip wmv.asf "${small[@]}" -c:v wmv2 -q:v 31
clip theora.ogv "${small[@]}" -c:v libtheora -q:v 0
clip ffv1.mkv "${small[@]}" -c:v ffv1 -frames:v 2
clip picture.gif "${small[@]}" -pix_fmt rgb8 -frames:v 3
clip raw.y4m -f lavfi -i testsrc2=size=16x16:rate=10:duration=0.3 -pix_fmt yuv420p
text=$(mktemp --suffix .srt)
printf '1\n00:00:00,100 --> 00:00:00,500\n<i>one</i>\n\n2\n00:00:00,600 --> 00:00:00,900\ntwo\n' > "$text"
clip subtitles.mkv -i "$text" "${small[@]}" "${x264[@]}" -c:s ass
clip subtitles.mp4 -i "$text" "${small[@]}" "${x264[@]}" -c:s mov_text
rm -f "$text"
if [[ -n $clips ]]; then
  for name in unordered.mov h265_video.mp4 av1_video.mkv video_90.mov h264_10bits.mp4; do
    cp -f "$clips/$name" "$out/real_$name"
  done
  chmod u+w "$out"/real_*
  for name in nasa_13013.mp4 car-detection.mp4 bottle-detection.mp4; do
    clip "real_${name%.mp4}.mkv" -i "$clips/$name" -map 0:v:0 -c copy -frames:v 4
  done
fi
du -cb "$out"/* | tail -1
