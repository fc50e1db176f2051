export { type RuleScoring } from './engine.ts';
export { explainState } from './explain.ts';
export { fieldsOf } from './fields.ts';
export { defaultRiskParameters } from './risk.ts';
export { createRuleWatch, type RuleWatch } from './rule-watch.ts';
