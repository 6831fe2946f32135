export { graphql } from './graphql.js';
