import type { EventType, Severity } from '@gpushield/contracts';
import { severities } from '@gpushield/contracts';
import type { Finding } from './compare-inventories.ts';
import { kernelName, keyOf } from './snapshot.ts';
import type { ItemKind } from './types.ts';
import { adviceOf, clip, countOf, eventTypeOf, titleOf } from './words.ts';

/** A report with more findings makes this many events and one that sums up the others. */
export const maxEventsPerReport = 200;
/** More alerts than this at once are one event of one machine (an upgrade, a wiped disk): one alert tells it better. */
export const maxSingleAlerts = 20;
/** Lists of items in evidence stay below the 16 KiB that evidence may have, with room for what stands beside them. */
const maxListBytes = 10 * 1024;
const maxListedName = 200;

/** What an event or an alert is about: `fingerprint` follows from it. */
export interface Subject {
  readonly kind: ItemKind | 'many';
  readonly name: string;
}

export interface PlannedEvent {
  readonly type: EventType;
  readonly severity: Severity;
  readonly title: string;
  readonly description: string;
  readonly subject: Subject;
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Position in `alerts` of the alert that speaks of it. */
  readonly alert: number | null;
  /** Keys of the items that came back to their baseline, for their alerts' histories. */
  readonly restored: readonly string[];
}

export interface PlannedAlert {
  readonly severity: Severity;
  readonly title: string;
  readonly description: string;
  readonly subject: Subject;
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Keys of the items that become baseline when it is accepted. */
  readonly covers: readonly string[];
}

export interface ReportPlan {
  readonly events: readonly PlannedEvent[];
  readonly alerts: readonly PlannedAlert[];
}

const many: Subject = { kind: 'many', name: 'many' };
const rank = (severity: Severity): number => severities.indexOf(severity);

const evidenceOf = ({ kind, name, change, path, expected, actual, reason }: Finding) => ({
  kind,
  name,
  change,
  path,
  expected,
  actual,
  reason,
});

/** As many of the findings as fit, and how many there are. */
const listOf = (findings: readonly Finding[]) => {
  const items: object[] = [];
  let bytes = 0;
  for (const { kind, name, change, expected, actual } of findings) {
    const item = { kind, name: clip(name, maxListedName), change, expected, actual };
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes > maxListBytes) break;
    items.push(item);
  }
  return { total: findings.length, listed: items.length, items };
};

const singleEvent = (finding: Finding, nodeName: string, alert: number | null): PlannedEvent => ({
  type: eventTypeOf(finding),
  severity: finding.severity,
  title: titleOf(finding, nodeName),
  description: finding.reason,
  subject: finding,
  evidence: evidenceOf(finding),
  alert,
  restored: finding.change === 'restored' ? [keyOf(finding)] : [],
});

const singleAlert = (finding: Finding, nodeName: string): PlannedAlert => ({
  severity: finding.severity,
  title: titleOf(finding, nodeName),
  description: `${finding.reason} ${adviceOf(finding.kind)}`,
  subject: finding,
  evidence: evidenceOf(finding),
  covers: [keyOf(finding)],
});

const manyAlert = (findings: readonly Finding[], nodeName: string): PlannedAlert => ({
  severity: findings.some(({ severity }) => severity === 'critical') ? 'critical' : 'high',
  title: `${String(findings.length)} integrity findings at once on ${nodeName}`.slice(0, 200),
  description: `Several modules, firmware or watched files changed in one report, as in an upgrade or a break-in. ${adviceOf('file')}`,
  subject: many,
  evidence: listOf(findings),
  covers: findings.map(keyOf),
});

/** One event and one alert for a kernel update, however many modules came with it. */
const kernelPlan = (kernel: Finding, modules: readonly Finding[], nodeName: string) => {
  const { total, listed, items } = listOf(modules);
  const evidence = { ...evidenceOf(kernel), modules: { total, listed, items } };
  const with_ = modules.length === 0 ? '' : ` ${countOf(modules.length, 'module')} changed with it.`;
  const description = `${kernel.reason}${with_}`;
  const covers = [kernel, ...modules].map(keyOf);
  const restored = kernel.change === 'restored' ? covers : [];
  const event = (alert: number | null): PlannedEvent => ({
    ...singleEvent(kernel, nodeName, alert),
    description,
    evidence,
    restored,
  });
  const alert = {
    ...singleAlert(kernel, nodeName),
    description: `${description} ${adviceOf('kernel')}`,
    evidence,
    covers,
  };
  return { event, alert: kernel.alert ? alert : undefined };
};

/** What can no longer be read, one event a kind: a sensor that lost a permission loses hundreds of files. */
const unreadableEvents = (findings: readonly Finding[], nodeName: string): PlannedEvent[] =>
  [...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, group]) => {
    const [first] = group;
    if (first !== undefined && group.length === 1) return singleEvent(first, nodeName, null);
    return {
      type: 'integrity.unreadable',
      severity: 'low',
      title: `${countOf(group.length, kind)} can no longer be read on ${nodeName}`.slice(0, 200),
      description: 'They could be read before; what they hold now is not known.',
      subject: { kind, name: 'unreadable' },
      evidence: listOf(group),
      alert: null,
      restored: [],
    };
  });

const capped = (
  events: readonly PlannedEvent[],
  nodeName: string,
  manyAt: number | null,
): readonly PlannedEvent[] => {
  if (events.length <= maxEventsPerReport) return events;
  const sorted = events.toSorted((a, b) => rank(b.severity) - rank(a.severity));
  const kept = sorted.slice(0, maxEventsPerReport);
  const rest = sorted.slice(maxEventsPerReport);
  const summary: PlannedEvent = {
    type: 'integrity.many_changes',
    severity: rest[0]?.severity ?? 'info',
    title: `${String(rest.length)} further integrity findings on ${nodeName}`.slice(0, 200),
    description: 'One report found more than is listed one by one; the inventory shows all of it.',
    subject: many,
    evidence: {
      total: rest.length,
      types: Object.fromEntries(
        [...Map.groupBy(rest, ({ type }) => type)].map(([type, group]) => [type, group.length]),
      ),
    },
    alert: rest.some(({ alert }) => alert !== null) ? manyAt : null,
    restored: rest.flatMap(({ restored }) => restored),
  };
  return [...kept, summary];
};

/** What a report's findings become: events for the record, alerts for people. Pure; bounded whatever came. */
export const planReport = (findings: readonly Finding[], nodeName: string): ReportPlan => {
  const alerts: PlannedAlert[] = [];
  const events: PlannedEvent[] = [];
  const kernel = findings.find(({ kind, name }) => kind === 'kernel' && name === kernelName);
  const apart = findings.filter(
    (finding) => finding !== kernel && !(kernel !== undefined && finding.byKernel),
  );
  if (kernel !== undefined) {
    const plan = kernelPlan(
      kernel,
      findings.filter((finding) => finding !== kernel && finding.byKernel),
      nodeName,
    );
    if (plan.alert !== undefined) alerts.push(plan.alert);
    events.push(plan.event(plan.alert === undefined ? null : 0));
  }
  const alerting = apart.filter(({ alert }) => alert);
  const together = alerting.length > maxSingleAlerts;
  const manyAt = together ? alerts.push(manyAlert(alerting, nodeName)) - 1 : null;
  for (const finding of apart) {
    if (finding.change === 'unreadable') continue;
    const alert = finding.alert ? (manyAt ?? alerts.push(singleAlert(finding, nodeName)) - 1) : null;
    events.push(singleEvent(finding, nodeName, alert));
  }
  events.push(
    ...unreadableEvents(
      apart.filter(({ change }) => change === 'unreadable'),
      nodeName,
    ),
  );
  return { events: capped(events, nodeName, manyAt), alerts };
};
