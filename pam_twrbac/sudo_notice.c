/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_notice.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

struct sudo_said {
	struct sudo_said *next;
	enum twr_reason reason;
	const char *login, *group; /* in text; "" when of no concern */
	char text[];
};

/* No default: a new reason must be mapped. */
struct sudo_notice
sudo_notice_of(enum twr_reason reason)
{
	switch (reason) {
	case TWR_REASON_GRANTED:
		return (struct sudo_notice) { LOG_INFO, SUDO_PER_GROUP, false };
	case TWR_REASON_ROLE_MISSING:
	case TWR_REASON_LOGIN_UNMAPPED:
		return (struct sudo_notice) { LOG_DEBUG, SUDO_PER_GROUP, true };
	case TWR_REASON_ROLE_ENDED:
	case TWR_REASON_ROLE_REMOVED:
	case TWR_REASON_ROLE_NOT_YET:
		return (struct sudo_notice) { LOG_NOTICE, SUDO_PER_GROUP,
			false };
	case TWR_REASON_USER_INACTIVE:
	case TWR_REASON_USER_SUSPENDED:
	case TWR_REASON_TWO_FACTOR_MISSING:
	case TWR_REASON_INVOKER_MISMATCH:
		return (struct sudo_notice) { LOG_NOTICE, SUDO_PER_LOGIN,
			false };
	/* lines of sudoers that cannot work */
	case TWR_REASON_BAD_ARGUMENT:
	case TWR_REASON_ROLE_UNKNOWN:
	case TWR_REASON_SCOPE_UNKNOWN:
	case TWR_REASON_SCOPE_UNUSABLE:
		return (struct sudo_notice) { LOG_ERR, SUDO_PER_GROUP, false };
	case TWR_REASON_POLICY_UNREADABLE:
	case TWR_REASON_NO_MEMORY:
	case TWR_REASON_NO_USER:
		return (struct sudo_notice) { LOG_ERR, SUDO_PER_PROCESS,
			false };
	/* nobody is a member of anything */
	case TWR_REASON_NO_RULE:
	case TWR_REASON_POLICY_MISSING:
	case TWR_REASON_POLICY_UNSAFE:
	case TWR_REASON_POLICY_CORRUPT:
	case TWR_REASON_POLICY_TOO_NEW:
	case TWR_REASON_POLICY_STALE:
	/* not reasons of a role question: slips of ours */
	case TWR_REASON_NONE:
	case TWR_REASON_EXEMPT:
	case TWR_REASON_NO_INVOKER:
	case TWR_REASON_COUNT:
		break;
	}
	return (struct sudo_notice) { LOG_ALERT, SUDO_PER_PROCESS, false };
}

bool
sudo_notice_is_news(struct sudo_said **said, const struct sudo_notice *notice,
    enum twr_reason reason, const char *login, const char *group)
{
	struct sudo_said *one;
	size_t login_len, group_len;

	if (notice->per == SUDO_PER_PROCESS || login == NULL)
		login = "";
	if (notice->per != SUDO_PER_GROUP || group == NULL)
		group = "";
	for (one = *said; one != NULL; one = one->next)
		if (one->reason == reason && strcmp(one->login, login) == 0 &&
		    strcmp(one->group, group) == 0)
			return false;
	login_len = strlen(login) + 1;
	group_len = strlen(group) + 1;
	one = malloc(sizeof(*one) + login_len + group_len);
	if (one == NULL)
		return true;
	one->reason = reason;
	one->login = memcpy(one->text, login, login_len);
	one->group = memcpy(one->text + login_len, group, group_len);
	one->next = *said;
	*said = one;
	return true;
}

void
sudo_notice_forget(struct sudo_said **said)
{
	struct sudo_said *one;

	while ((one = *said) != NULL) {
		*said = one->next;
		free(one);
	}
}
