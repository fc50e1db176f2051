import { expect } from 'vitest';
import { textAt, type Client } from '../support/client.ts';
import { until } from '../support/ingest-load.ts';
import { namespace, type Cluster, type KubeObject } from './kube-peer.ts';

/** What tests do with jobs in a cluster; who asks, and which cluster, is there once it was started. */
export const kubeJobs = (of: () => { readonly admin: Client; readonly cluster: Cluster }) => {
  const submit = async (body: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const answer = await of().admin.send('POST', '/v1/jobs/submit', {
      instance_type: 'h100',
      duration_hours: 0.5,
      ...body,
    });
    expect(answer.status, answer.text).toBeLessThan(300);
    return textAt(answer.json(), 'job_id');
  };
  const job = async (id: string) => (await of().admin.send('GET', `/v1/jobs/${id}`)).json();
  const reaches = (id: string, ...statuses: string[]): Promise<void> =>
    until(`the job to be ${statuses.join(' or ')}`, async () =>
      statuses.includes(textAt(await job(id), 'status')),
    );
  const cancel = (id: string) => of().admin.send('POST', `/v1/jobs/${id}/cancel`);
  const podsOf = async (id: string): Promise<readonly KubeObject[]> =>
    (await of().cluster.objects('pods')).filter(
      ({ metadata }) => metadata.labels?.['gpushield.io/job'] === id,
    );
  const leftOf = (selector: string): Promise<string> =>
    of().cluster.kubectl([
      '-n',
      namespace,
      'get',
      'pods,services,secrets,networkpolicies',
      '-l',
      selector,
      '-o',
      'name',
    ]);

  const podsWhen = async (id: string, count: number): Promise<readonly KubeObject[]> => {
    await until('its pods', async () => (await podsOf(id)).length === count);
    return podsOf(id);
  };
  const gone = async (id: string): Promise<void> => {
    await cancel(id);
    await until('nothing of it to be left', async () => (await leftOf(`gpushield.io/job=${id}`)) === '');
  };
  const freeIs = (count: number): Promise<void> =>
    until(`${count} GPUs to be free`, async () => {
      const answer = (await of().admin.send('GET', '/v1/gpu/availability')).json();
      return JSON.stringify(answer).includes(`"available":${count},`);
    });

  return { submit, job, reaches, cancel, podsOf, podsWhen, leftOf, gone, freeIs };
};
