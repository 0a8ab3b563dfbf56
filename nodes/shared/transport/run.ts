import { sleep } from 'n8n-workflow';

/** What became of one input item. */
export type Outcome<T> =
	| { result: T }
	| { error: unknown; /** sent, and the vendor may have acted on it */ unsafe?: boolean };

/**
 * One execution of a node over all its input items.
 *
 * n8n's declarative engine starts every item on its own and knows nothing of the others, but two promises
 * need the whole: bad input is refused before **anything** is sent, and an error says what was done before it.
 */
export class Run<T> {
	private readonly refused = new Set<number>();
	private arrived = new Set<number>();
	private readonly settled = new Map<number, Promise<Outcome<T>>>();

	constructor(private readonly size: number) {}

	/**
	 * Deals with one item.
	 *
	 * @param options.refusal why the item's input cannot be sent, if so
	 * @param options.together one refused item keeps all others from being sent (On Error: Stop Workflow)
	 * @param options.once an item that was sent is never sent again, not even by "Retry On Fail"
	 * @returns `undefined` where the item was left alone because another one was refused
	 */
	async item(
		index: number,
		options: { refusal?: Error; together: boolean; once: boolean },
		send: () => Promise<Outcome<T>>,
	): Promise<Outcome<T> | undefined> {
		if (this.arrived.has(index)) this.tryAgain();
		this.arrived.add(index);
		if (options.refusal) this.refused.add(index);

		// The engine hands over all items in one go, so a moment later it is known whether all are fit to be sent.
		await sleep(0);
		if (options.refusal) return { error: options.refusal };
		if (options.together && (this.refused.size > 0 || this.arrived.size < this.size))
			return undefined;

		const earlier = options.once ? await this.settled.get(index) : undefined;
		if (earlier && ('result' in earlier || earlier.unsafe)) return earlier;
		const outcome = send();
		this.settled.set(index, outcome);
		return await outcome;
	}

	/** What became of the other items that were sent, once all of them have ended. */
	async others(index: number): Promise<Array<{ index: number; outcome: Outcome<T> }>> {
		const others = [...this.settled].filter(([other]) => other !== index);
		return await Promise.all(
			others.map(async ([other, outcome]) => ({ index: other, outcome: await outcome })),
		);
	}

	/** n8n runs the node once more (Retry On Fail): the items come again. */
	private tryAgain() {
		this.arrived = new Set();
		this.refused.clear();
	}
}

const runs = new WeakMap<object, Run<unknown>>();

/**
 * The run that an item belongs to.
 * @param key what all items of one execution of the node share
 * @param size how many items there are
 */
export function runOf<T>(key: object, size: number): Run<T> {
	const run = runs.get(key) ?? new Run<T>(size);
	runs.set(key, run);
	return run as Run<T>;
}
