import type { JsonObject } from '../json';
import { ELSEWHERE, throttled, type Statuses } from './faults';

/** An operation of the Qualys gateway, with what its refusals are explained by. */
export interface QualysOperation {
	/** As in the title of the node. */
	name: string;
	/** What its answer must hold, in words. */
	gives: string;
	/** What statuses mean for it, beside what they mean for all. */
	statuses: Statuses;
}

/** A request to the Qualys gateway; all of them are POST. */
export interface Question {
	operation: QualysOperation;
	path: string;
	body: JsonObject;
}

const RIGHTS = 'API access, the module Custom Assessment and Remediation with a full license';

/** Sources: the vendor's page of each operation, and its page about roles. */
export const OPERATIONS = {
	searchScriptJobs: {
		name: 'Search Script Jobs',
		gives: 'a list of jobs',
		statuses: {
			400: {
				meaning: 'refused',
				hint: 'Check the filters and the sort of this node: the text above is what Qualys says of them.',
				wordless: 'Check the filters and the sort of this node.',
			},
			404: {
				meaning: 'declined',
				hint: 'The platform may not have this version of the search: try the other API Version.',
				wordless: ELSEWHERE,
			},
			409: throttled(', or raise Page Size'),
			413: { meaning: 'refused', hint: 'The request is too large. Shorten the query.' },
			429: throttled(', or raise Page Size'),
		},
	},
	/** The same search, by a trigger: it has filters, and none of the other fields that the hints above name. */
	pollScriptJobs: {
		name: 'Search Script Jobs',
		gives: 'a list of jobs',
		statuses: {
			400: {
				meaning: 'refused',
				hint: 'Check the filters of this node: the text above is what Qualys says of them.',
				wordless: 'Check the filters of this node.',
			},
			404: {
				meaning: 'declined',
				hint: 'The platform may not have version 2 of the search, which this trigger needs.',
				wordless: ELSEWHERE,
			},
			409: throttled(),
			413: { meaning: 'refused', hint: 'The request is too large. Shorten the query.' },
			429: throttled(),
		},
	},
	getScriptJobResults: {
		name: 'Get Script Job Results',
		gives: 'a list of asset jobs',
		statuses: {
			403: {
				meaning: 'forbidden',
				hint: `To read the results of jobs, the user needs ${RIGHTS}, and any role of that module. A manager can allow all of it in Qualys under Administration → Users.`,
			},
			409: throttled(', or poll less often'),
			429: throttled(', or poll less often'),
		},
	},
	executeScript: {
		name: 'Execute Script',
		gives: 'a correlationUuid',
		statuses: {
			400: {
				meaning: 'refused',
				hint: 'Nothing was started. Check the script and the targets of this node: the text above is what Qualys says of them.',
				wordless: 'Nothing was started. Check the script and the targets of this node.',
			},
			403: {
				meaning: 'forbidden',
				hint: `Nothing was started. To run scripts, the user needs ${RIGHTS}, one of the roles Manager, Operations or Library Script Importer, and the targets in the tag scope. A manager can allow all of it in Qualys under Administration → Users.`,
			},
			404: {
				meaning: 'unknown',
				hint: 'Nothing was started. Check Script ID: it is the number of the script in the list of scripts in Qualys.',
				wordless: ELSEWHERE,
			},
			409: throttled(': Qualys also takes only 1,000 executions a day from a user'),
			429: throttled(': Qualys also takes only 1,000 executions a day from a user'),
		},
	},
	listTags: { name: 'the list of tags', gives: 'a list of tags', statuses: {} },
} as const satisfies Record<string, QualysOperation>;
