/*
 * password.c
 *		SQL functions of passwords: hash_password, verify_password, password_needs_rehash.
 *
 * Hashes are Argon2id, of the password's characters in UTF-8: a hash is good in a database
 * of any encoding and for other programs. What has held a password here is wiped, after
 * errors as well; the argument itself is the executor's. By default PostgreSQL logs the
 * statement of each error: while a password is in hand, every error, whoever raises it, hides
 * the statement and the context from the log. Parallel workers log it all the same, so the
 * functions are PARALLEL UNSAFE.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/namespace.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "crypto/crypto.h"
#include "identity/identity.h"
#include "identity/phc.h"
#include "identity/secret.h"

/* The password's length in UTF-8. */
#define MAX_PASSWORD_BYTES 4096

/* In other encodings a character has at most twice the bytes that it has in UTF-8. */
#define MAX_SOURCE_BYTES (2 * MAX_PASSWORD_BYTES)

/* OWASP's parameters, and the least that can be set. */
#define LEAST_MEMORY	 19456
#define LEAST_ITERATIONS 2
#define LEAST_LANES		 1
#define SALT_BYTES		 16
#define HASH_BYTES		 32

/* What one hash may cost at most, whoever wrote it: a computation cannot be cancelled. */
#define MOST_MEMORY		(1024 * 1024)
#define MOST_ITERATIONS 100
#define MOST_LANES		255
#define MOST_WORK		UINT64CONST(4 * 1024 * 1024) /* memory times iterations */

typedef enum PasswordProblem
{
	PASSWORD_FINE,
	PASSWORD_EMPTY,
	PASSWORD_TOO_LONG,
	PASSWORD_NOT_UTF8
} PasswordProblem;

typedef struct Password
{
	uint32 len;
	uint8 utf8[MAX_SOURCE_BYTES * MAX_CONVERSION_GROWTH + 2];
	uint8 source[MAX_SOURCE_BYTES];
} Password;

static int argon2_memory;
static int argon2_iterations;
static int argon2_parallelism;

static char *hash_of(Password *password, Datum argument);
static bool is_hash_of(Password *password, Datum argument, bool isnull, const PasswordHash *hash);
static PasswordProblem password_read(Password *password, Datum argument);
static PasswordProblem password_convert(Password *password, uint32 source_len);
static void refuse_password(PasswordProblem problem);
static bool hash_read(Datum argument, PasswordHash *hash);
static bool is_affordable(const PasswordHash *hash);
static Argon2idInput argon2id_input(const Password *password, const PasswordHash *hash);
static void refuse_status(Argon2idStatus status, uint32 memory);

PG_FUNCTION_INFO_V1(electric_hash_password);
PG_FUNCTION_INFO_V1(electric_verify_password);
PG_FUNCTION_INFO_V1(electric_password_needs_rehash);

/* electric.hash_password(password text) -> text */
Datum
electric_hash_password(PG_FUNCTION_ARGS)
{
	Password *password;
	ErrorContextCallback guard;
	char *volatile hash = NULL;

	secret_begin(&guard);
	password = palloc(sizeof(Password));
	PG_TRY();
	{
		hash = hash_of(password, PG_GETARG_DATUM(0));
	}
	PG_FINALLY();
	{
		explicit_bzero(password, sizeof(Password));
	}
	PG_END_TRY();
	secret_end(&guard);

	pfree(password);
	PG_RETURN_TEXT_P(cstring_to_text(hash));
}

/*
 * electric.verify_password(password text, hash text) -> boolean
 *
 * Not strict: NULL must not slip through IF NOT electric.verify_password(..).
 */
Datum
electric_verify_password(PG_FUNCTION_ARGS)
{
	PasswordHash hash;
	Password *password;
	ErrorContextCallback guard;
	volatile bool matches = false;

	secret_begin(&guard);
	password = palloc(sizeof(Password));
	PG_TRY();
	{
		if (!PG_ARGISNULL(1) && hash_read(PG_GETARG_DATUM(1), &hash) && is_affordable(&hash))
			matches = is_hash_of(password, PG_GETARG_DATUM(0), PG_ARGISNULL(0), &hash);
	}
	PG_FINALLY();
	{
		explicit_bzero(password, sizeof(Password));
	}
	PG_END_TRY();
	secret_end(&guard);

	pfree(password);
	PG_RETURN_BOOL(matches);
}

/*
 * electric.password_needs_rehash(hash text) -> boolean
 *
 * False only for a hash that verify_password can verify and that is as strong as one that
 * hash_password would make now.
 */
Datum
electric_password_needs_rehash(PG_FUNCTION_ARGS)
{
	PasswordHash hash;

	if (!hash_read(PG_GETARG_DATUM(0), &hash) || !is_affordable(&hash))
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(hash.memory < argon2_memory ||
				   hash.iterations < argon2_iterations ||
				   hash.lanes < argon2_parallelism ||
				   hash.salt_len < SALT_BYTES ||
				   hash.hash_len < HASH_BYTES);
}

static char *
hash_of(Password *password, Datum argument)
{
	PasswordHash hash;
	Argon2idInput input;

	refuse_password(password_read(password, argument));

	hash.memory = argon2_memory;
	hash.iterations = argon2_iterations;
	hash.lanes = argon2_parallelism;
	hash.salt_len = SALT_BYTES;
	hash.hash_len = HASH_BYTES;
	if (!is_affordable(&hash))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the settings of Argon2 ask for a hash that is too expensive"),
				 errdetail("electric_perm.argon2_memory times electric_perm.argon2_iterations is more than 4 GB."),
				 errhint("Lower one of them.")));
	if (!pg_strong_random(hash.salt, hash.salt_len))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random salt")));

	input = argon2id_input(password, &hash);
	refuse_status(crypto_argon2id(&input, hash.hash, hash.hash_len), hash.memory);
	return phc_write(&hash);
}

/*
 * is_hash_of: NULL and what hash_password would refuse have no hash. Finding that out takes
 * as long as for any other password, or the time would tell which users have a hash.
 */
static bool
is_hash_of(Password *password, Datum argument, bool isnull, const PasswordHash *hash)
{
	bool is_password = !isnull && password_read(password, argument) == PASSWORD_FINE;
	Argon2idInput input;
	bool matches;

	if (!is_password)
	{
		password->utf8[0] = '\0';
		password->len = 1;
	}
	input = argon2id_input(password, hash);
	refuse_status(crypto_argon2id_matches(&input, hash->hash, hash->hash_len, &matches),
				  hash->memory);
	return matches && is_password;
}

/* password_read leaves no copy of the argument but in *password. */
static PasswordProblem
password_read(Password *password, Datum argument)
{
	Size len = toast_raw_datum_size(argument) - VARHDRSZ;
	text *plain;

	if (len == 0)
		return PASSWORD_EMPTY;
	if (len > MAX_SOURCE_BYTES)
		return PASSWORD_TOO_LONG;

	plain = DatumGetTextPP(argument);
	memcpy(password->source, VARDATA_ANY(plain), len);
	if (PointerGetDatum(plain) != argument)
	{
		explicit_bzero(plain, VARSIZE_ANY(plain));
		pfree(plain);
	}
	return password_convert(password, len);
}

static PasswordProblem
password_convert(Password *password, uint32 source_len)
{
	int encoding = GetDatabaseEncoding();

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
	{
		if (!pg_verify_mbstr(PG_UTF8, (char *) password->source, source_len, true))
			return PASSWORD_NOT_UTF8;
		memcpy(password->utf8, password->source, source_len);
		password->len = source_len;
	}
	else
	{
		Oid conversion = FindDefaultConversionProc(encoding, PG_UTF8);

		if (!OidIsValid(conversion) ||
			pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
										  password->source, source_len,
										  password->utf8, sizeof(password->utf8),
										  true) != source_len)
			return PASSWORD_NOT_UTF8;
		password->len = strlen((char *) password->utf8);
	}
	return password->len > MAX_PASSWORD_BYTES ? PASSWORD_TOO_LONG : PASSWORD_FINE;
}

static void
refuse_password(PasswordProblem problem)
{
	switch (problem)
	{
		case PASSWORD_FINE:
			break;
		case PASSWORD_EMPTY:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("password must not be empty")));
			break;
		case PASSWORD_TOO_LONG:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("password is too long"),
					 errdetail("At most %d bytes of UTF-8 are allowed.", MAX_PASSWORD_BYTES)));
			break;
		case PASSWORD_NOT_UTF8:
			ereport(ERROR,
					(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
					 errmsg("password cannot be written in UTF-8"),
					 errdetail("Passwords are hashed in UTF-8; the encoding of the database is %s.",
							   GetDatabaseEncodingName())));
			break;
	}
}

static bool
hash_read(Datum argument, PasswordHash *hash)
{
	text *plain;

	if (toast_raw_datum_size(argument) - VARHDRSZ > PHC_MAX_TEXT)
		return false;
	plain = DatumGetTextPP(argument);
	return phc_read(VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain), hash);
}

static bool
is_affordable(const PasswordHash *hash)
{
	return hash->memory <= MOST_MEMORY &&
		hash->iterations <= MOST_ITERATIONS &&
		hash->lanes <= MOST_LANES &&
		hash->memory >= 8 * hash->lanes && /* Argon2 has no less */
		(uint64) hash->memory * hash->iterations <= MOST_WORK;
}

static Argon2idInput
argon2id_input(const Password *password, const PasswordHash *hash)
{
	Argon2idInput input = {0};

	input.password = password->utf8;
	input.password_len = password->len;
	input.salt = hash->salt;
	input.salt_len = hash->salt_len;
	input.memory = hash->memory;
	input.iterations = hash->iterations;
	input.lanes = hash->lanes;
	return input;
}

static void
refuse_status(Argon2idStatus status, uint32 memory)
{
	if (status == ARGON2ID_NO_MEMORY)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("A password hash needs %u kB.", memory)));
	if (status != ARGON2ID_DONE)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute Argon2id")));
}

void
password_init(void)
{
	DefineCustomIntVariable("electric_perm.argon2_memory",
							"Memory that a new password hash takes.",
							"Less than OWASP recommends cannot be set.",
							&argon2_memory, LEAST_MEMORY, LEAST_MEMORY, MOST_MEMORY,
							PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("electric_perm.argon2_iterations",
							"Passes over the memory of a new password hash.",
							NULL,
							&argon2_iterations, LEAST_ITERATIONS, LEAST_ITERATIONS, MOST_ITERATIONS,
							PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("electric_perm.argon2_parallelism",
							"Lanes of a new password hash; all are computed in one thread.",
							NULL,
							&argon2_parallelism, LEAST_LANES, LEAST_LANES, MOST_LANES,
							PGC_SUSET, 0, NULL, NULL, NULL);
}
