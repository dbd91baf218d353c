--
-- What new, old and bare columns of a condition are, for each privilege, also where old and new are compared.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
\set QUIET off
\set VERBOSITY terse
\set ON_ERROR_ROLLBACK on
SET ROLE regress_electric_owner;
CREATE TABLE bids (id int PRIMARY KEY, bidder int, status text, total int, note text);
INSERT INTO bids VALUES (1, 7, 'open', 10, 'n1'), (2, 7, 'shut', 20, 'n2'), (3, 8, 'open', NULL, 'n3');
CALL enable_all();
SET ROLE regress_electric_client;

-- Read: new and old are the row; there is no comparison that a row fails but by NULL.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON bids TO ANYONE WHERE (new.total = old.total AND this.total = row.total) $$;
SET ROLE regress_electric_client;
SELECT id FROM bids ORDER BY id;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON bids TO ANYONE WHERE (old.id IS NULL OR new.status IS DISTINCT FROM old.status) $$;
SET ROLE regress_electric_client;
SELECT count(*) FROM bids;
ROLLBACK;

-- INSERT has no old row, DELETE no new one: their columns are NULL, and what is said of them may be just that.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON bids TO ANYONE;
	ELECTRIC GRANT INSERT, DELETE ON bids TO AUTHENTICATED CHECK (old.id IS NULL AND new.status = 'open' OR new.id IS NULL AND old.status = 'shut' AND bidder = auth.user_id);
$$;
SET ROLE regress_electric_client;
CALL become('7');
INSERT INTO bids VALUES (4, NULL, 'open');
INSERT INTO bids VALUES (5, 7, 'shut');
INSERT INTO bids VALUES (NULL, 7, 'shut');
DELETE FROM bids RETURNING id;
CALL become('07');
DELETE FROM bids;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT, DELETE ON bids TO AUTHENTICATED CHECK (old.id = new.id) $$;
SET ROLE regress_electric_client;
INSERT INTO bids VALUES (5, 7, 'open');
DELETE FROM bids;
ROLLBACK;

-- UPDATE: the whole of it holds with bare columns read as the new row, and with bare columns read as the old one.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON bids TO ANYONE;
	ELECTRIC GRANT UPDATE ON bids TO AUTHENTICATED CHECK (new.total >= total AND (status = 'open' OR new.note = old.note));
$$;
SET ROLE regress_electric_client;
CALL become('U');
UPDATE bids SET total = 11, note = 'more' WHERE id = 1;
UPDATE bids SET total = 9 WHERE id = 1;
UPDATE bids SET total = NULL WHERE id = 1;
UPDATE bids SET total = 1 WHERE id = 3;
UPDATE bids SET total = 21 WHERE id = 2;
UPDATE bids SET total = 22, note = 'shut' WHERE id = 2;
UPDATE bids SET status = 'open' WHERE id = 2;
UPDATE bids SET status = 'shut', note = 'closing' WHERE id = 2;
UPDATE bids SET status = 'shut' WHERE id = 2;
UPDATE bids SET status = NULL, note = 'unknown' WHERE id = 1;
CALL become(NULL);
UPDATE bids SET total = 100;
SELECT * FROM bids ORDER BY id;
ROLLBACK;

-- The user of the statement's start, in the type of the column, and his claims; what does not fit is NULL, and no error.
BEGIN;
SET ROLE regress_electric_owner;
DO LANGUAGE ddlx $$
	ELECTRIC GRANT READ ON bids TO ANYONE;
	ELECTRIC GRANT UPDATE ON bids TO AUTHENTICATED CHECK (old.bidder = auth.user_id AND new.bidder = old.bidder);
	ELECTRIC GRANT UPDATE (status) ON bids TO AUTHENTICATED CHECK (auth.data.level = 'clerk' AND old.status <> new.status);
	ELECTRIC GRANT UPDATE (bidder) ON bids TO ANYONE CHECK ((auth.claims ->> 'until')::int > total);
$$;
SET ROLE regress_electric_client;
CALL become('7');
UPDATE bids SET note = 'mine' WHERE id = 1;
UPDATE bids SET note = 'mine' WHERE id = 3;
UPDATE bids SET bidder = 8 WHERE id = 1;
CALL become('+7');
UPDATE bids SET note = 'mine' WHERE id = 1;
CALL become('U', '{"data": {"level": "clerk"}}');
UPDATE bids SET status = 'won' WHERE id = 3;
UPDATE bids SET status = 'won' WHERE id = 3;
UPDATE bids SET status = 'won', note = 'won' WHERE id = 1;
CALL become('U', '{"data": "clerk"}');
UPDATE bids SET status = 'lost' WHERE id = 1;
CALL become(NULL, '{"until": 15}');
UPDATE bids SET bidder = 9 WHERE id = 1;
UPDATE bids SET bidder = 9 WHERE id = 2;
UPDATE bids SET bidder = 9 WHERE id = 3;
ROLLBACK;
\set QUIET on
\i :reset
