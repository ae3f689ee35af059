// Interaction with the map. map.js comes first in the page and defines what is used here.

// Selecting a word

function wordAt(x, y) {
  const label = labels.find((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom);
  return label ? label.word : nearestTo(x, y, REACH);
}

function nearestTo(x, y, reach) {
  let best = null;
  for (let word = 0; word < count; word++) {
    const distance = Math.hypot(across(word) - x, down(word) - y);
    if (distance <= reach) [best, reach] = [word, distance];
  }
  return best;
}

function choose(word) {
  chosen = word;
  element("panel").hidden = word === null;
  if (word !== null) {
    element("chosen").textContent = data.words[word];
    element("group").textContent = data.groups[word] < 0 ? "" : data.group_names[data.groups[word]];
    element("near").replaceChildren(...data.near[word].map(([other, cosine]) => neighbour(other, cosine)));
  }
  redraw();
}

function neighbour(word, cosine) {
  const item = document.createElement("li"), value = document.createElement("span");
  const name = document.createElement(word < count ? "button" : "span");
  name.textContent = data.words[word];
  name.dir = "auto";
  if (word < count) name.addEventListener("click", () => show(word, element("chosen")));
  else [name.className, name.title] = ["away", "not on the map"];
  value.textContent = cosine.toFixed(2);
  value.className = "cosine";
  item.style.setProperty("--share", String(Math.max(0, cosine)));
  item.append(name, value);
  return item;
}

function show(word, focus) {
  choose(word);
  centre(word);
  focus.focus();
}

// Search: words that begin with the text typed

const search = element("search"), suggestions = element("suggestions");
let matches = [], active = 0;

function suggest() {
  const asked = search.value.trim().toLowerCase(), exact = [], longer = [];
  for (let word = 0; asked && word < count; word++)
    if (lower[word].startsWith(asked)) (lower[word] === asked ? exact : longer).push(word);
  matches = [...exact, ...longer].slice(0, SUGGESTIONS);
  active = 0;
  suggestions.replaceChildren(...(matches.length ? matches.map(suggestion) : [nothing()]));
  suggestions.hidden = !asked;
  mark();
}

function suggestion(word, place) {
  const item = document.createElement("li");
  item.id = "suggestion" + place;
  item.setAttribute("role", "option");
  item.dir = "auto";
  item.textContent = data.words[word];
  item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(word); });
  return item;
}

function nothing() {
  const item = document.createElement("li");
  item.className = "none";
  item.textContent = "no matching word on the map";
  return item;
}

function mark() {
  matches.forEach((_, place) => suggestions.children[place].setAttribute("aria-selected", String(place === active)));
  search.setAttribute("aria-expanded", String(!suggestions.hidden && matches.length > 0));
  search.setAttribute("aria-activedescendant", !suggestions.hidden && matches.length ? "suggestion" + active : "");
}

function take(word) {
  search.value = data.words[word];
  fold();
  show(word, search);
}

function fold() {
  suggestions.hidden = true;
  mark();
}

search.addEventListener("input", suggest);
search.addEventListener("focus", () => search.select());
search.addEventListener("blur", fold);
search.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter" && search.value.trim()) {
    if (suggestions.hidden) suggest();
    if (matches.length) take(matches[active]);
  } else if (event.key === "Escape") {
    if (suggestions.hidden) choose(null);
    fold();
  } else if (step && suggestions.hidden) suggest();
  else if (step && matches.length) {
    active = (active + step + matches.length) % matches.length;
    mark();
  }
  if (step) event.preventDefault();
});

// Pointer, wheel and keys

const pointers = new Map(); // pressed pointers, by id
let travelled = 0; // pixels since the first was pressed: a pointer that hardly moves is a click

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  if (!pointers.size) travelled = 0;
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  flight++;
});

canvas.addEventListener("pointermove", (event) => {
  const now = { x: event.offsetX, y: event.offsetY }, before = pointers.get(event.pointerId);
  if (!before) return hover(wordAt(now.x, now.y));
  pointers.set(event.pointerId, now);
  const other = [...pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point)[0];
  const part = other ? 0.5 : 1; // each of two fingers moves the map by half
  travelled += Math.hypot(now.x - before.x, now.y - before.y) * (other ? 100 : 1);
  canvas.classList.toggle("moving", travelled > 5);
  move((now.x - before.x) * part, (now.y - before.y) * part);
  if (other) {
    const apart = (point) => Math.max(10, Math.hypot(point.x - other.x, point.y - other.y));
    zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
  }
});

for (const kind of ["pointerup", "pointercancel"])
  canvas.addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size) return;
    canvas.classList.remove("moving");
    if (kind === "pointerup" && travelled <= 5) choose(wordAt(event.offsetX, event.offsetY));
  });

canvas.addEventListener("pointerleave", () => hover(null));

function hover(word) {
  canvas.classList.toggle("over", word !== null);
  if (word !== hovered) redraw();
  hovered = word;
}

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const pixels = event.deltaY * [1, 16, 400][event.deltaMode];
  zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), event.offsetX, event.offsetY); // with ctrlKey, a pinch on a touchpad
}, { passive: false });

const KEYS = {
  ArrowLeft: () => move(60, 0),
  ArrowRight: () => move(-60, 0),
  ArrowUp: () => move(0, 60),
  ArrowDown: () => move(0, -60),
  "+": () => zoom(1.3),
  "=": () => zoom(1.3),
  "-": () => zoom(1 / 1.3),
  "0": () => fly(fit()),
  Enter: () => choose(nearestTo(width / 2, height / 2, Infinity)),
  Escape: () => choose(null),
};

canvas.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target === search) return;
  event.preventDefault();
  search.focus();
});

element("panel").addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
element("close").addEventListener("click", close);
element("closer").addEventListener("click", () => zoom(1.5));
element("farther").addEventListener("click", () => zoom(1 / 1.5));
element("whole").addEventListener("click", () => fly(fit()));

function close() {
  choose(null);
  canvas.focus();
}

function legend() {
  const items = data.group_names.map((name, group) => {
    const item = document.createElement("li"), dot = document.createElement("span");
    dot.style.background = data.group_colours[group];
    item.append(dot, name);
    return item;
  });
  element("groups").replaceChildren(...items);
  element("groups").hidden = !items.length;
}

element("caption").textContent = data.caption;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw(); });
readColours();
legend();
new ResizeObserver(resize).observe(canvas);
resize();
