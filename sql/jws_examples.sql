--
-- The examples of the RFCs: what they call signed is, and nothing near it.
--
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS electric_perm;
RESET client_min_messages;
\pset format unaligned
\pset tuples_only on
\pset null (null)
CREATE TEMPORARY TABLE examples (name text, token text, jwk jsonb);
\set ECHO none
INSERT INTO examples VALUES
	('RFC 7515, A.1 and RFC 7519, 3.1: HS256',
	'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
	'{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}'),
	('RFC 7515, A.2: RS256',
	'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw',
	'{"kty": "RSA", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ", "e": "AQAB"}'),
	('RFC 7515, A.3: ES256',
	'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
	'{"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}'),
	('RFC 7515, A.4: ES512',
	'eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn',
	'{"kty": "EC", "crv": "P-521", "x": "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk", "y": "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}'),
	('RFC 7520, 4.1: RS256',
	'eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg',
	'{"kty": "RSA", "kid": "bilbo.baggins@hobbiton.example", "use": "sig", "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw", "e": "AQAB"}'),
	('RFC 7520, 4.2: PS384',
	'eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw',
	'{"kty": "RSA", "kid": "bilbo.baggins@hobbiton.example", "use": "sig", "n": "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw", "e": "AQAB"}'),
	('RFC 7520, 4.3: ES512',
	'eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2',
	'{"kty": "EC", "kid": "bilbo.baggins@hobbiton.example", "use": "sig", "crv": "P-521", "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt", "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}'),
	('RFC 7520, 4.4: HS256',
	'eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0',
	'{"kty": "oct", "kid": "018c0ae5-4d9b-471b-bfd6-eef314bc7037", "use": "sig", "alg": "HS256", "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"}'),
	('RFC 8037, A.4: EdDSA',
	'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
	'{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}');
\set none 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.'
\set ECHO all

-- Each example is verified by its own key, and gives its payload.
SELECT name, convert_from(electric.verify_jws(token, jwk), 'UTF8') FROM examples ORDER BY name;

-- No example is verified by another one's key.
SELECT count(*) FROM examples a, examples b
WHERE a.jwk - '{kid,use,alg}'::text[] <> b.jwk - '{kid,use,alg}'::text[]
	AND electric.verify_jws(a.token, b.jwk) IS NOT NULL;

-- RFC 7515, A.5 and RFC 7519, 6.1: a token that is not signed at all is refused, whatever the key, and so is each example made one.
SELECT count(electric.verify_jws(:'none', jwk)), count(electric.verify_jws(:'none' || split_part(token, '.', 3), jwk)),
	count(electric.verify_jws('eyJhbGciOiJub25lIn0.' || split_part(token, '.', 2) || '.', jwk)),
	count(electric.verify_jws(split_part(token, '.', 1) || '.' || split_part(token, '.', 2) || '.', jwk))
FROM examples;

-- A token has three parts.
SELECT count(electric.verify_jws(text, jwk)) FROM examples,
	LATERAL (VALUES (''), ('.'), ('..'), ('...'), (token || '.'), ('.' || token), (token || '.e30'),
		(split_part(token, '.', 1)), (split_part(token, '.', 1) || '.' || split_part(token, '.', 2))) texts (text);

-- Every part is base64url in the one form that its bytes have: no padding, no blank, no line break, no other alphabet, no bits to spare.
SELECT count(electric.verify_jws(text, jwk)) FROM examples,
	LATERAL (VALUES (token || '='), (token || '=='), (token || ' '), (' ' || token), (token || E'\n'), (token || E'\r\n'), ('Bearer ' || token),
		(replace(token, '.', '.=')), (replace(token, '.', E'.\n')), (token || 'A'), (left(token, -1))) texts (text);
SELECT count(electric.verify_jws(translate(token, '-_', '+/'), jwk)) FROM examples WHERE token ~ '[-_]';
SELECT name, count(electric.verify_jws(left(token, -1) || digit, jwk)) FROM examples,
	unnest(string_to_array('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', NULL)) digit
GROUP BY name ORDER BY name;

-- The algorithm is one of the key's: an HMAC with the text or the bytes of a public key for its secret is none.
SELECT count(*) FROM examples a, examples b, LATERAL (VALUES
		(jsonb_build_object('kty', 'oct', 'k', b.jwk ->> 'n')), (jsonb_build_object('kty', 'oct', 'k', b.jwk ->> 'x')),
		(b.jwk || '{"kty": "oct"}'), (b.jwk || '{"kty": "RSA"}'), (b.jwk || '{"kty": "EC"}'), (b.jwk || '{"kty": "OKP"}')) keys (jwk)
WHERE keys.jwk ->> 'kty' <> b.jwk ->> 'kty' AND electric.verify_jws(a.token, keys.jwk) IS NOT NULL;

-- A key that says what it is for is for that alone.
SELECT count(electric.verify_jws(token, jwk || '{"use": "sig", "key_ops": ["sign", "verify"]}')), count(electric.verify_jws(token, jwk || '{"use": "enc"}')),
	count(electric.verify_jws(token, jwk || '{"use": 1}')), count(electric.verify_jws(token, jwk || '{"key_ops": ["sign"]}')),
	count(electric.verify_jws(token, jwk || '{"key_ops": "verify"}')), count(electric.verify_jws(token, jwk || '{"alg": "ES384"}')),
	count(electric.verify_jws(token, jwk || '{"alg": "none"}')), count(electric.verify_jws(token, jwk || '{"alg": 1}')),
	count(electric.verify_jws(token, jwk || '{"alg": "hs256"}'))
FROM examples;

-- What is no key verifies nothing.
SELECT count(electric.verify_jws(token, key)) FROM examples, unnest(ARRAY['{}', '[]', '"oct"', 'null', '{"kty": "oct"}', '{"kty": "oct", "k": ""}', '{"kty": "oct", "k": 1}', '{"kty": "oct", "k": null}',
	'{"kty": "RSA"}', '{"kty": "RSA", "n": "", "e": ""}', '{"kty": "RSA", "n": [], "e": {}}', '{"kty": "EC", "crv": "P-256", "x": "", "y": ""}', '{"kty": ["RSA"]}', '{"kty": "OKP", "crv": "Ed25519"}']::jsonb[]) key;
SELECT count(electric.verify_jws(token, jwk - member)), count(electric.verify_jws(token, jwk || jsonb_build_object(member, (jwk ->> member) || '='))),
	count(electric.verify_jws(token, jwk || jsonb_build_object(member, (jwk ->> member) || 'A'))) FILTER (WHERE member <> 'k')
FROM examples, unnest('{k,n,e,x,y,kty,crv}'::text[]) member WHERE jwk ? member;

-- Weak keys are none: an HMAC key shorter than its hash, an RSA key of less than 2048 bits or with the exponent 1 or an even one, points that are not on the curve or of small order.
SELECT count(electric.verify_jws(token, jsonb_build_object('kty', 'oct', 'k', left(jwk ->> 'k', 41)))) FROM examples WHERE jwk ->> 'kty' = 'oct';
SELECT count(electric.verify_jws(token, jwk || jsonb_build_object('e', e))), count(electric.verify_jws(token, jwk || jsonb_build_object('n', left(jwk ->> 'n', 340))))
FROM examples, unnest('{AQ,Ag,AA,AAAB,AQAA,AQABAAEAAQABAAE}'::text[]) e WHERE jwk ->> 'kty' = 'RSA';
SELECT count(electric.verify_jws(token, jwk || jsonb_build_object('y', jwk -> 'x'))) FROM examples WHERE jwk ->> 'kty' = 'EC';
-- With the exponent 1 a signature is the padded hash itself, which everybody can write: no key has it, however it is spelled.
SELECT e, electric.verify_jws(text || '.' || translate(encode(decode('0001' || repeat('ff', length(n) - 54) || '003031300d060960864801650304020105000420', 'hex') || sha256(convert_to(text, 'UTF8')), 'base64'), E'+/=\n', '-_'), jwk || jsonb_build_object('e', e))
FROM (SELECT 'eyJhbGciOiJSUzI1NiJ9.e30', jwk, decode(translate(jwk ->> 'n', '-_', '+/') || '==', 'base64') FROM examples WHERE name = 'RFC 7515, A.2: RS256') forged (text, jwk, n),
	unnest('{AQ,AAAB}'::text[]) e;
-- With a key of small order (here: 1) and a signature of that and zero, anything would be signed.
\set forged 'eyJhbGciOiJFZERTQSJ9.e30.AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
SELECT electric.verify_jws(:'forged', '{"kty": "OKP", "crv": "Ed25519", "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}');

-- No argument, no answer.
SELECT electric.verify_jws(NULL, jwk), electric.verify_jws(token, NULL) FROM examples LIMIT 1;

-- No function that takes a secret runs in a parallel worker, whose errors the leader would log again, with the statement.
SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'electric'::regnamespace AND proparallel = 's'
	AND proargnames && '{token,jwk,jwks,pem,password}';

-- Who is no superuser needs the privilege.
CREATE ROLE regress_electric_client;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT electric.verify_jws('', '{}');
\echo :LAST_ERROR_SQLSTATE
RESET SESSION AUTHORIZATION;
GRANT EXECUTE ON FUNCTION electric.verify_jws TO regress_electric_client;
SET SESSION AUTHORIZATION regress_electric_client;
SELECT electric.verify_jws('', '{}');
RESET SESSION AUTHORIZATION;
DROP OWNED BY regress_electric_client;
DROP ROLE regress_electric_client;
