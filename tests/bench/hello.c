/* SPDX-License-Identifier: Apache-2.0 */
/* hello: the program that the bench starts: one line of output, linked statically. */
#include <stdio.h>

int main(int argc, char **argv)
{
	printf("hello %s\n", argc > 1 ? argv[1] : "?");
	return 0;
}
