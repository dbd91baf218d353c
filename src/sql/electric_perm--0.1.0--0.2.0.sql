\echo Use "ALTER EXTENSION electric_perm UPDATE" to load this file. \quit

--
-- Following the schema
--

--
-- Looking after the rules
--

--
-- Asking why
--

--
-- Testing
--
