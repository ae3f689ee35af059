// A map's page without a browser: node page_in_node.js PAGE WORD. Prints what a user who plays with it would see, as JSON.
const fs = require("fs"), vm = require("vm");

const [, , path, word] = process.argv;
const page = fs.readFileSync(path, "utf8");
const data = page.match(/<script type="application\/json" id="data">([^]*?)<\/script>/)[1];
const script = page.match(/<script type="module">([^]*?)<\/script>/)[1];

const LETTER = 7, LINE = 17;
let labels = [], dots = [], focused = null, frames = true, resized = null, wide = 900;

const context = {
  measureText: (text) => ({ width: text.length * LETTER }),
  clearRect() { [labels, dots] = [[], []]; },
  fillText(text, x, y) { labels.push({ text, left: x, right: x + text.length * LETTER, top: y - LINE / 2, bottom: y + LINE / 2 }); },
  arc(x, y) { dots.push([x, y]); },
};
for (const nothing of ["setTransform", "beginPath", "moveTo", "lineTo", "stroke", "fill", "strokeText"]) context[nothing] = () => {};

class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], handlers: {}, attributes: {}, hidden: false, textContent: "", value: "" });
    this.style = { setProperty() {} };
    this.classList = { toggle() {}, remove() {} };
  }
  addEventListener(kind, handler) { (this.handlers[kind] ||= []).push(handler); }
  fire(kind, event) {
    const whole = { target: this, preventDefault() {}, deltaMode: 0, pointerId: 1, ...event };
    for (const handler of this.handlers[kind] || []) handler(whole);
  }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = children; }
  focus() { focused = this; }
  select() {}
  setPointerCapture() {}
  getContext() { return context; }
  getBoundingClientRect() { return { width: wide, height: 600 }; }
}

const elements = new Map();
const element = (id) => elements.get(id) || elements.set(id, new Element(id)).get(id);
const document = Object.assign(new Element("document"), { getElementById: element, createElement: (tag) => new Element(tag) });
element("data").textContent = data;
element("panel").hidden = element("suggestions").hidden = true;

vm.runInNewContext('"use strict";' + script, {
  document,
  window: { devicePixelRatio: 1 },
  performance,
  requestAnimationFrame: (action) => { if (frames) action(); },
  getComputedStyle: () => ({ getPropertyValue: () => "#000" }),
  matchMedia: () => ({ matches: true, addEventListener() {} }),
  ResizeObserver: class { constructor(action) { resized = action; } observe() {} },
});

const map = element("map"), search = element("search"), near = element("near"), seen = {};
const look = () => ({ labels, dots });

seen.whole = look();
for (let turn = 0; turn < 3; turn++) map.fire("wheel", { deltaY: -300, offsetX: 450, offsetY: 300 });
seen.zoomed = look();
map.fire("keydown", { key: "0" });
seen.again = look();

search.value = word.slice(0, 2).toUpperCase();
search.fire("input");
seen.suggested = element("suggestions").children.map((item) => item.textContent);
search.value = word.slice(2);
search.fire("input");
seen.notSuggested = element("suggestions").children.map((item) => item.textContent);
search.value = word;
search.fire("input");
search.fire("keydown", { key: "Enter" });
seen.found = {
  ...look(),
  heading: element("chosen").textContent,
  panel: !element("panel").hidden,
  near: near.children.map(({ children: [name, cosine] }) => [name.textContent, Number(cosine.textContent), name.tag]),
};

const onMap = near.children.map((item) => item.children[0]).find((name) => name.tag === "button");
onMap.fire("click");
seen.followed = { clicked: onMap.textContent, heading: element("chosen").textContent, focused: focused.tag };

map.fire("keydown", { key: "0" });
const label = labels[labels.length - 1], at = { offsetX: (label.left + label.right) / 2, offsetY: (label.top + label.bottom) / 2 };
map.fire("pointerdown", at);
map.fire("pointerup", at);
seen.clicked = { label: label.text, heading: element("chosen").textContent };
map.fire("keydown", { key: "Escape" });
seen.closed = element("panel").hidden;

map.fire("keydown", { key: "0" });
const before = dots.map((dot) => [...dot]);
map.fire("pointerdown", { offsetX: 400, offsetY: 300 });
map.fire("pointermove", { offsetX: 430, offsetY: 280 });
map.fire("pointerup", { offsetX: 430, offsetY: 280 });
seen.dragged = { moved: dots.map(([x, y], dot) => [x - before[dot][0], y - before[dot][1]]), panel: !element("panel").hidden };

map.fire("keydown", { key: "0" });
map.fire("pointerdown", { pointerId: 1, offsetX: 400, offsetY: 300 });
map.fire("pointerdown", { pointerId: 2, offsetX: 500, offsetY: 300 });
map.fire("pointermove", { pointerId: 1, offsetX: 375, offsetY: 300 });
map.fire("pointermove", { pointerId: 2, offsetX: 525, offsetY: 300 });
seen.pinched = look();

map.fire("keydown", { key: "0" });
[frames, wide, labels, dots] = [false, 500, [], []]; // no further frame: what is drawn now is what is seen
resized();
seen.resized = look();

console.log(JSON.stringify(seen));
