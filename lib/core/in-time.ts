/**
 * What settles within a time; what settles later is not listened to any more.
 *
 * @param milliseconds How long it may take.
 * @param late Makes what is thrown when it takes longer.
 */
export async function inTime<T>(
  pending: Promise<T>,
  milliseconds: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, milliseconds);
  });
  try {
    return await Promise.race([pending, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
