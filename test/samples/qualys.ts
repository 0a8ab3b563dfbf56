/** Replies and requests as the vendor's page prints them. */

/** The record of v1. */
export const v1Record = {
	severity: 2,
	test: true,
	created: {
		dateTime: 1651847969380,
	},
	executionType: 'Manual',
	correlationUuid: '9bde85fb-010e-45fe-8bc0-4b55cc6c3a2a',
	threshold: 12,
	title: 'Script test for subscribed modules-1651847969',
	platform: 'WINDOWS',
	updatedDateTime: 1651847969380,
	scriptId: 72653,
	customerUuid: '317df02c-4ad1-55e2-83a3-5646a34fceec',
	isTest: true,
	scriptType: 'Python',
	id: '79097',
	category: {
		name: 'General Automation',
		id: 6,
	},
};

/** v1: the page shows one of 13 jobs. */
export const v1Reply = {
	errorCode: null,
	message: null,
	body: { totalCount: 13, list: [v1Record] },
};

/** v1's reply letter by letter: the page has one closing brace too many, so it is no JSON. */
export const v1Printed = ` {
   "errorCode": null,
   "message": null,
   "body": {
       "totalCount": 13,
       "list": [
           {
               "severity": 2,
               "test": true,
               "created": {
                   "dateTime": 1651847969380
               },
               "executionType": "Manual",
               "correlationUuid": "9bde85fb-010e-45fe-8bc0-4b55cc6c3a2a",
               "threshold": 12,
               "title": "Script test for subscribed modules-1651847969",
               "platform": "WINDOWS",
               "updatedDateTime": 1651847969380,
               "scriptId": 72653,
               "customerUuid": "317df02c-4ad1-55e2-83a3-5646a34fceec",
               "isTest": true,
               "scriptType": "Python",
               "id": "79097",
               "category": {
                   "name": "General Automation",
                   "id": 6
               }
           }
           }
       ]
   }
}`;

const customerUuid = '93a2c1c4-5568-63be-81ff-8f8fa95aa479';

/** The record of v2, inside the `data` of a row. */
export const v2Record = {
	scriptLanguage: 'Shell',
	shareScriptResultWithFim: false,
	executionType: 'Manual',
	description: 'Fim OS Audit Run',
	threshold: 0,
	title: 'Auto_script_22062022_074300047-1774951243',
	platform: 'LINUX',
	customerUuid,
	rebootDelayInSeconds: 0,
	id: '686754',
	contentMasifKey: `${customerUuid}/276233/1766199677702`,
	hasSoftwarePackage: false,
	severity: 3,
	thresholdNew: 500,
	runAsLoggedInUser: false,
	test: false,
	created: {
		dateTime: 1774951243679,
		user: { name: 'SYSTEM', id: '00000000-0000-0000-0000-000000000000' },
	},
	correlationUuid: '985893f0-6e95-4950-b5b3-96fc28ea1d5c',
	updatedDateTime: 1774951243679,
	rebootAfterScriptExecution: false,
	scriptId: 276233,
	isTest: false,
	scriptType: 'Custom Script',
	executorAppName: 'FIM',
	category: { name: 'System Maintenance', id: 3 },
};

/** v2: the page shows the first of 4633 jobs. */
export const v2Reply = {
	body: {
		totalCount: 4633,
		list: [{ sortValues: [1774951243679, '686754'], data: v2Record }],
	},
};

/** v2: the body with which the page goes on from a cursor. */
export const v2NextRequest = {
	sort: '[{"created.dateTime": "desc"}, {"id": "desc"}]',
	searchAfter: [1774940443667, '805452'],
	pageSize: 5,
};

/** The filters that the page prints. */
export const filters = [
	'script.name:Script test for subscribed modules',
	'script.name:Auto_script_22062022_074300047',
];

/** An expired token, as the gateway refuses it. */
export const expired = { status: 401, error: 'Unauthorized', message: 'JWT expired' };

/** The record of an asset job, as far as the vendor's page shows it: it is cut off after `created`. */
export const assetJobRecord = {
	output: { code: 0, text: 'SUCCESS' },
	customerUuid,
	enddate: '2022-05-11T06:42:13.692+00:00',
	test: false,
	isTest: false,
	scriptResult: 'U2hlbGwgU2NyaXB0IE91dHB1dCBwcmludGVkISEK',
	created: { dateTime: 1652251300000 },
};

/** Asset jobs of a job. */
export const assetJobsReply = {
	errorCode: null,
	message: null,
	body: { totalCount: 1, list: [assetJobRecord] },
};

/** What the start of a script answers. */
export const executeReply = { body: { correlationUuid: '81761e17-94e8-4a3c-9c7e-2d7a4f3b6c11' } };

/** Tags on which scripts can be run; the count is a text in the vendor's sample. */
export const tagsReply = {
	errorCode: null,
	message: null,
	body: {
		totalCount: '1',
		list: [
			{
				tagId: 7512812,
				tagUuid: 'b1d2a3c4-0000-4000-8000-000000000001',
				name: 'Lab',
				id: 7512812,
				customerUuid,
				customerId: 12345,
				backgroundColor: '#ff0000',
			},
		],
	},
};
