import { PollContext } from 'n8n-core';
import {
	Workflow,
	type INode,
	type INodeType,
	type INodeTypes,
	type WorkflowActivateMode,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { additionalDataOf } from './engine';
import { credentialTypes, type World } from './world';

type Json = Record<string, unknown>;

/** A workflow that begins with a polling trigger. n8n's part is played here: activation, polls, and what it stores. */
export class Polled {
	/** What n8n has in its database. */
	stored: Json;
	/** The json of all items that came out. */
	readonly came: Json[] = [];
	private workflow!: Workflow;
	private context!: PollContext;

	constructor(
		private readonly world: World,
		private readonly type: INodeType,
		public parameters: INode['parameters'],
		stored: Json = {},
	) {
		this.stored = stored;
	}

	/** What n8n hands to the node. */
	private contextFor(mode: WorkflowExecuteMode, activation: WorkflowActivateMode): PollContext {
		const nodeTypes: INodeTypes = {
			getByName: () => this.type,
			getByNameAndVersion: () => this.type,
			getKnownTypes: () => ({}),
		};
		const node: INode = {
			id: 'trigger',
			name: 'Trigger',
			type: 'test.trigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: this.parameters,
			credentials: { qualysGatewayApi: { id: '1', name: 'Qualys' } },
		};
		this.workflow = new Workflow({
			id: 'workflow',
			nodes: [node],
			connections: {},
			active: true,
			nodeTypes,
			staticData: JSON.parse(JSON.stringify(this.stored)) as never,
		});
		const additionalData = additionalDataOf(
			credentialTypes,
			{ credentials: this.world.credentials },
			[],
		);
		return new PollContext(this.workflow, node, additionalData, mode, activation);
	}

	/** n8n stores what has changed, with an execution, and when a workflow was published. */
	private store(): void {
		this.stored = JSON.parse(JSON.stringify(this.workflow.staticData)) as Json;
	}

	/** The first poll of an activation, whose failure is one of the activation. */
	async activate(activation: WorkflowActivateMode = 'activate'): Promise<void> {
		this.context = this.contextFor('trigger', activation);
		this.take(await this.type.poll!.call(this.context));
		this.store();
	}

	/** n8n is killed, or ended, and comes back: what was not stored is gone. */
	async restart(): Promise<void> {
		await this.activate('init');
	}

	/** A poll by schedule. @returns what came out */
	async poll(): Promise<Json[]> {
		return this.take(await this.type.poll!.call(this.context));
	}

	/** A poll where n8n keeps the times of polls in its database: each begins with what is stored. */
	async pollAnew(): Promise<Json[]> {
		this.context = this.contextFor('trigger', 'update');
		return await this.poll();
	}

	/** "Execute workflow" in the editor. */
	async sample(): Promise<Json[]> {
		const context = this.contextFor('manual', 'manual');
		const items = await this.type.poll!.call(context);
		const { 'node:Trigger': stored = {} } = this.stored;
		expect(context.getWorkflowStaticData('node')).toEqual(stored);
		return (items?.[0] ?? []).map(({ json }) => json as Json);
	}

	private take(items: Awaited<ReturnType<NonNullable<INodeType['poll']>>>): Json[] {
		if (items === null) return [];
		const jsons = items[0].map(({ json }) => json as Json);
		this.came.push(...jsons);
		this.store();
		return jsons;
	}
}
