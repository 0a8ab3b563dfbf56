/*
 * Known vulnerabilities: none in what the package depends on (nothing but n8n itself), or this fails. What only
 * development needs is printed. A registry that cannot be asked is no failure: it says nothing about the package.
 */
import { spawnSync } from 'node:child_process';

/** npm's report, or undefined where the registry cannot be asked. */
function audit(...flags) {
	const { stdout, stderr } = spawnSync('npm', ['audit', '--json', ...flags], {
		encoding: 'utf8',
		shell: process.platform === 'win32',
	});
	try {
		const report = JSON.parse(stdout);
		if (report.vulnerabilities) return report;
	} catch {
		// Said below, as for a report without its list.
	}
	const [why] = /^npm (?:warn|error) audit.*|^npm error (?:code|network).*/m.exec(stderr) ?? [];
	console.log(
		`Skipped: this registry cannot be asked for vulnerabilities (${why ?? 'no report'}).`,
	);
	return undefined;
}

const describe = ({ name, severity, via }) =>
	`- ${name}, ${severity}: ${via.map((one) => one.title ?? one).join('; ')}`;

/** Prints the packages of a report under a heading; how many there are. */
function print(heading, report) {
	const found = Object.values(report?.vulnerabilities ?? {});
	if (report) console.log([`${heading}: ${found.length}`, ...found.map(describe)].join('\n'));
	return found.length;
}

const shipped = print('In what the package depends on', audit('--omit=dev'));
print('In what only development needs, too', audit());
process.exitCode = shipped === 0 ? 0 : 1;
