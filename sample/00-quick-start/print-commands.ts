/** Commands to paste, each with what it gives. */
export function printCommands(url: string, tokens: { user: string; admin: string }): void {
  const curl = (path: string, token?: string): string =>
    `curl -i ${token === undefined ? '' : `-H "Authorization: Bearer ${token}" `}${url}${path}`;
  const commands: [string, string][] = [
    ['401: no token', curl('/profile')],
    ['200: the profile of a user', curl('/profile', tokens.user)],
    ['200: the orders of her organization', curl('/orders', tokens.user)],
    ['403: she is no admin', curl('/admin/orders', tokens.user)],
    ['200: he is', curl('/admin/orders', tokens.admin)],
    ['403: his token lacks orders:write', curl('/orders -d item=rocket', tokens.admin)],
    ['200: public', curl('/health')],
    ['200: public, so a broken token is not even looked at', curl('/health', 'broken')],
  ];
  const lines = commands.map(([comment, command]) => `# ${comment}\n${command}\n`);
  console.log(`\n${lines.join('\n')}`);
}
