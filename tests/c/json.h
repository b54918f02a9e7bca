/*
 * A reader of JSON for the tests: a tree that remembers where each value stands in its text. What is
 * read is never freed. A text that is no JSON ends the program.
 */
#ifndef TESTS_JSON_H
#define TESTS_JSON_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json {
    /* '{', '[', '"', '0' for a number, 't', 'f' or 'n'. */
    char kind;
    /* The value's text, from begin to before end. */
    const char *begin, *end;
    /* A member's name; a string's content without its escapes. */
    char *name, *text;
    struct json *first, *next;
};

static inline const char *json_space(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

static inline void json_fail(const char *at)
{
    fprintf(stderr, "no JSON: %.40s\n", at);
    exit(2);
}

/* A string's content; of escapes, only those of one character are known. */
static inline char *json_text(const char **at)
{
    const char *from = *at + 1;
    char *text = malloc(strlen(from) + 1), *to = text;
    for (; *from && *from != '"'; from++) {
        if (*from == '\\' && *++from == 'u')
            json_fail(from);
        *to++ = *from;
    }
    if (!*from)
        json_fail(from);
    *to = 0;
    *at = from + 1;
    return text;
}

static inline struct json *json_value(const char **at);

/* The members of an object or a list. */
static inline struct json *json_members(const char **at, char close)
{
    struct json *first = NULL, **place = &first;
    *at = json_space(*at + 1);
    while (**at != close) {
        char *name = NULL;
        if (close == '}') {
            name = json_text(at);
            *at = json_space(*at);
            if (*(*at)++ != ':')
                json_fail(*at);
        }
        *place = json_value(at);
        (*place)->name = name;
        place = &(*place)->next;
        *at = json_space(*at);
        if (**at == ',')
            *at = json_space(*at + 1);
        else if (**at != close)
            json_fail(*at);
    }
    (*at)++;
    return first;
}

static inline struct json *json_value(const char **at)
{
    struct json *value = calloc(1, sizeof *value);
    *at = json_space(*at);
    value->begin = *at;
    value->kind = **at;
    if (**at == '{') {
        value->first = json_members(at, '}');
    } else if (**at == '[') {
        value->first = json_members(at, ']');
    } else if (**at == '"') {
        value->text = json_text(at);
    } else {
        size_t length = strcspn(*at, ",]} \t\r\n");
        if (!length)
            json_fail(*at);
        if (strchr("-0123456789", value->kind))
            value->kind = '0';
        *at += length;
    }
    value->end = *at;
    return value;
}

static inline struct json *json_read(const char *text)
{
    return json_value(&text);
}

/* A member of an object, or NULL. */
static inline struct json *json_get(const struct json *object, const char *name)
{
    struct json *member = object ? object->first : NULL;
    while (member && !(member->name && strcmp(member->name, name) == 0))
        member = member->next;
    return member;
}

static inline const char *json_string(const struct json *object, const char *name, const char *otherwise)
{
    struct json *member = json_get(object, name);
    return member && member->text ? member->text : otherwise;
}

static inline double json_number(const struct json *object, const char *name, double otherwise)
{
    struct json *member = json_get(object, name);
    return member && member->kind == '0' ? strtod(member->begin, NULL) : otherwise;
}

#endif
