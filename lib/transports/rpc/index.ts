export { microservices, type MicroservicesOptions } from './microservices.js';
export { withHeaders } from './with-headers.js';
