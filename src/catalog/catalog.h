/*
 * catalog.h
 *		Contract of the catalog: the only code that reads or writes electric.*
 *
 * The rows are the truth. Reading is by direct scans under the newest catalog
 * snapshot, without privileges or SPI, and safe in any state of a statement.
 * Writing switches to the extension's owner for the write alone, and
 * tells every session to forget the rules it has loaded.
 */
#ifndef ELECTRIC_CATALOG_H
#define ELECTRIC_CATALOG_H

#include "common/sha2.h"
#include "datatype/timestamp.h"
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/jsonb.h"

/* Role names of the built-in roles as they stand in electric.grants.role */
#define ROLE_ANYONE		   "ANYONE"
#define ROLE_AUTHENTICATED "AUTHENTICATED"

/*
 * A grant: a row of electric.grants, or those rows that name its columns. The listed
 * columns of one (table, privilege, role, scope, path) with equal conditions are one grant.
 */
typedef struct Grant
{
	Oid relid;
	AclMode privilege; /* one bit */
	char *role;		   /* ROLE_ANYONE, ROLE_AUTHENTICATED or a name */
	Oid scope_relid;   /* InvalidOid: a global or built-in role */
	char *path;		   /* canonical path, "" = own scope; NULL without
								 * scope */
	List *path_keys;   /* char *: see path_keys(); NIL without scope */
	List *columns;	   /* char *, in order of name; NIL: the whole table */
	char *condition;   /* NULL: none */
} Grant;

/* A row of electric.assignments */
typedef struct Assignment
{
	Oid relid;
	char *user_column;
	char *role;		   /* static role, or NULL .. */
	char *role_column; /* .. the column of a dynamic one */
	Oid scope_relid;   /* InvalidOid: global */
	char *path;		   /* as in Grant */
	List *path_keys;
	char *condition; /* IF; NULL: none */
} Assignment;

/* A row of electric.client_roles */
typedef struct ClientRole
{
	char *role; /* the SQL role's name, checked when used */
	bool service;
} ClientRole;

/* A row of electric.api_key_store */
typedef struct ApiKey
{
	char *id;
	char *name;
	bool secret; /* else publishable */
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	TimestampTz expires; /* DT_NOEND: never */
	ArrayType *networks; /* cidr[]; NULL: from everywhere */
	Jsonb *claims;
} ApiKey;

/*
 * --- grants.c ---
 *
 * Rows that make no sense (an unknown privilege, a scope without a path, a
 * built-in role with a scope, NULL where there is none) are left out of every
 * list: they confer nothing. A table that is gone is no such reason.
 */
extern List *catalog_grants(Oid relid); /* Grant *, of one table, ordered by
										 * privilege, path, role, columns */
extern List *catalog_all_grants(void);

/* catalog_senseless_grants returns those rows, one by one: the opposite of the above. */
extern List *catalog_senseless_grants(void);

/*
 * catalog_grant_store inserts a grant, or replaces the condition of each of its columns.
 * catalog_grant_delete deletes it, its columns alone if it lists some.
 */
extern void catalog_grant_store(const Grant *grant);
extern void catalog_grant_delete(const Grant *grant);

/* catalog_is_same_grant: the same in everything that is recorded? NULL texts included */
extern bool catalog_is_same_grant(const Grant *a, const Grant *b);

/* catalog_is_same_key: same table, privilege, role, scope and path */
extern bool catalog_is_same_key(const Grant *a, const Grant *b);

/*
 * A rule's id stands for condition and columns where policies name their rules: "" for
 * none, else RULE_ID_LENGTH hexadecimal digits of an MD5. privilege_text returns how
 * they name privilege and rule together, 'select' or 'select/1f3a..'; privilege_parse reads
 * that again, false if it is nothing of the kind.
 */
#define RULE_ID_LENGTH 16
extern char *rule_id(const char *condition, List *columns);
extern char *privilege_text(AclMode privilege, const char *rule_id);
extern bool privilege_parse(const char *text, AclMode *privilege, const char **rule_id);

/* --- assignments.c --- */
extern List *catalog_assignments(void); /* Assignment *, all of them, ordered */
extern List *catalog_senseless_assignments(void);

/*
 * catalog_assigned_tables returns the tables (Oid, in ascending order) that any row of them
 * names, and reads nothing else; catalog_table_assignments the assignments on one.
 */
extern List *catalog_assigned_tables(void);
extern List *catalog_table_assignments(Oid relid);
extern Assignment *catalog_assignment_find(const Assignment *key);
extern void catalog_assignment_store(const Assignment *assignment);
extern void catalog_assignment_delete(const Assignment *key);
extern bool catalog_is_same_assignment(const Assignment *a, const Assignment *b);

/*
 * catalog_if_policy names the policy that keeps an IF condition on its table: its text
 * decides, so a rule whose text is another has another. catalog_if_condition returns the
 * condition as that policy keeps it, NULL if the assignment has none or the policy is gone;
 * catalog_if_columns the columns that it names (char *).
 */
#define CATALOG_IF_POLICY "electric_if_"
extern char *catalog_if_policy(const char *condition);
extern Node *catalog_if_condition(const Assignment *assignment);
extern List *catalog_if_columns(const Assignment *assignment);

/*
 * catalog_conferring_columns returns the columns (char *, sorted by name, no
 * duplicates) of a table that assigns roles in itself as scope, as far as the
 * SELECT grants on itself with the empty path need them: user columns, role
 * columns and those of IF. Names that are no columns any more are left out.
 * The SELECT policy passes them behind the key of the arm with path "", in
 * this order, and the engine takes them in this order.
 */
extern List *catalog_conferring_columns(Oid relid, List *grants, List *assignments);

/* --- tables.c --- */
extern bool catalog_table_is_enabled(Oid relid);
extern List *catalog_enabled_tables(void); /* list of Oid */
extern bool catalog_table_had_rls(Oid relid);
extern void catalog_table_store(Oid relid, bool had_rls);
extern void catalog_table_delete(Oid relid);

/* --- client_roles.c --- */
extern List *catalog_client_roles(void); /* ClientRole * */
extern void catalog_client_role_store(const char *role, bool service);
extern bool catalog_client_role_delete(const char *role);

/* Is it a client role for services: the name, the role? */
extern bool catalog_is_service(const char *name);
extern bool catalog_is_service_role(Oid role);

/*
 * catalog_lock_client_roles keeps the list from changing until the transaction's end, so
 * that a role that arrives and a grant that is made at the same time both count.
 * catalog_client_roles_lock returns the lock (a list of one TableLock) to change it under.
 */
extern void catalog_lock_client_roles(void);
extern List *catalog_client_roles_lock(void);

/*
 * --- api_keys.c ---
 *
 * catalog_api_key_find returns the key, or NULL; catalog_api_key_delete whether there was
 * one. Both changes invalidate the relation cache's entry of catalog_api_keys_relation().
 *
 * catalog_api_key_used notes that a key is in use, at most once in an hour and only where the
 * transaction may write. Nobody waits for it, nor it for anybody.
 */
extern Oid catalog_api_keys_relation(void);
extern ApiKey *catalog_api_key_find(const char *id);
extern void catalog_api_key_store(const ApiKey *key);
extern bool catalog_api_key_delete(const char *id);
extern void catalog_api_key_used(const char *id);

/* --- client_sql.c --- */
extern void catalog_client_sql_append(const char *sql);
extern List *catalog_client_sql(void); /* char *, in order of entry */

/* --- jwt_keys.c --- */

/* A row of electric.jwt_keys: a key that verifies tokens of one algorithm */
typedef struct JwtKey
{
	char *set_name; /* of the set that it came with; "": it came alone */
	char *kid;		/* "": it fits every token of its algorithm */
	char *alg;
	Jsonb *jwk; /* may hold a secret: who is given it wipes it */
} JwtKey;

/*
 * catalog_jwt_keys returns all of them (JwtKey *), catalog_jwt_key_names the same without jwk.
 * catalog_jwt_keys_lock keeps others from changing them until the transaction's end. The
 * deletions return how many rows they met. catalog_jwt_keys_are_watched: will every change of
 * them invalidate the table's relcache entry?
 */
extern List *catalog_jwt_keys(void);
extern List *catalog_jwt_key_names(void);
extern bool catalog_jwt_keys_are_watched(void);
extern void catalog_jwt_keys_lock(void);
extern void catalog_jwt_key_store(const JwtKey *key);
extern int catalog_jwt_keys_delete_kid(const char *kid);
extern int catalog_jwt_keys_delete_set(const char *set_name);

/*
 * --- removal.c: the statement that removes a row of ours which no DDLX statement can
 * name, for a superuser to type ---
 */
extern char *catalog_table_removal(Oid relid);
extern char *catalog_grant_removal(const Grant *grant);
extern char *catalog_assignment_removal(const Assignment *assignment);
extern char *catalog_client_role_removal(const char *role);

/* --- names.c: lists of names (char *); names_compare is for list_sort --- */
extern bool names_contain(List *names, const char *name);
extern bool names_equal(List *a, List *b);
extern int names_compare(const ListCell *a, const ListCell *b);

/* --- relation.c: how the above reach their tables --- */

/*
 * catalog_relation returns the OID of electric.<name>, InvalidOid if the extension
 * is not there. catalog_forget tells every session (this one included) to load
 * its rules again: a relcache invalidation of electric.grants.
 */
extern Oid catalog_relation(const char *name);
extern void catalog_forget(void);

/*
 * catalog_owner returns the owner of a relation, InvalidOid if it is gone;
 * catalog_name its qualified name, quoted where necessary, NULL if it is gone.
 */
extern Oid catalog_owner(Oid relid);
extern char *catalog_name(Oid relid);

/* catalog_is_database_owner: has the current user the rights of the database's owner? */
extern bool catalog_is_database_owner(void);

/* --- statement.c: rules as the DDLX text that makes them --- */

/*
 * catalog_role_text returns a role as a statement names it: ANYONE,
 * 'role', 'schema.scope:role', or (NULL, 'a:b') where a string would be split;
 * catalog_path_text a USING clause, catalog_columns_text a column list, each with a blank
 * in front, "" where none is needed.
 * catalog_grant_text and catalog_assignment_text return the whole statement
 * without a semicolon, with the given privileges; NULL if the table or the scope
 * is gone.
 */
extern char *catalog_role_text(const char *role, Oid scope_relid);
extern char *catalog_path_text(const char *path);
extern char *catalog_columns_text(List *columns);
extern char *catalog_grant_text(const Grant *grant, const char *privileges);

/*
 * catalog_grants_text returns the statements (char *, sorted) that make grants, one for
 * those that differ in the privilege alone.
 */
extern List *catalog_grants_text(List *grants);
extern char *catalog_assigned_role_text(const Assignment *assignment);
extern char *catalog_assignment_text(const Assignment *assignment);

/*
 * privilege_list returns the names of privileges joined by ", ", "ALL" for
 * all four.
 *
 * privilege_name returns "SELECT", "INSERT", "UPDATE" or "DELETE"; privilege_from_name
 * the bit, 0 if unknown (any letter case).
 */
extern char *privilege_list(AclMode privileges);
extern const char *privilege_name(AclMode privilege);
extern AclMode privilege_from_name(const char *name);

#endif /* ELECTRIC_CATALOG_H */
