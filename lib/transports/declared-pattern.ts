/** Where Nest keeps what a message is called: of gateways, and of microservices. */
const PATTERNS = ['message', 'microservices:pattern'];

/** What the messages of a handler are called, as the application declares it; `undefined` where it says nothing. */
export function declaredPattern(handler: object): string | undefined {
  for (const key of PATTERNS) {
    const found: unknown = Reflect.getMetadata(key, handler);
    const [first] = [found].flat();
    if (first !== undefined) return typeof first === 'string' ? first : JSON.stringify(first);
  }
  return;
}
