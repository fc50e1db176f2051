import type {
  JobDetail,
  JobSummary,
  StartEstimate,
  SubmittedJob,
  TypeAvailability,
} from '@gpushield/contracts';

export const jobId = '1b3f2b3e-363f-42cd-87a0-58d8e587a2ef';
const at = '2026-01-31T12:00:00.000Z';

export const summarySample = (fields: Partial<JobSummary> = {}): JobSummary => ({
  job_id: jobId,
  reservation_id: jobId,
  user_id: 'ada',
  status: 'active',
  gpu_type: 'h100',
  gpu_count: 2,
  nodes: 1,
  instance_type: 'p5.48xlarge',
  image: null,
  duration_hours: 1,
  disk_name: 'work',
  created_at: at,
  started_at: at,
  expires_at: '2026-01-31T13:00:00.000Z',
  ended_at: null,
  name: 'trainer',
  node: 'node-1',
  status_detail: 'Running',
  queue_position: null,
  estimated_start_time: null,
  exit_code: null,
  gpu_hours: 0.1,
  ...fields,
});

export const jobSample = (fields: Partial<JobDetail> = {}): JobDetail => ({
  ...summarySample(),
  pod_name: null,
  node_ip: '10.0.0.1',
  node_port: 30_022,
  ssh_command: 'ssh -p 30022 dev@10.0.0.1',
  jupyter_enabled: false,
  jupyter_url: null,
  jupyter_token: null,
  jupyter_error: null,
  github_user: null,
  extra_users: [],
  gpu_ids: [],
  placements: [],
  estimate: null,
  history: [],
  warnings: [],
  oom_count: 0,
  last_oom_at: null,
  terminal_url: `/v1/jobs/${jobId}/terminal`,
  risk: null,
  ...fields,
});

export const estimateSample = (fields: Partial<StartEstimate> = {}): StartEstimate => ({
  start_time: '2026-01-31T12:10:00.000Z',
  wait_seconds: 300,
  queue_position: 2,
  gpu_hours: 2,
  reasons: [{ code: 'waits_for_job', message: 'Job 0000aaaa must end first' }],
  ...fields,
});

/** A job that waits, and one that starts. */
export const queuedSample = (fields: Partial<JobDetail> = {}): JobDetail =>
  jobSample({
    status: 'queued',
    status_detail: null,
    started_at: null,
    expires_at: null,
    ssh_command: null,
    node: null,
    estimate: estimateSample(),
    ...fields,
  });

export const submittedSample = (fields: Partial<SubmittedJob> = {}): SubmittedJob => ({
  job_id: jobId,
  status: 'queued',
  message: 'Job submitted successfully to queue (message ID: 1)',
  estimated_start_time: '2026-01-31T12:10:00.000Z',
  estimate: estimateSample(),
  ...fields,
});

export const availabilitySample = (fields: Partial<TypeAvailability> = {}): TypeAvailability => ({
  gpu_type: 'h100',
  total: 16,
  available: 8,
  in_use: 8,
  queued: 0,
  max_per_node: 8,
  largest_free: 4,
  free_whole_nodes: 0,
  unavailable: 0,
  ...fields,
});
