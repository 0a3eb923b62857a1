// Draws the charts of the figures page; the tables beside them say the same.
(() => {
  "use strict";
  const charts = [];
  const said = (number) => (typeof number === "number" ? number.toLocaleString(document.documentElement.lang) : "–");
  const pie = (chart, data, color, palette) => {
    const ink = { color: color("--ink"), fontFamily: "system-ui, sans-serif" };
    chart.setOption({
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 300,
      color: palette,
      textStyle: ink,
      legend: { bottom: 8, itemWidth: 12, itemHeight: 8, icon: "roundRect", textStyle: { ...ink, color: color("--soft") } },
      tooltip: { trigger: "item", renderMode: "richText", backgroundColor: color("--card"), borderColor: color("--line"), textStyle: ink },
      series: [{
        type: "pie", radius: ["52%", "76%"], center: ["50%", "44%"], label: { show: false }, emphasis: { scaleSize: 4 },
        itemStyle: { borderColor: color("--card"), borderWidth: 2 },
        data: data.labels.map((name, at) => ({ name, value: data.series[0].data[at] })),
      }],
    });
  };
  const draw = () => {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const dark = document.documentElement.getAttribute("data-bs-theme") === "dark";
    const palette = dark
      ? ["#2fb8a6", "#7fb2ea", "#f0b95c", "#c79af2", "#f08f86", "#8fd08f", "#98a5b3"]
      : ["#0b8274", "#3d7fc4", "#d08a1d", "#8a5cc2", "#c9534b", "#4f9a54", "#7b8794"];
    for (const chart of charts.splice(0)) chart.dispose();
    for (const place of document.querySelectorAll("[data-chart]")) {
      const data = JSON.parse(place.dataset.chart);
      const colours = data.colours.length ? data.colours.map((at) => palette[at]) : palette;
      const chart = echarts.init(place, null, { renderer: "canvas" });
      if (data.kind === "pie") {
        pie(chart, data, color, colours);
        charts.push(chart);
        continue;
      }
      const text = { color: color("--soft"), fontFamily: "system-ui, sans-serif" };
      chart.setOption({
        animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        animationDuration: 300,
        color: colours,
        textStyle: text,
        grid: { left: 12, right: 16, top: data.series.length > 1 ? 40 : 20, bottom: 12, containLabel: true },
        legend: data.series.length > 1 ? { top: 8, left: 12, itemWidth: 12, itemHeight: 8, icon: "roundRect", textStyle: text } : undefined,
        tooltip: { trigger: "axis", valueFormatter: said, renderMode: "richText", backgroundColor: color("--card"), borderColor: color("--line"), textStyle: { color: color("--ink") } },
        xAxis: { type: "category", data: data.labels, axisLine: { lineStyle: { color: color("--line") } }, axisTick: { show: false }, axisLabel: { ...text, hideOverlap: true } },
        yAxis: { type: "value", minInterval: data.kind === "bar" ? 1 : 0, splitLine: { lineStyle: { color: color("--line") } }, axisLabel: { ...text, formatter: said } },
        series: data.series.map((one) => ({
          ...one, type: data.kind, stack: data.stacked ? "all" : undefined, barMaxWidth: 28, smooth: true, showSymbol: false,
          itemStyle: { borderRadius: data.stacked ? 0 : 3 },
        })),
      });
      charts.push(chart);
    }
    document.documentElement.dataset.charts = "drawn";
  };
  addEventListener("resize", () => { for (const chart of charts) chart.resize(); });
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  draw();
})();
