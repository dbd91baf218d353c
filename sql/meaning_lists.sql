--
-- Lists mean tables times roles times privileges, all or nothing: every clause must be right for each of them.
--
\getenv abs_srcdir PG_ABS_SRCDIR
\set fixture :abs_srcdir '/test/fixture_f1.sql'
\i :fixture
\pset format unaligned
\pset tuples_only on
SET ROLE regress_electric_owner;
CALL enable_all();
\set grants 'SELECT tbl, privilege, role, scope, path, check_sql FROM electric.grants ORDER BY tbl::text, privilege, role COLLATE "C";'

-- Each privilege on each table for each role, by the clauses that all of them share; words that say the same say it once.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ, SELECT, UPDATE ON issues, project_memberships TO 'projects:a', 'projects:b' USING project_id CHECK (this.id <> '') $$;
:grants
DO LANGUAGE ddlx $$ ELECTRIC REVOKE ALL PRIVILEGES ON TABLE project_memberships, issues FROM 'projects:b', 'projects:a' $$;
:grants
DO LANGUAGE ddlx $$ ELECTRIC GRANT ALL PRIVILEGES, READ ON tags, tags TO 'x', 'x', (NULL, 'x') $$;
:grants
DO LANGUAGE ddlx $$ ELECTRIC REVOKE WRITE, READ ON tags FROM 'x' $$;

-- USING must lead from each table to each role's scope.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues, comments TO 'projects:a' USING project_id $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON comments, issues TO 'projects:a' USING issue_id/project_id $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues TO 'projects:a', 'workspaces:a' USING project_id $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues, regions TO 'projects:a' $$;

-- CHECK must be true or false for a row of each table, and columns be there in each.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues, comments TO ANYONE CHECK (title <> '') $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON reactions, tags TO ANYONE CHECK (is_public) $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT UPDATE (title) ON issues, comments TO ANYONE $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT INSERT, UPDATE (title, titel) ON issues TO ANYONE $$;

-- Each role must be one: what is wrong with the last undoes the first.
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues TO ANYONE, 'nowhere:a' $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues, nowhere TO ANYONE $$;
DO LANGUAGE ddlx $$ ELECTRIC REVOKE READ ON issues, nowhere FROM ANYONE $$;
DO LANGUAGE ddlx $$ ELECTRIC GRANT READ ON issues TO ANYONE; ELECTRIC ASSIGN 'x' TO users.nothing $$;
:grants
\i :reset
