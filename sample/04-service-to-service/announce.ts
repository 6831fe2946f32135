/** What a service tells whoever started it. */
export interface Announcement {
  /** Where it listens. */
  readonly url: string;
}

/** Says that we listen; and ends us once whoever started us is gone. */
export function announce(announcement: Announcement): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.send?.(announcement);
}
