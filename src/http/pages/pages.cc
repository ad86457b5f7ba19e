#include "http/pages/pages.h"

namespace postrider::pages {

const std::string_view kStyle = R"css(
:root { color-scheme: light dark; font: 15px/1.5 ui-monospace, monospace; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
label { display: block; margin: 1rem 0 .25rem; }
input { font: inherit; padding: .4rem; width: 100%; max-width: 26rem; box-sizing: border-box; }
button { font: inherit; margin-top: 1rem; padding: .4rem 1rem; cursor: pointer; }
[role=alert] { margin-top: 1rem; font-weight: bold; }
summary { cursor: pointer; padding: .3rem 0; }
summary b { display: inline-block; min-width: 4.5rem; }
details > div { margin: 0 0 1rem 1.5rem; }
pre { overflow-x: auto; padding: .5rem; border: 1px solid; }
code { overflow-wrap: anywhere; }
nav a { margin-right: 1rem; }
)css";

const std::string_view kDocsScript = R"js('use strict';
const api = JSON.parse(document.getElementById('document').textContent);
const make = (name, text, parent) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};
const named = (schema) => schema && schema.$ref ? schema.$ref.split('/').pop() : JSON.stringify(schema, null, 1);
const show = document.getElementById('operations');
const byTag = {};
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    (byTag[operation.tags[0]] ||= []).push({ path, method, operation });
  }
}
for (const [tag, list] of Object.entries(byTag)) {
  make('h2', tag, show).id = tag;
  for (const { path, method, operation } of list) {
    const box = make('details', undefined, show);
    box.id = operation.operationId;
    const head = make('summary', undefined, box);
    make('b', method.toUpperCase(), head);
    make('code', path, head);
    head.append(' ' + operation.summary);
    const body = make('div', undefined, box);
    make('p', 'Needs: ' + operation['x-access'], body);
    if (operation['x-cli']) make('code', operation['x-cli'], make('p', 'Shell: ', body));
    for (const parameter of operation.parameters || []) {
      const line = make('p', undefined, body);
      make('code', parameter.name, line);
      line.append(` (${parameter.in}) ${parameter.description || ''} `);
      make('code', JSON.stringify(parameter.schema), line);
    }
    const content = operation.requestBody && operation.requestBody.content;
    for (const [type, { schema }] of Object.entries(content || {})) {
      make('p', `Body, ${type}:`, body);
      make('pre', named(schema), body);
    }
    for (const [status, answer] of Object.entries(operation.responses)) {
      const line = make('p', `${status}: ${answer.description} `, body);
      for (const { schema } of Object.values(answer.content || {})) make('code', named(schema), line);
    }
  }
}
make('h2', 'Schemas', show).id = 'schemas';
for (const [name, schema] of Object.entries(api.components.schemas)) {
  const box = make('details', undefined, show);
  box.id = 'schema-' + name;
  make('summary', name, box);
  make('pre', JSON.stringify(schema, null, 2), box);
}
)js";

const std::string_view kSignScript = R"js('use strict';
const form = document.querySelector('form');
const alertBox = document.querySelector('[role=alert]');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  if (form.dataset.path === '/api/setup') fields.token = location.hash.slice(1);
  alertBox.textContent = '';
  try {
    const answer = await fetch(form.dataset.path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(fields),
    });
    if (answer.ok) {
      location.replace('/');
    } else {
      alertBox.textContent = (await answer.json()).detail;
    }
  } catch (trouble) {
    alertBox.textContent = 'The server does not answer. Try again.';
  }
});
)js";

const std::string_view kDocs = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Postrider API</title>
<link rel="stylesheet" href="/assets/postrider.css">
<h1>Postrider API</h1>
<p>Send a key with each request: <code>Authorization: Bearer KEY</code>. <code>postrider key create</code> makes one.
Programs get this as OpenAPI 3.1 at <code>/openapi.json</code>.</p>
<main id="operations"></main>
<script type="application/json" id="document">DOCUMENT</script>
<script src="/assets/docs.js"></script>
</html>
)html";

const std::string_view kSetup = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Postrider: your account</title>
<link rel="stylesheet" href="/assets/postrider.css">
<main>
<h1>Your account</h1>
<form data-path="/api/setup">
<label for="name">Name, or address of email</label>
<input id="name" name="name" autocomplete="username" required maxlength="64">
<label for="password">Password, at least 12 characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" required minlength="12" maxlength="1024">
<button>Make the account</button>
<p role="alert"></p>
</form>
</main>
<script src="/assets/sign.js"></script>
</html>
)html";

const std::string_view kLogin = R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Postrider: sign in</title>
<link rel="stylesheet" href="/assets/postrider.css">
<main>
<h1>Sign in</h1>
<form data-path="/api/login">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" required maxlength="64">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024">
<button>Sign in</button>
<p role="alert"></p>
</form>
</main>
<script src="/assets/sign.js"></script>
</html>
)html";

}  // namespace postrider::pages
