/** The verified claims of a token: deeply frozen, own properties only. */
export type Claims = Readonly<Record<string, unknown>>;
