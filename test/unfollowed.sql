-- For tests of what the rules do where a change of the schema is not followed, as under a
-- superuser who silences event triggers: run as superuser.
ALTER EVENT TRIGGER electric_ddl_start DISABLE;
ALTER EVENT TRIGGER electric_ddl_end DISABLE;
