export { createClient, type Client, type ClientOptions } from './client.ts';
export { ApiError, type Problem } from './api-error.ts';
export { signEvents, type SigningAgent } from './sign-events.ts';
export type { Operations } from './operations.generated.ts';
