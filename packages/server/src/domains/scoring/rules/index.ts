export { baselineRule, createScoring, type RuleScoring } from './engine.ts';
export { explainState, type ExplainedContribution } from './explain.ts';
export { eventFields, fieldsOf, type Fields } from './fields.ts';
export { builtinRulesDirectory, loadRules } from './load-rules.ts';
export { parseRules, type RuleText } from './parse-rules.ts';
export { defaultRiskParameters, type RiskParameters } from './risk.ts';
export { RuleErrors, type Rule, type RuleSet } from './rule-types.ts';
export { createRuleWatch, type RuleWatch } from './rule-watch.ts';
export { tryRules } from './try-rules.ts';
