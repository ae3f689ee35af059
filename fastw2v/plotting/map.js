"use strict";

// The data embedded in the page; see page_data in page.py. A word is an index into data.words.
const data = JSON.parse(document.getElementById("data").textContent);
const count = data.x.length; // words on the map; those after them in data.words are only neighbours
const lower = data.words.slice(0, count).map((word) => word.toLowerCase());

const element = (id) => document.getElementById(id);
const canvas = element("map");
const context = canvas.getContext("2d");

const LONGEST = 40, FONT = 13, LINE = 17, DOT = 3, GAP = 7, REACH = 12, CELL = 64, SUGGESTIONS = 12;
const DEEPEST = 400; // times the scale at which the whole map fits
const PLACES = [[1, 0], [-1, 0], [0, -1], [0, 1]]; // directions from a dot to its label, the preferred first

const names = data.words.map(shortened);

const view = { x: 0, y: 0, scale: 0 }; // the point of the map at the center, and pixels per unit
let width = 1, height = 1, fitting = 1; // size of the canvas in CSS pixels, and the scale at which the whole map fits
let chosen = null, hovered = null, flight = 0, waiting = false;
let colours = {};
let labels = []; // the labels last drawn: { word, left, top, right, bottom }

function shortened(word) {
  const letters = Array.from(word);
  return letters.length > LONGEST ? letters.slice(0, LONGEST - 1).join("") + "…" : word;
}

// The view

const across = (word) => (data.x[word] - view.x) * view.scale + width / 2;
const down = (word) => (view.y - data.y[word]) * view.scale + height / 2;

function range(numbers) {
  return numbers.reduce(([low, high], number) => [Math.min(low, number), Math.max(high, number)], [Infinity, -Infinity]);
}

function fit() {
  const [left, right] = range(data.x), [low, high] = range(data.y);
  const scale = Math.min(Math.max(width - 140, 60) / (right - left), Math.max(height - 60, 60) / (high - low));
  fitting = Number.isFinite(scale) ? scale : 100; // a single point fits at any scale
  return { x: (left + right) / 2, y: (low + high) / 2, scale: fitting };
}

function resize() {
  const box = canvas.getBoundingClientRect(), density = window.devicePixelRatio || 1;
  const wasWhole = view.scale === 0 || view.scale === fitting;
  [width, height] = [Math.max(1, box.width), Math.max(1, box.height)];
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  context.setTransform(density, 0, 0, density, 0, 0);
  const whole = fit();
  if (wasWhole) Object.assign(view, whole);
  draw(); // at once: setting its size clears the canvas, which would flicker
}

function move(rightward, downward) {
  flight++;
  view.x -= rightward / view.scale;
  view.y += downward / view.scale;
  redraw();
}

function zoom(factor, x = width / 2, y = height / 2) {
  flight++;
  const scale = Math.min(Math.max(view.scale * factor, fitting / 2), fitting * DEEPEST);
  const kept = 1 / view.scale - 1 / scale; // keeps the point at (x, y) in place
  view.x += (x - width / 2) * kept;
  view.y -= (y - height / 2) * kept;
  view.scale = scale;
  redraw();
}

function fly(target) {
  const start = { ...view }, began = performance.now(), own = ++flight;
  const step = () => {
    if (own !== flight) return; // the user has moved the map since
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const done = calm ? 1 : Math.min(1, (performance.now() - began) / 350), eased = 1 - (1 - done) ** 3;
    view.scale = start.scale * (target.scale / start.scale) ** eased;
    view.x = start.x + (target.x - start.x) * eased;
    view.y = start.y + (target.y - start.y) * eased;
    if (done === 1) Object.assign(view, target);
    redraw();
    if (done < 1) requestAnimationFrame(step);
  };
  step();
}

function centre(word) {
  fly({ x: data.x[word], y: data.y[word], scale: Math.max(view.scale, 3 * fitting) });
}

// Drawing

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["back", "ink", "faint", "accent"]) colours[name] = style.getPropertyValue("--" + name).trim();
}

function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(draw);
}

function draw() {
  waiting = false;
  context.clearRect(0, 0, width, height);
  const near = chosen === null ? [] : data.near[chosen].map(([word]) => word).filter((word) => word < count);
  const stressed = new Set([hovered, chosen, ...near].filter((word) => word !== null));
  drawLines(near);
  for (let word = 0; word < count; word++) if (!stressed.has(word) && onCanvas(word)) drawDot(word, false);
  for (const word of stressed) drawDot(word, true);
  labels = [];
  const taken = new Map();
  for (const word of stressed) drawLabel(word, taken, true);
  for (let word = 0; word < count; word++) if (!stressed.has(word) && onCanvas(word)) drawLabel(word, taken, false);
}

function onCanvas(word) {
  const x = across(word), y = down(word);
  return x > -DOT && y > -DOT && x < width + DOT && y < height + DOT;
}

function drawLines(near) {
  context.globalAlpha = 0.35;
  context.strokeStyle = colours.accent;
  context.lineWidth = 1;
  for (const word of near) {
    context.beginPath();
    context.moveTo(across(chosen), down(chosen));
    context.lineTo(across(word), down(word));
    context.stroke();
  }
  context.globalAlpha = 1;
}

// Dots are smaller when many words are in view.
function radius() {
  return Math.min(DOT, Math.max(DOT / 2, DOT * Math.sqrt((view.scale / fitting) * (400 / count))));
}

function drawDot(word, stressed) {
  context.globalAlpha = chosen === null || stressed ? 1 : 0.4;
  context.fillStyle = data.groups[word] < 0 ? data.other_colour : data.group_colours[data.groups[word]];
  context.beginPath();
  context.arc(across(word), down(word), stressed ? DOT + 1.5 : radius(), 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}

// A label is drawn where it overlaps no other. Words choose in order, the most frequent first.
function drawLabel(word, taken, stressed) {
  context.font = `${stressed ? "bold " : ""}${FONT}px system-ui, sans-serif`;
  const box = place(word, measured(word, stressed), taken);
  if (!box) return;
  inCells(box, (cell) => void (taken.has(cell) ? taken.get(cell).push(box) : taken.set(cell, [box])));
  labels.push({ word, ...box });
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = colours.back;
  context.fillStyle = word === chosen ? colours.accent : chosen === null || stressed ? colours.ink : colours.faint;
  context.strokeText(names[word], box.left + 2, (box.top + box.bottom) / 2);
  context.fillText(names[word], box.left + 2, (box.top + box.bottom) / 2);
}

const widths = [new Map(), new Map()];

function measured(word, stressed) {
  const known = widths[Number(stressed)];
  if (!known.has(word)) known.set(word, context.measureText(names[word]).width + 4);
  return known.get(word);
}

function place(word, wide, taken) {
  const x = across(word), y = down(word);
  for (const [along, below] of PLACES) {
    const left = x + along * GAP + ((along - 1) / 2) * wide, top = y + below * GAP + ((below - 1) / 2) * LINE;
    const box = { left, top, right: left + wide, bottom: top + LINE };
    const inside = left >= 0 && top >= 0 && box.right <= width && box.bottom <= height;
    if (inside && !inCells(box, (cell) => (taken.get(cell) || []).some((other) => overlap(box, other)))) return box;
  }
  return null;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

// Whether `is` holds for any of the grid cells that a box touches.
function inCells(box, is) {
  for (let column = Math.floor(box.left / CELL); column * CELL < box.right; column++)
    for (let row = Math.floor(box.top / CELL); row * CELL < box.bottom; row++) if (is(column * 65536 + row)) return true;
  return false;
}
