/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd.h"

#include <string.h>

/*
 * The scripts know nothing: each asks "help --complete", which knows the
 * table of commands and the directory. What readline splits at ":", "=" and
 * "@" is put together again, and cut off again where it stands already.
 */
static const char bash
    [] = "# bash completion of twrbac; made by \"twrbac completion bash\"\n"
	 "_twrbac()\n"
	 "{\n"
	 "\tlocal IFS=$' \\t\\n' PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\n"
	 "\tlocal word cur cut='' breaks joined=''\n"
	 "\tlocal -a words=() ask\n"
	 "\tlocal -i i\n"
	 "\n"
	 "\tread -ra ask <<<\"${TWRBAC_COMPLETE:-twrbac}\"\n"
	 "\tfor ((i = 1; i <= COMP_CWORD; i++)); do\n"
	 "\t\tword=${COMP_WORDS[i]}\n"
	 "\t\tif ((${#words[@]})) && [[ $joined || $word == [:=@]* ]]; then\n"
	 "\t\t\twords[${#words[@]} - 1]+=$word\n"
	 "\t\telse\n"
	 "\t\t\twords+=(\"$word\")\n"
	 "\t\tfi\n"
	 "\t\tjoined=''\n"
	 "\t\tif [[ $word == *[:=@] ]]; then\n"
	 "\t\t\tjoined=yes\n"
	 "\t\tfi\n"
	 "\tdone\n"
	 "\tcur=${words[${#words[@]} - 1]}\n"
	 "\tbreaks=${COMP_WORDBREAKS//[^:=@]/}\n"
	 "\tif [[ $breaks ]]; then\n"
	 "\t\tcut=${cur%\"${cur##*[\"$breaks\"]}\"}\n"
	 "\tfi\n"
	 "\tCOMPREPLY=()\n"
	 "\twhile IFS= read -r word; do\n"
	 "\t\tword=${word#\"$cut\"}\n"
	 "\t\tprintf -v word %q \"$word\"\n"
	 "\t\tCOMPREPLY+=(\"$word\")\n"
	 "\tdone < <(\"${ask[@]}\" help --complete -- \"${words[@]}\""
	 " 2>/dev/null)\n"
	 "\tif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then\n"
	 "\t\tcompopt -o nospace 2>/dev/null\n"
	 "\tfi\n"
	 "\treturn 0\n"
	 "}\n"
	 "complete -o bashdefault -o default -F _twrbac twrbac\n";

static const char
    zsh[] = "#compdef twrbac\n"
	    "# zsh completion of twrbac; made by \"twrbac completion zsh\"\n"
	    "_twrbac() {\n"
	    "\tlocal line\n"
	    "\tlocal -a ask begun whole\n"
	    "\tlocal -a path=($path /usr/local/sbin /usr/sbin /sbin)\n"
	    "\n"
	    "\task=(${=TWRBAC_COMPLETE:-twrbac})\n"
	    "\tfor line in ${(f)\"$($ask help --complete --"
	    " \"${(@Q)words[2,CURRENT]}\" 2>/dev/null)\"}; do\n"
	    "\t\tif [[ $line == *= ]]; then\n"
	    "\t\t\tbegun+=($line)\n"
	    "\t\telse\n"
	    "\t\t\twhole+=($line)\n"
	    "\t\tfi\n"
	    "\tdone\n"
	    "\tif (( ${#begun} + ${#whole} == 0 )); then\n"
	    "\t\t_files\n"
	    "\t\treturn\n"
	    "\tfi\n"
	    "\t(( ${#begun} )) && compadd -S '' -- $begun\n"
	    "\t(( ${#whole} )) && compadd -- $whole\n"
	    "\treturn 0\n"
	    "}\n"
	    "if [[ ${funcstack[1]-} == _twrbac ]]; then\n"
	    "\t_twrbac \"$@\"\n"
	    "else\n"
	    "\tcompdef _twrbac twrbac\n"
	    "fi\n";

static const char
    fish[] = "# fish completion of twrbac; made by \"twrbac completion fish\"\n"
	     "function __twrbac_complete\n"
	     "\tset -lx PATH $PATH /usr/local/sbin /usr/sbin /sbin\n"
	     "\tset -l words (commandline -opc)\n"
	     "\tset -l begun (commandline -ct)\n"
	     "\tset -l ask twrbac\n"
	     "\tif set -q TWRBAC_COMPLETE\n"
	     "\t\tset ask (string split -n ' ' -- $TWRBAC_COMPLETE)\n"
	     "\tend\n"
	     "\tset -l found ($ask help --complete -- $words[2..-1] \"$begun\""
	     " 2>/dev/null)\n"
	     "\tif test (count $found) -gt 0\n"
	     "\t\tprintf '%s\\n' $found\n"
	     "\telse\n"
	     "\t\t__fish_complete_path \"$begun\"\n"
	     "\tend\n"
	     "end\n"
	     "complete -c twrbac -f -a '(__twrbac_complete)'\n";

static const struct {
	const char *name, *script;
} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

const struct command_help cmd_completion_help = { NULL,
	"Names are completed as far as the directory can be read: for root, or "
	"through the command in TWRBAC_COMPLETE.",
	"twrbac completion bash" };

enum twr_status
cmd_completion(struct cli *cli, struct twr_error *err)
{
	size_t i;

	for (i = 0; i < sizeof(shells) / sizeof(*shells); i++) {
		if (strcmp(cli->args[0], shells[i].name) != 0)
			continue;
		(void)fputs(shells[i].script, stdout);
		return TWR_OK;
	}
	return twr_fail(err, TWR_EINVAL,
	    "completion: no script for \"%.64s\"; there are bash, zsh and "
	    "fish",
	    cli->args[0]);
}
