/* SPDX-License-Identifier: Apache-2.0 */
/* Values of declared types out of text: what is taken, and which part of the rest is complained
 * about; what a config file's text gives a field. */
#include <stdlib.h>

#include "rt_fixture.h"

enum {
	INT_,
	FLOAT_,
	BOOL_,
	STRING_,
	BYTES_,
	EMAIL_,
	ID_,
	MAYBE_,
	LIST_,
	MAP_,
	POINT_,
	SHAPE_,
	TRY_
};
enum { HTML_ = TRY_ + 1, NUMBERED_, TYPES_ };

static const struct rt_refinement small[] = {
	{.kind = RT_REFINE_INT_RANGE, .i_min = 0, .i_max = 9},
};
static const struct rt_type_field point_fields[] = {
	{.name = RT_NAME("x"), .type = INT_, .default_function = -1},
	{.name = RT_NAME("note"), .type = MAYBE_, .default_function = -1},
};
static const uint32_t pair[] = {INT_, STRING_};
static const struct rt_type_variant shape_variants[] = {
	{.name = RT_NAME("Dot")},
	{.name = RT_NAME("One"), .payload = pair, .payload_len = 1},
	{.name = RT_NAME("Two"), .payload = pair, .payload_len = 2},
};
static const struct rt_type types[TYPES_] = {
	[INT_] = {.name = RT_NAME("Int"),
		  .kind = RT_KIND_INT,
		  .refinements = small,
		  .refinement_len = 1},
	[FLOAT_] = {.name = RT_NAME("Float"), .kind = RT_KIND_FLOAT},
	[BOOL_] = {.name = RT_NAME("Bool"), .kind = RT_KIND_BOOL},
	[STRING_] = {.name = RT_NAME("String"), .kind = RT_KIND_STRING},
	[BYTES_] = {.name = RT_NAME("Bytes"), .kind = RT_KIND_BYTES},
	[EMAIL_] = {.name = RT_NAME("Email"), .kind = RT_KIND_EMAIL},
	[ID_] = {.name = RT_NAME("Id"), .kind = RT_KIND_ID},
	[MAYBE_] = {.name = RT_NAME("String?"), .kind = RT_KIND_OPTION, .args = {STRING_}},
	[LIST_] = {.name = RT_NAME("List<Int>"), .kind = RT_KIND_LIST, .args = {INT_}},
	[NUMBERED_] = {.name = RT_NAME("Map<Int, Int>"), .kind = RT_KIND_MAP, .args = {INT_, INT_}},
	[MAP_] = {.name = RT_NAME("Map<String, Int>"),
		  .kind = RT_KIND_MAP,
		  .args = {STRING_, INT_}},
	[POINT_] = {.name = RT_NAME("Point"),
		    .kind = RT_KIND_STRUCT,
		    .fields = point_fields,
		    .field_len = 2},
	[SHAPE_] = {.name = RT_NAME("Shape"),
		    .kind = RT_KIND_ENUM,
		    .variants = shape_variants,
		    .variant_len = 3},
	[TRY_] = {.name = RT_NAME("Result"), .kind = RT_KIND_RESULT, .args = {INT_, POINT_}},
	[HTML_] = {.name = RT_NAME("Html"), .kind = RT_KIND_HTML},
};
static const struct rt_program program = {.types = types, .type_len = TYPES_};

static const struct {
	uint32_t type;
	const char *text;
	const char *json; /* of the value */
} taken[] = {
	{INT_, " 7 ", "7"},
	{INT_, "+7", "7"},
	{FLOAT_, "1e3", "1000"},
	{FLOAT_, "7", "7"},
	{BOOL_, "TRUE", "true"},
	{STRING_, "  a b ", "\"a b\""},
	{STRING_, "", "\"\""},
	{BYTES_, "", "\"\""},
	{BYTES_, "YQ==", "\"YQ==\""},
	{BYTES_, "YWI=", "\"YWI=\""},
	{EMAIL_, "a@b.", "\"a@b.\""},
	{MAYBE_, "", "null"},
	{MAYBE_, "NULL", "null"},
	{MAYBE_, "x", "\"x\""},
	{LIST_, "[1, 2.0]", "[1,2]"},
	{MAP_, "{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}"},
	{POINT_, "{\"x\":1}", "{\"note\":null,\"x\":1}"},
	{POINT_, "{\"note\":\"n\",\"x\":1}", "{\"note\":\"n\",\"x\":1}"},
	{SHAPE_, "{\"type\":\"Dot\"}", "{\"type\":\"Dot\"}"},
	{SHAPE_, "{\"data\":3,\"type\":\"One\"}", "{\"data\":3,\"type\":\"One\"}"},
	{SHAPE_, "{\"data\":[3,\"s\"],\"type\":\"Two\"}", "{\"data\":[3,\"s\"],\"type\":\"Two\"}"},
};

static const struct {
	uint32_t type;
	const char *text;
	const char *problem; /* code, message, path */
} refused[] = {
	{INT_, "x", "invalid_value|invalid Int: x|C.f"},
	{INT_, "", "invalid_value|invalid Int: |C.f"},
	{INT_, "1.5", "invalid_value|invalid Int: 1.5|C.f"},
	{INT_, "0x5", "invalid_value|invalid Int: 0x5|C.f"},
	{INT_, "99999999999999999999", "invalid_value|invalid Int: 99999999999999999999|C.f"},
	{INT_, "10", "invalid_value|value 10 out of range 0..9|C.f"},
	{FLOAT_, "0x1p3", "invalid_value|invalid Float: 0x1p3|C.f"},
	{FLOAT_, "1.5.2", "invalid_value|invalid Float: 1.5.2|C.f"},
	{BOOL_, "1", "invalid_value|invalid Bool: 1|C.f"},
	{BYTES_, "YQ=", "invalid_value|invalid Bytes (base64): invalid base64 length|C.f"},
	{BYTES_,
	 "Y=Q=", "invalid_value|invalid Bytes (base64): invalid base64 padding at chunk 0|C.f"},
	{BYTES_,
	 "YQ==YQ==", "invalid_value|invalid Bytes (base64): invalid base64 padding at chunk 0|C.f"},
	{BYTES_,
	 "YWFhY===", "invalid_value|invalid Bytes (base64): invalid base64 padding at chunk 1|C.f"},
	{BYTES_, "YW-h", "invalid_value|invalid Bytes (base64): invalid base64 character '-'|C.f"},
	{EMAIL_, "a@b", "invalid_value|invalid email address|C.f"},
	{EMAIL_, "a@b@c.d", "invalid_value|invalid email address|C.f"},
	{ID_, " ", "invalid_value|expected non-empty Id|C.f"},
	{HTML_, "<b>", "invalid_value|type Html cannot be given as text|C.f"},
	{NUMBERED_, "{}", "invalid_value|type Map<Int, Int> cannot be given as text|C.f"},
	{TRY_, "{}", "invalid_value|type Result cannot be given as text|C.f"},
	{LIST_, "{}", "type_mismatch|expected List|C.f"},
	{LIST_, "[1,\"a\"]", "type_mismatch|expected Int|C.f[1]"},
	{LIST_, "[1.5]", "type_mismatch|expected Int|C.f[0]"},
	{LIST_, "[", "invalid_value|invalid JSON value: unexpected end of input at 1:2|C.f"},
	{MAP_, "[]", "type_mismatch|expected Map|C.f"},
	{MAP_, "{\"a\":10}", "invalid_value|value 10 out of range 0..9|C.f.a"},
	{POINT_, "null", "type_mismatch|expected Point|C.f"},
	{POINT_, "{}", "missing_field|missing field|C.f.x"},
	{POINT_, "{\"x\":1,\"z\":2}", "unknown_field|unknown field|C.f.z"},
	{POINT_, "{\"x\":1,\"note\":2}", "type_mismatch|expected String|C.f.note"},
	{SHAPE_, "\"Dot\"", "type_mismatch|expected Shape|C.f"},
	{SHAPE_, "{}", "missing_field|missing enum type|C.f"},
	{SHAPE_, "{\"type\":1}", "missing_field|missing enum type|C.f"},
	{SHAPE_, "{\"type\":\"Line\"}", "invalid_value|unknown variant Line|C.f"},
	{SHAPE_, "{\"type\":\"One\"}", "missing_field|missing enum data|C.f"},
	{SHAPE_, "{\"type\":\"Two\",\"data\":1}",
	 "type_mismatch|expected enum payload array|C.f.data"},
	{SHAPE_, "{\"type\":\"Two\",\"data\":[1]}",
	 "invalid_value|enum payload length mismatch|C.f.data"},
	{SHAPE_, "{\"type\":\"Two\",\"data\":[1,2]}", "type_mismatch|expected String|C.f.data[1]"},
};

Test(rt_decode, takes_text_of_every_type)
{
	struct rt rt;
	rt_init(&rt, &program, NULL);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		struct value v;
		cr_assert(rt_decode_text(&rt, &v, taken[i].type, taken[i].text, "C.f"), "'%s'",
			  taken[i].text);
		expect_printed(&rt, rt_json_encode(&rt, v), taken[i].json);
	}
	rt_done(&rt);
	cr_assert_eq(rt.heap_used, 0);
}

Test(rt_decode, names_the_part_that_does_not_fit)
{
	struct rt rt;
	rt_init(&rt, &program, NULL);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct value v;
		cr_assert_not(rt_decode_text(&rt, &v, refused[i].type, refused[i].text, "C.f"),
			      "'%s'", refused[i].text);
		cr_assert_eq(rt.trap, RT_TRAP_RAISE);
		struct value error = rt.error;
		rt.trap = RT_TRAP_NONE;
		rt.error = rt_null();
		struct value list = rt_invalid_details(error);
		const struct value *detail = list.u.list->items[0].u.record->items;
		struct value parts[5] = {rt_clone(detail[1]), str(&rt, "|"), rt_clone(detail[2]),
					 str(&rt, "|"), rt_clone(detail[0])};
		expect_printed(&rt, rt_concat(&rt, 5, parts), refused[i].problem);
		rt_drop(&rt, list);
		rt_drop(&rt, error);
	}
	rt_done(&rt);
	cr_assert_eq(rt.heap_used, 0);
}

Test(rt_decode, results_are_read_by_their_tag)
{
	static const char *const texts[][2] = {
		{"{\"type\":\"Ok\",\"data\":3}", "{\"data\":3,\"type\":\"Ok\"}"},
		{"{\"type\":\"Err\",\"data\":{\"x\":3}}",
		 "{\"data\":{\"note\":null,\"x\":3},\"type\":\"Err\"}"},
	};
	struct rt rt;
	rt_init(&rt, &program, NULL);
	for (size_t i = 0; i < 2; i++) {
		struct value v, json = rt_json_decode(&rt, str(&rt, texts[i][0]));
		cr_assert(rt_decode(&rt, &v, TRY_, &json, "$"));
		expect_printed(&rt, rt_json_encode(&rt, v), texts[i][1]);
		rt_drop(&rt, json);
	}
	rt_done(&rt);
}

Test(rt_decode, config_files_are_read_line_by_line)
{
	static const struct rt_const field = {
		.name = RT_NAME("App.dbUrl"),
		.section = RT_NAME("App"),
		.field = RT_NAME("dbUrl"),
		.is_config = 1,
	};
	static const struct {
		const char *text;
		const char *found;   /* NULL: nothing */
		const char *problem; /* behind "invalid config file: F:" */
	} table[] = {
		{"", NULL, NULL},
		{"dbUrl = 1\n[Other]\ndbUrl = 2\n", NULL, NULL},
		{"[App]\ndbUrl = plain text # comment\n", "plain text", NULL},
		{" [ App ] \r\n dbUrl=\"a\\n\\t\\\"\\\\#\"#c\r\n", "a\n\t\"\\#", NULL},
		{"[App]\ndbUrl = 1\n[Other]\nx = 1\n[App]\ndbUrl = 2", "2", NULL},
		{"[App]\ndbUrl =\n", "", NULL},
		{"[App]\ndbUrl = a = b\n", "a = b", NULL},
		{"[App]\ndbUrl\n", NULL, "2: expected [section] or key = value"},
		{"\n\n[App\n", NULL, "3: expected [section] or key = value"},
		{"[]\n", NULL, "1: expected [section] or key = value"},
		{"[App]\ndbUrl = \"a\n", NULL, "2: unterminated string"},
		{"= 1\n", NULL, "1: expected [section] or key = value"},
	};
	struct rt rt;
	rt_init(&rt, &program, NULL);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char *found = rt_config_find(&rt, "F", table[i].text, &field);
		if (table[i].problem) {
			char message[128] = "invalid config file: F:";
			expect_trap(&rt, strcat(message, table[i].problem));
		}
		cr_assert_eq(rt.trap, RT_TRAP_NONE);
		cr_assert_eq(!found, !table[i].found, "'%s'", table[i].text);
		if (found)
			cr_expect_str_eq(found, table[i].found);
		free(found);
	}
	rt_done(&rt);
}
