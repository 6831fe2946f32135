// Authorization code with PKCE (RFC 7636). Tokens are kept in memory, and gone when the page is.

const PENDING = 'sign-in';

/** Leads to the issuer, and back. */
export async function signIn({ issuer, clientId }) {
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const question = new URLSearchParams({
    ...{ client_id: clientId, response_type: 'code', scope: 'openid', state },
    redirect_uri: ownAddress(),
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: 'S256',
  });
  location.assign(`${issuer}/auth?${question}`);
}

/** Takes what the issuer answered out of the address. @returns {Promise<object | undefined>} Tokens, if we come from there. */
export async function completeSignIn(setting) {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state')) return;
  history.replaceState(null, '', '/');
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? '{}');
  sessionStorage.removeItem(PENDING);
  // Not of us (RFC 9700 section 4.7), or of another issuer (RFC 9207).
  if (answer.get('state') !== pending.state || answer.get('iss') !== setting.issuer) return;
  const code = answer.get('code');
  if (code === null) throw new Error(`The issuer said: ${answer.get('error')}`);
  return askForTokens(setting, {
    ...{ grant_type: 'authorization_code', code, redirect_uri: ownAddress() },
    code_verifier: pending.verifier,
  });
}

/** Tokens in the place of those that we have. */
export function renew(setting, { refreshToken }) {
  return askForTokens(setting, { grant_type: 'refresh_token', refresh_token: refreshToken });
}

async function askForTokens({ issuer, clientId }, grant) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, ...grant }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`The issuer said: ${answer.error}`);
  return { accessToken: answer.access_token, refreshToken: answer.refresh_token };
}

function ownAddress() {
  return `${location.origin}/`;
}

function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
