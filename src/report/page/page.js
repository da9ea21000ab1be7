// SPDX-License-Identifier: Apache-2.0
//
// Shared by all pages: data, colours, marks, and charts that are redrawn when
// the theme changes or the page is printed.
"use strict";

const page = (() => {
  // In the order of .c0, .c1, ... in page.css and of the marks in tables.
  const colours = 8;
  const marks = ["circle", "triangle", "rect", "rectRot", "cross"];

  const root = document.documentElement;
  const drawn = [];

  const data = (id) => JSON.parse(document.getElementById(id).textContent);

  function theme() {
    const style = getComputedStyle(root);
    const of = (name) => style.getPropertyValue(name).trim();
    const tints = [];
    for (let i = 0; i < colours; ++i) tints.push(of(`--c${i}`));
    return {
      text: of("--text"),
      quiet: of("--quiet"),
      line: of("--line"),
      card: of("--card"),
      wrong: `rgb(${of("--wrong")})`,
      right: `rgb(${of("--right")})`,
      colour: (i) => tints[i % colours],
      mark: (i) => marks[(i + Math.floor(i / colours)) % marks.length],
    };
  }

  // A colour "#rrggbb" with an opacity.
  const faint = (colour, alpha) =>
    colour + Math.round(alpha * 255).toString(16).padStart(2, "0");

  const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)} %`;

  function render(entry) {
    if (entry.chart) entry.chart.destroy();
    const look = theme();
    Chart.defaults.color = look.quiet;
    Chart.defaults.borderColor = look.line;
    entry.chart = new Chart(entry.canvas, entry.make(look));
  }

  // `make(theme)` gives a chart's configuration for Chart.js.
  function draw(canvas, make) {
    const entry = { canvas, make, chart: null };
    drawn.push(entry);
    render(entry);
  }

  function axis(title, more) {
    return {
      title: { display: title !== "", text: title },
      grid: { drawTicks: false },
      ...more,
      ticks: { padding: 6, maxRotation: 0, ...(more.ticks || {}) },
    };
  }

  const redraw = () => drawn.forEach(render);
  const on_paper = (is_so) => {
    root.classList.toggle("paper", is_so);
    redraw();
  };

  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.plugins.legend.display = false;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => on_paper(true));
  addEventListener("afterprint", () => on_paper(false));

  return { data, draw, axis, faint, percent };
})();
