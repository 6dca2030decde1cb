// Makes dist/ out of src/ and public/: one script and one style sheet, named by their content, so that nginx may let
// browsers keep them for a year.
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist", { recursive: true });
cpSync("public", "dist", { recursive: true });

const { metafile } = await build({
  entryPoints: { app: "src/main.jsx" },
  outdir: "dist/static",
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  jsx: "automatic",
  target: "es2020",
  legalComments: "inline",
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
});

const made = Object.keys(metafile.outputs).map((path) => path.replace("dist/", "/"));
const page = readFileSync("public/index.html", "utf8")
  .replace("{{script}}", made.find((path) => path.endsWith(".js")))
  .replace("{{style}}", made.find((path) => path.endsWith(".css")));
writeFileSync("dist/index.html", page);
