import {
	NodeConnectionTypes,
	type IDisplayOptions,
	type INodeProperties,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { optionsProperty } from '../input/properties';

/* Fields of a node that waits, in the same words whichever vendor it waits for. */

/** What its words depend on. */
interface Words {
	/** The vendor, in sentences. */
	vendor: string;
	/** What the parts of a job are called, in sentences. */
	parts: string;
	/** When an item may name no job, in words after "e.g.". */
	withoutJob: string;
	/** When a job of parts is waited for; always, unless given. */
	hasParts?: IDisplayOptions;
	/** Options that only this node has. */
	more: INodeProperties[];
}

/** The plan of a parked wait: it is set in the sub-execution that keeps the wait, and nowhere else. */
export const planProperty: INodeProperties = {
	displayName: 'Plan',
	name: 'plan',
	type: 'hidden',
	default: '',
};

/** The second output exists only in the sub-execution that keeps a parked wait. */
export const waitOutputs: INodeTypeDescription['outputs'] = `={{ $parameter.plan ? [{ type: "${NodeConnectionTypes.Main}" }, { type: "${NodeConnectionTypes.Main}" }] : [{ type: "${NodeConnectionTypes.Main}" }] }}`;

/** What the editor shows while a wait is parked. */
export const waitingTooltip = (vendor: string): string =>
	`Waiting for ${vendor} to finish. The sub-execution polls the jobs and wakes this workflow; n8n may be restarted meanwhile.`;

/** The field Timeout. */
export const timeoutProperty = ({ vendor }: Pick<Words, 'vendor'>): INodeProperties => ({
	displayName: 'Timeout',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 60,
	hint: 'In minutes',
	description: `Minutes after which to give up. The job continues in ${vendor}; its last status is part of the output. As a tool, 5 minutes at most where the wait stays in memory.`,
});

const backoff: INodeProperties = {
	displayName: 'Backoff',
	name: 'backoff',
	type: 'options',
	default: 'exponential',
	options: [
		{
			name: 'Exponential',
			value: 'exponential',
			description: 'Each wait is 1.5 times as long as the one before',
		},
		{ name: 'Fixed', value: 'fixed', description: 'Each wait is as long as the Poll Interval' },
	],
	description: 'How the time between two polls grows',
};

const finishedShare = ({ parts, hasParts }: Words): INodeProperties => ({
	displayName: 'Finished Share (%)',
	name: 'finishedShare',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 100 },
	default: 100,
	displayOptions: hasParts,
	description: `Percent of the ${parts} that must have finished for the wait to end. Lower it where some are switched off for days.`,
});

const emptyJobId = ({ withoutJob }: Words): INodeProperties => ({
	displayName: 'If Job ID Is Empty',
	name: 'emptyJobId',
	type: 'options',
	default: 'refuse',
	options: [
		{
			name: 'Fail',
			value: 'refuse',
			description: 'The item fails, and On Error decides what then',
		},
		{
			name: 'Skip',
			value: 'skip',
			description: 'The item comes out with the outcome skipped, which counts as success',
		},
	],
	description: `What to do with an item that names no job, e.g. ${withoutJob}`,
});

const maxPollInterval: INodeProperties = {
	displayName: 'Max Poll Interval',
	name: 'maxPollInterval',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 300,
	hint: 'In seconds',
	displayOptions: { hide: { backoff: ['fixed'] } },
	description:
		'Longest time between two polls with exponential backoff, in the first day of a wait',
};

const requiredShare = ({ parts, hasParts }: Words): INodeProperties => ({
	displayName: 'Required Share (%)',
	name: 'requiredShare',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 100 },
	default: 100,
	displayOptions: hasParts,
	description: `Percent of the finished ${parts} that must have succeeded for the job to count as success`,
});

const waitMode: INodeProperties = {
	displayName: 'Wait Mode',
	name: 'waitMode',
	type: 'options',
	default: 'auto',
	options: [
		{
			name: 'Automatic',
			value: 'auto',
			description: 'In memory for a minute, then in the database, where it costs no worker',
		},
		{
			name: 'In Memory',
			value: 'inMemory',
			description: 'In memory to the end: holds a worker, and is lost when n8n restarts',
		},
	],
	description: 'Where the wait is kept',
};

/** The collection Options. */
export const waitOptions = (words: Words): INodeProperties =>
	optionsProperty(
		[
			backoff,
			finishedShare(words),
			emptyJobId(words),
			maxPollInterval,
			requiredShare(words),
			waitMode,
			...words.more,
		].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	);
