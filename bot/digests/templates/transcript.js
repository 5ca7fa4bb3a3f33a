// The line that is heard is marked and kept in view; a time plays from there.
const sound = document.querySelector("audio");
const lines = [...document.querySelectorAll("[data-start]")];
let current = null;

sound.addEventListener("timeupdate", () => {
  const heard = lines.findLast((line) => Number(line.dataset.start) <= sound.currentTime + 0.05);
  if (heard === current) return;
  if (current) {
    current.removeAttribute("aria-current");
    current.style.background = "";
  }
  if (heard) {
    heard.setAttribute("aria-current", "true");
    heard.style.background = "#ffe9a8";
    heard.style.color = "#1b1b1b";
    heard.scrollIntoView({ block: "nearest" });
  }
  current = heard;
});

for (const line of lines) {
  line.querySelector("time").addEventListener("click", () => {
    sound.currentTime = Number(line.dataset.start);
    sound.play();
  });
}
