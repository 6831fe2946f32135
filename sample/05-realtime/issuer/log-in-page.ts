import { createHash } from 'node:crypto';
import { PEOPLE } from '../demo-values.js';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { display: grid; min-height: 100vh; margin: 0; place-items: center; background: Canvas; color: CanvasText; }
  main { box-sizing: border-box; width: min(24rem, 100%); padding: 1.5rem; }
  h1 { margin: 0 0 0.25rem; font-size: 1.5rem; }
  p { margin: 0 0 1.25rem; }
  button { display: block; width: 100%; margin: 0.5rem 0; padding: 0.75rem 1rem; border: 0; border-radius: 0.5rem;
    background: #1d4ed8; color: #fff; font: inherit; text-align: left; cursor: pointer; }
  button:hover { background: #1e40af; }
  button:focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
  small { display: block; color: #dbeafe; }
`;

const BUTTONS = [...PEOPLE].map(
  ([id, { name, org_id: organization, roles }]) =>
    `<button name="person" value="${id}">${name}<small>${roles.join(', ')} of ${organization}</small></button>`,
);

/** Every value in it is ours. */
export const LOG_IN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<main>
  <h1>Sign in</h1>
  <p>The issuer of the sample asks for no password. Who are you?</p>
  <form method="post">${BUTTONS.join('\n')}</form>
</main>
`;

// Without form-action: a browser would hold it against the page that the form leads back to.
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

export const LOG_IN_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY.join('; '),
  'cache-control': 'no-store',
};
