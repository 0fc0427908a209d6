// The charts of the evaluation, drawn on canvas from the JSON beside them; a table says the same.
//
// <script id="charts" type="application/json">{ months, terminations, saves }</script>
// <div data-chart="terminations" role="img" aria-label="…"></div>
import * as echarts from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const INK = "#41505f";
const RULE = "#dfe4ea";
const FONT = "Inter Variable, system-ui, sans-serif";

function frame(months, series) {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: INK },
    grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: INK } },
    // richText draws on the canvas: the page's policy allows no markup with styles of its own.
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" } },
    xAxis: { type: "category", data: months, axisTick: { show: false }, axisLine: { lineStyle: { color: RULE } }, axisLabel: { color: INK, hideOverlap: true, showMaxLabel: true } },
    yAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: RULE } }, axisLabel: { color: INK } },
    series,
  };
}

// This month stands out from the months before it.
function bars(row, colour, strong, stack) {
  const last = row.values.length - 1;
  const data = row.values.map((value, place) => (place === last ? { value, itemStyle: { color: strong } } : value));
  return { type: "bar", name: row.name, data, stack, itemStyle: { color: colour, borderRadius: stack ? 0 : [2, 2, 0, 0] }, barMaxWidth: 22 };
}

const DRAWN = {
  terminations: ({ months, terminations: { requested, executed } }) => frame(months, [
    bars(requested, "#8fb3d9", "#1a5aa6"),
    { type: "line", name: executed.name, data: executed.values, symbolSize: 5, lineStyle: { width: 2 }, itemStyle: { color: "#9a5200" } },
  ]),
  saves: ({ months, saves: { saved, lost } }) => frame(months, [
    bars(saved, "#8cc79a", "#1b6b2c", "judged"),
    bars(lost, "#e3b1b1", "#a82424", "judged"),
  ]),
};

const told = JSON.parse(document.getElementById("charts").textContent);
for (const host of document.querySelectorAll("[data-chart]")) {
  const chart = echarts.init(host);
  chart.setOption(DRAWN[host.dataset.chart](told));
  new ResizeObserver(() => chart.resize()).observe(host);
  host.dataset.ready = "yes";
}
