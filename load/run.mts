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
\`npm run load\` measures everything below again, in about an hour and a half, and writes this page; it needs Redis and
PostgreSQL (\`apt-get install redis-server postgresql\`). \`npm run load -- --quick\` shows small figures in a quarter of
an hour, and keeps none.

| promise | how it is tested |
|---|---|
| A wait survives the crash of n8n, of a worker, and a restart, at every moment | killed with SIGKILL between polls, in polls, twice in a row, while results are fetched and while a poll is due, in regular and in queue mode, with both recovery modes and all three ways of On Error: \`test/n8n/waitKills.test.mts\`, \`test/n8n/wait.test.mts\`, \`test/n8n/waitQueue.test.mts\`, the soak below. Every way in which n8n finds what it has killed: \`test/engine/waitKilled.test.ts\` |
| Each end of a job is told, and told once | every run of the soak has to tell once how it ended |
| What is told is what happened | the soak knows how each job and each scan ends, and compares; a run may tell of a fault only where a request has met one |
| What starts work is never sent twice, also when its answer was lost | the soak counts the scans of each endpoint; \`test/faults\` counts the requests after each fault |
| Where it is not known whether something was started, the node says so | the rows of Scan Endpoints in \`test/faults/expectations.ts\` |
| The vendor's reason reaches the user, whatever the vendor answers | the words of each cell in \`test/faults/expectations.ts\` |
| The tenant's limit is kept | the soak counts what the tenant refuses for it: nothing, with one worker; [several workers](#several-workers) share a limit that none of them can see |
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
