/* A check in words, as Markdown that can be attached to an issue. */
import type { Finding, Report, Verdict } from './check';

/** What a verdict means, for whoever reads it. */
const VERDICTS: Record<Verdict, string> = {
	fits: 'fits',
	differs: 'differs, without harm',
	'does not fit': '**does not fit**',
	refused: 'refused',
	told: 'answered',
	'not looked at': 'not looked at',
};

const row = ({ name, status, slash, verdict }: Finding) =>
	`| ${name} | ${status ?? '–'} | ${slash ?? '–'} | ${VERDICTS[verdict]} |`;

/** A heading with its lines; nothing where there are none. */
const section = (heading: string, lines: string[]): string[] =>
	lines.length > 0 ? ['', `## ${heading}`, '', ...lines] : [];

const deviationLines = (findings: Finding[], harmful: boolean) =>
	findings.flatMap(({ name, deviations }) =>
		deviations
			.filter((one) => one.harmful === harmful)
			.map(({ path, says }) => `- ${name}: \`${path}\` ${says}`),
	);

/**
 * The whole report.
 * @param version of this package
 */
export function reportText({ vendor, findings, limits }: Report, version: string): string {
	return [
		`# Check of a ${vendor} tenant`,
		'',
		`By n8n-nodes-cortex-qualys ${version}. It holds shapes and the vendor's words, and no hosts, names, ids or values of`,
		'the tenant.',
		'',
		'| Call | Status | With or without a slash at the end | |',
		'| --- | --- | --- | --- |',
		...findings.map(row),
		...section('What the nodes may not work with', deviationLines(findings, true)),
		...section('What differs without harm', deviationLines(findings, false)),
		...section('Not looked at', reasons(findings)),
		...section('Remarks', remarks(findings)),
		...section('Refusals', findings.filter(isRefusal).flatMap(formLines)),
		...section(
			'Headers about limits',
			limits.map((line) => `- ${line}`),
		),
		'',
	].join('\n');
}

const isRefusal = ({ form }: Finding) => form.length > 0;

const formLines = ({ name, status, form, readAs }: Finding) => [
	`- ${name}: status ${status}, which the nodes read as ${readAs}`,
	...form.map((line) => `  - \`${line}\``),
];

const reasons = (findings: Finding[]) =>
	findings.flatMap(({ name, reason }) => (reason === undefined ? [] : [`- ${name}: ${reason}`]));

const remarks = (findings: Finding[]) =>
	findings.flatMap((one) => one.remarks.map((remark) => `- ${one.name}: ${remark}`));

/** Whether there is something that the nodes may not work with. */
export const isHarmful = ({ findings }: Report): boolean =>
	findings.some(({ verdict }) => verdict === 'does not fit');
