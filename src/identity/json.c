/*
 * json.c
 *		JSON of strangers: parsed without an error, and without a second meaning.
 *
 * PostgreSQL's jsonb keeps the last of two members of one name, where another program may read
 * the first. Its errors quote what they are about. So a text is only given to it after a
 * parse that returns a code, and its names are counted before and after.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "compat.h"
#include "identity/token.h"

#define MAX_DEPTH			32
#define MAX_NUMBER_BYTES	100
#define MAX_EXPONENT_DIGITS 3

/* What a look at the text alone tells */
typedef struct JsonText
{
	const char *at;
	const char *end;
	int names; /* colons outside of strings */
	bool has_escapes;
} JsonText;

static const char *look_over(JsonText *text);
static void skip_string(JsonText *text);
static bool skip_number(JsonText *text);
static const char *check_encoding(const char *json, Size len, const JsonText *text);
static int count_names(const Jsonb *jsonb);

const char *
json_parse(const char *json, Size len, const Jsonb **object)
{
	JsonText text = {json, json + len, 0, false};
	const char *refused = look_over(&text);
	JsonLexContext *lexer;
	JsonParseErrorType problem;
	char *copy;

	if (!refused)
		refused = check_encoding(json, len, &text);
	if (refused)
		return refused;

	copy = pnstrdup(json, len);
	lexer = make_json_lexer_compat(copy, len);
	problem = pg_parse_json(lexer, &nullSemAction);
	crypto_wipe(lexer->strval->data, lexer->strval->maxlen);
	if (problem == JSON_SUCCESS)
		*object = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(copy)));
	crypto_wipe(copy, len);
	if (problem != JSON_SUCCESS)
		return "is not JSON";
	if (!JB_ROOT_IS_OBJECT(*object))
		refused = "is not a JSON object";
	else if (count_names(*object) != text.names)
		refused = "names a member twice";
	if (refused)
		crypto_wipe(unconstify(Jsonb *, *object), VARSIZE(*object));
	return refused;
}

JsonbValue *
json_find(const Jsonb *object, const char *name)
{
	return getKeyJsonValueFromContainer(unconstify(JsonbContainer *, &object->root), name,
										strlen(name), NULL);
}

char *
json_find_string(const Jsonb *object, const char *name, bool *is_string)
{
	JsonbValue *value = json_find(object, name);

	*is_string = !value || value->type == jbvString;
	return value && *is_string ? pnstrdup(value->val.string.val, value->val.string.len) : NULL;
}

/*
 * look_over bounds depth and numbers, on which jsonb would raise an error, and counts. What is
 * no JSON at all it need not notice.
 */
static const char *
look_over(JsonText *text)
{
	int depth = 0;

	while (text->at < text->end)
	{
		char c = *text->at;

		if (c == '"')
			skip_string(text);
		else if (c == '-' || (c >= '0' && c <= '9'))
		{
			if (!skip_number(text))
				return "has a number that is too long";
		}
		else
		{
			if ((c == '{' || c == '[') && ++depth > MAX_DEPTH)
				return "is nested too deeply";
			if (c == '}' || c == ']')
				depth--;
			if (c == ':')
				text->names++;
			if (c == '\0')
				return "has a zero byte";
			text->at++;
		}
	}
	return NULL;
}

static void
skip_string(JsonText *text)
{
	for (text->at++; text->at < text->end && *text->at != '"'; text->at++)
	{
		if (*text->at == '\\')
		{
			text->has_escapes = true;
			text->at++;
		}
	}
	/* behind the quote, or at the end of what has none */
	text->at = Min(text->at + 1, text->end);
}

static bool
skip_number(JsonText *text)
{
	const char *start = text->at;
	const char *exponent = NULL;

	for (; text->at < text->end && strchr("+-.0123456789eE", *text->at) && *text->at; text->at++)
	{
		if (*text->at == 'e' || *text->at == 'E')
			exponent = text->at + 1;
	}
	if (exponent && exponent < text->at && (*exponent == '+' || *exponent == '-'))
		exponent++;
	return text->at - start <= MAX_NUMBER_BYTES &&
		(!exponent || text->at - exponent <= MAX_EXPONENT_DIGITS);
}

/*
 * check_encoding: a token is UTF-8. A database of another encoding takes what is ASCII
 * there as well; the rest it might not be able to convert without an error.
 */
static const char *
check_encoding(const char *json, Size len, const JsonText *text)
{
	if (!pg_verify_mbstr(PG_UTF8, json, len, true))
		return "is not UTF-8";
	if (GetDatabaseEncoding() == PG_UTF8)
		return NULL;
	if (text->has_escapes && memmem(json, len, "\\u", 2))
		return "has characters that the database's encoding may not have";
	for (Size i = 0; i < len; i++)
	{
		if (IS_HIGHBIT_SET(json[i]))
			return "has characters that the database's encoding may not have";
	}
	return NULL;
}

static int
count_names(const Jsonb *jsonb)
{
	JsonbIterator *iterator = JsonbIteratorInit(unconstify(JsonbContainer *, &jsonb->root));
	JsonbIteratorToken token;
	JsonbValue value;
	int names = 0;

	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			names++;
	}
	return names;
}
