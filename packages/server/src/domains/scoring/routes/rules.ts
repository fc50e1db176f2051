import { ScoringRules } from '@gpushield/contracts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { RuleWatch } from '../rules/index.ts';

export const listRulesRoute = (rules: RuleWatch): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/scoring/rules',
    operationId: 'listScoringRules',
    summary: 'The rules in force, and what is wrong with the files where something is',
    tag: 'Scores',
    access: { scope: 'scores:read' },
    audit: { when: 'with', action: 'score.rules' },
    effect: 'read',
    schema: { responses: { 200: ScoringRules } },
    handler: () => {
      const { version, parameters, rules: inForce } = rules.current();
      return Promise.resolve(
        ok({
          version,
          half_life_seconds: parameters.halfLifeMs / 1000,
          problems: rules.problems(),
          data: [...inForce.values()].map(
            ({ id, title, description, technique, tactic, weight, cap, match, file }) => ({
              id,
              title,
              description,
              technique,
              tactic,
              weight,
              cap,
              kind: match.kind,
              file,
            }),
          ),
        }),
      );
    },
  });
