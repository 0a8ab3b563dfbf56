/* The command `npm run load`: faults, load and scale on a real n8n; writes docs/reliability.md. */
import { runCommand } from '../bench/command.mts';

runCommand({
	command: 'load',
	noun: 'measurement',
	folder: new URL('./', import.meta.url),
	ending: '.load.mts',
	page: 'reliability',
	introduction: `# Reliability

<!-- Written by \`npm run load\` from load/results. Changes made here by hand are lost. -->

What the nodes promise for the night when nobody watches, how each promise is tested, and what was measured last.
\`npm run load\` measures everything below again, in about two hours and three quarters, and writes this page; it needs Redis and
PostgreSQL (\`apt-get install redis-server postgresql\`). \`npm run load -- files rows\` measures only what it names, and
\`npm run load -- --quick\` shows small figures in about forty minutes, and keeps none.

| promise | how it is tested |
|---|---|
| A wait survives the crash of n8n, of a worker, and a restart, at every moment | killed with SIGKILL between polls, in polls, twice in a row, while results are fetched and while a poll is due, in regular and in queue mode, with both recovery modes and all three ways of On Error: \`test/n8n/waitKills.test.mts\`, \`test/n8n/wait.test.mts\`, \`test/n8n/waitQueue.test.mts\`, and in the soak below, where polls of every kind of wait hang when a worker is killed. Every way in which n8n finds what it has killed: \`test/engine/waitKilled.test.ts\` |
| Each end of a job is told, and told once | every run of the soak has to tell once how it ended |
| What is told is what happened | the soak knows how each job and each piece of work ends, and compares; a run may tell of a fault only where a request has met one |
| What starts work is never sent twice, also when its answer was lost | the soak counts what the vendors have started: scans, isolations, scripts, retrievals, queries, imports and executions; \`test/faults\` counts the requests after each fault |
| Work is done on what was asked for, and on nothing else | the soak compares each piece of work with what its run was to do; items that are gathered: \`test/engine/runScript.test.ts\`, \`test/engine/isolateEndpoints.test.ts\`, \`test/engine/retrieveFiles.test.ts\` |
| Where it is not known whether something was started, the node says so | the cells of all nodes that start work in \`test/faults\`, each in the node's own words, and no other cell says it |
| The vendor's reason reaches the user, whatever the vendor answers | the words of each cell in \`test/faults\` |
| The limits of a tenant are kept | the soak counts what the tenant refuses for its 10 requests a second: nothing, with one worker; [several workers](#several-workers) share a limit that none of them can see. Polls of imports, 10 a minute: [large waits](#large-waits) |
| A list that changes while it is read comes out complete, and everybody once | [endpoints that come and go](#endpoints-that-come-and-go); \`test/unit/endpointPaging.test.ts\`, \`test/fuzz/paging.test.ts\` |
| Each job starts the trigger's workflow once | over restarts, outages and jobs of one millisecond: \`test/n8n/trigger.test.mts\`, and by chance in \`test/engine/scriptJobTrigger.test.ts\`; [hundreds of open jobs](#open-jobs-of-the-trigger) |
| An agent is told the outcome, and over a restart where n8n's engine runs its tools; a model is told why something failed | each way in which n8n calls a tool, parked or not, killed or not: [agents](#agents), \`test/engine/tools.test.ts\` |
| Parked waits end after an update of the package | waits that the tarball of 0.1.0 has parked: \`test/n8n/update.test.mts\` |
| A check of a tenant sends only what reads, and shows no value | the simulator's log, and values planted in every reply: \`test/tenant\` |
| Memory does not grow with the sum of the files | [files](#files) |
| What is large takes no more than in proportion: time and database, and memory but for many waits that end at once | [scale](#scale), [rows of a query](#rows-of-a-query), [large waits](#large-waits), each in three sizes |
| What is too much for an item, such as more than 100,000 endpoints, jobs or rows, is an error that says how to go on, or said beside the result; never cut off silently | one more than fits: \`test/engine/searchEndpoints.test.ts\`, \`test/engine/qualysSearch.test.ts\`, \`test/engine/xql.test.ts\`, \`test/engine/cortexErrors.test.ts\` |
| Each output item is linked to its input, and On Error holds for each item by itself | links of every declarative node: \`test/engine/operations.test.ts\`; an item for each failure, under every fault and each way of On Error: \`test/faults\`; beside items that do not fail: \`test/engine/cortexInput.test.ts\`, \`test/engine/downloadFiles.test.ts\`, \`test/engine/waitForJob.test.ts\` |
| Isolations send only what is needed, and tell of each endpoint what was done and why | every state of an endpoint: \`test/engine/isolateEndpoints.test.ts\` |
| A model cannot choose all endpoints, a risky script, or more endpoints than it may | in both ways in which n8n calls tools: \`test/engine/tools.test.ts\`, \`test/engine/runScript.test.ts\`, \`test/engine/abortScan.test.ts\`, \`test/engine/isolateEndpoints.test.ts\`, \`test/engine/executeScript.test.ts\` |
| A login that Qualys refuses is not sent again | by 50 items, nor by later executions: \`test/engine/qualysSession.test.ts\` |
| Nothing that a user types or a vendor sends breaks a node | \`test/fuzz\`: no exception but the node's own, no hang, nothing sent for refused input |
| No key, password or token gets into logs, the database or messages | searched for in every form, after each measurement on a real n8n here and in \`test/n8n\`; a planted text proves that the search finds what is there |
| Nothing is sent to any host but the credential's | n8n writes down every address that it connects to, in \`test/n8n\` and in the soak below; \`test/faults\` notes the host of every request, redirects among them; \`test/engine/tools.test.ts\` has tool calls that name another tenant |

**What is left.** A parked wait can be lost, or told as failed though its job has not, if n8n is killed in the moment in
which the execution that watches over its polls is at work: once when the wait ends, and once when a poll was killed before.
That took 5 ms to 1 s in regular mode (median 0.3 s) and 9 ms to 4.4 s in queue mode (median 0.6 s), with four n8ns at work
on two cores (\`test/n8n/waitKills.test.mts\`). What comes out is never a success: in regular mode items with the outcome *failed*, or n8n's own error; in queue mode n8n's own error, which under *Continue* is a
single item. A worker that is told to end (SIGTERM) while it polls can hit that moment by itself, as it may still take over
the wait whose poll it has just given up.

The same soak runs for three minutes with every change (\`test/n8n/soak.test.mts\`), and the faults and odd input below do
as well.`,
});
