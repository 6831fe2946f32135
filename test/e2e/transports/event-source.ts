/** Reads an event stream as `EventSource` does: the data of each event. */
async function* eventsOf(response: Response): AsyncGenerator {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}

/** The data of the first event; nobody reads on. */
export async function firstEvent(response: Response): Promise<unknown> {
  for await (const event of eventsOf(response)) return event;
  throw new Error('The stream ended before the first event');
}
