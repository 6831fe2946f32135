/** How an address is fetched. The one of the runtime is of this kind. */
export type Fetch = (address: URL, init: RequestInit) => Promise<Response>;

/** The one of the runtime, as it is when something is fetched. */
export const runtimeFetch: Fetch = (address, init) => fetch(address, init);
