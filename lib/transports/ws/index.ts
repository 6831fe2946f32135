export { principalOf } from './socket-session.js';
export { WebSocketSessions } from './web-socket-sessions.js';
export { webSockets } from './web-sockets.js';
