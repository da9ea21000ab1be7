// SPDX-License-Identifier: Apache-2.0
//
// The charts of an evaluation: risk and coverage, reliability, timeline.
"use strict";

(() => {
  const evaluation = page.data("evaluation");
  const day = page.data("device-day");
  const apps = evaluation.apps.map((app) => app.app);

  const share_ticks = (step) => ({
    stepSize: step,
    callback: (value) => page.percent(value),
  });

  function risk_coverage(theme) {
    const curve = evaluation.risk_coverage.points.map((point) => ({
      x: point.coverage,
      y: point.risk,
      floor: point.floor,
    }));
    const in_use = [{ x: evaluation.coverage, y: evaluation.selective_risk }];
    const highest = Math.max(in_use[0].y, ...curve.map((point) => point.y));
    return {
      type: "scatter",
      data: {
        datasets: [
          {
            label: evaluation.unknown_rule,
            data: in_use,
            pointStyle: "rectRot",
            radius: 8,
            hoverRadius: 9,
            clip: 20,
            backgroundColor: theme.card,
            borderColor: theme.wrong,
            borderWidth: 3,
          },
          {
            label: "confidence",
            data: curve,
            showLine: true,
            radius: 0,
            hoverRadius: 4,
            hitRadius: 8,
            borderColor: theme.right,
            backgroundColor: theme.right,
            borderWidth: 2.5,
          },
        ],
      },
      options: {
        layout: { padding: { top: 12, right: 12 } },
        scales: {
          x: page.axis("coverage: flows named", {
            min: 0,
            max: 1,
            ticks: share_ticks(0.2),
          }),
          y: page.axis("risk: of them wrong", {
            min: 0,
            suggestedMax: Math.max(0.01, 1.1 * highest),
            ticks: {
              maxTicksLimit: 7,
              callback: (value) => page.percent(value, highest < 0.05 ? 1 : 0),
            },
          }),
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ raw, dataset }) =>
                `${page.percent(raw.x, 1)} named, ` +
                `${page.percent(raw.y, 1)} of them wrong ` +
                (raw.floor === undefined
                  ? `(${dataset.label})`
                  : `(confidence of at least ${raw.floor.toFixed(2)})`),
            },
          },
        },
      },
    };
  }

  function reliability(theme) {
    const bins = evaluation.reliability.filter((bin) => bin.flows > 0);
    const most = Math.max(1, ...bins.map((bin) => bin.flows));
    return {
      type: "scatter",
      data: {
        datasets: [
          {
            label: "right",
            data: bins.map((bin) => ({
              x: bin.confidence,
              y: bin.right,
              flows: bin.flows,
            })),
            clip: 20,
            radius: bins.map((bin) => 3 + 9 * Math.sqrt(bin.flows / most)),
            hoverRadius: bins.map((bin) => 4 + 9 * Math.sqrt(bin.flows / most)),
            borderColor: theme.right,
            borderWidth: 1.5,
            backgroundColor: page.faint(theme.colour(0), 0.55),
          },
          {
            label: "perfect calibration",
            data: [
              { x: 0, y: 0 },
              { x: 1, y: 1 },
            ],
            showLine: true,
            radius: 0,
            hitRadius: 0,
            borderDash: [6, 5],
            borderWidth: 1.5,
            borderColor: theme.quiet,
          },
        ],
      },
      options: {
        layout: { padding: { top: 12, right: 12 } },
        scales: {
          x: page.axis("confidence", { min: 0, max: 1, ticks: share_ticks(0.2) }),
          y: page.axis("right", { min: 0, max: 1, ticks: share_ticks(0.2) }),
        },
        plugins: {
          tooltip: {
            filter: ({ raw }) => raw.flows !== undefined,
            callbacks: {
              label: ({ raw }) =>
                `${raw.flows} flows: confidence ${page.percent(raw.x, 1)}, ` +
                `right ${page.percent(raw.y, 1)}`,
            },
          },
        },
      },
    };
  }

  // Lanes from top to bottom: the apps, then unknown.
  const unknown_lane = apps.length;
  const lane_of = (named) => (named < 0 ? unknown_lane : named);
  const lane_name = (lane) => apps[lane] ?? "unknown";

  function clock(seconds) {
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }

  // Maps times to drawing positions: every pause between two uses is drawn with
  // the same width in seconds.
  const drawn_pause = 4;
  let drawn_end = 0;
  for (const use of day.uses) {
    use.shift = drawn_end - use.begin;
    drawn_end += use.end - use.begin + drawn_pause;
  }

  // Draws the app in use as bars behind the marks.
  const bars_of = (uses, theme) => ({
    id: "uses",
    beforeDatasetsDraw({ ctx, scales: { x, y } }) {
      const height = Math.abs(y.getPixelForValue(1) - y.getPixelForValue(0));
      ctx.save();
      for (const use of uses) {
        const left = x.getPixelForValue(use.begin + use.shift) - 4;
        const right = x.getPixelForValue(use.end + use.shift) + 4;
        const top = y.getPixelForValue(use.app) - 0.42 * height;
        ctx.fillStyle = page.faint(theme.colour(use.app), 0.28);
        ctx.fillRect(left, top, right - left, 0.84 * height);
      }
      ctx.restore();
    },
  });

  // The flows of these uses as marks: right, wrong, or unknown.
  function marks_of(uses, theme) {
    const right = apps.map(() => []);
    const wrong = [];
    const unknown = [];
    for (const use of uses) {
      for (const [first, named, confidence] of use.flows) {
        const mark = {
          x: first + use.shift,
          y: lane_of(named),
          time: first,
          confidence,
          app: use.app,
        };
        if (named < 0) unknown.push(mark);
        else (named === use.app ? right[named] : wrong).push(mark);
      }
    }
    return [
      {
        data: wrong,
        clip: 8,
        pointStyle: "crossRot",
        radius: 4.5,
        borderWidth: 2,
        borderColor: theme.text,
      },
      {
        data: unknown,
        clip: 8,
        pointStyle: "circle",
        radius: 3.5,
        borderWidth: 1.5,
        borderColor: theme.text,
        backgroundColor: theme.card,
      },
      ...right.map((data, app) => ({
        data,
        clip: 8,
        pointStyle: theme.mark(app),
        radius: 3,
        borderWidth: theme.mark(app) === "cross" ? 2 : 0,
        borderColor: theme.colour(app),
        backgroundColor: theme.colour(app),
      })),
    ];
  }

  // One strip of the timeline, with a fixed number of drawn seconds. Its ticks
  // are the times at which uses begin, if there is room.
  function strip(uses, seconds, theme) {
    const begin = uses[0].begin + uses[0].shift;
    const ticks = [];
    for (const use of uses) {
      const at = use.begin + use.shift;
      if (ticks.length > 0 && at - ticks.at(-1).value < seconds / 14) continue;
      ticks.push({ value: at, label: clock(use.begin) });
    }
    return {
      type: "scatter",
      data: { datasets: marks_of(uses, theme) },
      plugins: [bars_of(uses, theme)],
      options: {
        layout: { padding: { right: 8 } },
        scales: {
          x: {
            min: begin - drawn_pause / 2,
            max: begin + seconds,
            grid: { display: false, drawBorder: false },
            afterBuildTicks: (scale) => {
              scale.ticks = ticks.map(({ value }) => ({ value }));
            },
            ticks: {
              autoSkip: false,
              maxRotation: 0,
              callback: (value, index) => ticks[index].label,
            },
          },
          y: page.axis("", {
            min: -0.5,
            max: unknown_lane + 0.5,
            reverse: true,
            grid: { drawTicks: false, drawBorder: false },
            afterBuildTicks: (scale) => {
              scale.ticks = [];
              for (let lane = 0; lane <= unknown_lane; ++lane) {
                scale.ticks.push({ value: lane });
              }
            },
            afterFit: (scale) => {
              scale.width = Math.max(scale.width, 90);
            },
            ticks: { autoSkip: false, callback: lane_name },
          }),
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ raw }) =>
                `${clock(raw.time)}: ${apps[raw.app]} named ${lane_name(raw.y)} ` +
                `(${page.percent(raw.confidence)})`,
            },
          },
        },
      },
    };
  }

  // Each strip holds about forty uses; all strips have one scale.
  function draw_day(place) {
    const count = Math.ceil(day.uses.length / 40);
    const strips = Array.from({ length: count }, () => []);
    for (const use of day.uses) {
      const middle = (use.begin + use.end) / 2 + use.shift;
      strips[Math.floor((middle / drawn_end) * count)].push(use);
    }
    const lines = strips.filter((uses) => uses.length > 0);
    const length_of = (uses) =>
      uses.at(-1).end + uses.at(-1).shift - uses[0].begin - uses[0].shift;
    const longest = Math.max(0, ...lines.map(length_of)) + drawn_pause / 2;
    for (const uses of lines) {
      const box = document.createElement("div");
      box.className = "strip";
      box.style.height = `${22 * (apps.length + 1) + 34}px`;
      const canvas = document.createElement("canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute(
        "aria-label",
        `From ${clock(uses[0].begin)} to ${clock(uses.at(-1).end)}: apps in use ` +
          "and the names given to their flows",
      );
      box.append(canvas);
      place.append(box);
      page.draw(canvas, (theme) => strip(uses, longest, theme));
    }
  }

  const at = (id) => document.getElementById(id);
  page.draw(at("risk-coverage"), risk_coverage);
  page.draw(at("reliability"), reliability);
  draw_day(at("day"));
})();
