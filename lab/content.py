# SPDX-License-Identifier: Apache-2.0
"""The content of the servers: certificates, pictures, videos, files, texts. Generated for each lab.
"""
import os
import random
import subprocess

DOMAINS = ("meadow.example", "gazette.example", "bazaar.example", "tube.example", "chatter.example",
           "depot.example", "ringring.example", "harbour.example")
SITES = ("meadow.example", "gazette.example", "bazaar.example")
SHOWS = 2
SHOW_SECONDS = 45
LEVELS = {"low": (320, 350), "middle": (480, 700), "high": (640, 1200)}  # width, kbit/s
PICTURES = {"small": (160, 40), "medium": (400, 40), "large": (800, 16)}  # width, count
FILES = (300_000, 500_000, 800_000, 1_200_000, 1_700_000, 2_400_000)
WORDS = ("river lamp window seven quiet garden north paper coin harbour bread morning glass road"
         " letter summer bridge stone music field cloud bottle train yellow corner winter market"
         " island").split()


def prose(draw, letters):
    """Seeded words with a total of about `letters` letters."""
    text = []
    while letters > 0:
        text.append(draw.choice(WORDS))
        letters -= len(text[-1]) + 1
    return " ".join(text)


def make_certificates(folder):
    """A private certificate authority, and one certificate for all server names."""
    names = ",".join(f"DNS:{domain},DNS:*.{domain}" for domain in DOMAINS)
    (folder / "names").write_text(f"subjectAltName={names}\n")
    for line in (
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30"
            " -subj /CN=Lab -keyout ca.key -out ca.pem",
            "req -newkey rsa:2048 -nodes -subj /CN=lab.example -keyout server.key -out server.csr",
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30"
            " -extfile names -out server.pem"):
        subprocess.run(["openssl", *line.split()], cwd=folder, check=True, capture_output=True)


def ffmpeg(*words):
    subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, words)], check=True)


def make_pictures(folder):
    folder.mkdir(parents=True)
    for size, (width, count) in PICTURES.items():
        ffmpeg("-f", "lavfi", "-i", f"mandelbrot=size={width}x{width * 3 // 4}:rate=1:start_scale=1"
               f":end_scale=0.2:end_pts={count}", "-frames:v", count, "-q:v", 4,
               folder / f"{size}%d.jpg")


def make_shows(folder):
    """Each show in three quality levels, cut into segments of three seconds."""
    for show in range(SHOWS):
        for level, (width, rate) in LEVELS.items():
            out = folder / f"show{show}" / level
            out.mkdir(parents=True)
            ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={width}x{width * 9 // 16}:rate=12,"
                   f"hue=h={show * 80},noise=alls={20 + 15 * show}:allf=t",
                   "-f", "lavfi", "-i", f"sine=frequency={220 + 50 * show}", "-t", SHOW_SECONDS,
                   "-c:v", "libx264", "-preset", "ultrafast", "-g", 36, "-b:v", f"{rate}k",
                   "-maxrate", f"{rate * 1.3:g}k", "-bufsize", f"{rate}k",
                   "-c:a", "aac", "-b:a", "64k", "-f", "hls", "-hls_time", 3,
                   "-hls_playlist_type", "vod", out / "index.m3u8")


def make_files(folder):
    folder.mkdir(parents=True)
    for size in FILES:
        with open(folder / f"{size}.bin", "wb") as file:
            os.truncate(file.fileno(), size)


def make_texts(folder, seed):
    """Texts to read over the shell."""
    folder.mkdir(parents=True)
    draw = random.Random(f"{seed} texts")
    for number in range(12):
        count = int(10 ** draw.uniform(0.7, 2.6))
        lines = [prose(draw, draw.randint(20, 90)) for _ in range(count)]
        (folder / f"notes{number}.txt").write_text("\n".join(lines) + "\n")


def make_content(folder, seed, apps):
    """Writes the apps' content to folder/www/HOST and folder/texts, and the certificates."""
    www = folder / "www"
    www.mkdir(parents=True)
    make_certificates(folder)
    if {"browser", "video", "chat"} & set(apps):
        make_pictures(www / "img")
    if "video" in apps:
        make_shows(www / "edge.tube.example")
    if "download" in apps:
        make_files(www / "files.depot.example")
    if "shell" in apps:
        make_texts(folder / "texts", seed)
