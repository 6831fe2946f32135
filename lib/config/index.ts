export { authConfig } from './auth.config.js';
