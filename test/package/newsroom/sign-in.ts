import { createHash, randomBytes } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

/** What the page knows of the issuer of `sample/05-realtime`. */
interface Setting {
  readonly issuer: string;
  readonly clientId: string;
}

/**
 * Signs somebody in as the page does, by an authorization code and PKCE (RFC 7636), without a browser.
 *
 * @returns An access token.
 */
export async function signIn(url: string, person: string): Promise<string> {
  const { issuer, clientId } = (await (await fetch(`${url}/setting`)).json()) as Setting;
  const verifier = randomBytes(32).toString('base64url');
  const client = { client_id: clientId, redirect_uri: `${url}/` };
  const question = new URLSearchParams({
    ...{ ...client, response_type: 'code', scope: 'openid' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const visit = visitor(issuer);
  const form = await visit(`/auth?${question.toString()}`);
  const resumed = await visit(form, { person });
  const code = new URL(await visit(resumed)).searchParams.get('code') ?? '';
  const grant = { ...client, grant_type: 'authorization_code', code, code_verifier: verifier };
  const body = new URLSearchParams(grant);
  const answer = await (await fetch(`${issuer}/token`, { method: 'POST', body })).json();
  return String((answer as Json)['access_token']);
}

/** Goes from page to page with the cookies that it was given, and tells where it is led to next. */
function visitor(issuer: string) {
  const cookies = new Map<string, string>();
  return async (path: string, form?: Record<string, string>): Promise<string> => {
    const response = await fetch(new URL(path, issuer), {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((each) => each.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      cookies.set(name, value);
    }
    return response.headers.get('location') ?? '';
  };
}
