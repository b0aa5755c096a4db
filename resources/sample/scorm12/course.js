// The course: five pages, a bookmark, three questions. It talks SCORM 1.2 where there is somebody to talk to, and works alone as well.
"use strict";

const RIGHT = { q1: "b", q2: "a", q3: "c" };
const PASS = 60; // per cent

const api = (function () {
  const up = (from) => {
    for (let at = from, steps = 0; at && steps < 12; steps += 1) {
      if (at.API) return at.API;
      if (at === at.parent) return null;
      at = at.parent;
    }
    return null;
  };
  const found = up(window) || (window.opener && up(window.opener));
  const begun = Date.now();
  let open = Boolean(found) && found.LMSInitialize("") === "true";
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return {
    get: (element) => (open ? found.LMSGetValue(element) : ""),
    set: (element, value) => open && found.LMSSetValue(element, String(value)),
    commit: () => open && found.LMSCommit(""),
    finish(exit) {
      if (!open) return;
      const seconds = (Date.now() - begun) / 1000;
      this.set("cmi.core.session_time", `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`);
      this.set("cmi.core.exit", exit);
      open = found.LMSFinish("") !== "true";
    },
  };
})();

const pages = [...document.querySelectorAll("section")];
const stage = document.getElementById("stage");
const result = document.getElementById("result");
const state = { seen: [], answers: {}, tries: 0, ...saved() };
let page = 0;

function saved() {
  try {
    return JSON.parse(api.get("cmi.suspend_data") || "{}");
  } catch {
    return {};
  }
}

function show(number) {
  page = Math.min(Math.max(number, 0), pages.length - 1);
  if (!state.seen.includes(page)) state.seen.push(page);
  pages.forEach((section, i) => section.classList.toggle("shown", i === page));
  [...document.getElementById("steps").children].forEach((step, i) => {
    step.classList.toggle("seen", state.seen.includes(i));
    i === page ? step.setAttribute("aria-current", "step") : step.removeAttribute("aria-current");
  });
  document.getElementById("where").textContent = `Page ${page + 1} of ${pages.length}`;
  document.getElementById("previous").disabled = page === 0;
  document.getElementById("next").disabled = page === pages.length - 1;
  document.title = pages[page].dataset.title;
  stage.scrollTop = 0;
  api.set("cmi.core.lesson_location", page);
  remember();
}

function remember() {
  api.set("cmi.suspend_data", JSON.stringify(state));
  api.commit();
}

function check(event) {
  event.preventDefault();
  const names = Object.keys(RIGHT);
  if (names.some((name) => !state.answers[name])) {
    result.className = "failed";
    result.textContent = "Please answer all three questions.";
    return;
  }
  state.tries += 1;
  const first = Number(api.get("cmi.interactions._count")) || 0;
  names.forEach((name, i) => {
    const entry = `cmi.interactions.${first + i}.`;
    const right = state.answers[name] === RIGHT[name];
    api.set(entry + "id", `${name}-try-${state.tries}`);
    api.set(entry + "type", "choice");
    api.set(entry + "correct_responses.0.pattern", RIGHT[name]);
    api.set(entry + "student_response", state.answers[name]);
    api.set(entry + "result", right ? "correct" : "wrong");
  });
  const right = names.filter((name) => state.answers[name] === RIGHT[name]).length;
  const score = Math.round((100 * right) / names.length);
  const passed = score >= PASS;
  api.set("cmi.core.score.min", 0);
  api.set("cmi.core.score.max", 100);
  api.set("cmi.core.score.raw", score);
  api.set("cmi.core.lesson_status", passed ? "passed" : "failed");
  result.className = passed ? "passed" : "failed";
  result.textContent = passed
    ? `${right} of 3 right. You have passed: close the lesson whenever you like.`
    : `${right} of 3 right. Look again at pages two and three, then try once more.`;
  remember();
}

pages.forEach(() => document.getElementById("steps").append(document.createElement("li")));
for (const [name, value] of Object.entries(state.answers)) {
  const input = document.getElementById(`${name}-${value}`);
  if (input) input.checked = true;
}
document.getElementById("quiz").addEventListener("submit", check);
document.getElementById("quiz").addEventListener("change", (event) => {
  state.answers[event.target.name] = event.target.value;
  remember();
});
document.getElementById("next").addEventListener("click", () => show(page + 1));
document.getElementById("previous").addEventListener("click", () => show(page - 1));
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input")) return;
  if (event.key === "ArrowRight") show(page + 1);
  if (event.key === "ArrowLeft") show(page - 1);
});
window.addEventListener("pagehide", () => {
  const done = ["passed", "completed"].includes(api.get("cmi.core.lesson_status"));
  api.finish(done ? "" : "suspend");
});

if (api.get("cmi.core.lesson_status") === "not attempted") api.set("cmi.core.lesson_status", "incomplete");
show(Number(api.get("cmi.core.lesson_location")) || 0);
