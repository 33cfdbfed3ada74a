// What a page gains with scripts: it follows the record, sliders say what they point at, a citation
// can be copied, a chart saved as PNG. Everything else works without.
//
// Following: the stream of changes (SSE) says that something came in; the page then asks for itself
// again and puts in what has changed. So what is shown is always what the server would show.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("has-script");

  // Following
  const PAUSE_MS = 1500; // between two refreshes, so that a flood of events is no flood of requests
  const RETRY_MS = 2000; // before a stream that was refused is opened again
  const SAY_MS = 5000; // between two announcements
  const stream = document.body.dataset.follow;
  let position = document.body.dataset.position || "0";
  let source = null;
  let timer = 0;
  let last = 0;
  let said = 0;
  let busy = false;

  async function refresh() {
    timer = 0;
    if (busy) return later();
    busy = true;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html", "min-position": position } });
      if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else later();
    } catch {
      later();
    } finally {
      busy = false;
    }
  }
  function later() {
    if (!timer) timer = setTimeout(refresh, Math.max(0, last + PAUSE_MS - Date.now()));
  }
  function put(next) {
    let changed = false;
    position = next.body.dataset.position || position;
    for (const region of document.querySelectorAll("[data-live]")) {
      const fresh = next.querySelector(`[data-live="${region.dataset.live}"]`);
      if (!fresh || fresh.innerHTML === region.dataset.was) continue;
      if (region.dataset.was === undefined && fresh.innerHTML === region.innerHTML) continue;
      const open = [...region.querySelectorAll("details")].map((one) => one.open);
      const before = new Set([...region.querySelectorAll(".lines a.pos")].map((one) => one.textContent));
      region.dataset.was = fresh.innerHTML;
      region.innerHTML = fresh.innerHTML;
      region.querySelectorAll("details").forEach((one, at) => (one.open = open[at] || false));
      if (before.size) {
        for (const one of region.querySelectorAll(".lines a.pos")) {
          if (!before.has(one.textContent)) one.closest("li").classList.add("fresh");
        }
      } else if (region.dataset.live !== "asof") region.classList.add("fresh");
      changed ||= region.dataset.live !== "asof";
    }
    if (changed && Date.now() - said > SAY_MS) {
      said = Date.now();
      const heard = document.getElementById("heard");
      heard.textContent = heard.dataset.said;
    }
  }
  function follow() {
    if (source || document.hidden) return;
    source = new EventSource(`${stream}?after=${position}`);
    source.addEventListener("open", () => {
      root.classList.add("following");
      later(); // what came in while nobody listened
    });
    const moved = (event) => {
      position = event.lastEventId.split(".").pop() || position; // <log>.<position>
      later();
    };
    source.addEventListener("change", moved);
    source.addEventListener("reset", moved); // another log, or a shorter one
    source.addEventListener("error", () => {
      root.classList.remove("following");
      if (source && source.readyState === EventSource.CLOSED) {
        rest();
        setTimeout(follow, RETRY_MS);
      }
    });
  }
  function rest() {
    if (source) source.close();
    source = null;
    root.classList.remove("following");
  }
  if (stream && "EventSource" in window) {
    follow();
    document.addEventListener("visibilitychange", () => (document.hidden ? rest() : follow()));
    window.addEventListener("pagehide", rest);
    window.addEventListener("pageshow", follow);
  }

  // Sliders
  const day = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
  const language = root.lang;
  const spoken = (iso) => {
    try {
      const date = new Date(`${iso}T00:00:00Z`);
      const style = { dateStyle: "long", timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" };
      return new Intl.DateTimeFormat(language, style).format(date);
    } catch {
      return iso;
    }
  };
  for (const slider of document.querySelectorAll(".slider input[type=range]")) {
    const output = document.getElementById(slider.dataset.says) || slider.form.querySelector("output");
    const ticks = (slider.dataset.ticks || "").split(" ").map((tick) => tick.split("="));
    slider.addEventListener("input", () => {
      if (slider.dataset.days !== undefined) {
        output.querySelector("b").textContent = spoken(day(Number(slider.value)));
        return;
      }
      const known = ticks.filter(([at]) => Number(at) <= Number(slider.value)).pop();
      output.querySelector("b").textContent = known ? spoken(known[1]) : "";
      output.querySelector(".p").textContent = slider.value;
    });
    if (!slider.dataset.says) slider.addEventListener("change", () => slider.form.requestSubmit());
  }

  // Copying and saving
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const text = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(text.textContent);
      } catch {
        getSelection().selectAllChildren(text);
        document.execCommand("copy");
      }
      button.classList.add("fresh");
    });
  }
  for (const link of document.querySelectorAll("[data-png]")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const image = new Image();
      image.src = link.href;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.naturalWidth * 2;
      canvas.height = image.naturalHeight * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => {
        const save = document.createElement("a");
        save.href = URL.createObjectURL(blob);
        save.download = "figure.png";
        save.click();
        URL.revokeObjectURL(save.href);
      }, "image/png");
    });
  }
})();
