import { NodeConnectionTypes, sleep, type IExecuteFunctions } from 'n8n-workflow';
import { InputError } from '../errors';

/** What became of one input item. */
export type Outcome<T> =
	| { result: T }
	| {
			error: unknown;
			/** Nobody knows whether the vendor acted on it. */
			unsafe?: boolean;
			/** It is certain that nothing came of it: never sent, or sent back as one request too many. */
			unsent?: boolean;
	  };

/** What a run is made of. */
export interface RunParts {
	/** How many items the engine hands over. */
	size: number;
	/**
	 * The items come in one go, and one that is refused keeps all others from being sent (On Error: Stop
	 * Workflow).
	 */
	together: boolean;
}

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

	constructor(private readonly parts: RunParts) {}

	/**
	 * Whether an item is missing of those that come in one go. The engine stops at the first item whose
	 * expressions fail: it fails with that item's error, and nobody waits for the items before it any more.
	 */
	get stopped(): boolean {
		return this.parts.together && this.arrived.size < this.parts.size;
	}

	/**
	 * Deals with one item.
	 *
	 * @param options.refusal why the item's input cannot be sent, if so
	 * @param options.once an item that was sent is not sent again, not even by "Retry On Fail", unless it is
	 *   certain that nothing came of it
	 * @returns `undefined` where the item was left alone because another one was refused
	 */
	async item(
		index: number,
		options: { refusal?: Error; once: boolean },
		send: () => Promise<Outcome<T>>,
	): Promise<Outcome<T> | undefined> {
		if (this.arrived.has(index)) this.tryAgain();
		this.arrived.add(index);
		if (options.refusal) this.refused.add(index);

		// The engine hands over all items in one go, so a moment later it is known whether all are fit to be sent.
		await sleep(0);
		if (options.refusal) return { error: options.refusal };
		if (this.stopped) return { error: this.incomplete() };
		if (this.parts.together && this.refused.size > 0) return undefined;

		const earlier = options.once ? await this.settled.get(index) : undefined;
		if (earlier && ('result' in earlier || !earlier.unsent)) return earlier;
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

	/** For a count that does not fit although the engine did not stop: never nothing without a word. */
	private incomplete(): InputError {
		return new InputError(
			`Nothing was sent, because only ${this.arrived.size} of ${this.parts.size} items arrived`,
			'This should not happen. Please report it, with the version of n8n and the settings of this node.',
		);
	}

	/** n8n runs the node once more (Retry On Fail): the items come again. */
	private tryAgain() {
		this.arrived = new Set();
		this.refused.clear();
	}
}

/** What this needs of the context of a node. */
type RunContext = Pick<IExecuteFunctions, 'getExecuteData' | 'getNode'> & {
	/** One item, or all of them: it depends on the kind of node. */
	getInputData(
		inputIndex: number,
		type: typeof NodeConnectionTypes.AiTool,
	): { json: object } | Array<{ json: object }>;
};

/**
 * What all items of one execution of the node share, also when n8n runs it once more.
 *
 * An agent that calls its tools itself lends each call its own execute data, so the arguments of the call,
 * its one item, tell the calls apart.
 */
export function runKeyOf(context: RunContext): object {
	const executeData = context.getExecuteData();
	if (executeData.node.name === context.getNode().name) return executeData;
	return [context.getInputData(0, NodeConnectionTypes.AiTool)].flat()[0].json;
}

const runs = new WeakMap<object, Run<unknown>>();

/**
 * The run that an item belongs to.
 * @param key what all items of one execution of the node share
 * @param parts what the run is made of, as its first item sees it
 */
export function runOf<T>(key: object, parts: RunParts): Run<T> {
	const run = runs.get(key) ?? new Run<T>(parts);
	runs.set(key, run);
	return run as Run<T>;
}
