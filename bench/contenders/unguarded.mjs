/** Nothing: whoever comes is answered. */
export function protect() {
  return {};
}
