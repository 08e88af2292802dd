/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token: the words of the language, spec/fls.md#tokens. A token is a kind and a range of bytes of
 * its module's text; strings keep their quotes and escapes until the parser asks for their parts.
 */
#pragma once

#include <stdint.h>

#include "base/slice.h"
#include "base/vec.h"

/* TOKEN(name, spelling for messages) */
#define TOKEN_WORDS(TOKEN)                                                                         \
	TOKEN(APP, "app")                                                                          \
	TOKEN(SERVICE, "service")                                                                  \
	TOKEN(AT, "at")                                                                            \
	TOKEN(GET, "get")                                                                          \
	TOKEN(POST, "post")                                                                        \
	TOKEN(PUT, "put")                                                                          \
	TOKEN(PATCH, "patch")                                                                      \
	TOKEN(DELETE, "delete")                                                                    \
	TOKEN(FN, "fn")                                                                            \
	TOKEN(TYPE, "type")                                                                        \
	TOKEN(ENUM, "enum")                                                                        \
	TOKEN(INTERFACE, "interface")                                                              \
	TOKEN(IMPL, "impl")                                                                        \
	TOKEN(LET, "let")                                                                          \
	TOKEN(VAR, "var")                                                                          \
	TOKEN(RETURN, "return")                                                                    \
	TOKEN(IF, "if")                                                                            \
	TOKEN(ELSE, "else")                                                                        \
	TOKEN(MATCH, "match")                                                                      \
	TOKEN(FOR, "for")                                                                          \
	TOKEN(IN, "in")                                                                            \
	TOKEN(WHILE, "while")                                                                      \
	TOKEN(TRANSACTION, "transaction")                                                          \
	TOKEN(BREAK, "break")                                                                      \
	TOKEN(CONTINUE, "continue")                                                                \
	TOKEN(REQUIRES, "requires")                                                                \
	TOKEN(IMPORT, "import")                                                                    \
	TOKEN(FROM, "from")                                                                        \
	TOKEN(AS, "as")                                                                            \
	TOKEN(CONFIG, "config")                                                                    \
	TOKEN(MIGRATION, "migration")                                                              \
	TOKEN(TEST, "test")                                                                        \
	TOKEN(BODY, "body")                                                                        \
	TOKEN(AND, "and")                                                                          \
	TOKEN(OR, "or")                                                                            \
	TOKEN(WITHOUT, "without")                                                                  \
	TOKEN(SPAWN, "spawn")                                                                      \
	TOKEN(AWAIT, "await")                                                                      \
	TOKEN(BOX, "box")                                                                          \
	TOKEN(TRUE, "true")                                                                        \
	TOKEN(FALSE, "false")                                                                      \
	TOKEN(NULL, "null")

/* Longest spellings first: the lexer takes the first that fits. */
#define TOKEN_MARKS(TOKEN)                                                                         \
	TOKEN(RANGE, "..")                                                                         \
	TOKEN(ARROW, "->")                                                                         \
	TOKEN(FAT_ARROW, "=>")                                                                     \
	TOKEN(EQ, "==")                                                                            \
	TOKEN(NE, "!=")                                                                            \
	TOKEN(LE, "<=")                                                                            \
	TOKEN(GE, ">=")                                                                            \
	TOKEN(COALESCE, "??")                                                                      \
	TOKEN(BANG_CHAIN, "?!")                                                                    \
	TOKEN(QUESTION_DOT, "?.")                                                                  \
	TOKEN(QUESTION_BRACKET, "?[")                                                              \
	TOKEN(LPAREN, "(")                                                                         \
	TOKEN(RPAREN, ")")                                                                         \
	TOKEN(LBRACKET, "[")                                                                       \
	TOKEN(RBRACKET, "]")                                                                       \
	TOKEN(LBRACE, "{")                                                                         \
	TOKEN(RBRACE, "}")                                                                         \
	TOKEN(COMMA, ",")                                                                          \
	TOKEN(COLON, ":")                                                                          \
	TOKEN(DOT, ".")                                                                            \
	TOKEN(ASSIGN, "=")                                                                         \
	TOKEN(LT, "<")                                                                             \
	TOKEN(GT, ">")                                                                             \
	TOKEN(PLUS, "+")                                                                           \
	TOKEN(MINUS, "-")                                                                          \
	TOKEN(STAR, "*")                                                                           \
	TOKEN(SLASH, "/")                                                                          \
	TOKEN(PERCENT, "%")                                                                        \
	TOKEN(QUESTION, "?")                                                                       \
	TOKEN(BANG, "!")

enum token_kind {
	TOKEN_END, /* of the text; also of an interpolation */
	TOKEN_NEWLINE,
	TOKEN_INDENT,
	TOKEN_DEDENT,
	TOKEN_IDENT,
	TOKEN_INT,
	TOKEN_FLOAT,
	TOKEN_STRING, /* with its quotes: "..." or three of them */
	TOKEN_BROKEN, /* already reported; parsers take it as an expression */
#define TOKEN(name, text) TOKEN_##name,
	TOKEN_WORDS(TOKEN) TOKEN_MARKS(TOKEN)
#undef TOKEN
		TOKEN_COUNT,
};

struct token {
	enum token_kind kind;
	uint32_t start; /* byte offsets into the module's text */
	uint32_t end;
	uint32_t doc_start; /* the doc comment lines right before it, or both 0 */
	uint32_t doc_end;
};

struct tokens {
	VEC(struct token) list; /* ends in TOKEN_END */
};

/* How a token is called in messages: "'->'", "an identifier". */
const char *token_name(enum token_kind kind);
