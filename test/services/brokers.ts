import { connect } from 'node:net';

/** Where the brokers of messages are, each with the variable that names another place. */
const BROKERS = {
  NATS: ['NATS_URL', 'nats://127.0.0.1:4222'],
  Redis: ['REDIS_URL', 'redis://127.0.0.1:6379'],
  RabbitMQ: ['RABBITMQ_URL', 'amqp://guest:guest@127.0.0.1:5672'],
  MQTT: ['MQTT_URL', 'mqtt://127.0.0.1:1883'],
} as const;

/** A broker that tests send messages by. */
export type Broker = keyof typeof BROKERS;

/** Where a broker is. */
export function urlOf(broker: Broker): string {
  const [variable, usual] = BROKERS[broker];
  return process.env[variable] ?? usual;
}

/** Whether a broker is there; where it must be (REQUIRE_SERVICES is 1), its absence fails the tests themselves. */
export async function isThere(broker: Broker): Promise<boolean> {
  if (process.env['REQUIRE_SERVICES'] === '1') return true;
  const { hostname, port } = new URL(urlOf(broker));
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname);
    for (const event of ['connect', 'error'] as const) {
      socket.once(event, () => {
        socket.destroy();
        resolve(event === 'connect');
      });
    }
  });
  if (!answers) console.warn(`Skipped: no ${broker} at ${hostname}:${port}`);
  return answers;
}
