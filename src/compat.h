/*
 * compat.h
 *		One place for the differences between PostgreSQL versions.
 *
 * Each entry defines the newest name for older servers, or wraps a call in the newest
 * form, and cites the change upstream; the code uses that alone.
 */
#ifndef ELECTRIC_COMPAT_H
#define ELECTRIC_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "electric_perm needs PostgreSQL 15 or newer"
#endif

/* PostgreSQL 18 (0fbceae8) added instrumentation to index_beginscan. */
#if PG_VERSION_NUM >= 180000
#define index_beginscan_compat(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, NULL, nkeys, 0)
#else
#define index_beginscan_compat(heap, index, snapshot, nkeys) \
	index_beginscan(heap, index, snapshot, nkeys, 0)
#endif

/* PostgreSQL 16 (ad86d159) added missing_ok to build_attrmap_by_name_if_req. */
#if PG_VERSION_NUM >= 160000
#define build_attrmap_by_name_if_req_compat(in, out) \
	build_attrmap_by_name_if_req(in, out, false)
#else
#define build_attrmap_by_name_if_req_compat(in, out) \
	build_attrmap_by_name_if_req(in, out)
#endif

/*
 * PostgreSQL 16 (c727f511 "Refactor aclcheck functions") put one object_aclcheck in
 * the place of a function for each class; here for functions alone.
 */
#if PG_VERSION_NUM < 160000
#define object_aclcheck(classid, objectid, roleid, mode) \
	(AssertMacro((classid) == ProcedureRelationId), \
	 pg_proc_aclcheck(objectid, roleid, mode))
#endif

/* PostgreSQL 16 ("Store GUC data in a memory context, instead of using malloc()") */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size) malloc(size)
#endif

/*
 * PostgreSQL 16 ("Replace the sorted array of GUC variables with a hash table")
 * exports find_option. Include utils/guc_tables.h before this file for it.
 */
#if PG_VERSION_NUM < 160000 && defined(GUC_TABLES_H)
#define find_option(name, create_placeholders, skip_errors, elevel) \
	find_option_compat(name)

static inline struct config_generic *
find_option_compat(const char *name)
{
	struct config_generic **settings = get_guc_variables();
	int i;

	for (i = 0; i < GetNumConfigOptions(); i++)
		if (strcmp(settings[i]->name, name) == 0)
			return settings[i];
	elog(ERROR, "unrecognized configuration parameter \"%s\"", name);
}
#endif

/* PostgreSQL 18 (3eea7a0c) dropped execute_once from ExecutorRun and its hook. */
#if PG_VERSION_NUM >= 180000
#define EXECUTOR_RUN_ARGS QueryDesc *query, ScanDirection direction, uint64 count
#define EXECUTOR_RUN_PASS query, direction, count
#else
#define EXECUTOR_RUN_ARGS QueryDesc *query, ScanDirection direction, uint64 count, bool once
#define EXECUTOR_RUN_PASS query, direction, count, once
#endif

/*
 * PostgreSQL 16 (a61b1f74) moved what a statement asks of a relation from the range
 * table entry to its RTEPermissionInfo. Include parser/parse_relation.h before this file
 * for it.
 */
#if PG_VERSION_NUM >= 160000
typedef struct RTEPermissionInfo EntryPermissions;
#define entry_permissions_compat(plan, entry) \
	((entry)->perminfoindex > 0 ? getRTEPermissionInfo((plan)->permInfos, entry) : NULL)
#else
typedef struct RangeTblEntry EntryPermissions;
#define entry_permissions_compat(plan, entry) (entry)
#endif

/* PostgreSQL 17 (2af07e2f) brought RestrictSearchPath. */
#if PG_VERSION_NUM < 170000
#define RestrictSearchPath() \
	((void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, \
							  PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false))
#endif

/* PostgreSQL 17 (1c99cde2) lets the caller of makeJsonLexContextCstringLen bring the lexer. */
#if PG_VERSION_NUM >= 170000
#define make_json_lexer_compat(json, len) \
	makeJsonLexContextCstringLen(NULL, json, len, GetDatabaseEncoding(), true)
#else
#define make_json_lexer_compat(json, len) \
	makeJsonLexContextCstringLen(json, len, GetDatabaseEncoding(), true)
#endif

/* In PostgreSQL 16 and later, the actions of a JSON parser return whether to go on. */
#if PG_VERSION_NUM >= 160000
#define JsonActionResult	JsonParseErrorType
#define JSON_ACTION_GO_ON() return JSON_SUCCESS
#else
#define JsonActionResult	void
#define JSON_ACTION_GO_ON() return
#endif

/* PostgreSQL 16 (afbfc029) replaced the ownership checks by kind of object. */
#if PG_VERSION_NUM < 160000
#define object_ownercheck(classid, objectid, roleid) \
	(AssertMacro((classid) == RelationRelationId), pg_class_ownercheck(objectid, roleid))
#endif

#endif /* ELECTRIC_COMPAT_H */
