import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Workflow } from '../demo/rest.mts';
import type { Message } from '../simulator/webhooks.ts';
import { startTestN8n, type TestN8n } from '../test/n8n/support.mts';
import type { Benchmark, Machine, Part, Result } from './benchmark.mts';
import { judgeTicket, resultOf, type Ticket, type Told } from './containment/judgement.mts';
import { courseOf, laptops, tenantsFor, type Tenant } from './containment/tenant.mts';
import {
	effortOf,
	type Effort,
	exampleWorkflow,
	httpRequestWorkflow,
	TRIGGER,
	type Alert,
} from './containment/workflows.mts';
import { machineOf } from './machine.mts';

interface Case {
	label: string;
	hosts: number;
	/** Seconds until the last host is isolated, one for each run: spread, so that no rhythm of polls is favoured. */
	durations: number[];
}

const FULL: Case[] = [
	{
		label: 'One host, isolated after 12 to 90 seconds',
		hosts: 1,
		durations: [12, 25, 38, 51, 64, 77, 90],
	},
	{
		label: '50 hosts, the last one after 70 to 120 seconds',
		hosts: 50,
		durations: [70, 83, 96, 109, 120],
	},
	{
		label: 'One slow host, isolated after 205 to 305 seconds',
		hosts: 1,
		durations: [205, 230, 255, 280, 305],
	},
];
const QUICK: Case[] = [
	{ label: 'One host', hosts: 1, durations: [12] },
	{ label: '50 hosts', hosts: 50, durations: [20] },
	{ label: 'One host, slower', hosts: 1, durations: [70] },
];

/** The host of the example, which the simulator always isolates. */
const ONE_HOST = ['demo-lt-03'];

const OURS = 'The example workflow';

interface Variant {
	label: string;
	/** Made of nodes of this package. */
	ours: boolean;
	workflow: (alert: Alert) => Promise<Workflow>;
}

const VARIANTS: Variant[] = [
	{ label: OURS, ours: true, workflow: exampleWorkflow },
	{
		label: 'The example, Poll Interval 65 and Backoff Fixed',
		ours: true,
		workflow: (alert) =>
			exampleWorkflow(alert, { pollInterval: 65, options: { backoff: 'fixed' } }),
	},
	...[10, 30, 65].map((seconds) => ({
		label: `HTTP Request, Wait of ${seconds} seconds`,
		ours: false,
		workflow: (alert: Alert) => httpRequestWorkflow(alert, seconds),
	})),
];

/** The kind of credential that a variant takes, with the same key, of the level Standard. */
const credentialOf = ({ ours }: Variant, { url, simulator }: Tenant) => {
	const { id, key } = simulator.keys.standard;
	return ours
		? {
				type: 'cortexXdrApi',
				data: { tenantUrl: url, apiKeyId: id, apiKey: key, securityLevel: 'standard' },
			}
		: {
				type: 'httpCustomAuth',
				data: { json: JSON.stringify({ headers: { 'x-xdr-auth-id': id, Authorization: key } }) },
			};
};

const SAMPLE_MS = 400;

/** Milliseconds between the starts of two runs. */
const BETWEEN_STARTS = 250;

/** Seconds after which a run that has told nothing has failed: longer than any takes, on a busy machine too. */
const LATEST = 900;

/** One containment, from the alert to Slack. */
interface Run {
	of: Case;
	variant: string;
	hostnames: string[];
	reason: string;
	tenant: Tenant;
	workflowId: string;
	effort: Effort;
	/** Epoch milliseconds. */
	started: number;
	/** Seconds in which its executions ran. */
	held: number;
}

interface Measured {
	case: string;
	variant: string;
	requests: number;
	refused: number;
	/** Bytes that the tenant received and sent. */
	received: number;
	sent: number;
	/** Seconds until Slack was told, and how many of them the tenant had ended by then. */
	total: number;
	late: number;
	held: number;
	effort: Effort;
	isolated: number;
	told: Told;
	result: string;
}

async function prepare(n8n: TestN8n, cases: Case[]): Promise<Run[]> {
	const many = await laptops(Math.max(...cases.map(({ hosts }) => hosts)));
	const runs: Run[] = [];
	for (const of of cases) {
		const hostnames = of.hosts === 1 ? ONE_HOST : many.slice(0, of.hosts);
		const startTenant = tenantsFor(hostnames);
		for (const seconds of of.durations) {
			for (const variant of VARIANTS) {
				const tenant = await startTenant(seconds);
				const reason = `Run ${String(runs.length).padStart(3, '0')} of the benchmark`;
				const id = `containment${runs.length}`;
				const { id: credential, name } = await n8n.addCredential({
					name: id,
					...credentialOf(variant, tenant),
				});
				const workflow = await variant.workflow({
					id,
					title: of.hosts === 1 ? hostnames[0] : `${of.hosts} laptops`,
					hostnames,
					reason,
					tenantUrl: tenant.url,
					messagesUrl: n8n.simulator.url,
					credential: { id: credential, name },
				});
				const { id: workflowId } = await n8n.add(workflow);
				runs.push({
					of,
					variant: variant.label,
					hostnames,
					reason,
					tenant,
					workflowId,
					effort: effortOf(workflow),
					started: 0,
					held: 0,
				});
			}
		}
	}
	return runs;
}

const ACTIVE = ['running', 'new'];

/** Starts all runs and waits for their end. Looks meanwhile at what is running, and books the time to the runs. */
async function carryOut(n8n: TestN8n, runs: Run[]): Promise<void> {
	let allStarted = false;
	const starting = (async () => {
		for (const run of runs) {
			run.started = Date.now();
			await n8n.client.run(run.workflowId, TRIGGER);
			await delay(BETWEEN_STARTS);
		}
		allStarted = true;
	})();
	const byWorkflow = new Map(runs.map((run) => [run.workflowId, run]));
	const until = Date.now() + LATEST * 1_000;
	let last = Date.now();
	for (;;) {
		const running = await n8n.client.summaries({ status: ACTIVE });
		const now = Date.now();
		for (const { workflowId } of running) {
			const run = byWorkflow.get(workflowId);
			if (run) run.held += (now - last) / 1_000;
		}
		last = now;
		if (allStarted && running.length === 0) {
			const waiting = await n8n.client.summaries({ status: ['waiting'] });
			if (waiting.length === 0) break;
		}
		if (now > until) break;
		await delay(SAMPLE_MS);
	}
	await starting;
}

/** The ticket of a run, and when Slack was told of it. */
function toldBy({ reason }: Run, messages: Message[]): { ticket: Ticket; at: number } | undefined {
	const opened = messages.find(
		({ to, body }) => to === 'jira' && JSON.stringify(body).includes(reason),
	);
	const slack = messages.find(
		({ to, body }) => to === 'slack' && JSON.stringify(body).includes(`(Jira ${opened?.key})`),
	);
	if (!opened || !slack) return undefined;
	return { ticket: (opened.body as { fields: Ticket }).fields, at: slack.at };
}

function measure(run: Run, messages: Message[]): Measured {
	const { of, variant, hostnames, tenant, effort } = run;
	const told = toldBy(run, messages);
	if (!told) throw new Error(`${variant} (${of.label}) opened no ticket, or told Slack nothing.`);
	const { ended, outcomes } = courseOf(tenant, hostnames);
	const asked = tenant.simulator.requests.entries;
	return {
		case: of.label,
		variant,
		requests: asked.length,
		refused: asked.filter(({ status }) => status !== 200).length,
		...tenant.bytes(),
		total: (told.at - run.started) / 1_000,
		late: (told.at - ended) / 1_000,
		held: run.held,
		effort,
		isolated: outcomes.filter(({ isolated }) => isolated).length,
		told: judgeTicket(told.ticket, outcomes),
		result: resultOf(outcomes),
	};
}

/** @throws where not every run of a case came to the same result: then there is nothing to compare */
function checkSame(measured: Measured[]): void {
	for (const one of measured) {
		const first = measured.find((other) => other.case === one.case);
		if (one.result === first?.result) continue;
		throw new Error(`${one.variant} came to another result than ${first?.variant} (${one.case}).`);
	}
}

const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The columns of numbers: what they show of a run, and how many digits they have. */
const COLUMNS: Array<{ label: string; of: (run: Measured) => number; digits: number }> = [
	{ label: 'requests', of: ({ requests }) => requests, digits: 1 },
	{ label: 'kB to the tenant', of: ({ received }) => received / 1_000, digits: 1 },
	{ label: 'kB from it', of: ({ sent }) => sent / 1_000, digits: 1 },
	{ label: 'seconds until Slack is told', of: ({ total }) => total, digits: 0 },
	{ label: 'of them after the end', of: ({ late }) => late, digits: 1 },
	{ label: 'worker seconds held', of: ({ held }) => held, digits: 1 },
];

/** Means of the runs of a case, and in brackets how many times those of the example they are. */
function tableOf(measured: Measured[], label: string): Part {
	const runsOf = (variant: string) =>
		measured.filter((run) => run.case === label && run.variant === variant);
	return {
		table: {
			columns: [label, ...COLUMNS.map((column) => column.label)],
			rows: VARIANTS.map(({ label: variant }) => [
				variant,
				...COLUMNS.map(({ of, digits }) => {
					const value = mean(runsOf(variant).map(of));
					const ratio = value / mean(runsOf(OURS).map(of));
					return `${value.toFixed(digits)} (${ratio.toFixed(2)})`;
				}),
			]),
		},
	};
}

/** What the tickets tell of hosts that could not be isolated, for the cases that have any. */
function toldParts(measured: Measured[]): Part[] {
	const failing = measured.filter(({ told }) => told.failed > 0);
	if (failing.length === 0) return [];
	const [{ told, isolated }] = failing;
	return [
		{
			text: `Of the ${told.failed + isolated} hosts, ${isolated} are isolated in the end, the same ones in every run; ${told.failed} are not, and of
${told.explained} of these the tenant says why, in one of the forms that it has for that. What the tickets tell of them:`,
		},
		{
			table: {
				columns: ['', 'tickets that say it is not done', 'hosts named', 'with the reason'],
				rows: VARIANTS.map(({ label }) => {
					const own = failing.filter(({ variant }) => variant === label).map((run) => run.told);
					const sum = (of: (one: Told) => number) => own.reduce((all, one) => all + of(one), 0);
					return [
						label,
						`${own.filter(({ right }) => right).length} of ${own.length}`,
						`${sum(({ named }) => named)} of ${sum(({ failed }) => failed)}`,
						`${sum(({ withReason }) => withReason)} of ${sum(({ explained }) => explained)}`,
					];
				}),
			},
		},
	];
}

function pageOf(n8nVersion: string, machine: Machine, cases: Case[], measured: Measured[]): Result {
	const right = measured.filter(({ told }) => told.right).length;
	const refused = measured.reduce((sum, run) => sum + run.refused, 0);
	const toBuild = (ours: boolean) => {
		const [{ label }] = VARIANTS.filter((variant) => variant.ours === ours);
		const [{ effort }] = measured.filter(({ variant }) => variant === label);
		return `${effort.nodes} nodes with ${count(effort.characters)} characters of expressions`;
	};
	return {
		title: 'Containing hosts: the example against HTTP Request',
		machine,
		parts: [
			{
				text: `From an alert to a Jira ticket and a message in Slack: find the hosts, isolate them, wait until that is done. Every run has a
tenant of its own in the simulator, with the same hosts, of which the same becomes. All of them run side by side in the
same n8n ${n8nVersion} (regular mode, SQLite), with the same key, of the level Standard.

- **The example workflow**: \`workflows/contain-a-host.json\` as it is, and with a wait that is parked after its first poll.
  It asks for the hosts three times: to find them, to leave out those that are isolated already, and for their names at
  the end.
- **HTTP Request**: the same with n8n's own nodes, as somebody builds it who has read the vendor's reference: a search of
  up to 100 hosts, one action for all that are not isolated, Wait → HTTP Request → If → back, names for the ids, five tries
  for what may be repeated, an end after an hour. With a Wait that is short, middling, or just long enough for n8n to keep
  it in the database.

To build, without trigger and settings: ${toBuild(true)} for the example, ${toBuild(false)} for HTTP Request.`,
			},
			...cases.map(({ label }) => tableOf(measured, label)),
			{
				text: `Means of ${cases.map(({ durations }) => durations.length).join(', ')} runs; in brackets, how many times those of the example. Bytes are those of the connections, heads
included, without TLS. A worker's seconds are those in which an execution runs, sub-executions included, seen ${(1_000 / SAMPLE_MS).toFixed(1)} times
a second. The vendor's requests alone are counted, not those to Jira and Slack.

All ${measured.length} runs came to the same result as the others of their case, and ${right} of the tickets say rightly whether all
hosts are isolated. The tenants refused ${refused} requests.`,
			},
			...toldParts(measured),
		],
		measured: measured.map(({ result: _, ...rest }) => rest),
	};
}

const benchmark: Benchmark = {
	async measure({ progress, quick }) {
		const cases = quick ? QUICK : FULL;
		const n8n = await progress.step('Starting n8n', () => startTestN8n({ speed: 1 }));
		let runs: Run[] = [];
		try {
			runs = await progress.step('Starting the tenants', () => prepare(n8n, cases));
			await progress.step(`${runs.length} containments`, () => carryOut(n8n, runs));
			const measured = runs.map((run) => measure(run, n8n.simulator.simulator.messages));
			checkSame(measured);
			const manifest = join(n8n.runtime.n8nFolder, 'node_modules', 'n8n', 'package.json');
			const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
			return pageOf(version, machineOf(n8n.runtime), cases, measured);
		} finally {
			await n8n.close();
			await Promise.all(runs.map(({ tenant }) => tenant.close()));
		}
	},
};

export default benchmark;
