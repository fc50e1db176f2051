// Generated from the OpenAPI document by tools/sdk: `npm run drift -- --write`. Do not edit.
/* eslint-disable max-lines */

/** What each operation takes and answers. */
export interface Operations {
  /** Make what a sensor saw last the baseline; its own credential may not */
  acceptBaseline: {
    input: { path: { id: string } };
    output: { sensor_id: string; node_id: string; received_at: string; baseline_at: string; inventory: { collected_at: string; host: { hostname: string; machine_id: string | null; boot_id: string | null; operating_system: string; architecture: string; kernel_release: string; kernel_version: string; cpu_model: string | null; cpu_count: number; memory_bytes: number; virtualization: string | null }; taint: { value: number | null; flags: readonly (string)[] }; modules: readonly ({ name: string; path: string | null; sha256: string | null; size_bytes: number | null; problem?: string; version?: string | null; signer?: string | null; taint?: string })[]; firmware: readonly ({ path: string; sha256: string | null; size_bytes: number | null; problem?: string })[]; files: readonly ({ path: string; sha256: string | null; size_bytes: number | null; problem?: string })[]; drivers: Record<string, string>; toolkits: Record<string, string>; blind: readonly (string)[] }; drift: readonly ({ kind: "module" | "firmware" | "file" | "taint" | "kernel" | "driver" | "toolkit"; name: string; change: "changed" | "added" | "removed"; expected: string | null; actual: string | null })[] };
  };
  /** Say that somebody looks at it; a second time changes nothing */
  acknowledgeAlert: {
    input: { path: { id: string }; body: { note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Register a GPU on a node, or update the one with this UUID */
  addGpu: {
    input: { path: { id: string }; body: { node_id?: string; vendor: "nvidia" | "amd" | "intel"; model: string; device_id: string; uuid: string; memory_total: number; compute_capability?: string | null; driver_version?: string | null; vbios_version?: string | null } };
    output: { id: string; node_id: string; vendor: "nvidia" | "amd" | "intel"; model: string; device_id: string; uuid: string; memory_total: number; compute_capability: string | null; driver_version: string | null; vbios_version: string | null; created_at: string; updated_at: string };
  };
  /** Let another person log in: by their keys at GitHub, or by keys that are given */
  addJobUser: {
    input: { path: { id: string }; body: { github_username?: string; username?: string; ssh_keys?: readonly (string)[] } };
    output: { job_id: string; action: "cancel" | "extend" | "enable_jupyter" | "disable_jupyter" | "add_user" | "set_priority"; status: "requested"; message: string; expires_at: string | null };
  };
  /** Let the device with this code sign in as oneself, once */
  approveDeviceLogin: {
    input: { path: { user_code: string } };
    output: { user_code: string; client_id: string; status: "pending" | "approved" | "denied" | "used"; ip_address: string; user_agent: string | null; created_at: string; expires_at: string };
  };
  /** Give an alert to a user, or take it back with null */
  assignAlert: {
    input: { path: { id: string }; body: { assignee: string | null; note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Sign in with AWS: a pre-signed GetCallerIdentity becomes an API key */
  awsLogin: {
    input: { body: { presigned?: { region: string; access_key_id: string; session_token?: string; amz_date: string; signed_headers: string; signature: string; audience: string }; aws_access_key_id?: string; aws_secret_access_key?: string; aws_session_token?: string } };
    output: { api_key: string; key_prefix: string; user_id: number; username: string; expires_at: string; aws_arn: string; ttl_hours: number };
  };
  /** The same change of up to 1,000 alerts, by ids or by query, in one transaction */
  bulkChangeAlerts: {
    input: { body: { ids?: readonly (string)[]; query?: { severities?: readonly ("info" | "low" | "medium" | "high" | "critical")[]; statuses?: readonly ("open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened")[]; sources?: readonly (string)[]; node_ids?: readonly (string)[]; gpu_ids?: readonly (string)[]; assignees?: readonly (string)[]; fingerprints?: readonly (string)[]; group_keys?: readonly (string)[]; since?: string; until?: string }; change: { action: "acknowledge"; note?: string } | { action: "investigate"; note?: string } | { action: "reopen"; note?: string } | { action: "assign"; assignee: string | null; note?: string } | { action: "resolve"; resolution?: "fixed" | "accepted"; note?: string } | { action: "false_positive"; quiet_seconds?: number; note?: string } | { action: "set_severity"; severity: "info" | "low" | "medium" | "high" | "critical"; note?: string } } };
    output: { changed: number; unchanged: number; refused: number; has_more: boolean; results: readonly ({ id: string; outcome: "changed" | "unchanged" | "invalid_transition" | "conflict" | "not_found"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened" | null })[] };
  };
  /** End a job: its processes get SIGTERM, its disk a snapshot */
  cancelJob: {
    input: { path: { id: string }; body: Record<string, unknown> };
    output: { job_id: string; action: "cancel" | "extend" | "enable_jupyter" | "disable_jupyter" | "add_user" | "set_priority"; status: "requested"; message: string; expires_at: string | null };
  };
  /** Change one's own password; every other session of one's own ends */
  changePassword: {
    input: { body: { current_password: string; new_password: string } };
    output: undefined;
  };
  /** Make a disk out of another’s snapshot: the one named, else the newest, else one that is taken now */
  cloneDisk: {
    input: { path: { name: string }; body: { new_name: string; snapshot_id?: string } };
    output: { operation_id: string; disk_name: string; action: "create" | "delete" | "rename" | "clone" | "restore" | "unlock" | "snapshot"; message: string; requested_at: string };
  };
  /** Say something about an alert, whatever its status */
  commentAlert: {
    input: { path: { id: string }; body: { body: string } };
    output: { id: string; alert_id: string; at: string; author: string; body: string };
  };
  /** Raise an alert; 200 when it joined an unresolved one with the same fingerprint */
  createAlert: {
    input: { body: { title: string; description?: string; severity: "info" | "low" | "medium" | "high" | "critical"; source?: string; fingerprint?: string; node_id?: string | null; gpu_id?: string | null; sensor_id?: string | null; evidence?: Record<string, unknown> } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Tell nobody of the alerts that match, until it ends; they are still raised and listed */
  createAlertSilence: {
    input: { body: { sources?: readonly (string)[]; severities?: readonly ("info" | "low" | "medium" | "high" | "critical")[]; node_ids?: readonly (string)[]; gpu_ids?: readonly (string)[]; fingerprint_prefix?: string | null; reason: string; starts_at?: string; ends_at: string } };
    output: { id: string; sources: readonly (string)[]; severities: readonly ("info" | "low" | "medium" | "high" | "critical")[]; node_ids: readonly (string)[]; gpu_ids: readonly (string)[]; fingerprint_prefix: string | null; reason: string; starts_at: string; ends_at: string; state: "pending" | "active" | "ended"; created_by: string; created_at: string; ended_by: string | null };
  };
  /** Create an API key, never wider than the credential that asks; the key itself is shown this once */
  createApiKey: {
    input: { body: { description?: string; user_id?: string; username?: string; scopes?: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[]; allowed_addresses?: readonly (string)[]; expires_in_hours?: number | null } };
    output: { id: string; user_id: string; username: string; key_prefix: string; description: string; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] | null; allowed_addresses: readonly (string)[] | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null; api_key: string };
  };
  /** Chat, as OpenAI has it: streams, tools, JSON mode and pictures included */
  createChatCompletion: {
    input: { body: { model: string; stream?: boolean | null; stream_options?: unknown; max_tokens?: number | null; max_completion_tokens?: number | null; n?: number | null; messages: readonly ({ role: string; content?: string | null | readonly ({ type: string })[] })[]; tools?: readonly (Record<string, unknown>)[] } };
    output: { object?: string; model?: string };
  };
  /** A further secret of a service account's OAuth2 client; the secret itself is shown this once */
  createClientSecret: {
    input: { path: { id: string }; body: { description?: string; scopes?: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[]; allowed_addresses?: readonly (string)[]; expires_in_hours?: number | null } };
    output: { id: string; client_id: string; secret_prefix: string; description: string; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] | null; allowed_addresses: readonly (string)[] | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null; client_secret: string };
  };
  /** Continues a text, as OpenAI has it */
  createCompletion: {
    input: { body: { model: string; stream?: boolean | null; stream_options?: unknown; max_tokens?: number | null; max_completion_tokens?: number | null; n?: number | null; prompt: string | readonly (unknown)[] } };
    output: { object?: string; model?: string };
  };
  /** Announce maintenance: records of its time raise nothing */
  createDetectionMaintenance: {
    input: { body: { target: "fleet" | "node" | "gpu"; target_id?: string; reason: string; starts_at?: string; ends_at: string } };
    output: { id: string; target: "fleet" | "node" | "gpu"; target_id: string; reason: string; starts_at: string; ends_at: string; created_by: string; created_at: string };
  };
  /** Make a disk that outlives jobs; poll its operation */
  createDisk: {
    input: { body: { disk_name: string; size_gb?: number } };
    output: { operation_id: string; disk_name: string; action: "create" | "delete" | "rename" | "clone" | "restore" | "unlock" | "snapshot"; message: string; requested_at: string };
  };
  /** Vectors of texts, as OpenAI has it */
  createEmbedding: {
    input: { body: { model: string; input: string | readonly (unknown)[]; dimensions?: number } };
    output: { object?: string; model?: string };
  };
  /** Set what the firewall does for a model, a principal, both, or everyone */
  createFirewallPolicy: {
    input: { body: { model?: string; principal_id?: string; description?: string; settings: { enabled?: boolean; report_only?: boolean; injection_threshold?: number; uncertain_from?: number; guard_on_failure?: "allow" | "block"; session_risk_threshold?: number; system_messages?: "rules" | "judge"; toxicity?: "allow" | "mask" | "block"; toxicity_threshold?: number; secrets?: "allow" | "mask" | "block"; exfiltration?: "allow" | "mask" | "block"; pii?: { card?: "allow" | "mask" | "block"; iban?: "allow" | "mask" | "block"; email?: "allow" | "mask" | "block"; phone?: "allow" | "mask" | "block"; ip?: "allow" | "mask" | "block"; ssn?: "allow" | "mask" | "block"; national_id?: "allow" | "mask" | "block"; passport?: "allow" | "mask" | "block"; driver_licence?: "allow" | "mask" | "block"; bank_account?: "allow" | "mask" | "block"; crypto_wallet?: "allow" | "mask" | "block"; mac_address?: "allow" | "mask" | "block"; date_of_birth?: "allow" | "mask" | "block" }; allowed_link_hosts?: readonly (string)[]; canaries?: readonly (string)[] } } };
    output: { id: string; model: string | null; principal_id: string | null; description: string; settings: { enabled?: boolean; report_only?: boolean; injection_threshold?: number; uncertain_from?: number; guard_on_failure?: "allow" | "block"; session_risk_threshold?: number; system_messages?: "rules" | "judge"; toxicity?: "allow" | "mask" | "block"; toxicity_threshold?: number; secrets?: "allow" | "mask" | "block"; exfiltration?: "allow" | "mask" | "block"; pii?: { card?: "allow" | "mask" | "block"; iban?: "allow" | "mask" | "block"; email?: "allow" | "mask" | "block"; phone?: "allow" | "mask" | "block"; ip?: "allow" | "mask" | "block"; ssn?: "allow" | "mask" | "block"; national_id?: "allow" | "mask" | "block"; passport?: "allow" | "mask" | "block"; driver_licence?: "allow" | "mask" | "block"; bank_account?: "allow" | "mask" | "block"; crypto_wallet?: "allow" | "mask" | "block"; mac_address?: "allow" | "mask" | "block"; date_of_birth?: "allow" | "mask" | "block" }; allowed_link_hosts?: readonly (string)[]; canaries?: readonly (string)[] }; created_at: string; updated_at: string };
  };
  /** A response, as OpenAI has it; conversations are not kept, so input holds all of one */
  createResponse: {
    input: { body: { model: string; input: string | readonly (Record<string, unknown>)[]; instructions?: string | null; max_output_tokens?: number | null; stream?: boolean | null } };
    output: { object?: string };
  };
  /** A token of 60 seconds for one model and a budget of tokens */
  createScopedToken: {
    input: { body: { model: string; max_tokens: number; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] } };
    output: { access_token: string; token_type: "bearer"; expires_in: number; model: string; max_tokens: number; scopes: readonly (string)[] };
  };
  /** Create a service account: a user that asks with client secrets, keys or certificates */
  createServiceAccount: {
    input: { body: { username: string; description?: string; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[] } };
    output: { id: string; client_id: string; username: string; description: string; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string };
  };
  /** Create a user */
  createUser: {
    input: { body: { username: string; password: string; email?: string; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[] } };
    output: { id: string; username: string; kind: "person" | "service"; email: string | null; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string; last_login_at: string | null };
  };
  /** Register an endpoint; the answer shows its secret, once */
  createWebhook: {
    input: { body: { url: string; description?: string; event_types?: readonly (string)[]; labels?: Record<string, string>; ordered?: boolean; rate_limit_per_second?: number | null; secret?: string } };
    output: { id: string; url: string; description: string; event_types: readonly (string)[]; labels: Record<string, string>; ordered: boolean; rate_limit_per_second: number | null; enabled: boolean; disabled_reason: "manual" | "gone" | "failing" | null; disabled_at: string | null; failing_since: string | null; created_at: string; updated_at: string; secret: string };
  };
  /** Everything that is known about a job, for somebody who asks why it does not work */
  debugJob: {
    input: { path: { id: string } };
    output: { job: { job_id: string; reservation_id: string; user_id: string; status: "pending" | "queued" | "preparing" | "active" | "expired" | "cancelled" | "failed"; gpu_type: string; gpu_count: number; nodes: number; instance_type: string; image: string | null; duration_hours: number; disk_name: string | null; created_at: string; started_at: string | null; expires_at: string | null; ended_at: string | null; name: string | null; node: string | null; status_detail: string | null; queue_position: number | null; estimated_start_time: string | null; exit_code: number | null; gpu_hours: number; pod_name: string | null; node_ip: string | null; node_port: number | null; ssh_command: string | null; jupyter_enabled: boolean; jupyter_url: string | null; jupyter_token: string | null; jupyter_error: string | null; github_user: string | null; extra_users: readonly (string)[]; gpu_ids: readonly (string)[]; placements: readonly ({ rank: number; node: string; pod_name: string | null; gpu_ids: readonly (string)[]; host: string | null; ssh_port: number | null })[]; estimate: { start_time: string | null; wait_seconds: number | null; queue_position: number | null; gpu_hours: number; reasons: readonly ({ code: "free_now" | "waits_for_job" | "fragmentation" | "whole_nodes" | "ahead_in_queue" | "quota" | "maintenance" | "disk_in_use" | "no_capacity" | "start_up"; message: string; job_id?: string; at?: string })[] } | null; history: readonly ({ at: string; kind: string; status: "pending" | "queued" | "preparing" | "active" | "expired" | "cancelled" | "failed" | null; message: string })[]; warnings: readonly (string)[]; oom_count: number; last_oom_at: string | null; terminal_url: string | null; risk: { score: number; level: string } | null }; runtime: string; workload: Record<string, unknown> | null; messages: readonly (string)[]; logs: string };
  };
  /** Forget what was learned of a workload: it is learned anew */
  deleteBehaviourBaseline: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Put a node, a GPU or the fleet back to the defaults */
  deleteDetectionSwitch: {
    input: { path: { target: "fleet" | "node" | "gpu"; id: string } };
    output: undefined;
  };
  /** Delete a disk; for 30 days it can be restored */
  deleteDisk: {
    input: { path: { name: string } };
    output: { operation_id: string; disk_name: string; action: "create" | "delete" | "rename" | "clone" | "restore" | "unlock" | "snapshot"; message: string; requested_at: string };
  };
  /** Delete a policy; the next wider one holds then */
  deleteFirewallPolicy: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Delete a GPU; its telemetry stays until retention */
  deleteGpu: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Take a type off the table; its jobs run on */
  deleteGpuType: {
    input: { path: { type: string } };
    output: undefined;
  };
  /** Delete a node with its GPUs and sensors; their telemetry stays until retention */
  deleteNode: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Drop a quota: the default holds again */
  deleteReservationQuota: {
    input: { path: { kind: "user" | "group" | "default"; subject: string } };
    output: undefined;
  };
  /** Forget the own threshold: the default counts where the webhook asks for risk_threshold_crossed */
  deleteRiskThreshold: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Delete a sensor; its telemetry stays until retention */
  deleteSensor: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Forgets the sealed key of a model server */
  deleteUpstreamKey: {
    input: { path: { upstream: string } };
    output: undefined;
  };
  /** Deletes a namespace of the caller’s with all its vectors */
  deleteVectorNamespace: {
    input: { path: { namespace: string } };
    output: undefined;
  };
  /** Deletes vectors by id */
  deleteVectors: {
    input: { path: { namespace: string }; body: { ids: readonly (string)[] } };
    output: { deleted: number };
  };
  /** Delete an endpoint with its secrets, deliveries and attempts; what waits for it is not sent */
  deleteWebhook: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Refuse the device with this code */
  denyDeviceLogin: {
    input: { path: { user_code: string } };
    output: { user_code: string; client_id: string; status: "pending" | "approved" | "denied" | "used"; ip_address: string; user_agent: string | null; created_at: string; expires_at: string };
  };
  /** Stop Jupyter Lab in a job */
  disableJupyter: {
    input: { path: { id: string }; body: Record<string, unknown> };
    output: { job_id: string; action: "cancel" | "extend" | "enable_jupyter" | "disable_jupyter" | "add_user" | "set_priority"; status: "requested"; message: string; expires_at: string | null };
  };
  /** Send nothing more to an endpoint; what waits for it ends as failed */
  disableWebhook: {
    input: { path: { id: string } };
    output: { id: string; url: string; description: string; event_types: readonly (string)[]; labels: Record<string, string>; ordered: boolean; rate_limit_per_second: number | null; enabled: boolean; disabled_reason: "manual" | "gone" | "failing" | null; disabled_at: string | null; failing_since: string | null; created_at: string; updated_at: string };
  };
  /** Start Jupyter Lab in a job */
  enableJupyter: {
    input: { path: { id: string }; body: Record<string, unknown> };
    output: { job_id: string; action: "cancel" | "extend" | "enable_jupyter" | "disable_jupyter" | "add_user" | "set_priority"; status: "requested"; message: string; expires_at: string | null };
  };
  /** Send to an endpoint again, from now on; resend what it missed */
  enableWebhook: {
    input: { path: { id: string } };
    output: { id: string; url: string; description: string; event_types: readonly (string)[]; labels: Record<string, string>; ordered: boolean; rate_limit_per_second: number | null; enabled: boolean; disabled_reason: "manual" | "gone" | "failing" | null; disabled_at: string | null; failing_since: string | null; created_at: string; updated_at: string };
  };
  /** End a silence now; one that has ended stays as it is */
  endAlertSilence: {
    input: { path: { id: string } };
    output: { id: string; sources: readonly (string)[]; severities: readonly ("info" | "low" | "medium" | "high" | "critical")[]; node_ids: readonly (string)[]; gpu_ids: readonly (string)[]; fingerprint_prefix: string | null; reason: string; starts_at: string; ends_at: string; state: "pending" | "active" | "ended"; created_by: string; created_at: string; ended_by: string | null };
  };
  /** End a maintenance window now; one that has ended stays as it is */
  endDetectionMaintenance: {
    input: { path: { id: string } };
    output: { id: string; target: "fleet" | "node" | "gpu"; target_id: string; reason: string; starts_at: string; ends_at: string; created_by: string; created_at: string };
  };
  /** What detection knows of a GPU: baselines, the latest score with its reasons, findings */
  explainGpuDetection: {
    input: { path: { id: string } };
    output: { gpu_id: string; node_id: string; judged: boolean; why_not: string | null; threshold: number; detectors_off: readonly (string)[]; baseline: { learned_until: string; observed_seconds: number; interval_seconds: number | null; idle_power: number | null; most_power: number | null; power_limit: number | null; utilization: number | null; power: number | null; temperature: number | null; memory_used: number | null; clock: number | null } | null; latest: { timestamp: string; anomaly_score: number | null; reasons: readonly ({ detector: string; metric: string; observed: number | null; expected: number | null; unit: string; text: string })[] } | null; findings: readonly ({ gpu_id: string; gpu_name: string; node_id: string; node_name: string | null; family: string; active: boolean; score: number; detectors: readonly (string)[]; reasons: readonly ({ detector: string; metric: string; observed: number | null; expected: number | null; unit: string; text: string })[]; alert_id: string; first_at: string; last_at: string })[] };
  };
  /** The model of one baseline, whole */
  exportBehaviourBaseline: {
    input: { path: { id: string } };
    output: { id: string; workload: string; status: "learning" | "frozen"; version: number; sequences: number; syscalls: number; created_at: string; updated_at: string; model: { order: number; symbols: readonly (string)[]; contexts: Record<string, readonly (number)[]> }; surprises: readonly (number)[] };
  };
  /** Move the end of a job; warnings start anew */
  extendJob: {
    input: { path: { id: string }; body: { extension_hours: number } };
    output: { job_id: string; action: "cancel" | "extend" | "enable_jupyter" | "disable_jupyter" | "add_user" | "set_priority"; status: "requested"; message: string; expires_at: string | null };
  };
  /** Learn no more: what is usual stays as it is */
  freezeBehaviourBaseline: {
    input: { path: { id: string } };
    output: { id: string; workload: string; status: "learning" | "frozen"; version: number; sequences: number; syscalls: number; created_at: string; updated_at: string };
  };
  /** One prompt to a model, with a scoped token in X-LLM-Token */
  generate: {
    input: { body: { prompt: string; model: string; max_tokens?: number; temperature?: number; system?: string } };
    output: { content: string; model: string; tokens_used: number; latency_ms: number };
  };
  /** One agent */
  getAgent: {
    input: { path: { id: string } };
    output: { id: string; name: string; description: string; status: "active" | "revoked"; source: "registered" | "configured"; format: "gpushield" | "falco" | "tetragon"; node_id: string | null; sensor_id: string | null; labels: Record<string, string>; webhooks: readonly ({ endpoint_id: string; url: string; threshold: number })[]; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string };
  };
  /** One alert */
  getAlert: {
    input: { path: { id: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** One silence */
  getAlertSilence: {
    input: { path: { id: string } };
    output: { id: string; sources: readonly (string)[]; severities: readonly ("info" | "low" | "medium" | "high" | "critical")[]; node_ids: readonly (string)[]; gpu_ids: readonly (string)[]; fingerprint_prefix: string | null; reason: string; starts_at: string; ends_at: string; state: "pending" | "active" | "ended"; created_by: string; created_at: string; ended_by: string | null };
  };
  /** How many alerts there are, by status and severity */
  getAlertSummary: {
    input: Record<never, never>;
    output: { total: number; active: number; by_status: Record<string, number>; by_severity: Record<string, number>; counts: readonly ({ status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; severity: "info" | "low" | "medium" | "high" | "critical"; alerts: number })[] };
  };
  /** The public key that verifies checkpoints */
  getAuditPublicKey: {
    input: Record<never, never>;
    output: { key_id: string; algorithm: "Ed25519"; public_key: string };
  };
  /** The cluster in numbers: GPUs and reservations */
  getClusterStatus: {
    input: Record<never, never>;
    output: { total_gpus: number; available_gpus: number; in_use_gpus: number; queued_gpus: number; active_reservations: number; preparing_reservations: number; queued_reservations: number; pending_reservations: number; by_gpu_type: Record<string, { gpu_type: string; total: number; available: number; in_use: number; queued: number; max_per_node: number; largest_free: number; free_whole_nodes: number; unavailable: number }>; timestamp: string; runtime: string; stale: boolean };
  };
  /** Which device waits with this code */
  getDeviceLogin: {
    input: { path: { user_code: string } };
    output: { user_code: string; client_id: string; status: "pending" | "approved" | "denied" | "used"; ip_address: string; user_agent: string | null; created_at: string; expires_at: string };
  };
  /** A disk of one’s own */
  getDisk: {
    input: { path: { name: string } };
    output: { disk_name: string; user_id: string; size_gb: number; created_at: string; last_used: string | null; in_use: boolean; reservation_id: string | null; is_backing_up: boolean; is_deleted: boolean; delete_date: string | null; snapshot_count: number; status: "creating" | "ready" | "failed" | "deleted"; status_detail: string | null };
  };
  /** What the newest snapshot of a disk holds, as a tree */
  getDiskContent: {
    input: { path: { name: string } };
    output: { disk_name: string; content: string | null; s3_path: string | null; snapshot_date: string | null; message: string | null };
  };
  /** How far an operation on a disk is */
  getDiskOperation: {
    input: { path: { name: string; operation_id: string } };
    output: { operation_id: string; disk_name: string; action: "create" | "delete" | "rename" | "clone" | "restore" | "unlock" | "snapshot"; status: "pending" | "running" | "completed" | "failed"; error: string | null; is_deleted: boolean; delete_date: string | null; created_at: string; last_updated: string; completed: boolean };
  };
  /** One policy */
  getFirewallPolicy: {
    input: { path: { id: string } };
    output: { id: string; model: string | null; principal_id: string | null; description: string; settings: { enabled?: boolean; report_only?: boolean; injection_threshold?: number; uncertain_from?: number; guard_on_failure?: "allow" | "block"; session_risk_threshold?: number; system_messages?: "rules" | "judge"; toxicity?: "allow" | "mask" | "block"; toxicity_threshold?: number; secrets?: "allow" | "mask" | "block"; exfiltration?: "allow" | "mask" | "block"; pii?: { card?: "allow" | "mask" | "block"; iban?: "allow" | "mask" | "block"; email?: "allow" | "mask" | "block"; phone?: "allow" | "mask" | "block"; ip?: "allow" | "mask" | "block"; ssn?: "allow" | "mask" | "block"; national_id?: "allow" | "mask" | "block"; passport?: "allow" | "mask" | "block"; driver_licence?: "allow" | "mask" | "block"; bank_account?: "allow" | "mask" | "block"; crypto_wallet?: "allow" | "mask" | "block"; mac_address?: "allow" | "mask" | "block"; date_of_birth?: "allow" | "mask" | "block" }; allowed_link_hosts?: readonly (string)[]; canaries?: readonly (string)[] }; created_at: string; updated_at: string };
  };
  /** Read a GPU */
  getGpu: {
    input: { path: { id: string } };
    output: { id: string; node_id: string; vendor: "nvidia" | "amd" | "intel"; model: string; device_id: string; uuid: string; memory_total: number; compute_capability: string | null; driver_version: string | null; vbios_version: string | null; created_at: string; updated_at: string };
  };
  /** What there is of each type, what is free, and how it is spread over nodes */
  getGpuAvailability: {
    input: Record<never, never>;
    output: { availability: Record<string, { gpu_type: string; total: number; available: number; in_use: number; queued: number; max_per_node: number; largest_free: number; free_whole_nodes: number; unavailable: number }>; timestamp: string; as_of: string; stale: boolean };
  };
  /** Is the service up? */
  getHealth: {
    input: Record<never, never>;
    output: { status: "healthy" | "degraded" | "unhealthy"; database: "healthy" | "degraded" | "unhealthy"; queue: "healthy" | "degraded" | "unhealthy"; timestamp: string };
  };
  /** What works, what does not, and which sensors are connected */
  getHealthDetails: {
    input: Record<never, never>;
    output: { status: "healthy" | "degraded" | "unhealthy"; version: string; uptime_seconds: number; timestamp: string; checks: readonly ({ name: string; status: "healthy" | "degraded" | "unhealthy"; detail: string; facts: Record<string, string | number | boolean | null> })[] };
  };
  /** A sensor's last inventory and how it differs from the baseline */
  getInventory: {
    input: { path: { id: string } };
    output: { sensor_id: string; node_id: string; received_at: string; baseline_at: string; inventory: { collected_at: string; host: { hostname: string; machine_id: string | null; boot_id: string | null; operating_system: string; architecture: string; kernel_release: string; kernel_version: string; cpu_model: string | null; cpu_count: number; memory_bytes: number; virtualization: string | null }; taint: { value: number | null; flags: readonly (string)[] }; modules: readonly ({ name: string; path: string | null; sha256: string | null; size_bytes: number | null; problem?: string; version?: string | null; signer?: string | null; taint?: string })[]; firmware: readonly ({ path: string; sha256: string | null; size_bytes: number | null; problem?: string })[]; files: readonly ({ path: string; sha256: string | null; size_bytes: number | null; problem?: string })[]; drivers: Record<string, string>; toolkits: Record<string, string>; blind: readonly (string)[] }; drift: readonly ({ kind: "module" | "firmware" | "file" | "taint" | "kernel" | "driver" | "toolkit"; name: string; change: "changed" | "added" | "removed"; expected: string | null; actual: string | null })[] };
  };
  /** A job, by its id or a unique beginning of it */
  getJob: {
    input: { path: { id: string } };
    output: { job_id: string; reservation_id: string; user_id: string; status: "pending" | "queued" | "preparing" | "active" | "expired" | "cancelled" | "failed"; gpu_type: string; gpu_count: number; nodes: number; instance_type: string; image: string | null; duration_hours: number; disk_name: string | null; created_at: string; started_at: string | null; expires_at: string | null; ended_at: string | null; name: string | null; node: string | null; status_detail: string | null; queue_position: number | null; estimated_start_time: string | null; exit_code: number | null; gpu_hours: number; pod_name: string | null; node_ip: string | null; node_port: number | null; ssh_command: string | null; jupyter_enabled: boolean; jupyter_url: string | null; jupyter_token: string | null; jupyter_error: string | null; github_user: string | null; extra_users: readonly (string)[]; gpu_ids: readonly (string)[]; placements: readonly ({ rank: number; node: string; pod_name: string | null; gpu_ids: readonly (string)[]; host: string | null; ssh_port: number | null })[]; estimate: { start_time: string | null; wait_seconds: number | null; queue_position: number | null; gpu_hours: number; reasons: readonly ({ code: "free_now" | "waits_for_job" | "fragmentation" | "whole_nodes" | "ahead_in_queue" | "quota" | "maintenance" | "disk_in_use" | "no_capacity" | "start_up"; message: string; job_id?: string; at?: string })[] } | null; history: readonly ({ at: string; kind: string; status: "pending" | "queued" | "preparing" | "active" | "expired" | "cancelled" | "failed" | null; message: string })[]; warnings: readonly (string)[]; oom_count: number; last_oom_at: string | null; terminal_url: string | null; risk: { score: number; level: string } | null };
  };
  /** The last lines that a job wrote, also after its end */
  getJobLogs: {
    input: { path: { id: string }; query?: { rank?: number; tail_bytes?: number } };
    output: { job_id: string; rank: number; text: string; truncated: boolean; kept: boolean };
  };
  /** Who is asking, and what they may do */
  getMe: {
    input: Record<never, never>;
    output: { id: string; kind: "user" | "api_key" | "service" | "certificate" | "agent" | "scoped_token" | "anonymous"; username: string | null; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[]; credential_expires_at: string | null };
  };
  /** Read a node */
  getNode: {
    input: { path: { id: string } };
    output: { id: string; name: string; cluster_id: string; ip_address: string | null; kubernetes_version: string | null; kernel_version: string | null; operating_system: string | null; architecture: string | null; labels: Record<string, string>; status: "online" | "offline" | "unknown"; gpu_count: number; sensor_count: number; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string };
  };
  /** One model, as OpenAI shows it */
  getOpenaiModel: {
    input: { path: { model: string } };
    output: { id: string; object: "model"; created: number; owned_by: string };
  };
  /** One process */
  getProcess: {
    input: { path: { id: string } };
    output: { process_id: string; agent_id: string; pid: number; started_at: string | null; parent_process_id: string | null; command: string | null; executable: string | null; executable_sha256: string | null; user_id: number | null; user_name: string | null; container_id: string | null; image: string | null; pod: string | null; namespace: string | null; job_id: string | null; node_id: string | null; workload: string | null; event_count: number; risk_score: number; alert_id: string | null; first_seen_at: string; last_seen_at: string; created_at: string };
  };
  /** The risk of one process at this moment, with what it is made of */
  getProcessScore: {
    input: { path: { id: string } };
    output: { process_id: string; agent_id: string; pid: number; command: string | null; executable: string | null; job_id: string | null; risk_score: number; contributions: readonly ({ rule: string; title: string; technique: string | null; tactic: string | null; weight: number; decayed_weight: number; timestamp: string; event_id: string | null })[]; half_life_seconds: number; alert_id: string | null; updated_at: string };
  };
  /** Who started a process, and what it started */
  getProcessTree: {
    input: { path: { id: string } };
    output: { process_id: string; ancestors: readonly ({ process_id: string; agent_id: string; pid: number; started_at: string | null; parent_process_id: string | null; command: string | null; executable: string | null; executable_sha256: string | null; user_id: number | null; user_name: string | null; container_id: string | null; image: string | null; pod: string | null; namespace: string | null; job_id: string | null; node_id: string | null; workload: string | null; event_count: number; risk_score: number; alert_id: string | null; first_seen_at: string; last_seen_at: string; created_at: string })[]; process: { process_id: string; agent_id: string; pid: number; started_at: string | null; parent_process_id: string | null; command: string | null; executable: string | null; executable_sha256: string | null; user_id: number | null; user_name: string | null; container_id: string | null; image: string | null; pod: string | null; namespace: string | null; job_id: string | null; node_id: string | null; workload: string | null; event_count: number; risk_score: number; alert_id: string | null; first_seen_at: string; last_seen_at: string; created_at: string }; descendants: readonly ({ process_id: string; agent_id: string; pid: number; started_at: string | null; parent_process_id: string | null; command: string | null; executable: string | null; executable_sha256: string | null; user_id: number | null; user_name: string | null; container_id: string | null; image: string | null; pod: string | null; namespace: string | null; job_id: string | null; node_id: string | null; workload: string | null; event_count: number; risk_score: number; alert_id: string | null; first_seen_at: string; last_seen_at: string; created_at: string })[]; truncated: boolean };
  };
  /** A webhook's own threshold */
  getRiskThreshold: {
    input: { path: { id: string } };
    output: { endpoint_id: string; threshold: number; hysteresis: number; agent_id: string | null; updated_at: string };
  };
  /** How far a recalculation is */
  getScoreRecalculation: {
    input: { path: { id: string } };
    output: { id: string; status: "reading" | "replacing" | "succeeded" | "cancelled"; rules_version: string; progress: number; events_done: number; processes_done: number; started_by: string; created_at: string; updated_at: string; finished_at: string | null };
  };
  /** One security event */
  getSecurityEvent: {
    input: { path: { id: string } };
    output: { id: string; node_id: string; sensor_id: string | null; gpu_id: string | null; event_type: string; severity: "info" | "low" | "medium" | "high" | "critical"; title: string; description: string; timestamp: string; received_at: string; fingerprint: string; evidence: Record<string, unknown>; alert_id: string | null };
  };
  /** Read a sensor */
  getSensor: {
    input: { path: { id: string } };
    output: { id: string; node_id: string; name: string; sensor_type: string; version: string; capabilities: readonly (string)[]; status: "online" | "offline" | "never_seen"; health: "healthy" | "degraded" | "unhealthy" | null; health_detail: string | null; spooled_records: number; configuration: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] }; configuration_version: number; reported_configuration_version: number | null; registered_by: string; last_heartbeat_at: string | null; created_at: string; updated_at: string };
  };
  /** Read the configuration of a sensor, or wait until it is another than after_version */
  getSensorConfiguration: {
    input: { path: { id: string }; query?: { after_version?: number; wait_seconds?: number } };
    output: { configuration_version: number; configuration: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] } };
  };
  /** One service account */
  getServiceAccount: {
    input: { path: { id: string } };
    output: { id: string; client_id: string; username: string; description: string; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string };
  };
  /** What this service is, and where its documentation is */
  getServiceInfo: {
    input: Record<never, never>;
    output: { service: string; version: string; docs: string; health: string; auth: Record<string, string>; endpoints: Record<string, string> };
  };
  /** One user */
  getUser: {
    input: { path: { id: string } };
    output: { id: string; username: string; kind: "person" | "service"; email: string | null; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string; last_login_at: string | null };
  };
  /** One endpoint, without its secret */
  getWebhook: {
    input: { path: { id: string } };
    output: { id: string; url: string; description: string; event_types: readonly (string)[]; labels: Record<string, string>; ordered: boolean; rate_limit_per_second: number | null; enabled: boolean; disabled_reason: "manual" | "gone" | "failing" | null; disabled_at: string | null; failing_since: string | null; created_at: string; updated_at: string };
  };
  /** Take syscall events, score them, and answer for each one when all of that is durable */
  ingestEvents: {
    input: { body: { agent_id?: string; events: readonly (unknown)[] } };
    output: { accepted: number; duplicates: number; errors: number; results: readonly ({ id: string | null; status: "accepted" | "duplicate" | "error"; error?: { code: string; message: string } })[] };
  };
  /** Take Falco's own JSON: an event, a list of events, or one a line */
  ingestFalcoEvents: {
    input: { path: { agent_id: string }; body: unknown };
    output: { accepted: number; duplicates: number; errors: number; results: readonly ({ id: string | null; status: "accepted" | "duplicate" | "error"; error?: { code: string; message: string } })[] };
  };
  /** Store up to 10,000 telemetry records, all or none; answered when they are durable */
  ingestTelemetryBulk: {
    input: { body: { records: readonly ({ gpu_id: string; sensor_id?: string | null; telemetry_type?: "metrics"; timestamp: string; metrics: Record<string, number> })[] } };
    output: { accepted: number; received_at: string };
  };
  /** Store one telemetry record; answered when it is durable */
  ingestTelemetryRecord: {
    input: { body: { gpu_id: string; sensor_id?: string | null; telemetry_type?: "metrics"; timestamp: string; metrics: Record<string, number> } };
    output: { id: string; gpu_id: string; timestamp: string; received_at: string };
  };
  /** Take Tetragon's own JSON: an event, a list of events, or one a line */
  ingestTetragonEvents: {
    input: { path: { agent_id: string }; body: unknown };
    output: { accepted: number; duplicates: number; errors: number; results: readonly ({ id: string | null; status: "accepted" | "duplicate" | "error"; error?: { code: string; message: string } })[] };
  };
  /** Explain what the firewall would do with a text, with the places of what it found */
  inspectFirewall: {
    input: { body: { text?: string; parts?: readonly ({ kind: "system" | "user" | "assistant" | "tool" | "document" | "tool_arguments"; text: string; path?: string })[]; direction?: "input" | "output"; model?: string; principal_id?: string; session_id?: string } };
    output: { action: "allow" | "mask" | "block"; report_only: boolean; score: number; findings: readonly ({ kind: "injection" | "pii" | "toxicity" | "secret" | "exfiltration" | "canary"; type: string; score: number; path: string; start: number; end: number; reason: string })[]; masked: Record<string, string>; model_version: number; duration_ms: number };
  };
  /** Say that somebody works on it; acknowledges what nobody acknowledged */
  investigateAlert: {
    input: { path: { id: string }; body: { note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** The newest record of each GPU of a node */
  latestTelemetryRecords: {
    input: { query: { node_id: string } };
    output: { data: readonly ({ id: string; gpu_id: string; node_id: string; sensor_id: string | null; telemetry_type: string; timestamp: string; received_at: string; metrics: Record<string, number>; anomaly_score: number | null })[] };
  };
  /** Ends a block at once; the key is percent-encoded */
  liftLimitBlock: {
    input: { path: { key: string } };
    output: undefined;
  };
  /** Agents, newest first */
  listAgents: {
    input: { query?: { status?: "active" | "revoked"; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; name: string; description: string; status: "active" | "revoked"; source: "registered" | "configured"; format: "gpushield" | "falco" | "tetragon"; node_id: string | null; sensor_id: string | null; labels: Record<string, string>; webhooks: readonly ({ endpoint_id: string; url: string; threshold: number })[]; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** What was said about an alert, newest first */
  listAlertComments: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; alert_id: string; at: string; author: string; body: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Alerts of one source on one node within a quarter of an hour, newest group first */
  listAlertGroups: {
    input: { query?: { source?: string; node_id?: string; active?: boolean; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ group_key: string; source: string; node_id: string | null; window_start: string; alerts: number; active: number; occurrences: number; severity: "info" | "low" | "medium" | "high" | "critical"; newest_alert_id: string; newest_title: string; first_seen_at: string; last_seen_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** What happened to an alert, newest first; repetitions are listed at the 2nd, 4th, 8th … occurrence */
  listAlertHistory: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; alert_id: string; at: string; actor: string; action: "created" | "repeated" | "acknowledged" | "investigating" | "assigned" | "severity_changed" | "resolved" | "false_positive" | "reopened" | "noted" | "commented"; from_status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened" | null; to_status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened" | null; note: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Silences that have not ended, newest first */
  listAlertSilences: {
    input: { query?: { ended?: boolean; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; sources: readonly (string)[]; severities: readonly ("info" | "low" | "medium" | "high" | "critical")[]; node_ids: readonly (string)[]; gpu_ids: readonly (string)[]; fingerprint_prefix: string | null; reason: string; starts_at: string; ends_at: string; state: "pending" | "active" | "ended"; created_by: string; created_at: string; ended_by: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Alerts, newest first; since and until select those that were seen within the window */
  listAlerts: {
    input: { query?: { severity?: "info" | "low" | "medium" | "high" | "critical"; status?: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source?: string; node_id?: string; gpu_id?: string; assignee?: string; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** One's own API keys, newest first; everybody's with keys:admin */
  listApiKeys: {
    input: { query?: { user_id?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; user_id: string; username: string; key_prefix: string; description: string; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] | null; allowed_addresses: readonly (string)[] | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Signed checkpoints of the audit trail, newest first */
  listAuditCheckpoints: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ number: number; occurred_at: string; entries: number; previous_hash: string; heads: readonly ({ kind: "head" | "anchor"; writer_id: string; sequence: number; hash: string })[]; hash: string; key_id: string; signature: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The audit trail, newest first */
  listAuditEntries: {
    input: { query?: { principal_id?: string; action?: string; resource?: string; correlation_id?: string; granted?: boolean; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; writer_id: string; sequence: number; occurred_at: string; correlation_id: string; principal_id: string; principal_kind: string; principal_name: string | null; action: string; resource: string; granted: boolean; reason: string; ip_address: string | null; user_agent: string | null; details: Record<string, unknown>; previous_hash: string; hash: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** What is known of the usual behaviour of workloads, newest first */
  listBehaviourBaselines: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; workload: string; status: "learning" | "frozen"; version: number; sequences: number; syscalls: number; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Which client certificates speak for a service account, newest first */
  listCertificates: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; match: "fingerprint" | "san_uri" | "san_dns"; value: string; description: string; created_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** A service account's client secrets, newest first; never the secrets themselves */
  listClientSecrets: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; client_id: string; secret_prefix: string; description: string; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] | null; allowed_addresses: readonly (string)[] | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** What was found on which GPU, and whether it goes on; newest first */
  listDetectionFindings: {
    input: { query?: { active?: boolean; node_id?: string; gpu_id?: string; family?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ gpu_id: string; gpu_name: string; node_id: string; node_name: string | null; family: string; active: boolean; score: number; detectors: readonly (string)[]; reasons: readonly ({ detector: string; metric: string; observed: number | null; expected: number | null; unit: string; text: string })[]; alert_id: string; first_at: string; last_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List maintenance windows, newest first */
  listDetectionMaintenance: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; target: "fleet" | "node" | "gpu"; target_id: string; reason: string; starts_at: string; ends_at: string; created_by: string; created_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List what is switched otherwise than by default, newest change first */
  listDetectionSwitches: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ target: "fleet" | "node" | "gpu"; id: string; enabled: boolean; detectors_off: readonly (string)[]; threshold: number | null; changed_by: string; changed_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The detectors that there are */
  listDetectors: {
    input: Record<never, never>;
    output: { data: readonly ({ name: string; family: string; severity: string; title: string })[] };
  };
  /** Snapshots of a disk, newest first */
  listDiskSnapshots: {
    input: { path: { name: string } };
    output: { snapshots: readonly ({ snapshot_id: string; disk_name: string; status: "creating" | "ready" | "failed"; created_at: string; job_id: string | null; size_bytes: number | null })[]; total: number };
  };
  /** One’s own disks, deleted ones that can be had back included */
  listDisks: {
    input: Record<never, never>;
    output: { disks: readonly ({ disk_name: string; user_id: string; size_gb: number; created_at: string; last_used: string | null; in_use: boolean; reservation_id: string | null; is_backing_up: boolean; is_deleted: boolean; delete_date: string | null; snapshot_count: number; status: "creating" | "ready" | "failed" | "deleted"; status_detail: string | null })[]; total: number };
  };
  /** Syscall events, the last received first */
  listEvents: {
    input: { query?: { agent_id?: string; process_id?: string; syscall?: string; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; agent_id: string; process_id: string; pid: number; timestamp: string; received_at: string; syscall: string; fields: Record<string, unknown>; metadata: Record<string, unknown> })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The firewall’s policies, newest first */
  listFirewallPolicies: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; model: string | null; principal_id: string | null; description: string; settings: { enabled?: boolean; report_only?: boolean; injection_threshold?: number; uncertain_from?: number; guard_on_failure?: "allow" | "block"; session_risk_threshold?: number; system_messages?: "rules" | "judge"; toxicity?: "allow" | "mask" | "block"; toxicity_threshold?: number; secrets?: "allow" | "mask" | "block"; exfiltration?: "allow" | "mask" | "block"; pii?: { card?: "allow" | "mask" | "block"; iban?: "allow" | "mask" | "block"; email?: "allow" | "mask" | "block"; phone?: "allow" | "mask" | "block"; ip?: "allow" | "mask" | "block"; ssn?: "allow" | "mask" | "block"; national_id?: "allow" | "mask" | "block"; passport?: "allow" | "mask" | "block"; driver_licence?: "allow" | "mask" | "block"; bank_account?: "allow" | "mask" | "block"; crypto_wallet?: "allow" | "mask" | "block"; mac_address?: "allow" | "mask" | "block"; date_of_birth?: "allow" | "mask" | "block" }; allowed_link_hosts?: readonly (string)[]; canaries?: readonly (string)[] }; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The table of types that jobs can ask for */
  listGpuTypes: {
    input: Record<never, never>;
    output: { types: readonly ({ gpu_type: string; instance_type: string; kind: "gpu" | "mig" | "cpu"; vendor: "nvidia" | "amd" | "intel" | "none"; gpus_per_node: number; max_gpus_per_node_and_job: number; slots_per_node: number; vcpus: number; memory_gib: number; gpu_memory_gib: number | null; resource_name: string | null; node_labels: Record<string, string>; runtime_class: string | null; require_kata: boolean; enabled: boolean })[] };
  };
  /** List GPUs, newest first */
  listGpus: {
    input: { query?: { node_id?: string; vendor?: "nvidia" | "amd" | "intel"; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; node_id: string; vendor: "nvidia" | "amd" | "intel"; model: string; device_id: string; uuid: string; memory_total: number; compute_capability: string | null; driver_version: string | null; vbios_version: string | null; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Jobs, newest first: one’s own; everybody’s with user=all and the scope */
  listJobs: {
    input: { query?: { status?: string; limit?: number; offset?: number; user?: "me" | "all" } };
    output: { jobs: readonly ({ job_id: string; reservation_id: string; user_id: string; status: "pending" | "queued" | "preparing" | "active" | "expired" | "cancelled" | "failed"; gpu_type: string; gpu_count: number; nodes: number; instance_type: string; image: string | null; duration_hours: number; disk_name: string | null; created_at: string; started_at: string | null; expires_at: string | null; ended_at: string | null; name: string | null; node: string | null; status_detail: string | null; queue_position: number | null; estimated_start_time: string | null; exit_code: number | null; gpu_hours: number })[]; total: number; limit: number; offset: number };
  };
  /** Clients that are blocked because they kept exceeding a limit, newest first */
  listLimitBlocks: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ key: string; kind: "address" | "principal"; subject: string; reason: string; blocked_at: string; blocked_until: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The models that the caller may use, with their servers, limits and prices */
  listModels: {
    input: Record<never, never>;
    output: { data: readonly ({ name: string; targets: readonly ({ upstream: string; model: string; weight: number; status: string })[]; fallbacks: readonly (string)[]; context_tokens: number | null; max_output_tokens: number; price: { input: number; output: number }; gpu_share: number })[] };
  };
  /** One's own open sessions, newest first */
  listMySessions: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; current: boolean; ip_address: string | null; user_agent: string | null; created_at: string; refreshed_at: string; expires_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List the GPUs of a node, newest first */
  listNodeGpus: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; node_id: string; vendor: "nvidia" | "amd" | "intel"; model: string; device_id: string; uuid: string; memory_total: number; compute_capability: string | null; driver_version: string | null; vbios_version: string | null; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List nodes, newest first */
  listNodes: {
    input: { query?: { cluster_id?: string; status?: "online" | "offline" | "unknown"; name?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; name: string; cluster_id: string; ip_address: string | null; kubernetes_version: string | null; kernel_version: string | null; operating_system: string | null; architecture: string | null; labels: Record<string, string>; status: "online" | "offline" | "unknown"; gpu_count: number; sensor_count: number; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The models that the caller may use, as OpenAI lists them */
  listOpenaiModels: {
    input: Record<never, never>;
    output: { object: "list"; data: readonly ({ id: string; object: "model"; created: number; owned_by: string })[] };
  };
  /** The events of one process, the last received first */
  listProcessEvents: {
    input: { path: { id: string }; query?: { syscall?: string; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; agent_id: string; process_id: string; pid: number; timestamp: string; received_at: string; syscall: string; fields: Record<string, unknown>; metadata: Record<string, unknown> })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The risk of one process each time that it changed, the latest first */
  listProcessScoreHistory: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ timestamp: string; risk_score: number; cause: "events" | "decay" | "recalculation" })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Processes, newest first */
  listProcesses: {
    input: { query?: { agent_id?: string; job_id?: string; parent_process_id?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ process_id: string; agent_id: string; pid: number; started_at: string | null; parent_process_id: string | null; command: string | null; executable: string | null; executable_sha256: string | null; user_id: number | null; user_name: string | null; container_id: string | null; image: string | null; pod: string | null; namespace: string | null; job_id: string | null; node_id: string | null; workload: string | null; event_count: number; risk_score: number; alert_id: string | null; first_seen_at: string; last_seen_at: string; created_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** A look at messages that changes nothing about them: oldest first, dead letters newest first */
  listQueueMessages: {
    input: { path: { name: string }; query?: { state?: "ready" | "delayed" | "dead"; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; attempts: number; enqueued_at: string; visible_at: string; body: unknown; headers: unknown; last_error: string | null; dead_letter: { cause: "refused" | "attempts_exhausted" | "no_answer"; error: string; attempts: number; at: string } | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** How the queues stand, in the order of their names */
  listQueues: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ name: string; messages: number; visible: number; oldest_age_seconds: number | null; sent: number; dead_letters: number })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Groups that share a quota */
  listReservationGroups: {
    input: Record<never, never>;
    output: { groups: readonly ({ group: string; members: readonly (string)[] })[] };
  };
  /** Nodes that jobs run on: what each has, what is free, and what keeps jobs away */
  listReservationNodes: {
    input: Record<never, never>;
    output: { nodes: readonly ({ name: string; ready: boolean; takes_jobs: boolean; reason: string | null; cordoned: boolean; maintenance_from: string | null; maintenance_until: string | null; pools: readonly ({ gpu_type: string; total: number; used_by_jobs: number; used_by_others: number; free: number })[] })[]; as_of: string; stale: boolean };
  };
  /** Quotas, priorities and weights of users, groups and everybody else */
  listReservationQuotas: {
    input: Record<never, never>;
    output: { quotas: readonly ({ kind: "user" | "group" | "default"; subject: string; max_gpus: number | null; max_jobs: number | null; max_queued: number | null; max_hours: number | null; max_total_hours: number | null; priority: number; weight: number; require_kata: boolean; allow_profiling: boolean; updated_at: string })[] };
  };
  /** Recalculations, newest first */
  listScoreRecalculations: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; status: "reading" | "replacing" | "succeeded" | "cancelled"; rules_version: string; progress: number; events_done: number; processes_done: number; started_by: string; created_at: string; updated_at: string; finished_at: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Risk scores of this moment with what they are made of, newest processes first */
  listScores: {
    input: { query?: { risk_min?: number; risk_max?: number; agent_id?: string; process_id?: string; job_id?: string; since?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ process_id: string; agent_id: string; pid: number; command: string | null; executable: string | null; job_id: string | null; risk_score: number; contributions: readonly ({ rule: string; title: string; technique: string | null; tactic: string | null; weight: number; decayed_weight: number; timestamp: string; event_id: string | null })[]; half_life_seconds: number; alert_id: string | null; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The rules in force, and what is wrong with the files where something is */
  listScoringRules: {
    input: Record<never, never>;
    output: { version: string; half_life_seconds: number; problems: readonly (string)[]; data: readonly ({ id: string; title: string; description: string; technique: string | null; tactic: string | null; weight: number; cap: number; kind: "event" | "sequence"; file: string })[] };
  };
  /** Security events, newest first by the time of their occurrence */
  listSecurityEvents: {
    input: { query?: { node_id?: string; sensor_id?: string; gpu_id?: string; event_type?: "integrity.module_changed" | "integrity.module_added" | "integrity.module_removed" | "integrity.firmware_changed" | "integrity.firmware_added" | "integrity.firmware_removed" | "integrity.file_changed" | "integrity.file_added" | "integrity.file_removed" | "integrity.restored" | "integrity.taint_changed" | "integrity.kernel_changed" | "integrity.driver_changed" | "integrity.toolkit_changed" | "integrity.unreadable" | "integrity.many_changes" | "gpu.xid" | "driver.ioctl" | "dma.mapping" | "other"; severity?: "info" | "low" | "medium" | "high" | "critical"; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; node_id: string; sensor_id: string | null; gpu_id: string | null; event_type: string; severity: "info" | "low" | "medium" | "high" | "critical"; title: string; description: string; timestamp: string; received_at: string; fingerprint: string; evidence: Record<string, unknown>; alert_id: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List sensors, newest first; a credential with sensors:read:own sees its own */
  listSensors: {
    input: { query?: { node_id?: string; status?: "online" | "offline" | "never_seen"; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; node_id: string; name: string; sensor_type: string; version: string; capabilities: readonly (string)[]; status: "online" | "offline" | "never_seen"; health: "healthy" | "degraded" | "unhealthy" | null; health_detail: string | null; spooled_records: number; configuration: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] }; configuration_version: number; reported_configuration_version: number | null; registered_by: string; last_heartbeat_at: string | null; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Service accounts, newest first */
  listServiceAccounts: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; client_id: string; username: string; description: string; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List telemetry records, newest first */
  listTelemetryRecords: {
    input: { query?: { gpu_id?: string; node_id?: string; sensor_id?: string; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; gpu_id: string; node_id: string; sensor_id: string | null; telemetry_type: string; timestamp: string; received_at: string; metrics: Record<string, number>; anomaly_score: number | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The model servers and how they are doing */
  listUpstreams: {
    input: Record<never, never>;
    output: { data: readonly ({ name: string; kind: "ollama" | "openai"; url: string; status: "unknown" | "healthy" | "unhealthy"; checked_at: string | null; detail: string; concurrency: number })[] };
  };
  /** Who used how many tokens and GPU-seconds of what, newest first */
  listUsage: {
    input: { query?: { principal_id?: string; subject?: string; kind?: "inference" | "reservation"; from?: string; to?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; at: string; principal_id: string; kind: "inference" | "reservation"; subject: string; operation: string; provider: string | null; outcome: string; prompt_tokens: number; completion_tokens: number; gpu_seconds: number; cost: number; duration_ms: number; correlation_id: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** A user's open sessions, newest first */
  listUserSessions: {
    input: { path: { id: string }; query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; current: boolean; ip_address: string | null; user_agent: string | null; created_at: string; refreshed_at: string; expires_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** List users, newest first */
  listUsers: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; username: string; kind: "person" | "service"; email: string | null; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string; last_login_at: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The caller’s namespaces of vectors, by name */
  listVectorNamespaces: {
    input: { query?: { limit?: number; cursor?: string } };
    output: { data: readonly ({ namespace: string; dimensions: number; metric: "cosine" | "dot" | "l2"; model: string | null; vectors: number; created_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** What was tried at an endpoint and what it answered, newest first */
  listWebhookAttempts: {
    input: { path: { id: string }; query?: { message_id?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; message_id: string; attempt: number; at: string; duration_ms: number; succeeded: boolean; status: number | null; error: string | null; response: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Messages for an endpoint and how far each came, newest first */
  listWebhookMessages: {
    input: { path: { id: string }; query?: { status?: "pending" | "succeeded" | "failed"; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; type: string; key: string | null; status: "pending" | "succeeded" | "failed"; attempts: number; next_attempt_at: string | null; created_at: string; finished_at: string | null })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Registered endpoints, newest first */
  listWebhooks: {
    input: { query?: { enabled?: boolean; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; url: string; description: string; event_types: readonly (string)[]; labels: Record<string, string>; ordered: boolean; rate_limit_per_second: number | null; enabled: boolean; disabled_reason: "manual" | "gone" | "failing" | null; disabled_at: string | null; failing_since: string | null; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** Username and password to an access token of 15 minutes and a refresh token */
  login: {
    input: { body: { username: string; password: string } };
    output: { access_token: string; token_type: "bearer"; expires_in: number; refresh_token: string };
  };
  /** Ends the session of a refresh token: its access tokens stop working on every replica */
  logout: {
    input: { body: { refresh_token: string } };
    output: undefined;
  };
  /** Close an alert as a false alarm; its finding opens no new alert for quiet_seconds */
  markAlertFalsePositive: {
    input: { path: { id: string }; body: { quiet_seconds?: number; note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Chat, as Ollama has it */
  ollamaChat: {
    input: { body: { model: string; messages?: readonly ({ role: string; content?: string; images?: readonly (string)[] })[]; tools?: readonly (Record<string, unknown>)[]; stream?: boolean; options?: Record<string, unknown> } };
    output: { model?: string };
  };
  /** Vectors of texts, as Ollama has it */
  ollamaEmbed: {
    input: { body: { model: string; input: string | readonly (string)[]; options?: Record<string, unknown> } };
    output: { model?: string };
  };
  /** The vector of one text, as Ollama had it before /api/embed */
  ollamaEmbeddings: {
    input: { body: { model: string; prompt: string; options?: Record<string, unknown> } };
    output: { model?: string };
  };
  /** One prompt, as Ollama has it */
  ollamaGenerate: {
    input: { body: { model: string; prompt?: string; suffix?: string; system?: string; images?: readonly (string)[]; stream?: boolean; options?: Record<string, unknown> } };
    output: { model?: string };
  };
  /** The models that are loaded on servers of Ollama, of those that the caller may use */
  ollamaRunning: {
    input: Record<never, never>;
    output: { models: readonly ({ name: string; model: string })[] };
  };
  /** One model, as Ollama shows it */
  ollamaShow: {
    input: { body: { model?: string; name?: string; verbose?: boolean } };
    output: { details: Record<string, unknown>; capabilities?: readonly (string)[] };
  };
  /** The models that the caller may use, as Ollama lists them */
  ollamaTags: {
    input: Record<never, never>;
    output: { models: readonly ({ name: string; model: string })[] };
  };
  /** The version of Ollama whose protocol is spoken here */
  ollamaVersion: {
    input: Record<never, never>;
    output: { version: string };
  };
  /** A shell in a job, by WebSocket: send Upgrade: websocket with the subprotocol gpushield.terminal */
  openJobTerminal: {
    input: { path: { id: string }; query?: { rank?: number; cols?: number; rows?: number } };
    output: { job_id: string; protocol: string; rank: number };
  };
  /** Delete for good all messages of a queue, or up to 10,000 of its dead letters */
  purgeQueue: {
    input: { path: { name: string }; body: { what: "messages" | "dead_letters" } };
    output: { purged: number };
  };
  /** Switch detection, or some detectors, off or on for a node, a GPU or (nil UUID) the fleet */
  putDetectionSwitch: {
    input: { path: { target: "fleet" | "node" | "gpu"; id: string }; body: { enabled?: boolean; detectors_off?: readonly (string)[]; threshold?: number | null } };
    output: { target: "fleet" | "node" | "gpu"; id: string; enabled: boolean; detectors_off: readonly (string)[]; threshold: number | null; changed_by: string; changed_at: string };
  };
  /** Add a type, or change it */
  putGpuType: {
    input: { path: { type: string }; body: { instance_type: string; kind: "gpu" | "mig" | "cpu"; vendor: "nvidia" | "amd" | "intel" | "none"; gpus_per_node: number; max_gpus_per_node_and_job?: number; slots_per_node?: number; vcpus: number; memory_gib: number; gpu_memory_gib?: number | null; resource_name?: string | null; node_labels?: Record<string, string>; runtime_class?: string | null; require_kata?: boolean; enabled?: boolean } };
    output: { gpu_type: string; instance_type: string; kind: "gpu" | "mig" | "cpu"; vendor: "nvidia" | "amd" | "intel" | "none"; gpus_per_node: number; max_gpus_per_node_and_job: number; slots_per_node: number; vcpus: number; memory_gib: number; gpu_memory_gib: number | null; resource_name: string | null; node_labels: Record<string, string>; runtime_class: string | null; require_kata: boolean; enabled: boolean };
  };
  /** Set who is in a group; nobody deletes it */
  putReservationGroup: {
    input: { path: { group: string }; body: { members: readonly (string)[] } };
    output: { group: string; members: readonly (string)[] };
  };
  /** Set what a user, a group, or (default/*) everybody else may have */
  putReservationQuota: {
    input: { path: { kind: "user" | "group" | "default"; subject: string }; body: { max_gpus?: number | null; max_jobs?: number | null; max_queued?: number | null; max_hours?: number | null; max_total_hours?: number | null; priority?: number; weight?: number; require_kata?: boolean; allow_profiling?: boolean } };
    output: { kind: "user" | "group" | "default"; subject: string; max_gpus: number | null; max_jobs: number | null; max_queued: number | null; max_hours: number | null; max_total_hours: number | null; priority: number; weight: number; require_kata: boolean; allow_profiling: boolean; updated_at: string };
  };
  /** From which risk a webhook is told, how far below it is over, and of whose processes */
  putRiskThreshold: {
    input: { path: { id: string }; body: { threshold: number; hysteresis?: number; agent_id?: string | null } };
    output: { endpoint_id: string; threshold: number; hysteresis: number; agent_id: string | null; updated_at: string };
  };
  /** Replace the configuration of a sensor; it is pushed to the sensor */
  putSensorConfiguration: {
    input: { path: { id: string }; body: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] } };
    output: { configuration_version: number; configuration: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] } };
  };
  /** The key that a model server wants; it is sealed, and never shown again */
  putUpstreamKey: {
    input: { path: { upstream: string }; body: { key: string } };
    output: undefined;
  };
  /** Alerts that match all of the given lists, newest first; an empty list restricts nothing */
  queryAlerts: {
    input: { body: { severities?: readonly ("info" | "low" | "medium" | "high" | "critical")[]; statuses?: readonly ("open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened")[]; sources?: readonly (string)[]; node_ids?: readonly (string)[]; gpu_ids?: readonly (string)[]; assignees?: readonly (string)[]; fingerprints?: readonly (string)[]; group_keys?: readonly (string)[]; since?: string; until?: string; limit?: number; cursor?: string } };
    output: { data: readonly ({ id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string })[]; pagination: { cursor: string | null; has_more: boolean } };
  };
  /** The nearest vectors of a namespace of the caller’s */
  queryVectors: {
    input: { path: { namespace: string }; body: { values?: readonly (number)[]; text?: string; top_k?: number; filter?: Record<string, string | number | boolean>; include_values?: boolean } };
    output: { matches: readonly ({ id: string; score: number; text: string | null; metadata: Record<string, string | number | boolean>; values?: readonly (number)[] })[] };
  };
  /** Minimum, mean, maximum and last value of metrics by time bucket, over any range */
  readTelemetrySeries: {
    input: { query: { gpu_ids?: string; node_id?: string; metrics: string; since?: string; until?: string; points?: number } };
    output: { since: string; until: string; step_seconds: number; tier: "raw" | "minutes" | "hours"; series: readonly ({ gpu_id: string; metric: string; unit: string; points: readonly ({ at: string; min: number; mean: number; max: number; last: number | null; count: number })[] })[] };
  };
  /** Make every score anew out of the stored events by the rules in force; answers at once, and shows its progress */
  recalculateScores: {
    input: Record<never, never>;
    output: { id: string; status: "reading" | "replacing" | "succeeded" | "cancelled"; rules_version: string; progress: number; events_done: number; processes_done: number; started_by: string; created_at: string; updated_at: string; finished_at: string | null };
  };
  /** A refresh token to new tokens; each refresh token works once, and sending it again ends the session */
  refresh: {
    input: { body: { refresh_token: string } };
    output: { access_token: string; token_type: "bearer"; expires_in: number; refresh_token: string };
  };
  /** Register an agent; the answer shows its secret, and those of its webhooks, once */
  registerAgent: {
    input: { body: { agent_id?: string; name?: string; description?: string; node_id?: string | null; sensor_id?: string | null; labels?: Record<string, string>; format?: "gpushield" | "falco" | "tetragon"; webhook_urls?: readonly (string | { url: string; threshold?: number })[] } };
    output: { id: string; name: string; description: string; status: "active" | "revoked"; source: "registered" | "configured"; format: "gpushield" | "falco" | "tetragon"; node_id: string | null; sensor_id: string | null; labels: Record<string, string>; webhooks: readonly ({ endpoint_id: string; url: string; threshold: number })[]; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string; secret: string; previous_expires_at: string | null; webhook_secrets: Record<string, string> };
  };
  /** Let a client certificate speak for a service account, by its fingerprint or by one exact name */
  registerCertificate: {
    input: { path: { id: string }; body: { match: "fingerprint" | "san_uri" | "san_dns"; value: string; description?: string } };
    output: { id: string; match: "fingerprint" | "san_uri" | "san_dns"; value: string; description: string; created_at: string };
  };
  /** Register a node, or update the facts of the one with this cluster_id and name */
  registerNode: {
    input: { body: { name: string; cluster_id?: (string); ip_address?: string | null; kubernetes_version?: string | null; kernel_version?: string | null; operating_system?: string | null; architecture?: string | null; labels?: Record<string, string> } };
    output: { id: string; name: string; cluster_id: string; ip_address: string | null; kubernetes_version: string | null; kernel_version: string | null; operating_system: string | null; architecture: string | null; labels: Record<string, string>; status: "online" | "offline" | "unknown"; gpu_count: number; sensor_count: number; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string };
  };
  /** Register a sensor, or update the one with this node_id and name */
  registerSensor: {
    input: { body: { name: string; node_id: string; sensor_type?: (string); version: string; capabilities?: readonly (string)[] } };
    output: { id: string; node_id: string; name: string; sensor_type: string; version: string; capabilities: readonly (string)[]; status: "online" | "offline" | "never_seen"; health: "healthy" | "degraded" | "unhealthy" | null; health_detail: string | null; spooled_records: number; configuration: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] }; configuration_version: number; reported_configuration_version: number | null; registered_by: string; last_heartbeat_at: string | null; created_at: string; updated_at: string };
  };
  /** A client certificate no longer speaks for a service account, on any replica */
  removeCertificate: {
    input: { path: { id: string; certificate_id: string } };
    output: undefined;
  };
  /** Give a disk another name; its snapshots go with it */
  renameDisk: {
    input: { path: { name: string }; body: { new_name: string } };
    output: { message: string; old_name: string; new_name: string; snapshots_updated: number; errors?: readonly (string)[] };
  };
  /** Open a closed alert again; 409 while another one with its fingerprint is active */
  reopenAlert: {
    input: { path: { id: string }; body: { note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Report what a sensor sees of its host, whole; the first report is the baseline */
  reportInventory: {
    input: { path: { id: string }; body: { collected_at: string; host: { hostname: string; machine_id: string | null; boot_id: string | null; operating_system: string; architecture: string; kernel_release: string; kernel_version: string; cpu_model: string | null; cpu_count: number; memory_bytes: number; virtualization: string | null }; taint: { value: number | null; flags: readonly (string)[] }; modules: readonly ({ name: string; path: string | null; sha256: string | null; size_bytes: number | null; problem?: string; version?: string | null; signer?: string | null; taint?: string })[]; firmware: readonly ({ path: string; sha256: string | null; size_bytes: number | null; problem?: string })[]; files: readonly ({ path: string; sha256: string | null; size_bytes: number | null; problem?: string })[]; drivers: Record<string, string>; toolkits: Record<string, string>; blind: readonly (string)[] } };
    output: { baseline: boolean; drift: number; events: number };
  };
  /** Report security events, all of them or none; severity high and above raises alerts */
  reportSecurityEvents: {
    input: { body: { records: readonly ({ node_id: string; sensor_id?: string | null; gpu_id?: string | null; event_type: "gpu.xid" | "driver.ioctl" | "dma.mapping" | "other"; severity: "info" | "low" | "medium" | "high" | "critical"; title: string; description?: string; timestamp: string; fingerprint?: string; evidence?: Record<string, unknown> })[] } };
    output: { accepted: number; received_at: string };
  };
  /** Send dead letters again as new messages: those named, or the oldest */
  resendDeadLetters: {
    input: { path: { name: string }; body: { ids?: readonly (string)[]; limit?: number } };
    output: { resent: number };
  };
  /** Send one message again, or all that failed since a time, with their ids of before */
  resendWebhook: {
    input: { path: { id: string }; body: { message_id?: string; since?: string } };
    output: { resent: number; has_more: boolean };
  };
  /** Close an alert; accepted makes what is there now the integrity baseline */
  resolveAlert: {
    input: { path: { id: string }; body: { resolution?: "fixed" | "accepted"; note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Have a deleted disk back */
  restoreDisk: {
    input: { path: { name: string }; body: Record<string, unknown> };
    output: { operation_id: string; disk_name: string; action: "create" | "delete" | "rename" | "clone" | "restore" | "unlock" | "snapshot"; message: string; requested_at: string };
  };
  /** Revoke an agent for good: what it signs is refused from now on; what it sent stays */
  revokeAgent: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Revoke an API key on every replica, within 100 ms; again is no error */
  revokeApiKey: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Revoke a client secret, and every token that it was exchanged for, on every replica */
  revokeClientSecret: {
    input: { path: { id: string; secret_id: string } };
    output: undefined;
  };
  /** End one of one's own sessions on every replica */
  revokeMySession: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** End one session of a user on every replica */
  revokeUserSession: {
    input: { path: { id: string; session_id: string } };
    output: undefined;
  };
  /** End all sessions of a user on every replica */
  revokeUserSessions: {
    input: { path: { id: string } };
    output: undefined;
  };
  /** Give an agent a new secret, shown once; the old one signs beside it for a while */
  rotateAgentSecret: {
    input: { path: { id: string }; body: { overlap_seconds?: number } };
    output: { secret: string; previous_expires_at: string | null };
  };
  /** Exchange an API key for a new one with the same scopes and length of life; the old one stops at once */
  rotateApiKey: {
    input: { path: { id: string } };
    output: { id: string; user_id: string; username: string; key_prefix: string; description: string; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] | null; allowed_addresses: readonly (string)[] | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null; api_key: string };
  };
  /** A new secret like this one, which still works for the overlap: 24 hours unless told */
  rotateClientSecret: {
    input: { path: { id: string; secret_id: string }; body: { overlap_hours?: number } };
    output: { id: string; client_id: string; secret_prefix: string; description: string; scopes: readonly ("nodes:read" | "nodes:write" | "nodes:write:own" | "sensors:read" | "sensors:read:own" | "sensors:write" | "sensors:write:own" | "telemetry:read" | "telemetry:write" | "telemetry:write:own" | "events:read" | "events:write" | "events:write:own" | "alerts:read" | "alerts:write" | "detection:read" | "detection:write" | "agents:read" | "agents:write" | "agents:write:own" | "scores:read" | "scores:write" | "users:read" | "users:write" | "keys:own" | "keys:admin" | "tokens:introspect" | "audit:read" | "audit:export" | "queues:read" | "queues:write" | "health:read" | "metrics:read" | "webhooks:read" | "webhooks:write" | "limits:read" | "limits:write" | "jobs:read" | "jobs:read:own" | "jobs:write" | "jobs:write:own" | "disks:read" | "disks:read:own" | "disks:write" | "disks:write:own" | "cluster:read" | "cluster:write" | "llm:generate" | "llm:embed" | "models:read" | "models:write" | "usage:read" | "usage:read:own" | "vectors:read" | "vectors:write" | "firewall:read" | "firewall:write" | "self")[] | null; allowed_addresses: readonly (string)[] | null; created_at: string; expires_at: string | null; last_used_at: string | null; revoked_at: string | null; client_secret: string };
  };
  /** Exchange the API key that asks for a new one with the same scopes and length of life (from an AWS login: the same end); the old one stops at once */
  rotateOwnKey: {
    input: Record<never, never>;
    output: { api_key: string; key_prefix: string; user_id: number; username: string; expires_at: string | null };
  };
  /** Give an endpoint a new secret, shown once; the old one signs beside it for a while */
  rotateWebhookSecret: {
    input: { path: { id: string }; body: { secret?: string; overlap_seconds?: number } };
    output: { secret: string; previous_expires_at: string };
  };
  /** Say that a sensor lives; answers its configuration when the reported version is not the current one */
  sensorHeartbeat: {
    input: { path: { id: string }; body: { health: "healthy" | "degraded" | "unhealthy"; health_detail?: string | null; version?: string; configuration_version?: number; spooled_records?: number } };
    output: { received_at: string; configuration_version: number; configuration?: { heartbeat_interval_seconds: number; telemetry_interval_seconds: number; integrity_interval_seconds: number; kernel_log_enabled: boolean; extra_integrity_paths: readonly (string)[] } };
  };
  /** Say how bad it is; what is seen again does not change it any more */
  setAlertSeverity: {
    input: { path: { id: string }; body: { severity: "info" | "low" | "medium" | "high" | "critical"; note?: string } };
    output: { id: string; title: string; description: string; severity: "info" | "low" | "medium" | "high" | "critical"; status: "open" | "acknowledged" | "investigating" | "resolved" | "false_positive" | "reopened"; source: string; fingerprint: string; node_id: string | null; gpu_id: string | null; sensor_id: string | null; assignee: string | null; occurrences: number; first_seen_at: string; last_seen_at: string; acknowledged_at: string | null; acknowledged_by: string | null; resolved_at: string | null; resolved_by: string | null; resolution: string | null; silenced_until: string | null; muted_until: string | null; group_key: string; evidence: Record<string, unknown>; created_at: string; updated_at: string };
  };
  /** Move a waiting job up or down: each point is worth an hour of waiting */
  setJobPriority: {
    input: { path: { id: string }; body: { priority: number } };
    output: { job_id: string; action: "cancel" | "extend" | "enable_jupyter" | "disable_jupyter" | "add_user" | "set_priority"; status: "requested"; message: string; expires_at: string | null };
  };
  /** Keep new jobs off a node, at once or within a window; running jobs are left alone */
  setNodeMaintenance: {
    input: { path: { node: string }; body: { cordoned?: boolean; reason?: string; from?: string | null; until?: string | null } };
    output: undefined;
  };
  /** Ask for GPUs; refused at once where no waiting would bring them. dry_run only answers when */
  submitJob: {
    input: { body: { instance_type: string; image?: string; dockerfile?: string; duration_hours?: number; disk_name?: string | null; disk_size_gb?: number | null; env_vars?: Record<string, string | number | boolean>; command?: string | null; gpu_type?: string; gpu_count?: number; nodes?: number; name?: string; jupyter_enabled?: boolean; github_user?: string; ssh_keys?: readonly (string)[]; profile?: "restricted" | "profiling"; dry_run?: boolean } };
    output: { job_id: string | null; status: "queued" | "dry_run"; message: string; estimated_start_time: string | null; estimate: { start_time: string | null; wait_seconds: number | null; queue_position: number | null; gpu_hours: number; reasons: readonly ({ code: "free_now" | "waits_for_job" | "fragmentation" | "whole_nodes" | "ahead_in_queue" | "quota" | "maintenance" | "disk_in_use" | "no_capacity" | "start_up"; message: string; job_id?: string; at?: string })[] } };
  };
  /** Tokens, GPU-seconds and cost by principal and subject; the last 24 hours unless from says otherwise */
  sumUsage: {
    input: { query?: { principal_id?: string; subject?: string; kind?: "inference" | "reservation"; from?: string; to?: string } };
    output: { data: readonly ({ principal_id: string; subject: string; kind: string; calls: number; prompt_tokens: number; completion_tokens: number; gpu_seconds: number; cost: number })[] };
  };
  /** Send the event webhook.test to an endpoint, whatever it subscribes to; look for it among the attempts */
  testWebhook: {
    input: { path: { id: string } };
    output: { message_id: string };
  };
  /** Go on learning */
  unfreezeBehaviourBaseline: {
    input: { path: { id: string } };
    output: { id: string; workload: string; status: "learning" | "frozen"; version: number; sequences: number; syscalls: number; created_at: string; updated_at: string };
  };
  /** Free a disk of a job that is over and did not give it back */
  unlockDisk: {
    input: { path: { name: string }; body: Record<string, unknown> };
    output: { operation_id: string; disk_name: string; action: "create" | "delete" | "rename" | "clone" | "restore" | "unlock" | "snapshot"; message: string; requested_at: string };
  };
  /** Change an agent's name, labels or place */
  updateAgent: {
    input: { path: { id: string }; body: { name?: string; description?: string; node_id?: string | null; sensor_id?: string | null; labels?: Record<string, string> } };
    output: { id: string; name: string; description: string; status: "active" | "revoked"; source: "registered" | "configured"; format: "gpushield" | "falco" | "tetragon"; node_id: string | null; sensor_id: string | null; labels: Record<string, string>; webhooks: readonly ({ endpoint_id: string; url: string; threshold: number })[]; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string };
  };
  /** Replace the settings of a policy; every replica follows within a moment */
  updateFirewallPolicy: {
    input: { path: { id: string }; body: { description?: string; settings: { enabled?: boolean; report_only?: boolean; injection_threshold?: number; uncertain_from?: number; guard_on_failure?: "allow" | "block"; session_risk_threshold?: number; system_messages?: "rules" | "judge"; toxicity?: "allow" | "mask" | "block"; toxicity_threshold?: number; secrets?: "allow" | "mask" | "block"; exfiltration?: "allow" | "mask" | "block"; pii?: { card?: "allow" | "mask" | "block"; iban?: "allow" | "mask" | "block"; email?: "allow" | "mask" | "block"; phone?: "allow" | "mask" | "block"; ip?: "allow" | "mask" | "block"; ssn?: "allow" | "mask" | "block"; national_id?: "allow" | "mask" | "block"; passport?: "allow" | "mask" | "block"; driver_licence?: "allow" | "mask" | "block"; bank_account?: "allow" | "mask" | "block"; crypto_wallet?: "allow" | "mask" | "block"; mac_address?: "allow" | "mask" | "block"; date_of_birth?: "allow" | "mask" | "block" }; allowed_link_hosts?: readonly (string)[]; canaries?: readonly (string)[] } } };
    output: { id: string; model: string | null; principal_id: string | null; description: string; settings: { enabled?: boolean; report_only?: boolean; injection_threshold?: number; uncertain_from?: number; guard_on_failure?: "allow" | "block"; session_risk_threshold?: number; system_messages?: "rules" | "judge"; toxicity?: "allow" | "mask" | "block"; toxicity_threshold?: number; secrets?: "allow" | "mask" | "block"; exfiltration?: "allow" | "mask" | "block"; pii?: { card?: "allow" | "mask" | "block"; iban?: "allow" | "mask" | "block"; email?: "allow" | "mask" | "block"; phone?: "allow" | "mask" | "block"; ip?: "allow" | "mask" | "block"; ssn?: "allow" | "mask" | "block"; national_id?: "allow" | "mask" | "block"; passport?: "allow" | "mask" | "block"; driver_licence?: "allow" | "mask" | "block"; bank_account?: "allow" | "mask" | "block"; crypto_wallet?: "allow" | "mask" | "block"; mac_address?: "allow" | "mask" | "block"; date_of_birth?: "allow" | "mask" | "block" }; allowed_link_hosts?: readonly (string)[]; canaries?: readonly (string)[] }; created_at: string; updated_at: string };
  };
  /** Change the facts of a node */
  updateNode: {
    input: { path: { id: string }; body: { ip_address?: string | null; kubernetes_version?: string | null; kernel_version?: string | null; operating_system?: string | null; architecture?: string | null; labels?: Record<string, string> } };
    output: { id: string; name: string; cluster_id: string; ip_address: string | null; kubernetes_version: string | null; kernel_version: string | null; operating_system: string | null; architecture: string | null; labels: Record<string, string>; status: "online" | "offline" | "unknown"; gpu_count: number; sensor_count: number; registered_by: string; last_seen_at: string | null; created_at: string; updated_at: string };
  };
  /** Describe, disable or enable a service account; disabled, all that it asks with is refused */
  updateServiceAccount: {
    input: { path: { id: string }; body: { description?: string; disabled?: boolean } };
    output: { id: string; client_id: string; username: string; description: string; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string };
  };
  /** Change a user; new roles, a new password or disabling end all of its sessions on every replica */
  updateUser: {
    input: { path: { id: string }; body: { email?: string | null; roles?: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled?: boolean; password?: string } };
    output: { id: string; username: string; kind: "person" | "service"; email: string | null; roles: readonly ("admin" | "operator" | "analyst" | "viewer" | "researcher" | "sensor")[]; disabled: boolean; created_at: string; updated_at: string; last_login_at: string | null };
  };
  /** Change an endpoint; messages under way go to the new address from their next attempt on */
  updateWebhook: {
    input: { path: { id: string }; body: { url?: string; description?: string; event_types?: readonly (string)[]; labels?: Record<string, string>; ordered?: boolean; rate_limit_per_second?: number | null } };
    output: { id: string; url: string; description: string; event_types: readonly (string)[]; labels: Record<string, string>; ordered: boolean; rate_limit_per_second: number | null; enabled: boolean; disabled_reason: "manual" | "gone" | "failing" | null; disabled_at: string | null; failing_since: string | null; created_at: string; updated_at: string };
  };
  /** Puts vectors, or texts that the gateway makes vectors of */
  upsertVectors: {
    input: { path: { namespace: string }; body: { records: readonly ({ id: string; values?: readonly (number)[]; text?: string; metadata?: Record<string, string | number | boolean> })[]; model?: string; metric?: "cosine" | "dot" | "l2" } };
    output: { upserted: number; dimensions: number };
  };
}

export const operations = {
  acceptBaseline: { method: 'POST', path: '/api/v1/sensors/{id}/baseline', keyed: true, list: false },
  acknowledgeAlert: { method: 'POST', path: '/api/v1/alerts/{id}/acknowledge', keyed: true, list: false },
  addGpu: { method: 'POST', path: '/api/v1/nodes/{id}/gpus', keyed: true, list: false },
  addJobUser: { method: 'POST', path: '/v1/jobs/{id}/users', keyed: true, list: false },
  approveDeviceLogin: { method: 'POST', path: '/api/v1/device-logins/{user_code}/approve', keyed: true, list: false },
  assignAlert: { method: 'POST', path: '/api/v1/alerts/{id}/assign', keyed: true, list: false },
  awsLogin: { method: 'POST', path: '/v1/auth/aws-login', keyed: false, list: false },
  bulkChangeAlerts: { method: 'POST', path: '/api/v1/alerts/bulk', keyed: true, list: false },
  cancelJob: { method: 'POST', path: '/v1/jobs/{id}/cancel', keyed: true, list: false },
  changePassword: { method: 'POST', path: '/api/v1/me/password', keyed: false, list: false },
  cloneDisk: { method: 'POST', path: '/v1/disks/{name}/clone', keyed: true, list: false },
  commentAlert: { method: 'POST', path: '/api/v1/alerts/{id}/comments', keyed: true, list: false },
  createAlert: { method: 'POST', path: '/api/v1/alerts', keyed: true, list: false },
  createAlertSilence: { method: 'POST', path: '/api/v1/alerts/silences', keyed: true, list: false },
  createApiKey: { method: 'POST', path: '/api/v1/keys', keyed: false, list: false },
  createChatCompletion: { method: 'POST', path: '/v1/chat/completions', keyed: true, list: false },
  createClientSecret: { method: 'POST', path: '/api/v1/service-accounts/{id}/secrets', keyed: false, list: false },
  createCompletion: { method: 'POST', path: '/v1/completions', keyed: true, list: false },
  createDetectionMaintenance: { method: 'POST', path: '/api/v1/detection/maintenance', keyed: true, list: false },
  createDisk: { method: 'POST', path: '/v1/disks', keyed: true, list: false },
  createEmbedding: { method: 'POST', path: '/v1/embeddings', keyed: true, list: false },
  createFirewallPolicy: { method: 'POST', path: '/api/v1/firewall/policies', keyed: true, list: false },
  createResponse: { method: 'POST', path: '/v1/responses', keyed: true, list: false },
  createScopedToken: { method: 'POST', path: '/auth/scoped-token', keyed: false, list: false },
  createServiceAccount: { method: 'POST', path: '/api/v1/service-accounts', keyed: true, list: false },
  createUser: { method: 'POST', path: '/api/v1/users', keyed: false, list: false },
  createWebhook: { method: 'POST', path: '/api/v1/webhooks', keyed: false, list: false },
  debugJob: { method: 'GET', path: '/v1/jobs/{id}/debug', keyed: false, list: false },
  deleteBehaviourBaseline: { method: 'DELETE', path: '/api/v1/scoring/baselines/{id}', keyed: true, list: false },
  deleteDetectionSwitch: { method: 'DELETE', path: '/api/v1/detection/switches/{target}/{id}', keyed: true, list: false },
  deleteDisk: { method: 'DELETE', path: '/v1/disks/{name}', keyed: true, list: false },
  deleteFirewallPolicy: { method: 'DELETE', path: '/api/v1/firewall/policies/{id}', keyed: true, list: false },
  deleteGpu: { method: 'DELETE', path: '/api/v1/gpus/{id}', keyed: true, list: false },
  deleteGpuType: { method: 'DELETE', path: '/v1/admin/gpu-types/{type}', keyed: true, list: false },
  deleteNode: { method: 'DELETE', path: '/api/v1/nodes/{id}', keyed: true, list: false },
  deleteReservationQuota: { method: 'DELETE', path: '/v1/admin/quotas/{kind}/{subject}', keyed: true, list: false },
  deleteRiskThreshold: { method: 'DELETE', path: '/api/v1/webhooks/{id}/risk-threshold', keyed: true, list: false },
  deleteSensor: { method: 'DELETE', path: '/api/v1/sensors/{id}', keyed: true, list: false },
  deleteUpstreamKey: { method: 'DELETE', path: '/api/v1/upstreams/{upstream}/key', keyed: true, list: false },
  deleteVectorNamespace: { method: 'DELETE', path: '/api/v1/vectors/{namespace}', keyed: true, list: false },
  deleteVectors: { method: 'POST', path: '/api/v1/vectors/{namespace}/delete', keyed: true, list: false },
  deleteWebhook: { method: 'DELETE', path: '/api/v1/webhooks/{id}', keyed: true, list: false },
  denyDeviceLogin: { method: 'POST', path: '/api/v1/device-logins/{user_code}/deny', keyed: true, list: false },
  disableJupyter: { method: 'POST', path: '/v1/jobs/{id}/jupyter/disable', keyed: true, list: false },
  disableWebhook: { method: 'POST', path: '/api/v1/webhooks/{id}/disable', keyed: true, list: false },
  enableJupyter: { method: 'POST', path: '/v1/jobs/{id}/jupyter/enable', keyed: true, list: false },
  enableWebhook: { method: 'POST', path: '/api/v1/webhooks/{id}/enable', keyed: true, list: false },
  endAlertSilence: { method: 'DELETE', path: '/api/v1/alerts/silences/{id}', keyed: true, list: false },
  endDetectionMaintenance: { method: 'DELETE', path: '/api/v1/detection/maintenance/{id}', keyed: true, list: false },
  explainGpuDetection: { method: 'GET', path: '/api/v1/detection/gpus/{id}', keyed: false, list: false },
  exportBehaviourBaseline: { method: 'GET', path: '/api/v1/scoring/baselines/{id}/model', keyed: false, list: false },
  extendJob: { method: 'POST', path: '/v1/jobs/{id}/extend', keyed: true, list: false },
  freezeBehaviourBaseline: { method: 'POST', path: '/api/v1/scoring/baselines/{id}/freeze', keyed: true, list: false },
  generate: { method: 'POST', path: '/api/v1/llm/generate', keyed: true, list: false },
  getAgent: { method: 'GET', path: '/api/v1/agents/{id}', keyed: false, list: false },
  getAlert: { method: 'GET', path: '/api/v1/alerts/{id}', keyed: false, list: false },
  getAlertSilence: { method: 'GET', path: '/api/v1/alerts/silences/{id}', keyed: false, list: false },
  getAlertSummary: { method: 'GET', path: '/api/v1/alerts/summary', keyed: false, list: false },
  getAuditPublicKey: { method: 'GET', path: '/api/v1/audit/public-key', keyed: false, list: false },
  getClusterStatus: { method: 'GET', path: '/v1/cluster/status', keyed: false, list: false },
  getDeviceLogin: { method: 'GET', path: '/api/v1/device-logins/{user_code}', keyed: false, list: false },
  getDisk: { method: 'GET', path: '/v1/disks/{name}', keyed: false, list: false },
  getDiskContent: { method: 'GET', path: '/v1/disks/{name}/content', keyed: false, list: false },
  getDiskOperation: { method: 'GET', path: '/v1/disks/{name}/operations/{operation_id}', keyed: false, list: false },
  getFirewallPolicy: { method: 'GET', path: '/api/v1/firewall/policies/{id}', keyed: false, list: false },
  getGpu: { method: 'GET', path: '/api/v1/gpus/{id}', keyed: false, list: false },
  getGpuAvailability: { method: 'GET', path: '/v1/gpu/availability', keyed: false, list: false },
  getHealth: { method: 'GET', path: '/health', keyed: false, list: false },
  getHealthDetails: { method: 'GET', path: '/health/details', keyed: false, list: false },
  getInventory: { method: 'GET', path: '/api/v1/sensors/{id}/inventory', keyed: false, list: false },
  getJob: { method: 'GET', path: '/v1/jobs/{id}', keyed: false, list: false },
  getJobLogs: { method: 'GET', path: '/v1/jobs/{id}/logs', keyed: false, list: false },
  getMe: { method: 'GET', path: '/api/v1/me', keyed: false, list: false },
  getNode: { method: 'GET', path: '/api/v1/nodes/{id}', keyed: false, list: false },
  getOpenaiModel: { method: 'GET', path: '/v1/models/{model}', keyed: false, list: false },
  getProcess: { method: 'GET', path: '/api/v1/processes/{id}', keyed: false, list: false },
  getProcessScore: { method: 'GET', path: '/api/v1/processes/{id}/score', keyed: false, list: false },
  getProcessTree: { method: 'GET', path: '/api/v1/processes/{id}/tree', keyed: false, list: false },
  getRiskThreshold: { method: 'GET', path: '/api/v1/webhooks/{id}/risk-threshold', keyed: false, list: false },
  getScoreRecalculation: { method: 'GET', path: '/api/v1/score-recalculations/{id}', keyed: false, list: false },
  getSecurityEvent: { method: 'GET', path: '/api/v1/security-events/{id}', keyed: false, list: false },
  getSensor: { method: 'GET', path: '/api/v1/sensors/{id}', keyed: false, list: false },
  getSensorConfiguration: { method: 'GET', path: '/api/v1/sensors/{id}/configuration', keyed: false, list: false },
  getServiceAccount: { method: 'GET', path: '/api/v1/service-accounts/{id}', keyed: false, list: false },
  getServiceInfo: { method: 'GET', path: '/', keyed: false, list: false },
  getUser: { method: 'GET', path: '/api/v1/users/{id}', keyed: false, list: false },
  getWebhook: { method: 'GET', path: '/api/v1/webhooks/{id}', keyed: false, list: false },
  ingestEvents: { method: 'POST', path: '/api/v1/events', keyed: true, list: false },
  ingestFalcoEvents: { method: 'POST', path: '/api/v1/events/falco/{agent_id}', keyed: true, list: false },
  ingestTelemetryBulk: { method: 'POST', path: '/api/v1/telemetry/records/bulk', keyed: true, list: false },
  ingestTelemetryRecord: { method: 'POST', path: '/api/v1/telemetry/records', keyed: true, list: false },
  ingestTetragonEvents: { method: 'POST', path: '/api/v1/events/tetragon/{agent_id}', keyed: true, list: false },
  inspectFirewall: { method: 'POST', path: '/api/v1/firewall/inspect', keyed: false, list: false },
  investigateAlert: { method: 'POST', path: '/api/v1/alerts/{id}/investigate', keyed: true, list: false },
  latestTelemetryRecords: { method: 'GET', path: '/api/v1/telemetry/records/latest', keyed: false, list: false },
  liftLimitBlock: { method: 'DELETE', path: '/api/v1/limits/blocks/{key}', keyed: false, list: false },
  listAgents: { method: 'GET', path: '/api/v1/agents', keyed: false, list: true },
  listAlertComments: { method: 'GET', path: '/api/v1/alerts/{id}/comments', keyed: false, list: true },
  listAlertGroups: { method: 'GET', path: '/api/v1/alerts/groups', keyed: false, list: true },
  listAlertHistory: { method: 'GET', path: '/api/v1/alerts/{id}/history', keyed: false, list: true },
  listAlertSilences: { method: 'GET', path: '/api/v1/alerts/silences', keyed: false, list: true },
  listAlerts: { method: 'GET', path: '/api/v1/alerts', keyed: false, list: true },
  listApiKeys: { method: 'GET', path: '/api/v1/keys', keyed: false, list: true },
  listAuditCheckpoints: { method: 'GET', path: '/api/v1/audit/checkpoints', keyed: false, list: true },
  listAuditEntries: { method: 'GET', path: '/api/v1/audit', keyed: false, list: true },
  listBehaviourBaselines: { method: 'GET', path: '/api/v1/scoring/baselines', keyed: false, list: true },
  listCertificates: { method: 'GET', path: '/api/v1/service-accounts/{id}/certificates', keyed: false, list: true },
  listClientSecrets: { method: 'GET', path: '/api/v1/service-accounts/{id}/secrets', keyed: false, list: true },
  listDetectionFindings: { method: 'GET', path: '/api/v1/detection/findings', keyed: false, list: true },
  listDetectionMaintenance: { method: 'GET', path: '/api/v1/detection/maintenance', keyed: false, list: true },
  listDetectionSwitches: { method: 'GET', path: '/api/v1/detection/switches', keyed: false, list: true },
  listDetectors: { method: 'GET', path: '/api/v1/detection/detectors', keyed: false, list: false },
  listDiskSnapshots: { method: 'GET', path: '/v1/disks/{name}/snapshots', keyed: false, list: false },
  listDisks: { method: 'GET', path: '/v1/disks', keyed: false, list: false },
  listEvents: { method: 'GET', path: '/api/v1/events', keyed: false, list: true },
  listFirewallPolicies: { method: 'GET', path: '/api/v1/firewall/policies', keyed: false, list: true },
  listGpuTypes: { method: 'GET', path: '/v1/gpu/types', keyed: false, list: false },
  listGpus: { method: 'GET', path: '/api/v1/gpus', keyed: false, list: true },
  listJobs: { method: 'GET', path: '/v1/jobs', keyed: false, list: false },
  listLimitBlocks: { method: 'GET', path: '/api/v1/limits/blocks', keyed: false, list: true },
  listModels: { method: 'GET', path: '/api/v1/models', keyed: false, list: false },
  listMySessions: { method: 'GET', path: '/api/v1/me/sessions', keyed: false, list: true },
  listNodeGpus: { method: 'GET', path: '/api/v1/nodes/{id}/gpus', keyed: false, list: true },
  listNodes: { method: 'GET', path: '/api/v1/nodes', keyed: false, list: true },
  listOpenaiModels: { method: 'GET', path: '/v1/models', keyed: false, list: false },
  listProcessEvents: { method: 'GET', path: '/api/v1/processes/{id}/events', keyed: false, list: true },
  listProcessScoreHistory: { method: 'GET', path: '/api/v1/processes/{id}/score-history', keyed: false, list: true },
  listProcesses: { method: 'GET', path: '/api/v1/processes', keyed: false, list: true },
  listQueueMessages: { method: 'GET', path: '/api/v1/queues/{name}/messages', keyed: false, list: true },
  listQueues: { method: 'GET', path: '/api/v1/queues', keyed: false, list: true },
  listReservationGroups: { method: 'GET', path: '/v1/admin/groups', keyed: false, list: false },
  listReservationNodes: { method: 'GET', path: '/v1/admin/nodes', keyed: false, list: false },
  listReservationQuotas: { method: 'GET', path: '/v1/admin/quotas', keyed: false, list: false },
  listScoreRecalculations: { method: 'GET', path: '/api/v1/score-recalculations', keyed: false, list: true },
  listScores: { method: 'GET', path: '/api/v1/scores', keyed: false, list: true },
  listScoringRules: { method: 'GET', path: '/api/v1/scoring/rules', keyed: false, list: false },
  listSecurityEvents: { method: 'GET', path: '/api/v1/security-events', keyed: false, list: true },
  listSensors: { method: 'GET', path: '/api/v1/sensors', keyed: false, list: true },
  listServiceAccounts: { method: 'GET', path: '/api/v1/service-accounts', keyed: false, list: true },
  listTelemetryRecords: { method: 'GET', path: '/api/v1/telemetry/records', keyed: false, list: true },
  listUpstreams: { method: 'GET', path: '/api/v1/upstreams', keyed: false, list: false },
  listUsage: { method: 'GET', path: '/api/v1/usage', keyed: false, list: true },
  listUserSessions: { method: 'GET', path: '/api/v1/users/{id}/sessions', keyed: false, list: true },
  listUsers: { method: 'GET', path: '/api/v1/users', keyed: false, list: true },
  listVectorNamespaces: { method: 'GET', path: '/api/v1/vectors', keyed: false, list: true },
  listWebhookAttempts: { method: 'GET', path: '/api/v1/webhooks/{id}/attempts', keyed: false, list: true },
  listWebhookMessages: { method: 'GET', path: '/api/v1/webhooks/{id}/messages', keyed: false, list: true },
  listWebhooks: { method: 'GET', path: '/api/v1/webhooks', keyed: false, list: true },
  login: { method: 'POST', path: '/auth/login', keyed: false, list: false },
  logout: { method: 'POST', path: '/auth/logout', keyed: false, list: false },
  markAlertFalsePositive: { method: 'POST', path: '/api/v1/alerts/{id}/false-positive', keyed: true, list: false },
  ollamaChat: { method: 'POST', path: '/api/chat', keyed: true, list: false },
  ollamaEmbed: { method: 'POST', path: '/api/embed', keyed: true, list: false },
  ollamaEmbeddings: { method: 'POST', path: '/api/embeddings', keyed: true, list: false },
  ollamaGenerate: { method: 'POST', path: '/api/generate', keyed: true, list: false },
  ollamaRunning: { method: 'GET', path: '/api/ps', keyed: false, list: false },
  ollamaShow: { method: 'POST', path: '/api/show', keyed: false, list: false },
  ollamaTags: { method: 'GET', path: '/api/tags', keyed: false, list: false },
  ollamaVersion: { method: 'GET', path: '/api/version', keyed: false, list: false },
  openJobTerminal: { method: 'GET', path: '/v1/jobs/{id}/terminal', keyed: false, list: false },
  purgeQueue: { method: 'POST', path: '/api/v1/queues/{name}/purge', keyed: true, list: false },
  putDetectionSwitch: { method: 'PUT', path: '/api/v1/detection/switches/{target}/{id}', keyed: true, list: false },
  putGpuType: { method: 'PUT', path: '/v1/admin/gpu-types/{type}', keyed: true, list: false },
  putReservationGroup: { method: 'PUT', path: '/v1/admin/groups/{group}', keyed: true, list: false },
  putReservationQuota: { method: 'PUT', path: '/v1/admin/quotas/{kind}/{subject}', keyed: true, list: false },
  putRiskThreshold: { method: 'PUT', path: '/api/v1/webhooks/{id}/risk-threshold', keyed: true, list: false },
  putSensorConfiguration: { method: 'PUT', path: '/api/v1/sensors/{id}/configuration', keyed: true, list: false },
  putUpstreamKey: { method: 'PUT', path: '/api/v1/upstreams/{upstream}/key', keyed: true, list: false },
  queryAlerts: { method: 'POST', path: '/api/v1/alerts/query', keyed: false, list: true },
  queryVectors: { method: 'POST', path: '/api/v1/vectors/{namespace}/query', keyed: false, list: false },
  readTelemetrySeries: { method: 'GET', path: '/api/v1/telemetry/series', keyed: false, list: false },
  recalculateScores: { method: 'POST', path: '/api/v1/scores:recalculate', keyed: false, list: false },
  refresh: { method: 'POST', path: '/auth/refresh', keyed: false, list: false },
  registerAgent: { method: 'POST', path: '/api/v1/agents', keyed: false, list: false },
  registerCertificate: { method: 'POST', path: '/api/v1/service-accounts/{id}/certificates', keyed: true, list: false },
  registerNode: { method: 'POST', path: '/api/v1/nodes', keyed: true, list: false },
  registerSensor: { method: 'POST', path: '/api/v1/sensors', keyed: true, list: false },
  removeCertificate: { method: 'DELETE', path: '/api/v1/service-accounts/{id}/certificates/{certificate_id}', keyed: true, list: false },
  renameDisk: { method: 'POST', path: '/v1/disks/{name}/rename', keyed: true, list: false },
  reopenAlert: { method: 'POST', path: '/api/v1/alerts/{id}/reopen', keyed: true, list: false },
  reportInventory: { method: 'PUT', path: '/api/v1/sensors/{id}/inventory', keyed: true, list: false },
  reportSecurityEvents: { method: 'POST', path: '/api/v1/security-events', keyed: true, list: false },
  resendDeadLetters: { method: 'POST', path: '/api/v1/queues/{name}/dead-letters/resend', keyed: true, list: false },
  resendWebhook: { method: 'POST', path: '/api/v1/webhooks/{id}/resend', keyed: true, list: false },
  resolveAlert: { method: 'POST', path: '/api/v1/alerts/{id}/resolve', keyed: true, list: false },
  restoreDisk: { method: 'POST', path: '/v1/disks/{name}/restore', keyed: true, list: false },
  revokeAgent: { method: 'DELETE', path: '/api/v1/agents/{id}', keyed: true, list: false },
  revokeApiKey: { method: 'DELETE', path: '/api/v1/keys/{id}', keyed: true, list: false },
  revokeClientSecret: { method: 'DELETE', path: '/api/v1/service-accounts/{id}/secrets/{secret_id}', keyed: true, list: false },
  revokeMySession: { method: 'DELETE', path: '/api/v1/me/sessions/{id}', keyed: true, list: false },
  revokeUserSession: { method: 'DELETE', path: '/api/v1/users/{id}/sessions/{session_id}', keyed: true, list: false },
  revokeUserSessions: { method: 'DELETE', path: '/api/v1/users/{id}/sessions', keyed: true, list: false },
  rotateAgentSecret: { method: 'POST', path: '/api/v1/agents/{id}/rotate-secret', keyed: false, list: false },
  rotateApiKey: { method: 'POST', path: '/api/v1/keys/{id}/rotate', keyed: false, list: false },
  rotateClientSecret: { method: 'POST', path: '/api/v1/service-accounts/{id}/secrets/{secret_id}/rotate', keyed: false, list: false },
  rotateOwnKey: { method: 'POST', path: '/v1/keys/rotate', keyed: false, list: false },
  rotateWebhookSecret: { method: 'POST', path: '/api/v1/webhooks/{id}/secret/rotate', keyed: false, list: false },
  sensorHeartbeat: { method: 'POST', path: '/api/v1/sensors/{id}/heartbeat', keyed: false, list: false },
  setAlertSeverity: { method: 'POST', path: '/api/v1/alerts/{id}/severity', keyed: true, list: false },
  setJobPriority: { method: 'PUT', path: '/v1/admin/jobs/{id}/priority', keyed: true, list: false },
  setNodeMaintenance: { method: 'PUT', path: '/v1/admin/nodes/{node}/maintenance', keyed: true, list: false },
  submitJob: { method: 'POST', path: '/v1/jobs/submit', keyed: true, list: false },
  sumUsage: { method: 'GET', path: '/api/v1/usage/summary', keyed: false, list: false },
  testWebhook: { method: 'POST', path: '/api/v1/webhooks/{id}/test', keyed: true, list: false },
  unfreezeBehaviourBaseline: { method: 'POST', path: '/api/v1/scoring/baselines/{id}/unfreeze', keyed: true, list: false },
  unlockDisk: { method: 'POST', path: '/v1/disks/{name}/unlock', keyed: true, list: false },
  updateAgent: { method: 'PATCH', path: '/api/v1/agents/{id}', keyed: true, list: false },
  updateFirewallPolicy: { method: 'PUT', path: '/api/v1/firewall/policies/{id}', keyed: true, list: false },
  updateNode: { method: 'PATCH', path: '/api/v1/nodes/{id}', keyed: true, list: false },
  updateServiceAccount: { method: 'PATCH', path: '/api/v1/service-accounts/{id}', keyed: true, list: false },
  updateUser: { method: 'PATCH', path: '/api/v1/users/{id}', keyed: false, list: false },
  updateWebhook: { method: 'PATCH', path: '/api/v1/webhooks/{id}', keyed: true, list: false },
  upsertVectors: { method: 'POST', path: '/api/v1/vectors/{namespace}/upsert', keyed: false, list: false },
} as const;
