\set QUIET on
\echo
\echo '== 1. An ordinary schema =='
\echo
\echo 'A tracker: projects have issues, issues have comments, comments have authors.'
\echo 'Its tables belong to the role "tracker". The application connects as "app".'
\echo

CREATE EXTENSION electric_perm;

CREATE ROLE tracker LOGIN;
CREATE ROLE app LOGIN;
GRANT CREATE ON SCHEMA public TO tracker;

SET ROLE tracker;

CREATE TABLE users (
	id text PRIMARY KEY,
	name text NOT NULL
);
CREATE TABLE projects (
	id int PRIMARY KEY,
	name text NOT NULL,
	owner_id text REFERENCES users
);
CREATE TABLE project_memberships (
	project_id int REFERENCES projects,
	user_id text REFERENCES users,
	PRIMARY KEY (project_id, user_id)
);
CREATE TABLE issues (
	id int PRIMARY KEY,
	project_id int NOT NULL REFERENCES projects,
	title text NOT NULL
);
CREATE TABLE comments (
	id int PRIMARY KEY,
	issue_id int NOT NULL REFERENCES issues,
	author_id text CONSTRAINT comment_author_fkey REFERENCES users,
	body text NOT NULL
);
CREATE INDEX ON projects (owner_id);
CREATE INDEX ON project_memberships (user_id);
CREATE INDEX ON issues (project_id);
CREATE INDEX ON comments (issue_id);
CREATE INDEX ON comments (author_id);

INSERT INTO users VALUES ('alice', 'Alice'), ('bob', 'Bob'), ('carol', 'Carol'), ('dave', 'Dave');
INSERT INTO projects VALUES (1, 'Apollo', 'alice'), (2, 'Gemini', 'dave');
INSERT INTO project_memberships VALUES (1, 'bob');
INSERT INTO issues VALUES (10, 1, 'Land on the moon'), (11, 1, 'Come back'), (20, 2, 'Meet in orbit');
INSERT INTO comments VALUES
	(100, 10, 'alice', 'Which one?'),
	(101, 10, 'bob', 'The big one.'),
	(200, 20, 'dave', 'Bring a docking adapter.');

\echo
\echo 'Alice owns Apollo, and Bob is a member of it. Dave owns Gemini. Carol has no part in either.'
\echo
\echo 'The application''s role is made a client role: on tables with Electric enabled it gets what'
\echo 'the rules call for and nothing else. It may say which end user it is asking for.'
\echo

RESET ROLE;
\o /dev/null
SELECT electric.add_client_role('app');
\o
GRANT EXECUTE ON FUNCTION electric.set_user(text, jsonb, boolean) TO app;
