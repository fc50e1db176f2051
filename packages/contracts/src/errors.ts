/**
 * The one error catalogue. Every error that leaves GPUShield is an entry here: a stable `code`, the HTTP status,
 * the category that RFC 9457's `type` carries (seed 4 shows `"type": "invalid_request"`), a public title, whether
 * the same request may succeed later, and what the caller can do about it. Causes stay in the log.
 */
export interface ErrorEntry {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly retryable: boolean;
  readonly remediation: string;
}

const entry = (
  status: number,
  type: string,
  title: string,
  remediation: string,
  retryable = false,
): ErrorEntry => ({ status, type, title, retryable, remediation });

/** The registered problem type for exhausted limits (draft-ietf-httpapi-ratelimit-headers). */
const QUOTA = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

export const errorCatalogue = {
  malformed_body: entry(
    400,
    'invalid_request',
    'Malformed Body',
    'Send a well-formed JSON body with Content-Type application/json.',
  ),
  invalid_request: entry(
    400,
    'invalid_request',
    'Invalid Request',
    'Correct the fields named in errors[] and send the request again.',
  ),
  invalid_cursor: entry(
    400,
    'invalid_request',
    'Invalid Cursor',
    'Use a valid cursor or start from beginning',
  ),
  invalid_idempotency_key: entry(
    400,
    'invalid_request',
    'Invalid Idempotency Key',
    'Send 1 to 255 printable ASCII characters, quoted as a structured-field string or bare.',
  ),
  invalid_header: entry(400, 'invalid_request', 'Invalid Header', 'Correct the header that detail names.'),
  not_authenticated: entry(
    401,
    'unauthorized',
    'Not Authenticated',
    'Send "Authorization: Bearer <access token or API key>". Log in at POST /auth/login.',
  ),
  invalid_credentials: entry(
    401,
    'unauthorized',
    'Invalid Credentials',
    'Check the username and the password.',
  ),
  invalid_token: entry(
    401,
    'unauthorized',
    'Invalid Token',
    'Log in again at POST /auth/login, or refresh at POST /auth/refresh.',
  ),
  token_expired: entry(
    401,
    'unauthorized',
    'Token Expired',
    'Refresh at POST /auth/refresh or log in again.',
  ),
  invalid_api_key: entry(
    401,
    'unauthorized',
    'Invalid API Key',
    'Check the key, or create one with `gpushield keys create`.',
  ),
  invalid_client: entry(
    401,
    'unauthorized',
    'Invalid Client',
    'Check client_id and client_secret; a secret may have ended or been revoked.',
  ),
  invalid_grant: entry(
    400,
    'invalid_request',
    'Invalid Grant',
    'A token is revoked by the client that it was issued to; a device code works once: begin anew.',
  ),
  invalid_scope: entry(
    400,
    'invalid_request',
    'Invalid Scope',
    'Ask for scopes that the client holds, separated by spaces.',
  ),
  unsupported_grant_type: entry(
    400,
    'invalid_request',
    'Unsupported Grant Type',
    'Use grant_type=client_credentials, or the device code grant of RFC 8628.',
  ),
  authorization_pending: entry(
    400,
    'invalid_request',
    'Authorization Pending',
    'Ask again after the interval: the person has not answered yet.',
  ),
  slow_down: entry(
    400,
    'invalid_request',
    'Slow Down',
    'Wait five seconds longer between two questions from now on.',
  ),
  access_denied: entry(
    400,
    'invalid_request',
    'Access Denied',
    'The person refused; begin anew if that was a mistake.',
  ),
  device_code_expired: entry(
    400,
    'invalid_request',
    'Device Code Expired',
    'Begin anew at POST /oauth/device_authorization.',
  ),
  invalid_signature: entry(
    401,
    'unauthorized',
    'Invalid Signature',
    'Sign the raw body, or timestamp.body with X-Agent-Timestamp within 300 s, anew for each request.',
  ),
  invalid_certificate: entry(
    401,
    'unauthorized',
    'Invalid Certificate',
    'Register the certificate to a service account at /api/v1/service-accounts/{id}/certificates.',
  ),
  address_not_allowed: entry(
    403,
    'forbidden',
    'Address Not Allowed',
    'Use the credential from the networks that it was made for.',
  ),
  api_key_expired: entry(403, 'forbidden', 'API key has expired', 'Create a new key or rotate it.'),
  api_key_revoked: entry(403, 'forbidden', 'API key has been revoked', 'Create a new key.'),
  user_disabled: entry(403, 'forbidden', 'User is disabled', 'Ask an administrator to enable the account.'),
  insufficient_scope: entry(
    403,
    'forbidden',
    'Insufficient Scope',
    'Use a credential that carries the scope named in detail.',
  ),
  not_owner: entry(
    403,
    'forbidden',
    'Not The Owner',
    'This credential may only act on what it registered itself.',
  ),
  not_found: entry(404, 'not_found', 'Not Found', 'Check the path and the id.'),
  method_not_allowed: entry(
    405,
    'invalid_request',
    'Method Not Allowed',
    'Use a method named in the Allow header.',
  ),
  request_timeout: entry(408, 'invalid_request', 'Request Timeout', 'Send the whole request faster.', true),
  conflict: entry(409, 'conflict', 'Conflict', 'Read the current state and decide again.'),
  already_exists: entry(
    409,
    'conflict',
    'Already Exists',
    'Use another name, or change the one that exists.',
  ),
  invalid_transition: entry(
    409,
    'conflict',
    'Invalid Transition',
    'Read the current status; detail names the changes that it allows.',
  ),
  idempotency_in_progress: entry(
    409,
    'conflict',
    'Request In Progress',
    'The first request with this Idempotency-Key still runs: wait, then retry.',
    true,
  ),
  content_blocked: entry(
    400,
    'content_blocked',
    'Blocked By The Firewall',
    'Change the text that detail names; POST /api/v1/firewall/inspect explains a verdict.',
  ),
  model_not_found: entry(404, 'not_found', 'Model Not Found', 'Use a name that GET /v1/models lists.'),
  prompt_too_large: entry(
    413,
    'invalid_request',
    'Prompt Too Large',
    'Send less text; detail names the limit.',
  ),
  body_too_large: entry(
    413,
    'invalid_request',
    'Body Too Large',
    'Split the request; detail names the limit.',
  ),
  uri_too_long: entry(414, 'invalid_request', 'URI Too Long', 'Use a shorter path or query.'),
  unsupported_media_type: entry(
    415,
    'invalid_request',
    'Unsupported Media Type',
    'Send Content-Type: application/json.',
  ),
  validation_failed: entry(
    422,
    'invalid_request',
    'Validation Failed',
    'Correct the fields named in errors[] and send the request again.',
  ),
  idempotency_key_reused: entry(
    422,
    'invalid_request',
    'Idempotency Key Reused',
    'This Idempotency-Key was used with another payload: use a new key.',
  ),
  weak_password: entry(
    422,
    'invalid_request',
    'Weak Password',
    'Choose 12 to 256 characters that are not a commonly used password.',
  ),
  unknown_reference: entry(422, 'invalid_request', 'Unknown Reference', 'Register what detail names first.'),
  reservation_impossible: entry(
    422,
    'invalid_request',
    'Reservation Impossible',
    'Ask for what detail says that there is; GET /v1/gpu/availability lists it.',
  ),
  quota_exceeded: entry(
    403,
    'forbidden',
    'Quota Exceeded',
    'Ask for less, end what runs, or ask an operator for a larger quota.',
  ),
  disk_in_use: entry(
    409,
    'conflict',
    'Disk In Use',
    'Wait until the job or operation that detail names is over, or use another disk.',
  ),
  disk_deleted: entry(
    410,
    'not_found',
    'Disk Deleted',
    'Restore it within the time that detail names, or create another.',
  ),
  aws_login_refused: entry(
    401,
    'unauthorized',
    'Invalid AWS credentials',
    'Check them with `aws sts get-caller-identity`, sign anew, and log in again.',
  ),
  aws_role_refused: entry(
    403,
    'forbidden',
    'Access denied',
    'Assume the role that the operator allowed (ALLOWED_AWS_ROLE), then log in again.',
  ),
  aws_login_disabled: entry(
    403,
    'forbidden',
    'AWS Login Is Off',
    'Log in another way, or have the operator set what detail names.',
  ),
  upstream_unavailable: entry(
    503,
    'unavailable',
    'Upstream Unavailable',
    'A service that this needs does not answer: wait for the seconds in Retry-After, then send again.',
    true,
  ),
  headers_too_large: entry(431, 'invalid_request', 'Headers Too Large', 'Send fewer or shorter headers.'),
  rate_limited: entry(429, QUOTA, 'Rate Limit Exceeded', 'Wait for the seconds in Retry-After.', true),
  gpu_budget_exceeded: entry(
    429,
    QUOTA,
    'GPU Budget Exceeded',
    'Ask for fewer tokens, or get a token with a larger budget at POST /auth/scoped-token.',
  ),
  blocked: entry(
    429,
    QUOTA,
    'Temporarily Blocked',
    'Wait for the seconds in Retry-After, and then wait whenever an answer says so.',
    true,
  ),
  overloaded: entry(
    429,
    QUOTA,
    'Overloaded',
    'The server takes no more right now: wait for the seconds in Retry-After, then send again.',
    true,
  ),
  internal: entry(500, 'internal_error', 'Internal Error', 'Report the correlation_id to the operator.'),
  upstream_refused: entry(
    422,
    'invalid_request',
    'Refused By The Model Server',
    'Correct what detail says; the model or its server does not take this request.',
  ),
  upstream_failed: entry(
    502,
    'upstream_error',
    'Model Server Failed',
    'Try again, or use another model; the operator finds the cause under the correlation_id.',
    true,
  ),
  upstream_timeout: entry(
    504,
    'upstream_error',
    'Model Server Timed Out',
    'Ask for fewer tokens, or try again later.',
    true,
  ),
  unavailable: entry(
    503,
    'unavailable',
    'Service Unavailable',
    'Wait for the seconds in Retry-After, then send again.',
    true,
  ),
  database_unavailable: entry(
    503,
    'unavailable',
    'Database Unavailable',
    'Wait for the seconds in Retry-After, then send again.',
    true,
  ),
  audit_unavailable: entry(
    503,
    'unavailable',
    'Audit Unavailable',
    'Nothing was done, because it could not be recorded. Wait for Retry-After, then send again.',
    true,
  ),
  shutting_down: entry(
    503,
    'unavailable',
    'Shutting Down',
    'Send the request to another replica, or again in a moment.',
    true,
  ),
  storage_full: entry(
    507,
    'unavailable',
    'Storage Full',
    'The database has no space left: tell the operator, then send again.',
    true,
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
