// What guarded messages of socket.io cost: `node bench/nodes.mjs message-cost.mjs --on 20,24`.
import { Issuer } from './issuer/issuer.mjs';
import { measureMessages } from './measurements/messages.mjs';
import { ratio } from './report/table.mjs';
import { settings } from './settings.mjs';

const issuer = await Issuer.start();
const { processor, client } = await measureMessages({
  issuer,
  settings: { ...settings, rounds: 40 },
});
console.log(
  `Node ${process.versions.node}, share of an unguarded gateway of socket.io: ${ratio(processor)} by the processor, ${ratio(client)} by the client`,
);
await issuer.stop();
