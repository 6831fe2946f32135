/** @throws {Error} When a variable is not set that a service cannot do without. */
export function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(`${name} is not set: start all with start:service-to-service`);
  return value;
}
