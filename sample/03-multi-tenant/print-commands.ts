type Command = readonly [comment: string, token: string | undefined, request: string];

/** Commands to paste, in this order, each with what it gives. */
export function printCommands(
  url: string,
  tokens: Readonly<Record<string, string>>,
  newIssuer: string,
): void {
  for (const [comment, token, request] of commands(newIssuer)) {
    const credential =
      token === undefined ? '' : `-H "Authorization: Bearer ${tokens[token] ?? ''}" `;
    console.log(`# ${comment}\ncurl -i ${credential}${url}${request}\n`);
  }
}

const commands = (newIssuer: string): readonly Command[] => [
  ['401: nobody', undefined, '/w/acme/projects'],
  ["200: Ann of acme, by acme's issuer", 'acme', '/w/acme/projects'],
  ['200: Ann of globex is somebody else', 'globex', '/w/globex/projects'],
  ["404: what is another tenant's is not there", 'acme', '/w/globex/projects'],
  ['201: in acme she is an editor', 'acme', '/w/acme/projects -d name=glider'],
  ['403: and no admin', 'acme', '/w/acme/projects/1 -X DELETE'],
  [
    "404: in globex she is one, and acme's projects are not there",
    'globex',
    '/w/globex/projects/1 -X DELETE',
  ],
  ['204: but those of globex are', 'globex', '/w/globex/projects/2 -X DELETE'],
  ['200: support sees what Ann of acme sees', 'support', '/w/acme/projects'],
  ['403: and changes nothing in her name', 'support', '/w/acme/projects -d name=spy'],
  ['401: nobody has heard of initech', 'initech', '/w/initech/projects'],
  [
    '403: whoever is an admin of a tenant operates nothing',
    'globex',
    '/operators/tenants/acme/suspension -X POST',
  ],
  [
    '201: an operator takes initech on',
    'operator',
    `/operators/tenants -d id=initech -d issuer=${newIssuer}`,
  ],
  ['200: at once', 'initech', '/w/initech/projects'],
  [
    '200: globex is suspended, which was known here',
    'operator',
    '/operators/tenants/globex/suspension -X POST',
  ],
  ['401: whose tokens open nothing any more', 'globex', '/w/globex/projects'],
  ['200: the others never notice', 'acme', '/w/acme/projects'],
];
