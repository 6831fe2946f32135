import { IssuerEndpointError } from './issuer-endpoint-error.js';

/** Asks an endpoint, and once more at once when the network failed: a kept connection may have been closed. */
export async function onceMore<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (failure) {
    if (failure instanceof IssuerEndpointError && failure.isTransient) return ask();
    throw failure;
  }
}
