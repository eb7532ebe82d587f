// Charts of saved views. Loaded by pages that may show one; the drawing library is fetched only when
// there is one. The figure's data is a JSON block inside it, the same that its table shows.
const SERIES = ["--accent", "--dataset", "--timeout", "--progress", "--post", "--route", "--service", "--quest"];

let library;
function load(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.echarts);
    script.onerror = () => reject(new Error("The drawing library could not be loaded."));
    document.head.append(script);
  });
  return library;
}

/* A token is a pair of colours: what it is now, only an element can say. */
function token(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function look() {
  const [ink, faint, rule, paper, pale] = ["--ink", "--ink-2", "--line", "--paper", "--accent-tint"].map(token);
  return { ink, faint, rule, paper, pale, palette: SERIES.map(token).filter(Boolean), font: getComputedStyle(document.body).fontFamily };
}

/* A table of rows with its columns found by name. */
class Table {
  constructor({ columns, types, rows }) {
    Object.assign(this, { columns, types, rows });
  }
  at(name) {
    return this.columns.indexOf(name);
  }
  values(name) {
    const place = this.at(name);
    return this.rows.map((row) => row[place]);
  }
  numbers(name) {
    return this.values(name).map(number);
  }
  isNumber(name) {
    return /INT|DOUBLE|FLOAT|DECIMAL|REAL|BIGNUM/.test(this.types[this.at(name)] || "");
  }
  isMoment(name) {
    return /^(DATE|TIMESTAMP)/.test(this.types[this.at(name)] || "");
  }
}

function number(value) {
  if (value === null || value === "" || typeof value === "boolean") return null;
  const found = Number(value);
  return Number.isFinite(found) ? found : null;
}

const word = (value) => (value === null ? "null" : String(value));

/* Names along an axis: moments as short as they can be without two becoming one. */
function words(table, name) {
  const all = table.values(name).map(word);
  if (!table.isMoment(name)) return all;
  const days = all.map((text) => text.slice(0, 10));
  if (all.every((text) => !/[1-9]/.test(text.slice(10).replace(/[+-]\d\d(:?\d\d)?$/, "")))) return days;
  return all.map((text) => text.slice(0, 19).replace("T", " ").replace(/:00$/, ""));
}
const called = (entry) => entry.name || entry.label || entry.dataKey;
const label = (entry) => entry?.label || entry?.name || entry?.dataKey || "";
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });

function axis(type, name, style, more = {}) {
  return {
    type, name, nameLocation: "middle", nameGap: 30, nameTextStyle: { color: style.faint },
    axisLine: { lineStyle: { color: style.rule } }, axisTick: { lineStyle: { color: style.rule } },
    axisLabel: { color: style.faint, hideOverlap: true }, splitLine: { show: type === "value", lineStyle: { color: style.rule } },
    scale: type === "value", ...more,
  };
}

function base(config, style, names) {
  const hidden = config.legend === false || names.length < 2;
  return {
    color: style.palette, backgroundColor: "transparent", animation: false,
    textStyle: { fontFamily: style.font, color: style.ink },
    aria: { enabled: false },
    legend: hidden ? { show: false } : { type: "scroll", top: 0, textStyle: { color: style.ink } },
    grid: { left: 8, right: 24, top: hidden ? 24 : 44, bottom: 36, containLabel: true },
    tooltip: { trigger: "axis", confine: true, renderMode: "richText", backgroundColor: style.paper, borderColor: style.rule, textStyle: { color: style.ink } },
  };
}

function lines(config, style) {
  const data = (config.referenceLines || []).map((line) => ({
    ...(line.x !== undefined ? { xAxis: line.x } : { yAxis: line.y }),
    label: { formatter: line.label || "", color: style.faint, position: "insideEndTop" },
  }));
  return data.length ? { markLine: { silent: true, symbol: "none", lineStyle: { color: style.faint, type: "dashed" }, data } } : {};
}

function shape(kind) {
  if (kind === "bar") return { type: "bar", barMaxWidth: 48 };
  return { type: "line", symbolSize: 5, lineStyle: { width: 2 }, ...(kind === "area" ? { areaStyle: { opacity: 0.18 } } : {}) };
}

function cartesian(config, table, style) {
  const { category, series } = config;
  const bars = config.type === "bar" || (config.type === "composed" && series.some((one) => (one.type || "bar") === "bar"));
  const xs = table.values(category.dataKey);
  const continuous = !bars && (table.isNumber(category.dataKey) || table.isMoment(category.dataKey));
  const kind = !continuous ? "category" : table.isMoment(category.dataKey) ? "time" : "value";
  const along = axis(kind, label(category), style, kind === "category" ? { data: words(table, category.dataKey) } : {});
  const across = axis("value", label(config.value) || (series.length === 1 ? called(series[0]) : ""), style, bars ? { scale: false } : {});
  const lying = config.layout === "vertical" && kind === "category";
  const many = xs.length > 60;
  const drawn = series.map((one, place) => {
    const values = table.numbers(one.dataKey);
    const form = config.type === "composed" ? one.type || (place ? "line" : "bar") : config.type;
    return {
      ...shape(form), name: called(one), showSymbol: !many, ...(one.stackId ? { stack: one.stackId } : {}),
      data: continuous ? xs.map((x, row) => [kind === "value" ? number(x) : x, values[row]]) : values,
      ...(place ? {} : lines(config, style)),
    };
  });
  if (lying) along.inverse = true;
  return {
    ...base(config, style, series.map(called)), xAxis: lying ? { ...across, nameGap: 26 } : along,
    yAxis: lying ? { ...along, nameLocation: "start", nameGap: 12 } : { ...across, nameLocation: "end", nameGap: 14, nameTextStyle: { color: style.faint, align: "left" } },
    series: drawn,
  };
}

function scatter(config, table, style) {
  const { category, series } = config;
  const xs = table.values(category.dataKey);
  const kind = table.isMoment(category.dataKey) ? "time" : table.isNumber(category.dataKey) ? "value" : "category";
  return {
    ...base(config, style, series.map(called)),
    tooltip: { ...base(config, style, []).tooltip, trigger: "item" },
    xAxis: axis(kind, label(category), style, kind === "category" ? { data: xs.map(word) } : {}),
    yAxis: axis("value", label(config.value) || (series.length === 1 ? called(series[0]) : ""), style, { nameLocation: "end", nameGap: 14, nameTextStyle: { color: style.faint, align: "left" } }),
    series: series.map((one, place) => {
      const ys = table.numbers(one.dataKey);
      const at = (x, row) => [kind === "value" ? number(x) : kind === "time" ? x : word(x), ys[row]];
      return { type: "scatter", name: called(one), symbolSize: xs.length > 500 ? 4 : 8, itemStyle: { opacity: 0.75 }, data: xs.map(at), ...(place ? {} : lines(config, style)) };
    }),
  };
}

function pie(config, table, style) {
  const values = table.numbers(config.series[0].dataKey);
  const data = table.values(config.category.dataKey).map((name, row) => ({ name: word(name), value: values[row] }));
  const shown = base(config, style, data);
  return {
    ...shown, tooltip: { ...shown.tooltip, trigger: "item", formatter: "{b}: {c} ({d} %)" },
    series: [{
      type: "pie", radius: config.type === "donut" ? ["42%", "70%"] : "70%", center: ["50%", "56%"], data,
      itemStyle: { borderColor: style.paper, borderWidth: 2 }, label: { color: style.ink, formatter: "{b}  {d} %" }, labelLine: { lineStyle: { color: style.rule } },
    }],
  };
}

function radar(config, table, style) {
  const spokes = table.values(config.category.dataKey).map(word);
  const all = config.series.map((one) => table.numbers(one.dataKey).map((value) => value ?? 0));
  const most = Math.max(...all.flat(), 0);
  const least = Math.min(...all.flat(), 0);
  const shown = base(config, style, config.series);
  return {
    ...shown, tooltip: { ...shown.tooltip, trigger: "item" },
    radar: {
      indicator: spokes.map((name) => ({ name, max: most || 1, min: least })), center: ["50%", "55%"], radius: "68%",
      axisName: { color: style.ink }, splitLine: { lineStyle: { color: style.rule } }, axisLine: { lineStyle: { color: style.rule } }, splitArea: { show: false },
    },
    series: [{ type: "radar", data: config.series.map((one, place) => ({ name: called(one), value: all[place], areaStyle: { opacity: 0.12 } })) }],
  };
}

function heatmap(config, table, style) {
  const [x, y] = [config.category, config.series[0]].map((entry) => ({ entry, values: table.values(entry.dataKey).map(word) }));
  const [xs, ys] = [x, y].map(({ values }) => [...new Set(values)]);
  const heat = table.numbers(config.value.dataKey);
  const known = heat.filter((value) => value !== null);
  const [least, most] = known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
  const shown = base(config, style, []);
  return {
    ...shown, grid: { ...shown.grid, top: 30, right: 96 },
    tooltip: { ...shown.tooltip, trigger: "item", formatter: ({ data }) => `${label(x.entry)} ${xs[data[0]]}\n${label(y.entry)} ${ys[data[1]]}\n${label(config.value)} ${short.format(data[2])}` },
    xAxis: axis("category", label(x.entry), style, { data: xs }),
    yAxis: axis("category", label(y.entry), style, { data: ys, nameLocation: "end", nameGap: 14, nameTextStyle: { color: style.faint, align: "left" } }),
    visualMap: { min: least, max: most, calculable: false, orient: "vertical", right: 0, top: "middle", itemHeight: 120, textStyle: { color: style.faint }, inRange: { color: [style.pale, style.palette[0]] }, formatter: (value) => short.format(value) },
    series: [{ type: "heatmap", name: label(config.value), data: heat.map((value, row) => [xs.indexOf(x.values[row]), ys.indexOf(y.values[row]), value]).filter((cell) => cell[2] !== null), itemStyle: { borderColor: style.paper, borderWidth: 1 } }],
  };
}

function histogram(config, table, style) {
  const [from, to, count] = ["from", "to", "count"].map((name) => table.numbers(name));
  const shown = base(config, style, []);
  return {
    ...shown, tooltip: { ...shown.tooltip, formatter: ([{ dataIndex: at }]) => `${short.format(from[at])} to ${short.format(to[at])}\n${count[at]} values` },
    xAxis: axis("category", label(config.category), style, { data: from.map((value) => short.format(value)) }),
    yAxis: axis("value", "values", style, { scale: false, nameLocation: "end", nameGap: 14, nameTextStyle: { color: style.faint, align: "left" } }),
    series: [{ type: "bar", name: "values", barCategoryGap: "4%", data: count, ...lines(config, style) }],
  };
}

const DRAWN = { bar: cartesian, line: cartesian, area: cartesian, composed: cartesian, scatter, pie, donut: pie, radar, heatmap, histogram };

const charts = new Map();

function draw(figure, echarts) {
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const canvas = figure.querySelector("[data-canvas]");
  charts.get(figure)?.dispose();
  const chart = echarts.init(canvas, null, { renderer: "svg" });
  chart.setOption(DRAWN[data.config.type](data.config, new Table(data), look()));
  charts.set(figure, chart);
  canvas.dataset.drawn = "";
}

async function drawIn(within) {
  const figures = [...within.querySelectorAll("[data-chart]")].filter((figure) => !charts.has(figure));
  if (within.matches?.("[data-chart]") && !charts.has(within)) figures.push(within);
  for (const figure of figures) {
    charts.set(figure, null);
    try {
      draw(figure, await load(figure.dataset.library));
      sizes.observe(figure);
    } catch (error) {
      figure.querySelector("[data-canvas]").replaceChildren(`The chart could not be drawn: ${error.message} The table has the same data.`);
    }
  }
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) charts.get(target)?.resize();
});

function again() {
  for (const [figure, chart] of charts) {
    if (!figure.isConnected) {
      chart?.dispose();
      charts.delete(figure);
    } else if (chart) draw(figure, window.echarts);
  }
}

new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
document.addEventListener("htmx:afterSettle", (event) => drawIn(event.target));
drawIn(document.body);
