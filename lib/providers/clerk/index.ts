export { clerk } from './clerk.js';
export { clerkFromEnv } from './clerk-from-env.js';
export type { ClerkOptions, MachineTokenOptions } from './clerk-options.js';
export { ClerkClient, type ClerkClientOptions, type ClerkMembership } from './clerk-client.js';
export { RequireFeature, RequirePlan } from './entitlements.js';
export {
  RequireReverification,
  type Reverification,
  type ReverificationConfig,
} from './reverification.js';
