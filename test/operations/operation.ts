import type { INode, INodeType } from 'n8n-workflow';
import type { EngineResult } from '../support/engine';
import type { Polled } from '../support/trigger';
import type { World } from '../support/world';

/** The forms in which a vendor sends an error. */
export type Envelope = 'reply' | 'flat' | 'errorCode' | 'login';

/** How a request behaves when things go wrong, which `test/faults/expectations.ts` says for all of a kind. */
export type Behaviour =
	| 'start'
	| 'read'
	| 'download'
	| 'downloadElsewhere'
	| 'stream'
	| 'trigger'
	| 'pollAction'
	| 'pollImport'
	| 'pollQuery'
	| 'results'
	| 'search'
	| 'assetJobs'
	| 'execute'
	| 'pollScriptJob'
	| 'login'
	| 'parked';

/** A request of the package that things go wrong with. */
export interface Subject {
	behaves: Behaviour;
	/** Of a start: what is said where nobody knows whether it got through. */
	unknown?: string;
	/** What errors call it. */
	operation: string;
	parameters: (world: World) => INode['parameters'];
	/** Where its requests go, and no others. */
	path: string;
	envelope: Envelope;
	/** Whether the user can set how long an answer may take. */
	timeoutOption: boolean;
	/** A documented reply with every documented field. */
	reply: unknown;
	/** Whether requests that nothing happens to come before it, and have no more time for their answers. */
	asksOthers?: boolean;
	/** A wait that is parked after this answer to its first poll, of this path. What goes wrong begins after it. */
	parkedBy?: { path: string; body: unknown };
	/** What its items hold, whatever the vendor sent. */
	contract: object;
	/** Fields that differ from run to run. */
	varies?: string[];
	/** Its requests go to another host than the vendor's own: `localhost`, where that is 127.0.0.1. */
	elsewhere?: true;
	/** A trigger, which is polled; what goes wrong begins after this. Nobody sets On Error of one. */
	polled?: (world: World, trigger: Polled) => Promise<void>;
	/** Something of it outlives a run, such as a refused login. */
	ownWorld?: boolean;
}

/** A run against the simulator. */
export interface Run {
	name: string;
	parameters: INode['parameters'] | ((world: World) => INode['parameters']);
	/** What has to be there already. */
	before?: (world: World) => void;
	/** The json of its one input item; empty unless given. */
	item?: (world: World) => Record<string, unknown>;
	/** The request that it sends, or all of them, but for logins. */
	sends: string | string[];
	gives: (result: EngineResult) => void;
}

/** A node as the author of a workflow hands it to an agent, and one call of it. */
export interface ToolCall {
	parameters: INode['parameters'];
	/** What has to be there already. */
	before?: (world: World) => void;
	/** What the model is told of each argument. */
	schema: Record<string, [type: string, description: string]>;
	call: Record<string, unknown> | ((world: World) => Record<string, unknown>);
	/** Words of the tool's description: what the node does, what it needs, what it returns. */
	does: RegExp;
	needs: RegExp;
	returns: RegExp;
	sends: string | string[];
	gives: Array<Record<string, unknown>>;
}

/** What the suites of all nodes need to know of one. */
export interface OperationTests {
	node: new () => INodeType;
	/** What it sends and gives back: one for each choice that it offers. None of a node that decides itself when to ask. */
	runs: Run[];
	tool: ToolCall;
	/** Its requests that things go wrong with, by a name of their own. */
	faults: Record<string, Subject>;
}

/** Shapes of what items hold, whatever the vendor sent. */
export const TEXT = expect.any(String) as unknown;
export const FLAG = expect.any(Boolean) as unknown;

/** Matches null, and what `matcher` matches. */
export const orNull = (matcher: { asymmetricMatch(value: unknown): boolean }) => ({
	asymmetricMatch: (value: unknown) => value === null || matcher.asymmetricMatch(value),
});
export const COUNT = orNull(expect.any(Number));
export const TEXTS = {
	asymmetricMatch: (value: unknown) =>
		Array.isArray(value) && value.every((one) => typeof one === 'string'),
};
/** ISO text where the vendor sent epoch milliseconds, else what it sent. */
export const TIME = orNull(expect.anything());

/** Ids of the first endpoints of the tenant: demo laptops, which are connected, and on which everything succeeds. */
export const laptopsOf = ({ simulator }: World, count = 3): string[] =>
	simulator.cortex.endpoints.slice(0, count).map(({ id }) => id);

/** What the model is told of the argument that names endpoints. */
export const ENDPOINT_IDS = 'Endpoint ids, separated by commas';
