// Prints tokens of every algorithm as JSON: a list of
//   { alg, keys: { jwk, pem, set }, accepted: [{ by, kid, token }], refused: [{ what, token }] }
// keys in the forms that jose exports. A token names its key's form: "ES256 jwk".
// The subject is the first argument.
import { webcrypto } from 'node:crypto';
import jwt from 'jsonwebtoken';

globalThis.crypto ??= webcrypto;		// jose asks for it, and Node 18 does not show it
const jose = await import('jose');

const subject = process.argv[2];
const forms = ['jwk', 'pem', 'set'];
const algorithms = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512',
	'ES256', 'ES384', 'ES512', 'EdDSA'];

// A key pair: what the database gets of it, and what jose and jsonwebtoken sign with.
async function makeKey(alg) {
	const options = { extractable: true };

	if (alg.startsWith('HS')) {
		const secret = await jose.generateSecret(alg, options);
		const jwk = await jose.exportJWK(secret);
		return { alg, jwk, forJose: secret, forOther: Buffer.from(jwk.k, 'base64url') };
	}
	const { publicKey, privateKey } = await jose.generateKeyPair(alg, options);
	return {
		alg,
		jwk: await jose.exportJWK(publicKey),
		pem: await jose.exportSPKI(publicKey),
		forJose: privateKey,
		forOther: await jose.exportPKCS8(privateKey),
	};
}

function byJose(key, header, alg = key.alg) {
	return new jose.SignJWT({ role: 'editor', groups: ['a', 'b'] })
		.setProtectedHeader({ alg, ...header }).setSubject(subject).setIssuer('https://issuer.example')
		.setAudience(['app', 'other']).setIssuedAt().setNotBefore('0s').setExpirationTime('10m').setJti('1')
		.sign(key.forJose);
}

function byOther(secret, algorithm, keyid) {
	return jwt.sign({ sub: subject, role: 'editor' }, secret, { algorithm, keyid, expiresIn: '10m' });
}

// attempt returns [what, token], or nothing where the library itself refuses to sign.
function attempt(what, sign) {
	try {
		return [{ what, token: sign() }];
	} catch {
		return [];
	}
}

async function tokensOf(alg, stranger) {
	const key = await makeKey(alg);
	const kids = forms.filter((form) => key.pem || form !== 'pem').map((form) => `${alg} ${form}`);
	const accepted = [];
	const refused = [];

	for (const kid of kids) {
		accepted.push({ by: 'jose', kid, token: await byJose(key, { kid }) });
		accepted.push({ by: 'jose, typ', kid, token: await byJose(key, { kid, typ: 'at+jwt' }) });
		if (alg !== 'EdDSA') {
			accepted.push({ by: 'jsonwebtoken', kid, token: byOther(key.forOther, alg, kid) });
		}
		if (alg === 'EdDSA') {
			accepted.push({ by: 'jose, Ed25519', kid, token: await byJose(key, { kid }, 'Ed25519') });
		}
		refused.push({ what: `another key as ${kid}`, token: await byJose(stranger, { kid }) });
		refused.push(...attempt(`none as ${kid}`, () => byOther('', 'none', kid)));
		for (const other of algorithms.filter((name) => name !== alg)) {
			refused.push(...attempt(`${other} as ${kid}`, () => byOther(key.forOther, other, kid)));
		}
		if (key.pem) {
			refused.push(...attempt(`HS256 by the public key as ${kid}`, () => byOther(key.pem, 'HS256', kid)));
		}
	}
	refused.push({ what: 'none', token: new jose.UnsecuredJWT({}).setSubject(subject).encode() });
	return {
		alg,
		keys: { jwk: key.jwk, pem: key.pem, set: { ...key.jwk, alg, use: 'sig', kid: `${alg} set` } },
		accepted,
		refused,
	};
}

const all = [];
for (const alg of algorithms) {
	all.push(await tokensOf(alg, await makeKey(alg)));
}
console.log(JSON.stringify(all));
