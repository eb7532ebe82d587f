// Inside the closed frame: draws the one figure that its page holds.
const figure = JSON.parse(document.getElementById("figure").textContent);
const plot = document.getElementById("plot");
document.body.style.margin = 0;
if (!figure.layout?.height) plot.style.height = "100vh";
const config = { responsive: true, displaylogo: false, ...figure.config };
Plotly.newPlot(plot, figure.data, figure.layout || {}, config)
  .then(() => figure.frames && Plotly.addFrames(plot, figure.frames))
  .catch((error) => { plot.textContent = `This figure cannot be drawn: ${error.message || error}`; });
