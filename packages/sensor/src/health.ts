import type { Heartbeat } from '@gpushield/contracts';

export type HealthLevel = Heartbeat['health'];
const order: readonly HealthLevel[] = ['healthy', 'degraded', 'unhealthy'];
/** The contract's bound on `health_detail`. */
const maxDetailLength = 1000;

/** Gathers what is wrong with the sensor, by condition; the worst one is its health. */
export const createHealth = () => {
  const conditions = new Map<string, { level: HealthLevel; text: string }>();
  return {
    set: (condition: string, level: HealthLevel, text: string): void =>
      void conditions.set(condition, { level, text }),
    clear: (condition: string): void => void conditions.delete(condition),
    report: (): { health: HealthLevel; health_detail: string | null } => {
      const found = [...conditions.values()].sort((a, b) => order.indexOf(b.level) - order.indexOf(a.level));
      const detail = found
        .map((one) => one.text)
        .join('; ')
        .slice(0, maxDetailLength);
      return { health: found[0]?.level ?? 'healthy', health_detail: detail === '' ? null : detail };
    },
  };
};
export type Health = ReturnType<typeof createHealth>;
