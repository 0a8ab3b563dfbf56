import type { TestN8n } from '../test/n8n/support.mts';

/** Requests a second that a Cortex tenant takes. */
export const TENANT_LIMIT = 10;

/** What became of a run that was started through a webhook, as far as anyone outside n8n can tell. */
export interface Run {
	/** In the webhook's body and in every report: `run-12`. */
	key: string;
	kind: string;
	/** What the last node sent, once for each time that it sent something. */
	reports: string[];
	/** The words with which n8n ended the execution, where it did. */
	failure?: string;
}

export const isOpen = ({ reports, failure }: Run) => reports.length === 0 && failure === undefined;

const KEY = /run-\d+/;

/** The runs of one n8n, and what became of them. */
export class Runs {
	readonly all: Run[] = [];
	private readonly seen = new Set<string>();
	private read = 0;

	constructor(private readonly n8n: TestN8n) {}

	open = (kind?: string) =>
		this.all.filter((run) => isOpen(run) && (kind === undefined || run.kind === kind));

	/** Calls the webhook of that name with this body, and the run's key in it. */
	async start(kind: string, body: Record<string, unknown>): Promise<Run> {
		const run: Run = { key: `run-${this.all.length}`, kind, reports: [] };
		const { status } = await this.n8n.callWebhook(kind, { ...body, run: run.key });
		if (status !== 200) throw new Error(`The webhook "${kind}" answered with status ${status}.`);
		this.all.push(run);
		return run;
	}

	/** Notes which runs have reported since, and which n8n has ended with an error. */
	async update(): Promise<void> {
		const { messages } = this.n8n.simulator.simulator;
		for (const { body } of messages.slice(this.read)) {
			const [key, ...words] = String((body as { text?: unknown }).text).split(' ');
			this.runOf(key)?.reports.push(words.join(' '));
		}
		this.read = messages.length;
		const failed = await this.n8n.client.summaries({ status: ['error', 'crashed', 'canceled'] });
		for (const { id } of failed.filter((one) => !this.seen.has(one.id))) {
			this.seen.add(id);
			const { raw, status, error, mode } = await this.n8n.client.execution(id);
			const run = this.runOf(KEY.exec(raw)?.[0]);
			// The sub-execution of a wait is not the run: what comes of it is the run's own business.
			if (run && mode === 'webhook') run.failure = error?.message ?? status;
		}
	}

	private runOf(key: string | undefined): Run | undefined {
		return key === undefined ? undefined : this.all[Number(key.slice('run-'.length))];
	}
}
