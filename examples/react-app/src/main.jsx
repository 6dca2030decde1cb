import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { tagsOf } from "./tags.js";
import "./style.css";

function Tags({ release }) {
  const tags = tagsOf(release);
  if (!tags) return <p role="status">“{release}” is no semantic version; write 1.2.0 or v1.3.0-rc1.</p>;
  return (
    <ul aria-label="tags">
      {tags.map((tag) => (
        <li key={tag.name}>
          <code>{tag.name}</code> <span>{tag.note}</span>
        </li>
      ))}
    </ul>
  );
}

function App() {
  const [release, setRelease] = useState("v1.2.0");
  return (
    <main>
      <h1>Which tags does a release move?</h1>
      <label>
        Release <input value={release} onChange={(event) => setRelease(event.target.value)} spellCheck={false} />
      </label>
      <Tags release={release} />
    </main>
  );
}

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
