#include <stdlib.h>

#include "base/json.h"

#include "arena.h"
#include "test.h"

static struct json_reader reader_of(const char *text)
{
    struct json_reader reader;
    json_reader_init(&reader, slice_str(text), &arena);
    return reader;
}

static bool valid(const char *text)
{
    struct json_reader reader = reader_of(text);
    struct error err;
    json_skip(&reader);
    return json_finish(&reader, &err);
}

static void takes_what_rfc_8259_allows(void **state)
{
    (void)state;
    static const char *const good[] = {
        "1",
        " [] ",
        "{}",
        "[1,2]",
        "{\"a\":{\"b\":[true,false,null]}}",
        "-0.5e+10",
        "\"\\u0000\"",
        "\xEF\xBB\xBF{}",
        "[[],{}]",
        "0",
    };
    static const char *const bad[] = {
        "",        "[",      "{",         "[1,]",      "{\"a\"}",   "{\"a\":1,}", "01",
        "1.",      "1e",     "[1 2]",     "nul",       "\"\n\"",    "\"\\x\"",    "\"\\u12\"",
        "[] []",   "{a:1}",  "{\"a\":1]", "[1}",       "\"unended", "\"\\",       "-",
        "{\"a\":", "[true,", "+1",        "{\"a\" 1}", "{,}",       "[,1]",       "tru",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!valid(good[i]))
            fail_msg("refused: %s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (valid(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void decodes_strings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"plain and longer than eight bytes\"", "plain and longer than eight bytes"},
        {"\"a\\n\\t\\\"\\\\\\/b\"", "a\n\t\"\\/b"},
        {"\"\\u00e9\\u20ac\"", "é€"},
        {"\"\\ud83d\\ude00\"", "😀"},
        {"\"\\ud83d\"", "\xEF\xBF\xBD"},
        {"\"\\ude00x\"", "\xEF\xBF\xBDx"},
        {"\"é€😀\"", "é€😀"},
        {"\"a\xFFz\"", "a\xEF\xBF\xBDz"},
        {"\"\xC0\xAF\"", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_reader reader = reader_of(cases[i][0]);
        struct slice value;
        assert_true(json_string(&reader, &value));
        if (!slice_equal_str(value, cases[i][1]))
            fail_msg("%s gave %.*s", cases[i][0], SLICE_ARG(value));
    }
}

static void plain_strings_are_slices_of_the_document(void **state)
{
    (void)state;
    const char *text = "[\"abc\"]";
    struct json_reader reader = reader_of(text);
    struct slice value;
    assert_true(json_enter_array(&reader));
    assert_true(json_string(&reader, &value));
    assert_ptr_equal(value.at, text + 2);
}

static void values_nobody_asks_for_are_skipped(void **state)
{
    (void)state;
    struct json_reader reader =
        reader_of("{\"a\":[1,{\"x\":[]}],\"b\":{\"c\":{}},\"wanted\":7,\"d\":\"e\"}");
    struct slice name;
    double number = 0;
    struct error err;
    assert_true(json_enter_object(&reader));
    while (json_member(&reader, &name))
        if (slice_equal_str(name, "wanted"))
            assert_true(json_number(&reader, &number));
    assert_true(json_finish(&reader, &err));
    assert_true(number == 7);
}

static void values_of_another_type_are_skipped(void **state)
{
    (void)state;
    struct json_reader reader = reader_of("[{\"a\":1},5,[2,[3]],{\"b\":2}]");
    size_t objects = 0;
    struct error err;
    struct slice name;
    assert_true(json_enter_array(&reader));
    while (json_more(&reader))
        if (json_enter_object(&reader))
            while (json_member(&reader, &name))
                objects++;
    assert_true(json_finish(&reader, &err));
    assert_int_equal(objects, 2);
}

static void next_walks_everything(void **state)
{
    (void)state;
    struct json_reader reader = reader_of("[1,[true],null]");
    static const enum json_token expected[] = {JSON_ARRAY, JSON_NUMBER, JSON_ARRAY, JSON_TRUE,
                                               JSON_END,   JSON_NULL,   JSON_END,   JSON_END};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(json_next(&reader), expected[i]);
}

static void errors_tell_line_and_column_and_stick(void **state)
{
    (void)state;
    struct json_reader reader = reader_of("{\n  \"a\": 1,\n  \"b\": x\n}");
    struct error err;
    struct slice name;
    assert_true(json_enter_object(&reader));
    while (json_member(&reader, &name))
        json_skip(&reader);
    assert_int_equal(json_next(&reader), JSON_ERROR);
    assert_false(json_finish(&reader, &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_string_equal(err.text, "JSON line 3 column 8: a value was expected");
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    char text[JSON_DEPTH_MAX + 2];
    memset(text, '[', sizeof text);
    text[sizeof text - 1] = '\0';
    struct json_reader reader = reader_of(text);
    struct error err;
    json_skip(&reader);
    assert_false(json_finish(&reader, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void budget_is_an_error(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA small;
    arena_init(&small, 10);
    struct json_reader reader;
    json_reader_init(&reader, SLICE("\"a\\n\""), &small);
    struct error err;
    json_skip(&reader);
    assert_false(json_finish(&reader, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void writes(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    struct json_writer writer;
    json_writer_init(&writer, file, 2);
    json_begin_object(&writer);
    json_field(&writer, "a", SLICE("q\"\\\n\x01\xFFé"));
    json_field_text(&writer, "left out", SLICE(""));
    json_field_number(&writer, "n", 0.1);
    json_field_number(&writer, "whole", 7);
    json_field_int(&writer, "i", INT64_MIN);
    json_name(&writer, "l");
    json_begin_array(&writer);
    json_put_null(&writer);
    json_put_bool(&writer, true);
    json_end_array(&writer);
    json_field_or_null(&writer, "o", SLICE(""));
    json_field_strings(&writer, "t", (struct slice[]){SLICE("x"), SLICE("")}, 2);
    json_name(&writer, "e");
    json_begin_object(&writer);
    json_end_object(&writer);
    json_end_object(&writer);
    fclose(file);
    assert_string_equal(text, "{\n  \"a\": \"q\\\"\\\\\\n\\u0001\xEF\xBF\xBDé\",\n  \"n\": 0.1,\n"
                              "  \"whole\": 7,\n  \"i\": -9223372036854775808,\n"
                              "  \"l\": [\n    null,\n    true\n  ],\n  \"o\": null,\n"
                              "  \"t\": [\n    \"x\",\n    \"\"\n  ],\n  \"e\": {}\n}\n");
    free(text);
}

static void numbers_read_back(void **state)
{
    (void)state;
    static const double values[] = {0, 1e300, 0.00042, 1.0 / 3, -5.5, 123456789, 0.95731};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[64] = "";
        FILE *file = fmemopen(text, sizeof text, "w");
        struct json_writer writer;
        json_writer_init(&writer, file, 0);
        json_put_number(&writer, values[i]);
        fclose(file);
        struct json_reader reader = reader_of(text);
        double value;
        assert_true(json_number(&reader, &value));
        assert_true(value == values[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_rfc_8259_allows),
        cmocka_unit_test(decodes_strings),
        cmocka_unit_test(plain_strings_are_slices_of_the_document),
        cmocka_unit_test(values_nobody_asks_for_are_skipped),
        cmocka_unit_test(values_of_another_type_are_skipped),
        cmocka_unit_test(next_walks_everything),
        cmocka_unit_test(errors_tell_line_and_column_and_stick),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(budget_is_an_error),
        cmocka_unit_test(writes),
        cmocka_unit_test(numbers_read_back),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
