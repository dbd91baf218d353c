// Runs the program of docs/identity.md (example.mjs, beside this file) over a pool of one
// connection, and prints what it saw as JSON. Standard input: tokens, { alice, bob, expired, forged }.
import { text } from 'node:stream/consumers';
import { asUser, notesAfter, pool } from './example.mjs';

const tokens = JSON.parse(await text(process.stdin));
const seen = {};
const backends = new Set();

pool.options.max = 1;
pool.on('connect', (client) => backends.add(client.processID));

const ids = (rows) => rows.map((row) => row.id).join(',');
const request = (user) => ({ headers: { authorization: `Bearer ${tokens[user]}` } });
const notes = (user) => outcome(notesAfter(request(user), 0).then(ids));

// outcome: the error's code and message, or what the promise gave.
async function outcome(promise) {
	try {
		return await promise;
	} catch (error) {
		return `${error.code ?? 'no code'} ${error.message}`;
	}
}

// What the next one finds who asks without a token: his name and his notes.
async function nobody() {
	const { rows } = await pool.query('SELECT electric.user_id() AS "user", array(SELECT id FROM notes ORDER BY id) AS notes');
	return `${rows[0].user} ${rows[0].notes}`;
}

// All at once: they queue for the one connection, alice and bob by turns, and now and then
// one whose token is refused.
const users = Array.from({ length: 200 }, (_, i) => (i % 10 === 9 ? ['expired', 'forged'][(i - 9) / 10 % 2] : ['alice', 'bob'][i % 2]));
const answers = await Promise.all(users.map(notes));
seen.byTurns = {};
users.forEach((user, i) => {
	seen.byTurns[user] = [...new Set([...(seen.byTurns[user] ?? []), answers[i]])];
});
seen.nobody = await outcome(nobody());

// Transactions that stay open for a while, for which the others wait.
seen.interleaved = await Promise.all(['alice', 'bob', 'alice', 'bob'].map((user) => outcome(asUser(tokens[user], async (client) => {
	const first = await client.query('SELECT electric.user_id() AS "user"');
	await new Promise((resolve) => setTimeout(resolve, 20));
	const second = await client.query('SELECT id FROM notes ORDER BY id');
	return `${first.rows[0].user} ${ids(second.rows)}`;
}))));
seen.prepared = (await pool.query('SELECT count(*)::int AS n FROM pg_prepared_statements WHERE generic_plans > 0')).rows[0].n;

// What fails takes its user along, and its changes.
const insert = (author) => (client) => client.query('INSERT INTO notes VALUES (9, $1, $2)', [author, 'x']);
seen.own = await outcome(asUser(tokens.alice, async (client) => (await insert('alice')(client)).rowCount));
seen.ofAnother = await outcome(asUser(tokens.alice, insert('bob')));
seen.failing = [];
for (const work of [
	(client) => client.query('SELECT 1 / (id - id) FROM notes'),
	(client) => client.query('SELEC'),
	(client) => client.query('SELECT $1::int', ['x']),
	async (client) => {
		await client.query('DELETE FROM notes');
		throw new Error('of the program');
	}]) {
	seen.failing.push([await outcome(asUser(tokens.alice, work)), await outcome(nobody())]);
}
seen.afterwards = [await notes('bob'), await notes('alice')];
seen.withoutToken = await outcome(asUser(undefined, () => 'reached'));
seen.backends = backends.size;

// The connection breaks within a transaction: the next has a new one.
pool.options.query_timeout = 1000;
seen.broken = await outcome(asUser(tokens.alice, (client) => client.query('SELECT pg_terminate_backend(pg_backend_pid())')));
seen.afterBroken = [await outcome(nobody()), await notes('bob')];
seen.newBackends = backends.size;

// The server is late, also with ROLLBACK: the transaction stays open, on a connection that is
// not used again.
pool.options.query_timeout = 0;
seen.late = await outcome(asUser(tokens.alice, (client) => client.query('SELECT pg_sleep(2.5)')));
seen.afterLate = [await outcome(nobody()), await notes('bob')];
await pool.end();
console.log(JSON.stringify(seen));
