#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The page of `evaluate --html` in a browser: it loads nothing, reports no error, draws every chart
in light, dark and print, and is readable on a phone. Exit code 77 (skipped) without Chromium.

usage: html_test.py FLOWTELL SAMPLES [SCREENSHOTS]     SCREENSHOTS: a folder to keep pictures in
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import browser

SKIPPED = 77

# The number of colours of each chart: a blank canvas has one.
COLOURS = """
[...document.querySelectorAll("canvas")].map((canvas) => {
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  return new Set(new Uint32Array(pixels.buffer)).size;
})"""

# Text with too little contrast to its background, by WCAG 2's contrast ratio.
FAINT_TEXT = """
(() => {
  const parts = (text) => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const over = ([r, g, b, a = 1], below) =>
    [r, g, b].map((part, i) => a * part + (1 - a) * below[i]);
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    return over(parts(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  const faint = [];
  for (const element of document.querySelectorAll("main *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.matches(".mark, script, noscript")) continue;
    const ground = behind(element);
    const style = getComputedStyle(element);
    const ink = parts(style.color);
    const text = over([...ink.slice(0, 3), (ink[3] ?? 1) * style.opacity], ground);
    const [low, high] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) faint.push(`${element.textContent.slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  return faint;
})()"""

CHART = "document.querySelector('#reliability').toDataURL()"
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Check:
    def __init__(self):
        self.failed = 0

    def __call__(self, holds, words):
        print(("ok    " if holds else "FAILED ") + words)
        self.failed += not holds


def make_page(flowtell, samples, folder):
    page = folder / "report.html"
    command = [flowtell, "evaluate", samples, "--trees", "20", "--evidence", "shape,name", "--html", page]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
    return page


def look(check, window, page, scheme, keep):
    window.look(scheme)
    window.open(page)
    messages = window.messages()
    check(not messages, f"{scheme}: no console messages{': ' if messages else ''}{' '.join(messages)}")
    colours = window.value(COLOURS)
    check(len(colours) >= 3 and min(colours) > 3,
          f"{scheme}: every chart has drawn; colours in each: {colours}")
    faint = window.value(FAINT_TEXT)
    check(not faint, f"{scheme}: all text has enough contrast{': ' if faint else ''}{faint or ''}")
    if keep:
        window.screenshot(keep / f"{scheme}.png")
    return window.value("getComputedStyle(document.body).backgroundColor")


def look_closer(check, window, page):
    dark = window.value(CHART)
    window.value("dispatchEvent(new Event('beforeprint'))")
    on_paper = window.value(CHART)
    window.value("dispatchEvent(new Event('afterprint'))")
    check(on_paper != dark == window.value(CHART), "charts are light in print, and dark again")
    window.look("light")
    light = window.value(f"{TWO_FRAMES}.then(() => {CHART})")
    check(light != dark, "charts follow a change of the colour scheme")
    window.look("light", 390, 800)
    window.open(page)
    wide = window.value("document.documentElement.scrollWidth")
    check(wide <= 390, f"nothing is wider than a phone's screen (390): {wide}")
    pdf = window.pdf()
    check(pdf.startswith(b"%PDF") and len(pdf) > 20_000, f"prints, as {len(pdf)} bytes of PDF")
    check(not window.value("document.documentElement.classList.contains('paper')"),
          "after printing the page is as it was")
    messages = window.messages()
    check(not messages, f"still no console messages {' '.join(messages)}")


def check_policy(check, window, page):
    """Injected content neither runs nor loads."""
    text = page.read_text()
    evil = page.with_name("evil.html")
    evil.write_text(text.replace("</main>", "<script>document.title = 'evil'</script>"
                                 "<img src='evil.png'></main>"))
    window.open(evil)
    messages = window.messages()
    check(window.value("document.title") != "evil", "a foreign script does not run")
    check(len(messages) >= 2 and all("Content Security Policy" in words for words in messages),
          "and the browser reports the page's policy")


def main():
    flowtell, samples, *keep = sys.argv[1:]
    if not browser.is_there():
        print("skipped: chromium is not installed")
        return SKIPPED
    keep = pathlib.Path(keep[0]) if keep else None
    check = Check()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="flowtell-html-"))
    try:
        page = make_page(flowtell, samples, folder)
        text = page.read_text()
        check("http://" not in text.split("<script>")[0], "the page has no external links")
        with browser.Browser() as window:
            light = look(check, window, page, "light", keep)
            dark = look(check, window, page, "dark", keep)
            check(light != dark, f"light and dark differ: {light}, {dark}")
            look_closer(check, window, page)
            check_policy(check, window, page)
    finally:
        shutil.rmtree(folder)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
