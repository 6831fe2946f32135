/**
 * Makes the clocks of this process adjustable, so that an hour can pass at once for every contender
 * alike, whether or not it has an option for it. To be called before anything else is imported.
 *
 * @returns Sets all clocks ahead by so many milliseconds.
 */
export function makeClocksAdjustable() {
  let ahead = 0;
  const RealDate = Date;
  const uptime = performance.now.bind(performance);
  globalThis.Date = class Date extends RealDate {
    constructor(...given) {
      super(...(given.length === 0 ? [Date.now()] : given));
    }

    static now() {
      return RealDate.now() + ahead;
    }
  };
  performance.now = () => uptime() + ahead;
  return (milliseconds) => {
    ahead += milliseconds;
  };
}
