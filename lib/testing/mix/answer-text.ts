import { inspect } from 'node:util';

/** All that an answer holds, as a text to look for marks in. */
export async function answerText(answer: unknown): Promise<string> {
  if (typeof answer === 'string') return answer;
  // Its body shows in no property.
  if (answer instanceof Response) return inspect([...answer.headers]) + (await answer.text());
  if (ArrayBuffer.isView(answer)) {
    return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString('latin1');
  }
  return inspect(answer, WHOLE) + json(answer);
}

const WHOLE = {
  depth: Infinity,
  maxArrayLength: Infinity,
  maxStringLength: Infinity,
  breakLength: Infinity,
  customInspect: false,
} as const;

/** What an object shows of its private members. */
function json(answer: unknown): string {
  try {
    return JSON.stringify(answer);
  } catch {
    return '';
  }
}
