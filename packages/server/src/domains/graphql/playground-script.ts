/** Runs in the browser. Everything that comes from the server is put in as text. */
export const playgroundScript = `
"use strict";
const at = (id) => document.getElementById(id);
const aside = document.querySelector("aside");
let running;
const post = (body, accept, signal) => fetch("/graphql", {
  method: "POST", signal, body: JSON.stringify(body),
  headers: { "content-type": "application/json", accept, authorization: "Bearer " + at("token").value.trim() },
});
const line = (tag, text) => { const part = document.createElement(tag); part.textContent = text; aside.append(part); };
const nameOf = (type) => type.kind === "NON_NULL" ? nameOf(type.ofType) + "!" : type.kind === "LIST" ? "[" + nameOf(type.ofType) + "]" : type.name;
const type = "type{kind name ofType{kind name ofType{kind name ofType{kind name}}}}";
const readSchema = async () => {
  const answer = await post({ query: "{__schema{types{kind name description fields{name description args{name " + type + "} " + type + "} enumValues{name}}}}" }, "application/json");
  if (!answer.ok) return;
  const { data } = await answer.json();
  aside.replaceChildren();
  for (const one of data.__schema.types) {
    if (one.name.startsWith("__") || (!one.fields && !one.enumValues)) continue;
    line("h2", one.name);
    if (one.description) line("p", one.description);
    for (const field of one.fields || []) {
      const args = field.args.map((arg) => arg.name + ": " + nameOf(arg.type)).join(", ");
      line("div", field.name + (args ? "(" + args + ")" : "") + ": " + nameOf(field.type));
    }
    if (one.enumValues) line("div", one.enumValues.map((value) => value.name).join(" | "));
  }
};
const pretty = (text) => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
const follow = async (answer) => {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  at("result").textContent = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + value).split("\\n\\n");
    rest = frames.pop();
    for (const frame of frames) {
      const data = frame.split("\\n").filter((part) => part.startsWith("data: ")).map((part) => part.slice(6)).join("\\n");
      if (data) at("result").textContent = (pretty(data) + "\\n\\n" + at("result").textContent).slice(0, 100000);
    }
  }
};
const run = async () => {
  running?.abort();
  running = new AbortController();
  at("stop").hidden = false;
  try {
    const query = at("query").value;
    const body = { query, variables: JSON.parse(at("variables").value || "{}") };
    const streams = /^\\s*subscription\\b/m.test(query);
    const answer = await post(body, streams ? "text/event-stream" : "application/graphql-response+json, application/json", running.signal);
    if (streams && answer.ok) await follow(answer);
    else at("result").textContent = pretty(await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") at("result").textContent = String(error);
  } finally { at("stop").hidden = true; }
};
at("run").addEventListener("click", run);
at("stop").addEventListener("click", () => running?.abort());
at("token").addEventListener("change", readSchema);
document.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); });
`;
