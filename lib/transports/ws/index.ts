export { principalOf } from './socket-session.js';
export type { CredentialOwner as SocketOwner } from '../credential-owner.js';
export { WebSocketSessions } from './web-socket-sessions.js';
export { webSockets } from './web-sockets.js';
