-- The rows that every quiet moment starts with; those that clients have made or moved may stay.
INSERT INTO tenants SELECT t, 'tenant ' || t FROM generate_series(1, 5) t ON CONFLICT DO NOTHING;
DELETE FROM memberships WHERE id >= 100;
INSERT INTO memberships
	SELECT n * 10 + t, 'u' || n, t, (ARRAY['member', 'editor', 'admin'])[1 + (n + t) % 3], true, NOT may('u' || n, t)
	FROM generate_series(0, 9) n, generate_series(1, 5) t
	ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, tenant_id = excluded.tenant_id,
		kind = excluded.kind, valid = memberships.id % 7 > 0, decoy = excluded.decoy;
INSERT INTO staff SELECT 'u' || n, n + 1 FROM generate_series(0, 3) n ON CONFLICT DO NOTHING;
INSERT INTO projects SELECT p, 1 + p % 5, 'project', NULL, 's', 'u' || p % 5 FROM generate_series(1, 20) p ON CONFLICT DO NOTHING;
INSERT INTO issues SELECT i, 1 + p % 5, p, 'issue ' || i, NULL, 's', 1, 0, i % 10 = 0, CASE WHEN i % 3 = 0 THEN 'u' || p % 5 END
	FROM generate_series(1, 200) i, LATERAL (SELECT 1 + i % 20 AS p) project ON CONFLICT DO NOTHING;
INSERT INTO comments SELECT c, tenant_id, id, 'u' || (tenant_id + 4 + c % 2 * 5) % 10, 'comment', 's'
	FROM issues, LATERAL (SELECT unnest(ARRAY[id, id + 200]) AS c) two ON CONFLICT DO NOTHING;
INSERT INTO events SELECT e, 1 + e % 5, 'event ' || e FROM generate_series(1, 100) e ON CONFLICT DO NOTHING;
INSERT INTO vault SELECT v, 1 + v % 5, 'v' FROM generate_series(1, 40) v ON CONFLICT DO NOTHING;
INSERT INTO notes SELECT v, 1 + v % 5, 'n' FROM generate_series(1, 40) v ON CONFLICT DO NOTHING;
