/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint: builds the canonical JSON that identifies a divergence and hashes it. The member
 * names and FINGERPRINT_VERSION are part of the identity: changing either re-files every failure.
 */
#include "triage/fingerprint.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/json.h"

static void hash_json(char hex[DIGEST_HEX_SIZE], const json_node *node)
{
	struct buf text = {0};
	json_write_canonical(&text, node);
	digest_hex(hex, buf_slice(&text));
	buf_done(&text);
}

static void put_pair(json_node *object, const char *key, const char *left, const char *right)
{
	json_node *pair = json_array();
	json_add_string(pair, left ? left : "");
	json_add_string(pair, right ? right : "");
	json_put(object, key, pair);
}

/* "stderr[2]/error/fields/0/code" becomes "stderr[]/error/fields/[]/code", "files/a.txt"
 * "files/[]". */
static void general_locus(struct buf *out, enum channel channel, const char *locus)
{
	if (channel == CHANNEL_FILES) {
		buf_adds(out, "files/[]");
		return;
	}
	bool part_start = false;
	for (const char *p = locus ? locus : ""; *p;) {
		size_t digits = strspn(p, "0123456789");
		bool in_brackets = p > locus && p[-1] == '[' && p[digits] == ']';
		bool whole_part = part_start && (p[digits] == '/' || p[digits] == '\0');
		if (digits && in_brackets) {
			p += digits;
		} else if (digits && whole_part) {
			buf_adds(out, "[]");
			p += digits;
		} else {
			buf_addc(out, *p++);
		}
		part_start = p > locus && p[-1] == '/';
	}
}

static json_node *identity(const struct divergence *divergence, const char *case_name,
			   const char *locus)
{
	const struct difference *diff = &divergence->diff;
	json_node *object = json_object();
	json_put_int(object, "fp_v", FINGERPRINT_VERSION);
	if (case_name)
		json_put_string(object, "case", case_name);
	put_pair(object, "backends", divergence->left, divergence->right);
	json_put_string(object, "clause", divergence->clause);
	json_put_string(object, "channel", channel_name(diff->channel));
	json_put_string(object, "kind", diff_kind_name(diff->kind));
	json_put_string(object, "locus", locus ? locus : "");
	put_pair(object, "classes", diff->left_class, diff->right_class);
	return object;
}

void fingerprint_of(struct fingerprint *out, const char *case_name,
		    const struct divergence *divergence)
{
	CLEANUP(json_node_freep)
	json_node *full = identity(divergence, case_name, divergence->diff.locus);
	struct buf locus = {0};
	general_locus(&locus, divergence->diff.channel, divergence->diff.locus);
	CLEANUP(json_node_freep) json_node *cause = identity(divergence, NULL, buf_str(&locus));
	buf_done(&locus);
	hash_json(out->fp, full);
	hash_json(out->cause, cause);
}

void fingerprint_of_verdict(struct fingerprint *out, const char *case_name, enum verdict verdict)
{
	CLEANUP(json_node_freep) json_node *object = json_object();
	json_put_int(object, "fp_v", FINGERPRINT_VERSION);
	json_put_string(object, "kind", verdict_name(verdict));
	hash_json(out->cause, object);
	json_put_string(object, "case", case_name);
	hash_json(out->fp, object);
}

bool fingerprint_is_valid(const char *text)
{
	size_t n = text ? strspn(text, "0123456789abcdef") : 0;
	return n == DIGEST_HEX_SIZE - 1 && text[n] == '\0';
}
