/*
 * json.c
 *		JSON of strangers: parsed without an error, and without a second meaning.
 *
 * PostgreSQL's jsonb keeps the last of two members of one name, where another program may read
 * the first, so names are counted before and after. The input function of jsonb raises errors that
 * quote what they are about, where the parser that it calls returns a code: so that is called here,
 * and makes a jsonb value of what it finds.
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
	bool has_escapes;
} JsonText;

/* What has been parsed so far */
typedef struct JsonTree
{
	JsonbParseState *inside; /* NULL: no array or object */
	JsonbValue *root;		 /* set when it ends */
	int names;
} JsonTree;

static bool parse(const char *json, Size len, JsonTree *tree);
static JsonActionResult begin_object(void *tree);
static JsonActionResult end_object(void *tree);
static JsonActionResult begin_array(void *tree);
static JsonActionResult end_array(void *tree);
static JsonActionResult add_name(void *tree, char *name, bool is_null);
static JsonActionResult add_scalar(void *tree, char *token, JsonTokenType type);
static void push(JsonTree *tree, JsonbIteratorToken token, JsonbValue *value);
static void set_string(JsonbValue *value, char *string);
static const char *look_over(JsonText *text);
static void skip_string(JsonText *text);
static bool skip_number(JsonText *text);
static const char *check_encoding(const char *json, Size len, const JsonText *text);
static int count_names(const Jsonb *jsonb);

const char *
json_parse(const char *json, Size len, const Jsonb **object)
{
	JsonText text = {json, json + len, false};
	JsonTree tree = {0};
	const char *refused = look_over(&text);

	if (!refused)
		refused = check_encoding(json, len, &text);
	if (!refused && !parse(json, len, &tree))
		refused = "is not JSON";
	if (!refused && (!tree.root || tree.root->type != jbvObject))
		refused = "is not a JSON object";
	if (refused)
		return refused;

	*object = JsonbValueToJsonb(tree.root);
	if (count_names(*object) == tree.names)
		return NULL;
	crypto_wipe(unconstify(Jsonb *, *object), VARSIZE(*object));
	return "names a member twice";
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

/* parse is false for what is no JSON; no parser sees more than what look_over lets pass. */
static bool
parse(const char *json, Size len, JsonTree *tree)
{
	JsonSemAction actions = {0};
	JsonLexContext *lexer = make_json_lexer_compat(unconstify(char *, json), len);
	bool is_json;

	actions.semstate = tree;
	actions.object_start = begin_object;
	actions.object_end = end_object;
	actions.array_start = begin_array;
	actions.array_end = end_array;
	actions.object_field_start = add_name;
	actions.scalar = add_scalar;
	is_json = pg_parse_json(lexer, &actions) == JSON_SUCCESS;
	crypto_wipe(lexer->strval->data, lexer->strval->maxlen);
	return is_json;
}

static JsonActionResult
begin_object(void *tree)
{
	push(tree, WJB_BEGIN_OBJECT, NULL);
	JSON_ACTION_GO_ON();
}

static JsonActionResult
end_object(void *tree)
{
	push(tree, WJB_END_OBJECT, NULL);
	JSON_ACTION_GO_ON();
}

static JsonActionResult
begin_array(void *tree)
{
	push(tree, WJB_BEGIN_ARRAY, NULL);
	JSON_ACTION_GO_ON();
}

static JsonActionResult
end_array(void *tree)
{
	push(tree, WJB_END_ARRAY, NULL);
	JSON_ACTION_GO_ON();
}

static JsonActionResult
add_name(void *tree, char *name, bool is_null)
{
	JsonbValue value;

	set_string(&value, name);
	((JsonTree *) tree)->names++;
	push(tree, WJB_KEY, &value);
	JSON_ACTION_GO_ON();
}

static JsonActionResult
add_scalar(void *tree, char *token, JsonTokenType type)
{
	JsonbParseState *inside = ((JsonTree *) tree)->inside;
	JsonbValue value;

	if (!inside)
		JSON_ACTION_GO_ON();
	value.type = jbvNull;
	if (type == JSON_TOKEN_STRING)
		set_string(&value, token);
	else if (type == JSON_TOKEN_NUMBER)
	{
		value.type = jbvNumeric;
		value.val.numeric = DatumGetNumeric(
			DirectFunctionCall3(numeric_in, CStringGetDatum(token), ObjectIdGetDatum(InvalidOid),
								Int32GetDatum(-1)));
	}
	else if (type != JSON_TOKEN_NULL)
	{
		value.type = jbvBool;
		value.val.boolean = type == JSON_TOKEN_TRUE;
	}
	push(tree, inside->contVal.type == jbvArray ? WJB_ELEM : WJB_VALUE, &value);
	JSON_ACTION_GO_ON();
}

static void
push(JsonTree *tree, JsonbIteratorToken token, JsonbValue *value)
{
	tree->root = pushJsonbValue(&tree->inside, token, value);
}

static void
set_string(JsonbValue *value, char *string)
{
	value->type = jbvString;
	value->val.string.val = string;
	value->val.string.len = strlen(string);
}

/*
 * look_over bounds depth and numbers, on which the parser and numeric would raise an error. What
 * is no JSON at all it need not notice.
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
