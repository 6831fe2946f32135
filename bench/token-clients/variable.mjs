/** What holding a token costs at least: nothing is asked, nothing expires. */
export function createClient() {
  const token = 'token-0';
  return () => token;
}
