/** Replies as the vendor's pages print them, with the ids that the pages leave open filled in. */

/** Get Action Status: the page calls the keys action ids; tenants send endpoint ids. */
export const actionStatus = {
	reply: {
		data: {
			'0f3c1a5e9d7b4c2a8e6f1d3b5a7c9e01': 'COMPLETED_SUCCESSFULLY',
			'0f3c1a5e9d7b4c2a8e6f1d3b5a7c9e02': 'IN_PROGRESS',
			'0f3c1a5e9d7b4c2a8e6f1d3b5a7c9e03': 'PENDING',
		},
	},
};

const pendingResult = {
	endpoint_name: '<name>',
	endpoint_ip_address: ['<IP address>'],
	endpoint_status: 'LOST',
	domain: 'aaaa',
	endpoint_id: '<endpoint ID>',
	execution_status: 'PENDING',
	standard_output: null,
	retrieved_files: 0,
	failed_files: 0,
	retention_date: null,
};

/** Get Script Execution Results. */
export const scriptResults = {
	reply: {
		script_name: 'snippet script',
		script_description: null,
		script_parameters: [],
		date_created: '2020-03-29 13:21:59',
		scope: 'win_10and 21 other endpoints',
		error_message: '',
		results: [
			pendingResult,
			{ ...pendingResult, domain: '<domain name>' },
			{ ...pendingResult, endpoint_status: 'DISCONNECTED', domain: 'WORKGROUP' },
		],
	},
};

/** The import job's page prints no reply; its five fields are in its text. */
export const importJob = {
	job_id: 'jobId_example',
	job_status: 'COMPLETED_WITH_ERRORS',
	created_timestamp: 1774940443667,
	last_updated: 1774940503667,
	error_log: 'some assets failed',
};

/** The error envelope that all pages print. */
export const errorEnvelope = (status: number, message: string, extra: unknown) => ({
	reply: { err_code: status, err_msg: message, err_extra: extra },
});

/** Scan Endpoints prints requests only: this is the body of its second sample, without repeated fields. */
export const scanRequest = {
	request_data: {
		filters: [
			{ field: 'dist_name', operator: 'in', value: ['WinInstaller'] },
			{
				field: 'endpoint_id_list',
				operator: 'in',
				value: ['0f3c1a5e9d7b4c2a8e6f1d3b5a7c9e01'],
			},
			{ field: 'group_name', operator: 'in', value: ['test"'] },
			{
				field: 'scan_status',
				operator: 'in',
				value: ['none', 'pending', 'in_progress', 'pending_cancellation', 'aborted', 'success'],
			},
		],
	},
};
