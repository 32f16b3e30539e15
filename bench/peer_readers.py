#!/usr/bin/env python3
"""Readers as peers: finding the cuts of a film, and fetching chosen frames, on the same files.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install -r bench/peer_readers.txt
    /tmp/peers/bin/python bench/peer_readers.py cuts
    /tmp/peers/bin/python bench/peer_readers.py frames --json

`cuts`: `hindsight timeline` with and without --exact against PySceneDetect's detect-adaptive and
detect-content at their defaults. A cut or a dissolve is found when a frame is told that lies in it or
at most one frame beside it. "floor": our reader decodes the key frames, and what leads to each joint
that none begins, as if it knew them.
`frames`: 500 frames by number, of 20 minutes, as RGB: fetch_frames (`VideoReader`) against PyAV,
decord and torchcodec. "equal_planes": pictures of ours that are, bit for bit, what the ffmpeg program
makes of PyAV's planes with the flags that we give swscale. "as_PyAV": pictures of a peer whose RGB is
PyAV's. The peers leave swscale its fast way, so theirs is not ours: "mean_off" and "within_2" tell how
far it is, in levels and as a share of the samples of the worst picture.

Films at 720p and 25 frames a second are made and kept in --data. Of 120 shots each: "generated" from
ffmpeg's test sources (some with noise, a flash or a fade to black and back), "real" from the real
clips, each shot another part of one, at another size or mirrored. "programme": two minutes of a
rendered edit (hindsight-world, seed 907: 12 shots, 8 cuts, 3 dissolves, a sensor's noise), five times.
All are encoded twice: with a key frame at every cut that the encoder sees, and in groups of 50. The
frames are those of the real film, repeated to 20 minutes by packet copy.

Seconds are user and system time on one core, medians of --repeats runs: a peer's begin after its
modules were imported, ours are the whole process. Then comes the time over that of the first row.
"""

import argparse
import bisect
import json
import math
import os
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import zlib

RATE = 25
SHOTS = 120
FRAMES = 500
SECONDS = 1200
FILMS = ["generated", "real", "programme"]
LOOPS = 5  # of the programme
ENCODER = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]
TOLERANCE = 1  # frames beside a cut
CODINGS = {"marked": [], "groups of 50": ["-g", "50", "-sc_threshold", "0"]}
# Seconds in which each clip shows one scene, and the number of the video stream.
CLIPS = {
    "bottle-detection.mp4": (0, 39, 0),
    "car-detection.mp4": (0, 29, 0),
    "nasa_13013.mp4": (0, 4.8, 1),
    "nasa_13013.mp4 worker": (5.9, 7.9, 1),
    "nasa_13013.mp4 closer": (8.1, 12.5, 1),
}


# Films


def generated_shot(rng, number):
    """A filter source; neighbours are of different kinds."""
    form = f"s=640x360:r={RATE}"
    color = lambda: f"0x{rng.randrange(1 << 24):06x}"
    wave = rng.uniform(1, 5)
    kinds = [
        f"testsrc2={form},hue=h={rng.randrange(360)}",
        f"mandelbrot={form}:start_scale={rng.uniform(0.05, 2):.2f}",
        f"gradients={form}:seed={rng.randrange(1000)}:speed={rng.uniform(0.01, 0.1):.3f}:n=4"
        f":c0={color()}:c1={color()}:c2=0x20a060:c3=0xe0d040",
        f"life=s=160x90:r={RATE}:ratio=0.3:seed={rng.randrange(1000)}:life_color={color()},scale=640:360",
        f"smptebars={form}",
        f"color={color()}:{form},format=yuv444p",
        f"mandelbrot=s=960x540:r={RATE},crop=640:360:x='(iw-ow)*(0.5+0.5*sin(t*{wave:.1f}))':y=60",
        f"testsrc={form},rotate=t*{wave:.1f}",
    ]
    source = kinds[(number * 3 + rng.randrange(3)) % len(kinds)]
    if number % 3 == 0:
        source += ",noise=alls=20:allf=t"
    if number % 10 == 0:
        source += ",eq=brightness=0.6:enable='between(n,10,11)'"
    if number % 15 == 0:
        source += ",fade=out:10:10,fade=in:20:10"
    return ["-f", "lavfi", "-i", source], ""


def real_shot(rng, number, folder):
    """A part of a clip, never of the one before, cut out at another size or mirrored."""
    names = list(CLIPS)
    name = names[(number * 2 + rng.randrange(2)) % len(names)]
    begin, end, stream = CLIPS[name]
    size = rng.uniform(0.5, 1)
    picture = f",crop=iw*{size:.3f}:ih*{size:.3f}:(iw-ow)*{rng.random():.3f}:(ih-oh)*{rng.random():.3f}"
    if rng.random() < 0.5:
        picture += ",hflip"
    start = rng.uniform(begin, max(begin, end - 4))
    return ["-ss", f"{start:.3f}", "-i", str(folder / name.split()[0])], picture, stream, end - start


def make_film(name, arguments):
    """Files by coding, and the joints of the shots: the first and the last frame of each dissolve,
    twice the frame that begins a shot of each cut."""
    if name == "programme":
        return make_programme(arguments)
    rng, inputs, chains, cuts, frame = random.Random(5), [], [], [], 0
    for number in range(SHOTS):
        if name == "generated":
            (source, picture), stream, longest = generated_shot(rng, number), 0, 4
        else:
            source, picture, stream, longest = real_shot(rng, number, arguments.clips)
        count = int(RATE * min(rng.uniform(0.8, 4), longest))
        inputs += source
        chains.append(f"[{number}:v:{stream}]fps={RATE}{picture},scale=1280:720:out_color_matrix=bt709"
                      f",setsar=1,format=yuv420p,trim=end_frame={count}[s{number}]")
        frame += count
        cuts.append(frame)
    joined = "".join(f"[s{number}]" for number in range(SHOTS))
    graph = ";".join(chains) + f";{joined}concat=n={SHOTS},setpts=N/{RATE}/TB,split={len(CODINGS)}"
    files = {coding: arguments.data / f"{name}, {coding}.mp4" for coding in CODINGS}
    if not all(file.exists() for file in files.values()):
        command = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex"]
        command += [graph + "".join(f"[o{i}]" for i in range(len(CODINGS)))]
        for i, (coding, options) in enumerate(CODINGS.items()):
            command += ["-map", f"[o{i}]", *ENCODER, *options]
            command += ["-colorspace", "bt709", str(files[coding])]
        subprocess.run(command, check=True)
    for file in files.values():
        if len(probe(file, "packet=pts")["packets"]) != frame:
            sys.exit(f"{file} is not the film of {frame} frames that it should be; remove it")
    return files, [(cut, cut) for cut in cuts[:-1]]


def make_programme(arguments):
    world = arguments.data / "peer_programme.mp4"
    if not world.exists():
        command = [str(arguments.bin / "hindsight-world"), "make", "--seed", "907", "--family", "programme"]
        command += ["--minutes", "2", "--fps", str(RATE), "--size", "640x360", "--out", str(world)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    files = {coding: arguments.data / f"programme, {coding}.mp4" for coding in CODINGS}
    for coding, file in files.items():
        if file.exists():
            continue
        once = file.with_suffix(".once.mp4")
        picture = ["-vf", "scale=1280:720,noise=alls=4:allf=t:all_seed=3"]
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(world), *picture, *ENCODER, *CODINGS[coding], str(once)],
                       check=True)
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", str(LOOPS - 1), "-i", str(once), "-c", "copy",
                        str(file)], check=True)
        once.unlink()
    with open(world.with_suffix(".events.jsonl")) as lines:
        events = [json.loads(line) for line in lines]
    frame = lambda seconds: math.ceil(round(seconds * RATE, 6))
    joints = [(frame(event["begin"]), frame(event["end"])) for event in events if event["event"] == "cut"]
    length = len(probe(files["marked"], "packet=pts")["packets"]) // LOOPS
    looped = [(begin + loop * length, end + loop * length) for loop in range(LOOPS) for begin, end in joints]
    return files, sorted(looped + [(loop * length, loop * length) for loop in range(1, LOOPS)])


def repeat_film(file):
    """The film again and again, to SECONDS at least."""
    long = file.with_name(f"{file.stem}, 20 min.mp4")
    if not long.exists():
        length = float(probe(file, "format=duration")["format"]["duration"])
        command = ["ffmpeg", "-v", "error", "-y", "-stream_loop", str(int(SECONDS / length)), "-i", str(file)]
        subprocess.run(command + ["-c", "copy", "-t", str(SECONDS), str(long)], check=True)
    return long


def probe(file, entries):
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json", "-show_entries", entries]
    return json.loads(subprocess.run([*command, str(file)], check=True, capture_output=True).stdout)


# The peers: each gives what it found; they run in a process of their own.


def find_cuts(tool, file):
    import cv2
    import scenedetect

    detector = {"adaptive": scenedetect.AdaptiveDetector, "content": scenedetect.ContentDetector}[tool]
    version = f"{scenedetect.__version__}, OpenCV {cv2.__version__}"
    return version, lambda: [begin.frame_num for begin, _ in scenedetect.detect(file, detector())][1:]


def read_by_pyav(file, numbers, form):
    """By one look at the packets for the key frames, then each group that is needed, once."""
    import av

    container = av.open(file)
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    stamps, keys = [], []
    for packet in container.demux(stream):
        if packet.pts is not None:
            stamps.append(packet.pts)
            keys += [packet.pts] if packet.is_keyframe else []
    stamps.sort()
    keys.sort()
    times, pictures, frames, group = [], [], iter(()), None
    for number in numbers:
        wanted = stamps[number]
        key = keys[bisect.bisect(keys, wanted) - 1]
        if key != group:
            container.seek(key, stream=stream)
            frames, group = container.decode(stream), key
        frame = next(frame for frame in frames if frame.pts >= wanted)
        times.append(float(frame.pts * stream.time_base))
        pictures.append(frame.to_ndarray(format=form))
    return times, pictures


def read_by_decord(file, numbers):
    import decord

    reader = decord.VideoReader(file, num_threads=1)
    times = [float(reader.get_frame_timestamp(number)[0]) for number in numbers]
    return times, reader.get_batch(numbers).asnumpy()


def read_by_torchcodec(file, numbers):
    from torchcodec.decoders import VideoDecoder

    batch = VideoDecoder(file, num_ffmpeg_threads=1, dimension_order="NHWC").get_frames_at(numbers)
    return batch.pts_seconds.tolist(), batch.data.numpy()


def fetch_frames(tool, file, numbers):
    if tool == "PyAV":
        import av

        version = f"{av.__version__} (libavcodec {av.library_versions['libavcodec'][0]})"
        return version, lambda: read_by_pyav(file, numbers, "rgb24")
    if tool == "decord":
        import decord

        return decord.__version__, lambda: read_by_decord(file, numbers)
    import torch
    import torchcodec

    torch.set_num_threads(1)
    return torchcodec.__version__, lambda: read_by_torchcodec(file, numbers)


def convert_by_ffmpeg(planes, height, width):
    """RGB of 4:2:0 pictures, BT.709, limited range, as accurately as swscale can."""
    flags = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
    command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{width}x{height}", "-i", "-"]
    command += ["-vf", f"scale=in_color_matrix=bt709:in_range=tv:flags={flags},format=rgb24", "-f", "rawvideo", "-"]
    return subprocess.run(command, input=planes.tobytes(), check=True, capture_output=True).stdout


def compare(task, pictures, ours):
    import numpy as np

    height, width, _ = pictures[0].shape
    sums, off, within = [], [], []
    for theirs, picture in zip(pictures, ours, strict=True):
        difference = np.abs(theirs.astype(np.int16) - picture)
        sums.append(zlib.crc32(theirs.tobytes()))
        off.append(float(difference.mean()))
        within.append(float((difference <= 2).mean()))
    result = {"mean_off": max(off), "within_2": min(within), "sums": sums}
    if task["tool"] == "PyAV":
        planes = np.stack(read_by_pyav(task["file"], task["numbers"], "yuv420p")[1])
        result["equal_planes"] = 0
        for i in range(0, len(planes), 50):
            made = np.frombuffer(convert_by_ffmpeg(planes[i : i + 50], height, width), np.uint8)
            same = made.reshape(-1, height, width, 3) == ours[i : i + 50]
            result["equal_planes"] += int(same.all(axis=(1, 2, 3)).sum())
    return result


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def be_peer(task):
    """In the peer's process: the work, timed, and what came of it on stdout."""
    if task["job"] == "cuts":
        version, work = find_cuts(task["tool"], task["file"])
    else:
        version, work = fetch_frames(task["tool"], task["file"], task["numbers"])
    begin = cpu_seconds()
    found = work()
    result = {"version": version, "seconds": cpu_seconds() - begin}
    if task["job"] == "cuts":
        result["cuts"] = found
    else:
        import numpy as np

        times, pictures = found
        ours = np.memmap(task["ours"], np.uint8, "r", shape=(len(times), *pictures[0].shape))
        result |= compare(task, pictures, ours) if task["compare"] else {}
        result["times"] = times
    print(json.dumps(result))


# Running and comparing


def run(command, text=""):
    """What a command prints, and its seconds, children included."""
    core = max(os.sched_getaffinity(0))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, input=text, capture_output=True, text=True,
                          preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:3])} failed:\n{done.stderr}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_peer(**task):
    out, _ = run([sys.executable, __file__, "peer"], json.dumps(task))
    return json.loads(out.splitlines()[-1])


def f1(found, truth):
    meet = lambda frame, joint: joint[0] - TOLERANCE <= frame <= joint[1] + TOLERANCE
    missed = [joint for joint in truth if not any(meet(frame, joint) for frame in found)]
    false = [frame for frame in found if not any(meet(frame, joint) for joint in truth)]
    recall = 1 - len(missed) / len(truth)
    precision = 1 - len(false) / max(1, len(found))
    return {"f1": 2 * recall * precision / max(1e-9, recall + precision), "missed": missed, "false": false}


def measure(arguments, tools):
    """What each tool gave the first time, and its median seconds; in turns, so that what else the
    machine does meets them all alike."""
    results, seconds = {}, {tool: [] for tool in tools}
    for _ in range(arguments.repeats):
        for tool, work in tools.items():
            result, spent = work(tool not in results)
            results.setdefault(tool, result)
            seconds[tool].append(spent)
    return [(tool, results[tool], statistics.median(seconds[tool])) for tool in tools]


def our_cuts(arguments, file, options):
    command = [str(arguments.bin / "hindsight"), "--quiet", "timeline", str(file), "--format", "json", *options]

    def work(_):
        out, seconds = run(command)
        shots = json.loads(out)["shots"]
        return {"version": "", "cuts": [round(shot["from"] * RATE) for shot in shots[1:]]}, seconds

    return work


def floor(arguments, file, truth):
    """What nobody who wants each joint to the frame can do without: the key frames, and of the groups
    whose joints no key frame begins what leads up to them."""
    packets = sorted(probe(file, "packet=pts_time,flags")["packets"], key=lambda packet: float(packet["pts_time"]))
    keys = [number for number, packet in enumerate(packets) if packet["flags"].startswith("K")]
    ends = [end for _, end in truth if end not in keys]
    start = float(packets[0]["pts_time"])
    time_of = lambda number: round((float(packets[number]["pts_time"]) - start) * 1e9) + 1000000
    wanted = "".join(f"{time_of(number)}\n" for number in sorted({*keys, *ends}))
    led = sum(end - max(key for key in keys if key <= end) for end in ends)
    command = [str(arguments.bin / "fetch_frames"), str(file), "--decode-only"]

    def work(_):
        _, seconds = run(command, wanted)
        return {"version": "", "frames": f"{(len(keys) + led) / len(packets):.1%}"}, seconds

    return work


def shots_with_a_pair(arguments, file, truth):
    """How many shots of a second and more hold a pair of `hindsight plan`, and how many there are; the last shot's end is not known."""
    out, _ = run([str(arguments.bin / "hindsight"), "--quiet", "plan", str(file), "--json"])
    pairs = [(round(pair["from"] * RATE), round(pair["to"] * RATE)) for pair in json.loads(out)["pairs"]]
    begins = [0, *(end for _, end in truth)]
    shots = [(begin, end) for begin, (end, _) in zip(begins, truth) if end - begin >= RATE]
    return sum(any(begin <= first and last < end for first, last in pairs) for begin, end in shots), len(shots)


def peer(**task):
    def work(first):
        result = run_peer(**task, compare=first)
        return result, result["seconds"]

    return work


def compare_cuts(arguments):
    for name in arguments.films:
        files, truth = make_film(name, arguments)
        for file in files.values():
            tools = {"hindsight timeline --exact": our_cuts(arguments, file, ["--exact"]),
                     "hindsight timeline": our_cuts(arguments, file, [])}
            for detector in ("adaptive", "content"):
                tools[f"PySceneDetect detect-{detector}"] = peer(job="cuts", tool=detector, file=str(file))
            tools["floor: key frames, and up to other joints"] = floor(arguments, file, truth)
            rows = [{"tool": f"{tool} {found['version']}", "seconds": seconds,
                     **(f1(found["cuts"], truth) if "cuts" in found else {"frames": found["frames"]})}
                    for tool, found, seconds in measure(arguments, tools)]
            held, shots = shots_with_a_pair(arguments, file, truth)
            report(arguments, f"{len(truth)} joints, {file.stem}; {held} of {shots} shots of a second and more hold a pair", rows)


def compare_frames(arguments):
    for short in make_film("real", arguments)[0].values():
        file, pixels = repeat_film(short), arguments.data / "fetched.rgb"
        times = sorted(float(packet["pts_time"]) for packet in probe(file, "packet=pts_time")["packets"])
        numbers = sorted(random.Random(7).sample(range(len(times)), FRAMES))
        # A millisecond later: times are rounded in more than one way.
        wanted = "".join(f"{round((times[n] - times[0]) * 1e9) + 1000000}\n" for n in numbers)
        fetch = [str(arguments.bin / "fetch_frames"), str(file)]
        run([*fetch, str(pixels)], wanted)

        def ours(_):
            out, seconds = run(fetch, wanted)
            return {"version": "", "times": [int(line) / 1e9 + times[0] for line in out.split()]}, seconds

        tools = {"hindsight, VideoReader": ours}
        for tool in ("PyAV", "decord", "torchcodec"):
            tools[tool] = peer(job="frames", tool=tool, file=str(file), numbers=numbers, ours=str(pixels))
        measured = measure(arguments, tools)
        pixels.unlink()
        pyav = measured[1][1]["sums"]
        rows = []
        for tool, found, seconds in measured:
            told = zip(found.pop("times"), numbers, strict=True)
            right = sum(abs(time - times[number]) < 0.001 for time, number in told)
            row = {"tool": f"{tool} {found.pop('version')}", "right_times": right}
            if "sums" in found:
                row["as_PyAV"] = sum(a == b for a, b in zip(found.pop("sums"), pyav, strict=True))
            rows.append({**row, **found, "seconds": seconds})
        report(arguments, f"{FRAMES} frames, {file.stem}", rows)


def report(arguments, title, rows):
    if not arguments.json:
        print(f"\n{title}")
    ours = rows[0]["seconds"]
    for row in rows:
        row["ratio"] = row["seconds"] / ours
        if arguments.json:
            print(json.dumps({"film": title, **row}), flush=True)
            continue
        head = f"{row.pop('tool'):<52} {row.pop('seconds'):>7.2f} s {row.pop('ratio'):>6.2f}"
        shown = lambda value: len(value) if isinstance(value, list) else value if isinstance(value, str) else round(value, 4)
        told = [f"{key} {shown(value)}" for key, value in row.items()]
        print(head, *told, sep="  ", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["cuts", "frames", "peer"], help="peer: what the script calls itself with")
    parser.add_argument("--bin", type=pathlib.Path, default="build/release/bin", help="of the release build")
    parser.add_argument("--clips", type=pathlib.Path, default="../shared/clips", help="the real clips")
    parser.add_argument("--data", type=pathlib.Path, default="build/bench-data", help="where films are kept")
    parser.add_argument("--films", nargs="+", choices=FILMS, default=FILMS, help="of cuts")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="a JSON object a row, with the cuts that differ")
    arguments = parser.parse_args()
    if arguments.what == "peer":
        return be_peer(json.load(sys.stdin))
    missing = [name for name in CLIPS if not (arguments.clips / name.split()[0]).exists()]
    if missing:
        sys.exit(f"'{arguments.clips}' lacks {missing[0]}; name the folder of the real clips with --clips")
    if not (arguments.bin / "fetch_frames").exists():
        sys.exit(f"'{arguments.bin}' has no fetch_frames; build it, or name another folder with --bin")
    arguments.data.mkdir(parents=True, exist_ok=True)
    return {"cuts": compare_cuts, "frames": compare_frames}[arguments.what](arguments)


if __name__ == "__main__":
    main()
