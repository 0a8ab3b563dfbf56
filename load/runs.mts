import { waitUntil } from '../demo/processes.mts';
import type { TestN8n } from '../test/n8n/support.mts';

/** Requests a second that a Cortex tenant takes. */
export const TENANT_LIMIT = 10;

/** What became of a run that was started through a webhook, as far as anyone outside n8n can tell. */
export interface Run {
	/** In the webhook's body and in every report: `run-12`. */
	key: string;
	kind: string;
	/** The execution in n8n. */
	execution: string;
	/** Epoch milliseconds. */
	startedAt: number;
	/** What the last node sent, once for each time that it sent something. */
	reports: string[];
	/** When the first of them came, epoch milliseconds. */
	reportedAt?: number;
	/** With which words n8n ended the execution, and when (epoch milliseconds), where it did. */
	failure?: { words: string; at: number };
}

export const isOpen = ({ reports, failure }: Run) => reports.length === 0 && failure === undefined;

/** What n8n says, or undefined where it is too busy to answer in time: a thousand executions start at once. */
export async function ifAnswered<T>(asking: Promise<T>): Promise<T | undefined> {
	try {
		return await asking;
	} catch (error) {
		if (error instanceof Error && error.name === 'TimeoutError') return undefined;
		throw error;
	}
}

/** The runs of one n8n, and what became of them. */
export class Runs {
	readonly all: Run[] = [];
	private readonly seen = new Set<string>();
	private read = 0;

	/** @param workflowIds of the workflows, by the webhook that starts them */
	constructor(
		private readonly n8n: TestN8n,
		private readonly workflowIds: Record<string, string>,
	) {}

	open = (kind?: string) =>
		this.all.filter((run) => isOpen(run) && (kind === undefined || run.kind === kind));

	/** Calls the webhook of that name with this body, and the run's key in it. */
	async start(kind: string, body: Record<string, unknown>): Promise<Run> {
		const key = `run-${this.all.length}`;
		const startedAt = Date.now();
		const { status } = await this.n8n.callWebhook(kind, { ...body, run: key });
		if (status !== 200) throw new Error(`The webhook "${kind}" answered with status ${status}.`);
		const run = { key, kind, execution: await this.newestOf(kind), startedAt, reports: [] };
		this.all.push(run);
		return run;
	}

	/** Notes which runs have reported since, and which n8n has ended with an error. */
	async update(): Promise<void> {
		const { messages } = this.n8n.simulator.simulator;
		for (const { at, body } of messages.slice(this.read)) {
			const [key, ...words] = String((body as { text?: unknown }).text).split(' ');
			const run = this.runOf(key);
			if (!run) continue;
			run.reports.push(words.join(' '));
			run.reportedAt ??= at;
		}
		this.read = messages.length;
		// n8n lists a hundred at most, so each workflow's are asked for.
		const status = ['error', 'crashed', 'canceled'];
		const failed = (
			await Promise.all(
				Object.values(this.workflowIds).map((workflowId) =>
					this.n8n.client.summaries({ workflowId, status }),
				),
			)
		).flat();
		// The sub-execution of a wait is no run: what comes of it is the run's own business.
		for (const run of this.all) {
			if (run.failure !== undefined || !failed.some(({ id }) => id === run.execution)) continue;
			const { status, error, stoppedAt } = await this.n8n.client.execution(run.execution);
			run.failure = {
				words: error?.message ?? status,
				at: stoppedAt === null ? Date.now() : Date.parse(stoppedAt),
			};
		}
	}

	/** Executions that are parked. */
	parked = async () => await this.executions('waiting');

	/** Executions that a worker has begun and not ended, whether or not it is still there. */
	begun = async () => await this.executions('running');

	/** How many sub-executions are at work: those that poll, but for the few that take over an end. */
	async pollsUnderWay(): Promise<number> {
		const running = await this.n8n.client.summaries({ status: ['running'] });
		return running.filter(({ mode }) => mode === 'integrated').length;
	}

	/** n8n lists a hundred of a workflow at most. */
	private async executions(status: string): Promise<Set<string>> {
		const lists = await Promise.all(
			Object.values(this.workflowIds).map((workflowId) =>
				this.n8n.client.summaries({ workflowId, status: [status] }),
			),
		);
		return new Set(lists.flat().map(({ id }) => id));
	}

	private runOf(key: string): Run | undefined {
		return this.all[Number(key.slice('run-'.length))];
	}

	/** The execution that a webhook has just started: n8n keeps nothing of its data where a worker is killed. */
	private async newestOf(kind: string): Promise<string> {
		return await waitUntil(
			async () => {
				const newest = await ifAnswered(
					this.n8n.client.summaries({ workflowId: this.workflowIds[kind] }),
				);
				const added = newest?.find(({ id, mode }) => mode === 'webhook' && !this.seen.has(id));
				if (added) this.seen.add(added.id);
				return added?.id;
			},
			90_000,
			`The webhook "${kind}" has started no execution.`,
			50,
		);
	}
}
