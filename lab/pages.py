# SPDX-License-Identifier: Apache-2.0
"""Linked pages to visit; the visitor is a script in each page.

The script scrolls like a reader, which loads pictures further down, reports the scrolling to a
counting server, and opens the next page. All pauses are drawn in advance, from the seed.
"""
from content import PICTURES, SITES, prose

STYLE = ("body{font:16px serif;max-width:800px;margin:auto}"
         " img{display:block;margin:1em 0;min-height:300px}")
SCRIPT = """
function visit(scrolls, next, leave) {
  scrolls.forEach(([at, to]) => setTimeout(() => {
    scrollTo(0, to);
    fetch('/tell?' + to, {method: 'POST', body: 'seen'.repeat(20)});
  }, at));
  if (next) setTimeout(() => { location = next; }, leave);
}
"""
LONGEST_STAY = 6.0


def picture(draw, site):
    size = draw.choices(tuple(PICTURES), weights=(5, 4, 1))[0]
    host = draw.choices(("img", "cdn"), weights=(3, 1))[0]
    if host == "img" and size == "large":
        host = "cdn"
    return f"https://{host}.{site}/img/{size}{draw.randint(1, PICTURES[size][1])}.jpg"


def page(draw, site, next_page):
    stay = draw.uniform(1.8, LONGEST_STAY)
    blocks = []
    for number in range(draw.randint(3, 14)):
        lazy = ' loading="lazy"' if number > 2 else ""
        image = f'<img src="{picture(draw, site)}"{lazy}>'
        blocks.append(f"{image}<p>{prose(draw, draw.randint(200, 3000))}</p>")
    scrolls, at = [], 0.0
    while (at := at + draw.uniform(0.5, 2.2)) < stay - 0.3:
        scrolls.append([int(at * 1000), int(at * 900)])
    return (f'<!doctype html><title>{prose(draw, 20)}</title>'
            f'<link rel="stylesheet" href="style.css"><link rel="icon" href="data:,">'
            f'<script src="https://cdn.{site}/visit.js"></script>'
            f"<h1>{prose(draw, 40)}</h1>{''.join(blocks)}"
            f"<script>visit({scrolls}, {next_page!r}, {int(stay * 1000)})</script>")


def make_visits(www, draw, name, seconds):
    """Writes a chain of pages of at least this duration; returns the address of the first."""
    for site in SITES:
        (www / f"cdn.{site}").mkdir(exist_ok=True)
        (www / f"cdn.{site}" / "visit.js").write_text(SCRIPT + "// " + prose(draw, 20_000))
        (www / f"www.{site}" / "style.css").write_text(STYLE + "/* " + prose(draw, 6_000) + " */")
    site = draw.choice(SITES)
    addresses = []
    for number in range(int(seconds / 1.8) + 2):
        if draw.random() < 0.35:
            site = draw.choice(SITES)
        addresses.append((site, f"{name}-{number}.html"))
    for number, (site, file) in enumerate(addresses):
        following = addresses[number + 1] if number + 1 < len(addresses) else None
        next_page = f"https://www.{following[0]}/{following[1]}" if following else ""
        (www / f"www.{site}" / file).write_text(page(draw, site, next_page))
    return f"https://www.{addresses[0][0]}/{addresses[0][1]}"
