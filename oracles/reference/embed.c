/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed: a build tool: writes a C file that holds the given headers' text as rt_headers. Block
 * comments, blank lines and "#pragma once" are left out: the texts are joined into one file that is
 * compiled often and read seldom.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Cuts block comments out of a line; *inside tells whether one goes on over its end. */
static void strip_comments(char *line, bool *inside)
{
	char *to = line;
	for (const char *p = line; *p; p++) {
		if (!*inside && p[0] == '/' && p[1] == '*') {
			*inside = true;
			p++;
		} else if (*inside && p[0] == '*' && p[1] == '/') {
			*inside = false;
			p++;
		} else if (!*inside) {
			*to++ = *p;
		}
	}
	while (to > line && strchr(" \t\n", to[-1]))
		to--;
	*to = '\0';
}

static void copy_line(FILE *out, const char *line)
{
	if (*line == '\0' || strcmp(line, "#pragma once") == 0)
		return;
	fputs("\t\"", out);
	for (const char *p = line; *p; p++) {
		if (*p == '\t')
			fputs("\\t", out);
		else if (*p == '"' || *p == '\\')
			fprintf(out, "\\%c", *p);
		else
			fputc(*p, out);
	}
	fputs("\\n\"\n", out);
}

static bool copy_file(FILE *out, const char *path)
{
	FILE *in = fopen(path, "r");
	if (!in)
		return false;
	char line[512];
	bool inside = false;
	while (fgets(line, sizeof(line), in)) {
		strip_comments(line, &inside);
		copy_line(out, line);
	}
	return fclose(in) == 0;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "w") : NULL;
	if (!out)
		return 1;
	fputs("#include \"oracles/reference/rt_headers.h\"\n\nstatic const char text[] =\n", out);
	for (int i = 2; i < argc; i++)
		if (!copy_file(out, argv[i]))
			return 1;
	fputs("\t\"\";\n\nconst struct slice rt_headers = {text, sizeof(text) - 1};\n", out);
	return fclose(out) == 0 ? 0 : 1;
}
