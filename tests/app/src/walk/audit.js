// What axe finds serious or critical, one line a rule.
const done = arguments[arguments.length - 1];
const bad = ({ impact }) => impact === 'serious' || impact === 'critical';
const line = ({ id, nodes }) =>
  `${id}: ${nodes
    .slice(0, 3)
    .map((it) => `${it.html.slice(0, 160)} (${it.any[0]?.message ?? ''})`)
    .join(' | ')}`;
// Nothing of the page lies elsewhere, so that there is nothing to load before.
axe.run(document, { resultTypes: ['violations'], preload: false }).then(
  ({ violations }) => done(violations.filter(bad).map(line).join('\n')),
  (error) => done(`axe: ${error}`),
);
