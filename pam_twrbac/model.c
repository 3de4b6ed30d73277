/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

static const struct {
	const char *word;
	const char *sentence;
} reasons[TWR_REASON_COUNT] = {
#define X(id, word, text) [TWR_REASON_##id] = { word, text },
	TWR_REASONS(X)
#undef X
};

const char *
twr_reason_word(enum twr_reason reason)
{
	if ((unsigned)reason >= TWR_REASON_COUNT)
		return reasons[TWR_REASON_NONE].word;
	return reasons[reason].word;
}

const char *
twr_reason_sentence(enum twr_reason reason)
{
	if ((unsigned)reason >= TWR_REASON_COUNT)
		return reasons[TWR_REASON_NONE].sentence;
	return reasons[reason].sentence;
}

const char *
twr_scope_kind_word(enum twr_scope_kind kind)
{
	switch (kind) {
	case TWR_SCOPE_ORGANIZATION:
		return "organization";
	case TWR_SCOPE_ACCOUNT:
		return "account";
	case TWR_SCOPE_SUBACCOUNT:
		return "subaccount";
	}
	return "?";
}

const char *
twr_scope_status_word(enum twr_scope_status status)
{
	switch (status) {
	case TWR_SCOPE_ACTIVE:
		return "active";
	case TWR_SCOPE_SUSPENDED:
		return "suspended";
	case TWR_SCOPE_CLOSED:
		return "closed";
	}
	return "?";
}

const char *
twr_user_status_word(enum twr_user_status status)
{
	switch (status) {
	case TWR_USER_ACTIVE:
		return "active";
	case TWR_USER_INACTIVE:
		return "inactive";
	case TWR_USER_SUSPENDED:
		return "suspended";
	}
	return "?";
}

const char *
twr_user_kind_word(enum twr_user_kind kind)
{
	switch (kind) {
	case TWR_KIND_PERSON:
		return "person";
	case TWR_KIND_SERVICE:
		return "service";
	}
	return "?";
}

const char *
twr_two_factor_word(enum twr_two_factor state)
{
	switch (state) {
	case TWR_2FA_ENROLLED:
		return "enrolled";
	case TWR_2FA_NOT_ENROLLED:
		return "not-enrolled";
	case TWR_2FA_UNKNOWN:
		return "unknown";
	}
	return "?";
}
