import type { ControllerHandler } from './controllers.js';

/** Where Nest keeps what calls a handler; of gRPC it says whether messages stream in. */
const PATTERNS = 'microservices:pattern';

/** As Nest has it: `@GrpcStreamMethod`, and `@GrpcStreamCall`, which is handed the call as it is. */
const [STREAM, RAW] = ['rx_stream', 'pt_stream'];

/** Whether a handler is called by streams of messages alone: by the time when one begins, none is there. */
export function isCalledByStreams(each: ControllerHandler): boolean {
  const found = streamingOf(each);
  return found.length > 0 && found.every((streaming) => streaming === STREAM || streaming === RAW);
}

/** A stream that its handler is given as it is: Nest answers no refusal of it, and the process ends. */
export function isRawStream(each: ControllerHandler): boolean {
  return streamingOf(each).includes(RAW);
}

function streamingOf({ method }: ControllerHandler): readonly unknown[] {
  const patterns: unknown = Reflect.getMetadata(PATTERNS, method) ?? [];
  return [patterns]
    .flat()
    .map((each) => (each as { readonly streaming?: unknown } | null)?.streaming);
}
