/*
 * argon2.c
 *		Argon2id: by OpenSSL from 3.2 on, by libargon2 before.
 *
 * Both would compute lanes in threads of their own. A backend must have none (its signal
 * handlers and memory know of one thread), so all lanes are computed one after the other,
 * which changes nothing about the hash. Both wipe the memory that they worked in. This
 * file calls no function of the server, so that test/t/025_passwords.pl can link it alone.
 */
#include "postgres.h"

#include <openssl/crypto.h>
#include <openssl/opensslv.h>

#if OPENSSL_VERSION_NUMBER >= 0x30200000L && !defined(OPENSSL_NO_ARGON2)
#define ARGON2_BY_OPENSSL
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#else
#include <argon2.h>
#endif

#include "crypto/crypto.h"

#ifdef ARGON2_BY_OPENSSL

static OSSL_PARAM
octets(const char *name, const uint8 *bytes, uint32 len)
{
	return OSSL_PARAM_construct_octet_string(name, unconstify(uint8 *, bytes), len);
}

static OSSL_PARAM
number(const char *name, const uint32 *value)
{
	return OSSL_PARAM_construct_uint32(name, unconstify(uint32 *, value));
}

static bool
derive(EVP_KDF_CTX *context, const Argon2idInput *input, uint8 *hash, uint32 hash_len)
{
	static const uint32 threads = 1;
	OSSL_PARAM params[9];
	int n = 0;

	params[n++] = octets(OSSL_KDF_PARAM_PASSWORD, input->password, input->password_len);
	params[n++] = octets(OSSL_KDF_PARAM_SALT, input->salt, input->salt_len);
	if (input->secret != NULL)
		params[n++] = octets(OSSL_KDF_PARAM_SECRET, input->secret, input->secret_len);
	if (input->associated != NULL)
		params[n++] = octets(OSSL_KDF_PARAM_ARGON2_AD, input->associated, input->associated_len);
	params[n++] = number(OSSL_KDF_PARAM_ARGON2_MEMCOST, &input->memory);
	params[n++] = number(OSSL_KDF_PARAM_ITER, &input->iterations);
	params[n++] = number(OSSL_KDF_PARAM_ARGON2_LANES, &input->lanes);
	params[n++] = number(OSSL_KDF_PARAM_THREADS, &threads);
	params[n] = OSSL_PARAM_construct_end();
	return EVP_KDF_derive(context, hash, hash_len, params) == 1;
}

/* A size that Argon2 does not have is told in the same way; no caller asks for one. */
static bool
is_lack_of_memory(unsigned long error)
{
	return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE ||
		(ERR_GET_LIB(error) == ERR_LIB_PROV &&
		 ERR_GET_REASON(error) == PROV_R_INVALID_MEMORY_SIZE);
}

Argon2idStatus
crypto_argon2id(const Argon2idInput *input, uint8 *hash, uint32 hash_len)
{
	Argon2idStatus status = ARGON2ID_FAILED;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "ARGON2ID", NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;

	if (context != NULL && derive(context, input, hash, hash_len))
		status = ARGON2ID_DONE;
	else if (is_lack_of_memory(ERR_peek_last_error()))
		status = ARGON2ID_NO_MEMORY;

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	ERR_clear_error();
	return status;
}

#else

Argon2idStatus
crypto_argon2id(const Argon2idInput *input, uint8 *hash, uint32 hash_len)
{
	argon2_context context = {0};

	context.out = hash;
	context.outlen = hash_len;
	context.pwd = unconstify(uint8 *, input->password);
	context.pwdlen = input->password_len;
	context.salt = unconstify(uint8 *, input->salt);
	context.saltlen = input->salt_len;
	context.secret = unconstify(uint8 *, input->secret);
	context.secretlen = input->secret_len;
	context.ad = unconstify(uint8 *, input->associated);
	context.adlen = input->associated_len;
	context.m_cost = input->memory;
	context.t_cost = input->iterations;
	context.lanes = input->lanes;
	context.threads = 1;
	context.version = ARGON2_VERSION_13;
	context.flags = ARGON2_DEFAULT_FLAGS;

	switch (argon2id_ctx(&context))
	{
		case ARGON2_OK:
			return ARGON2ID_DONE;
		case ARGON2_MEMORY_ALLOCATION_ERROR:
			return ARGON2ID_NO_MEMORY;
		default:
			return ARGON2ID_FAILED;
	}
}

#endif

Argon2idStatus
crypto_argon2id_matches(const Argon2idInput *input, const uint8 *hash, uint32 hash_len,
						bool *matches)
{
	uint8 computed[ARGON2ID_MAX_HASH];
	Argon2idStatus status;

	*matches = false;
	if (hash_len > sizeof(computed))
		return ARGON2ID_FAILED;

	status = crypto_argon2id(input, computed, hash_len);
	if (status == ARGON2ID_DONE)
		*matches = CRYPTO_memcmp(computed, hash, hash_len) == 0;
	explicit_bzero(computed, sizeof(computed));
	return status;
}
