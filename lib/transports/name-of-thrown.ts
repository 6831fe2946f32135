/** As what an error of a class is called. */
const NAME = /^\w{1,64}$/;

/** What is told of a failure whose message may hold anything: what kind of error it is. */
export function nameOfThrown(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'what is no error';
  return NAME.test(thrown.name) ? thrown.name : 'an error';
}
