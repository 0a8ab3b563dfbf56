import { QualysScriptJobTrigger } from '../../nodes/QualysScriptJobTrigger/QualysScriptJobTrigger.node';
import { TEXT, type Subject } from '../operations/operation';

const parameters = (event: string) => () => ({ event, filters: {}, simplify: true, options: {} });

const common = {
	behaves: 'trigger' as const,
	envelope: 'errorCode' as const,
	timeoutOption: false,
	contract: { id: TEXT, createdAt: TEXT },
	varies: ['id', 'title', 'createdAt', 'updatedAt', 'correlationUuid', 'job_id', 'assets'],
};

/** Polls of the trigger that things go wrong with: each would bring one job. */
const faults: Record<string, Subject> = {
	'Trigger: new jobs': {
		...common,
		operation: 'Search Script Jobs',
		parameters: parameters('created'),
		path: '/sm/v2/jobs/search',
		reply: { body: { totalCount: 0, list: [] } },
		async polled({ simulator }, trigger) {
			await trigger.activate();
			simulator.qualys.runScript({ durationSeconds: 0 });
		},
	},
	'Trigger: open jobs': {
		...common,
		operation: 'Get Script Job Results',
		parameters: parameters('finished'),
		path: '/sm/v1/assetjobs/search',
		reply: { errorCode: null, message: null, body: { totalCount: 0, list: [] } },
		async polled({ simulator }, trigger) {
			await trigger.activate();
			simulator.qualys.runScript({ durationSeconds: 0 });
			// The first look sees how many assets there are.
			await trigger.poll();
		},
	},
};

/** The nodes that are polled. */
export const triggers = [{ node: QualysScriptJobTrigger, faults }];
