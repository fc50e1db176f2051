/** RFC 9457 problem as GPUShield answers it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly correlation_id: string;
  readonly remediation: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;

/** An answer that is an error. `problem` is undefined where something before GPUShield answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem === undefined ? `HTTP ${String(status)}` : `${problem.title}: ${problem.detail}`);
    this.status = status;
    this.problem = problem;
  }
}
