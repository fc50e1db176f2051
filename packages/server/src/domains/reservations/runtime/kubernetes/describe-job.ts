import type { KubeApi } from './api.ts';
import { selectorOf } from './names.ts';
import { pathsIn } from './paths.ts';
import { listIn, numberIn, objectIn, textIn, type Json } from './read.ts';

const maxEvents = 50;

/** What `debug` shows of a pod: no environment, no secrets. */
const factsOf = (pod: Json): Record<string, unknown> => {
  const [spec, status] = [objectIn(pod, 'spec'), objectIn(pod, 'status')];
  return {
    name: textIn(objectIn(pod, 'metadata'), 'name'),
    node: textIn(spec, 'nodeName'),
    runtime_class: textIn(spec, 'runtimeClassName'),
    phase: textIn(status, 'phase'),
    reason: textIn(status, 'reason'),
    message: textIn(status, 'message'),
    conditions: listIn(status, 'conditions').map((one) => ({
      type: textIn(one, 'type'),
      status: textIn(one, 'status'),
      reason: textIn(one, 'reason'),
      message: textIn(one, 'message'),
    })),
    containers: listIn(status, 'containerStatuses').map((one) => ({
      image: textIn(one, 'image'),
      ready: one['ready'] === true,
      restarts: numberIn(one, 'restartCount') ?? 0,
      waiting: textIn(objectIn(objectIn(one, 'state'), 'waiting'), 'reason'),
      ended: textIn(objectIn(objectIn(one, 'state'), 'terminated'), 'reason'),
    })),
    limits: objectIn(objectIn(listIn(spec, 'containers')[0] ?? {}, 'resources'), 'limits'),
  };
};

/** Pods, their conditions and what the cluster said of them. */
export const describeJob = async (
  api: KubeApi,
  namespace: string,
  jobId: string,
): Promise<Readonly<Record<string, unknown>>> => {
  const { items: pods } = await api.list(pathsIn(namespace).pods, { labelSelector: selectorOf(jobId) });
  const said = await Promise.all(
    pods.map((pod) =>
      api.get(`/api/v1/namespaces/${namespace}/events`, {
        fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${textIn(objectIn(pod, 'metadata'), 'name')}`,
        limit: maxEvents,
      }),
    ),
  );
  return {
    pods: pods.map(factsOf),
    events: said
      .flatMap((events) => listIn(events, 'items'))
      .slice(-maxEvents)
      .map((event) => ({
        at: textIn(event, 'lastTimestamp') || textIn(event, 'eventTime'),
        type: textIn(event, 'type'),
        reason: textIn(event, 'reason'),
        message: textIn(event, 'message'),
      })),
  };
};
