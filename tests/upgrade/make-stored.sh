#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes what a version of twrbac leaves on a host, in text that can be read:
#
#	sudo tests/upgrade/make-stored.sh FOLDER
#
# FOLDER holds roles.conf and twrbac.conf and gets the rest. Run once for each
# version of a format, by the first release that writes it, and never again:
# what these files prove is that later releases read them.
folder=$(cd "${1:?a folder}" && pwd) || exit 1
# shellcheck source=tests/pam/support.sh
. "$(dirname "$0")/../pam/support.sh"
enter_world "$0" "$folder"

forget_login_uid
DB=$STATE/directory.db
account ann 61001
account bob 61002
account eve 61003
account liz 61004
account may 61005
account sam 61006
account tom 61007
account zoe 61008
account old 61009
cp "$folder/roles.conf" "$folder/twrbac.conf" "$W/share/"
chown 0:0 "$W/share/"*.conf
chmod 0644 "$W/share/"*.conf

tool() {
	"$W/bin/twrbac" "$@" >/dev/null ||
		fatal "this must succeed: twrbac $*"
}
by_ann() {
	run as ann twrbac "$@" || fatal "this must succeed: twrbac $*"
}
by_ann init former --owner ann@example.com --login ann \
    --roles "$W/share/roles.conf" --conf-template "$W/share/twrbac.conf"
cp "$W/share/twrbac.conf" "$CONF"

# ---- scopes: three levels, three states, former names ----
by_ann scope rename former acme
by_ann scope add acme/text
by_ann scope rename acme/text messaging
by_ann scope add acme/messaging/production
by_ann scope add acme/messaging/qa
by_ann scope add acme/messaging/gone
by_ann scope add acme/lab
by_ann scope suspend acme/lab
by_ann scope close acme/messaging/gone --yes

# ---- users and logins ----
by_ann user add bob@example.com --name 'Bob Ø' --login bob \
    --organization-role administrator
by_ann user two-factor bob enrolled
by_ann user add eve@example.com --name Eve --login eve
by_ann user add liz@example.com --name Liz --login liz
by_ann user add may@example.com --name May --login may
by_ann user add sam@example.com --name "Sam's robot" --login sam --service
by_ann user add tom@example.com --name Tom --login tom
by_ann user add zoe@example.com --name Zoe --login zoe
by_ann user add out@example.com --name Out
by_ann user add gone@example.com --name Gone
by_ann login map bob old
by_ann login unmap old

# ---- roles and assignments ----
by_ann role define custom:deployer --permissions /acme/deploy/run \
    --includes hosts:login --assignable-at account,subaccount
by_ann role change custom:deployer --description 'Brings out releases.'
by_ann role define custom:short --permissions /acme/short/run
by_ann role delete custom:short
prod=acme/messaging/production
by_ann assignment add bob $prod hosts:operator --reason INC-1
by_ann assignment add bob acme/messaging studio:author
by_ann assignment add eve acme/messaging hosts:login general:billing-manager
by_ann assignment add liz $prod hosts:login
by_ann assignment remove liz $prod hosts:login
by_ann assignment add may $prod hosts:login \
    --from 2095-01-01T00:00:00Z --until 2096-01-01T00:00:00Z
by_ann assignment add sam $prod custom:deployer
by_ann assignment add tom acme hosts:login
by_ann assignment add tom acme/lab hosts:admin
by_ann assignment add zoe $prod hosts:login
by_ann assignment add zoe acme/messaging studio:flow-editor --resource flow:FW1
by_ann user suspend zoe
by_ann user deactivate out@example.com
by_ann user remove gone@example.com --yes
by_ann setting set role_limit 30
tool user rename tom@example.com 'Tom Thumb' --as-root 'a typing mistake'

# ---- the host ----
by_ann compile
sed -i 's/ops@example.com/operations@example.com/' "$CONF"
by_ann compile --confirm 1h
by_ann confirm
by_ann assignment add may $prod hosts:login \
    --from 2097-01-01T00:00:00Z --reason 'and again'

tool export "$W/organization.conf" --as-root 'to be stored'
cp "$W/organization.conf" "$folder/organization.conf"
chmod 0644 "$folder/organization.conf"
base64 -w 76 "$STATE/policy.cdb" >"$folder/policy.cdb.base64"
"$W/bin/twrbac" journal verify --as-root 'to be stored' --tsv |
    tr '\t' '\n' | grep -E '^[0-9a-f]{64}$' >"$folder/journal.head"
python3 - "$DB" "$folder/directory.sql" <<'PYTHON'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
with open(sys.argv[2], "w") as out:
    for pragma in ("application_id", "user_version"):
        value, = db.execute("PRAGMA " + pragma).fetchone()
        print("PRAGMA %s = %d;" % (pragma, value), file=out)
    for line in db.iterdump():
        print(line, file=out)
PYTHON
